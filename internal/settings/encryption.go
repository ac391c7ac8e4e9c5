package settings

import (
	"context"
	"crypto/sha1"
	"fmt"
	"regexp"

	"github.com/rayscope/rayscope/internal/store"
)

// The kinds of encryption at rest.
const (
	EncryptionNone = "NONE"
	EncryptionKMS  = "KMS"
)

// Encryption is how an account wants its documents kept.
type Encryption struct {
	Type  string // EncryptionNone or EncryptionKMS
	KeyID string // ARN of the key with EncryptionKMS, else empty
}

const encryptionKey = "encryption/config"

// maxKeyID is the model's limit, in characters.
const maxKeyID = 3000

// Encryption is what was set last; EncryptionNone if nothing was.
func (s *Settings) Encryption(ctx context.Context, account store.Account) (Encryption, error) {
	k, err := get[Encryption](ctx, s, account, encryptionKey)
	if err == nil && k.revision == 0 {
		k.value.Type = EncryptionNone
	}
	return k.value, err
}

// SetEncryption sets it. KeyID, which may be the id or the alias of a key or the ARN of either, is kept as the ARN of a
// key.
func (s *Settings) SetEncryption(ctx context.Context, account store.Account, e Encryption) error {
	switch {
	case e.Type != EncryptionNone && e.Type != EncryptionKMS:
		return invalid("Type %q is not known. Send %s or %s.", e.Type, EncryptionNone, EncryptionKMS)
	case e.Type == EncryptionNone && e.KeyID != "":
		return invalid("KeyId is given, but Type is %s, which uses no key. Leave KeyId out, or send Type %s.", EncryptionNone, EncryptionKMS)
	case e.Type == EncryptionKMS && e.KeyID == "":
		return invalid("KeyId is missing, which Type %s needs. Send the id, the alias or the ARN of a key, for example alias/traces.", EncryptionKMS)
	case len(e.KeyID) > maxKeyID:
		return invalid("KeyId has %d characters, %d is the most.", len(e.KeyID), maxKeyID)
	}
	if e.Type == EncryptionKMS {
		arn, ok := s.keyARN(account, e.KeyID)
		if !ok {
			return invalid("KeyId %q is none of the forms of one: a key id, alias/NAME, arn:aws:kms:REGION:ACCOUNT:key/ID or arn:aws:kms:REGION:ACCOUNT:alias/NAME.", e.KeyID)
		}
		e.KeyID = arn
	}
	c, err := put(encryptionKey, e, store.Any)
	if err != nil {
		return err
	}
	return s.store.Change(ctx, account, c)
}

// keyForm takes a key apart: where it is, if it says so, whether it is an alias, and its id or name.
var keyForm = regexp.MustCompile(`^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(?:(key/)|(alias/))?([A-Za-z0-9/_-]{1,256})$`)

// plainID is the form of the id of a key; those of keys of several regions begin with mrk.
var plainID = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// keyARN is the ARN of the key that id means. Nobody can be asked which key an alias stands for, so an alias has a key of
// its own: the UUID (version 5) that its ARN makes is the same each time.
func (s *Settings) keyARN(account store.Account, id string) (string, bool) {
	m := keyForm.FindStringSubmatch(id)
	if m == nil {
		return "", false
	}
	place, isKey, isAlias, name := m[1], m[2] != "", m[3] != "", m[4]
	if place == "" {
		if isKey {
			return "", false
		}
		place = "arn:aws:kms:" + s.region + ":" + account.String() + ":"
	} else if !isKey && !isAlias {
		return "", false
	}
	if isAlias {
		return place + "key/" + uuidOf(place+"alias/"+name), true
	}
	return place + "key/" + name, plainID.MatchString(name)
}

// urlSpace is the name space of RFC 4122 for names that are URLs, the nearest to ARNs.
var urlSpace = [16]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}

// uuidOf is the UUID of version 5 of a name.
func uuidOf(name string) string {
	b := sha1.Sum(append(urlSpace[:], name...))
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
