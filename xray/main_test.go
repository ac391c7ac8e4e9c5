package xray_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/xray"
)

// TestMain fails the package if the SDK leaves goroutines after Shutdown.
func TestMain(m *testing.M) {
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := xray.Shutdown(ctx); err != nil && ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if left := leftover(ctx); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "goroutines are left after Shutdown:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// leftover is the stacks of goroutines with code of the SDK that are not gone when ctx ends.
func leftover(ctx context.Context) string {
	for {
		var all strings.Builder
		if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
			return err.Error()
		}
		left := ""
		for stack := range strings.SplitSeq(all.String(), "\n\n") {
			if strings.Contains(stack, "rayscope/xray") && !strings.Contains(stack, "TestMain") {
				left += stack + "\n\n"
			}
		}
		if left == "" || ctx.Err() != nil {
			return left
		}
		runtime.Gosched()
	}
}
