package filter

import (
	"fmt"
	"slices"
)

// MaxLength is how many characters an expression may have: a thousand terms, more than people write and programs need.
const MaxLength = 4096

// MaxDepth is how deep parentheses, negations and braces may nest, so that no text uses up the stack.
const MaxDepth = 128

// An Error says where an expression breaks the rules, and which.
type Error struct {
	Column  int // of the offending character, from 1; 0 if the expression as a whole is meant
	Message string
}

func (e *Error) Error() string {
	if e.Column == 0 {
		return e.Message
	}
	return fmt.Sprintf("col %d: %s", e.Column, e.Message)
}

// An Expression is a parsed filter expression. It does not change and may be used by several goroutines at once.
type Expression struct {
	root   node
	groups []GroupRef
}

// A GroupRef is how an expression names a group: one of the members is set.
type GroupRef struct{ Name, ARN string }

// An Env is what an expression's meaning depends on besides the trace. The same one, not nil, has to be given to Where and to
// Match.
type Env struct {
	// Account is the own account, 12 digits. Nodes leave it out, so id(account.id: ...) of it means those without one.
	Account string

	// Group is the current expression of a group, nil if there is no such group: then a comparison with it is false, also
	// !=. For the Default group it is All. It has to give the same answer each time. A nil Group knows no group.
	Group func(GroupRef) *Expression
}

// All matches every trace. It prints as the empty string, which Parse refuses.
func All() *Expression { return &Expression{root: every{}} }

// Groups are the groups that the expression names, each once.
func (x *Expression) Groups() []GroupRef { return slices.Clone(x.groups) }

// String is the expression in canonical form: Parse makes an equal expression of it.
func (x *Expression) String() string { return text(x.root) }
