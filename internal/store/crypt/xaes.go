package crypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// nonceLen is the length of a nonce of XAES-256-GCM.
const nonceLen = 24

// aead is the AES-256-GCM that one document is encrypted with: that of XAES-256-GCM (https://c2sp.org/XAES-256-GCM), which
// makes a key of its own from the master key and the first half of the nonce; the second half is GCM's nonce.
//
// Plain AES-256-GCM has nonces of 96 bits. Chosen at random, they are safe for four thousand million documents under one
// key: some days of a busy server. With 192 bits there is no number to count.
func (k *Key) aead(nonce []byte) (cipher.AEAD, error) {
	var key [2 * aes.BlockSize]byte
	for i, half := range [][]byte{key[:aes.BlockSize], key[aes.BlockSize:]} {
		// CMAC of a single block: counter, label X, context.
		copy(half, []byte{0, byte(i + 1), 'X', 0})
		copy(half[4:], nonce[:12])
		subtle.XORBytes(half, half, k.sub[:])
		k.block.Encrypt(half, half)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// subkey is the K1 of CMAC, in constant time.
func subkey(block cipher.Block) (k1 [aes.BlockSize]byte) {
	block.Encrypt(k1[:], k1[:])
	msb := byte(0)
	for i := len(k1) - 1; i >= 0; i-- {
		msb, k1[i] = k1[i]>>7, k1[i]<<1|msb
	}
	k1[len(k1)-1] ^= -msb & 0b10000111
	return k1
}
