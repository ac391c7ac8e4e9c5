package api

import (
	"context"

	"github.com/rayscope/rayscope/internal/settings"
)

// empty is the input of operations that take nothing.
type empty struct{}

type putEncryptionConfigInput struct {
	KeyId string
	Type  string
}

type encryptionConfigOutput struct{ EncryptionConfig encryptionConfig }

type encryptionConfig struct {
	KeyId  *string
	Status string
	Type   string
}

func (a *API) getEncryptionConfig(ctx context.Context, _ *empty) (any, error) {
	e, err := a.Settings.Encryption(ctx, a.Account)
	if err != nil {
		return nil, err
	}
	// ACTIVE at once: there is no key whose use would have to be granted first.
	return encryptionConfigOutput{encryptionConfig{KeyId: optional(e.KeyID), Status: "ACTIVE", Type: e.Type}}, nil
}

func (a *API) putEncryptionConfig(ctx context.Context, in *putEncryptionConfigInput) (any, error) {
	if in.Type == "" {
		return nil, invalid("Type is missing. Send NONE or KMS.")
	}
	if in.Type == settings.EncryptionKMS && (a.KeyConfigured == nil || !a.KeyConfigured()) {
		return nil, invalid("Type KMS: this server has no key to encrypt with. Start it with --encryption-key-file, or send Type NONE.")
	}
	if err := a.Settings.SetEncryption(ctx, a.Account, settings.Encryption{Type: in.Type, KeyID: in.KeyId}); err != nil {
		return nil, err
	}
	return a.getEncryptionConfig(ctx, nil)
}
