package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
)

// KeyLen is the length of a master key in bytes.
const KeyLen = 32

// maxKeyFile bounds what is read of a key file: a key in hex has 64 characters.
const maxKeyFile = 4096

// A Key is a master key. It is safe for concurrent use.
type Key struct {
	block cipher.Block // AES-256 under the master key
	sub   [aes.BlockSize]byte
	id    [idLen]byte
}

// NewKey is the key with the secret of KeyLen bytes.
func NewKey(secret []byte) (*Key, error) {
	if len(secret) != KeyLen {
		return nil, fmt.Errorf("the key has %d bytes, %d are needed", len(secret), KeyLen)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	k := &Key{block: block, sub: subkey(block)}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("rayscope key id 1"))
	copy(k.id[:], mac.Sum(nil))
	return k, nil
}

// ID tells keys apart without telling anything of them.
func (k *Key) ID() string { return hex.EncodeToString(k.id[:]) }

// ParseKey reads a key written as hex or base64. Its errors say nothing of the text.
func ParseKey(text []byte) (*Key, error) {
	text = bytes.TrimSpace(text)
	secret := make([]byte, 2*KeyLen)
	if n, err := hex.Decode(secret, text[:min(len(text), 2*len(secret))]); err == nil && n == KeyLen {
		return NewKey(secret[:n])
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.AppendDecode(nil, text); err == nil && len(b) == KeyLen {
			return NewKey(b)
		}
	}
	return nil, fmt.Errorf("the key is not %d bytes written as %d hex digits or as base64: make one with 'openssl rand -hex %d'", KeyLen, 2*KeyLen, KeyLen)
}

// ReadKeyFile reads the key from a file that nobody but its owner may read or write.
func ReadKeyFile(name string) (*Key, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	// Windows keeps rights elsewhere; the bits say nothing there.
	if mode := info.Mode(); runtime.GOOS != "windows" && mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key file %s can be used by others than its owner (mode %04o): run chmod 600 %s", name, mode.Perm(), name)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	k, err := ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", name, err)
	}
	return k, nil
}
