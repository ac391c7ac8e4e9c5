// Package plugins has what the program found out about the machine it runs on: the origin of segments, and blocks for their member aws.
package plugins

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rayscope/rayscope/xray/internal/logger"
)

// patience bounds a lookup: metadata services answer within milliseconds or not at all.
const patience = time.Second

// Facts are what is known now. They are never changed; new facts are a new value.
type Facts struct {
	Origin string  // such as AWS::EC2::Instance, of the plugin that was started last; empty without one
	Blocks []Block // in the order of their names
}

// A Block is a member of a segment's aws member.
type Block struct {
	Name   string
	Values map[string]any
	JSON   json.RawMessage // Values, encoded

	origin string
	turn   int // higher for plugins started later
}

var (
	current atomic.Pointer[Facts]

	mu      sync.Mutex      // guards what follows and changes of current
	started map[string]bool // names of lookups that run or have succeeded
	turns   int             // Register and Start so far
	running = new(sync.WaitGroup)
)

func init() { current.Store(&Facts{}) }

// All returns the facts without waiting for lookups. It costs one atomic load.
func All() *Facts { return current.Load() }

// Register adds a block, or replaces that of the same name, and makes origin that of segments begun from now on.
func Register(name, origin string, values map[string]any) error {
	mu.Lock()
	defer mu.Unlock()
	turns++
	return register(name, origin, values, turns)
}

// register needs mu.
func register(name, origin string, values map[string]any, turn int) error {
	encoded, err := json.Marshal(values)
	if err != nil {
		return fmt.Errorf("plugin %s: %w", name, err)
	}
	blocks := slices.DeleteFunc(slices.Clone(current.Load().Blocks), func(b Block) bool { return b.Name == name })
	blocks = append(blocks, Block{name, values, encoded, origin, turn})
	latest := slices.MaxFunc(blocks, func(a, b Block) int { return a.turn - b.turn })
	slices.SortFunc(blocks, func(a, b Block) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	current.Store(&Facts{Origin: latest.origin, Blocks: blocks})
	return nil
}

// Start runs lookup in the background for a second at most and registers what it finds; what goes wrong is logged. The order of
// calls decides about the origin, not that of answers. A name whose lookup runs or has succeeded is not started again.
func Start(name, origin string, lookup func(context.Context) (map[string]any, error)) {
	mu.Lock()
	defer mu.Unlock()
	if started[name] {
		return
	}
	if started == nil {
		started = map[string]bool{}
	}
	started[name] = true
	turns++
	turn := turns
	running.Go(func() { run(name, origin, turn, lookup) })
}

func run(name, origin string, turn int, lookup func(context.Context) (map[string]any, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	values, err := lookup(ctx)
	mu.Lock()
	defer mu.Unlock()
	if err == nil {
		err = register(name, origin, values, turn)
	}
	if err != nil {
		started[name] = false
		logger.Errorf("Plugin %s adds nothing to segments: %v", name, err)
	}
}

// Wait returns when no lookup runs.
func Wait() { running.Wait() }
