package cli_test

import (
	"context"
	"slices"
	"testing"

	"github.com/rayscope/rayscope/internal/cli"
)

// Flags are what flags gave, and only that; another call with them has the same settings.
func TestFlags(t *testing.T) {
	var got []string
	p := &cli.Program{Name: "rayscope", Commands: []cli.Command{{Name: "send", Settings: []cli.Setting{
		{Name: "to", Short: "t", Value: "URL", Default: "home", Repeat: true},
		{Name: "slow", Short: "s", Default: "fast"},
		{Name: "size", Value: "N", Default: "1"},
		{Name: "kind", Value: "KIND", Default: "plain"},
	}, Run: func(_ context.Context, v *cli.Values, _ cli.Streams) error {
		got = v.Flags()
		return nil
	}}}}
	env := func(name string) (string, bool) { return "7", name == "RAYSCOPE_SIZE" }
	want := []string{"--kind=", "--slow=true", "--to=b c", "--to=a"}
	for _, args := range [][]string{{"-t", "b c", "-s", "--to=a", "--kind="}, want} {
		if err := p.Run(context.Background(), append([]string{"send"}, args...), env, cli.Streams{}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", args, got, want)
		}
	}
}
