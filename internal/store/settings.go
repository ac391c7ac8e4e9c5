package store

import "context"

// A Setting is a small value that an account keeps under a key: a sampling rule, a group, a policy.
type Setting struct {
	Key      string
	Value    []byte
	Revision uint64 // counts the changes of all settings of the account; never 0
}

// A Change sets or removes one setting.
type Change struct {
	Key   string // 1 to MaxSettingKey bytes
	Value []byte // nil removes; at most MaxSettingValue bytes

	// Was is the revision that the setting must have for the change to be made; 0 if it must not be there; Any if it
	// does not matter.
	Was uint64
}

// Any is the Was of a change that is made whatever was there before.
const Any = ^uint64(0)

// Bounds of settings. They are few and small; large or many things belong elsewhere.
const (
	MaxSettingKey   = 2048 // an ARN of 1,011 characters fits, and a prefix and a tag's key with it
	MaxSettingValue = 256 << 10
)

// Settings keeps the settings of accounts. It is safe for concurrent use.
type Settings interface {
	// Settings lists the settings whose keys begin with the prefix, by key.
	Settings(ctx context.Context, account Account, prefix string) ([]Setting, error)

	// Change makes all the changes or none. When it returns nil they are durable and visible. ErrConflict: a setting did
	// not have the revision that its change named. ErrFull, ErrClosed as for Append.
	Change(ctx context.Context, account Account, changes ...Change) error
}
