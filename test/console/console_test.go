package console

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// patience bounds a run of Chromium through all pages.
const patience = 5 * time.Minute

// TestDemo walks through all pages of the console with the demo's traffic.
func TestDemo(t *testing.T) {
	server := harness.Demo(t)
	harness.Eventually(t, time.Minute, func() error { // until then the map still grows
		if log := server.Tail(); !strings.Contains(log, "the opening is over") {
			return errors.New("the shop still opens")
		}
		return nil
	})
	browse(t, "web/e2e/console.e2e.mjs", server)
}

// TestEmpty looks at a server that never saw a trace, and at the arrival of the first one.
func TestEmpty(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/console.e2e.mjs", server, "--empty")
}

// TestTrace looks at traces that it sends itself, one of ten thousand rows among them: as timeline, flame graph and table, from
// files, and two beside each other.
func TestTrace(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/trace.e2e.mjs", server)
}

// TestAdmin looks at the pages for insights, groups, sampling and settings, on a server that has insights and a key.
func TestAdmin(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("0f", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := harness.Start(t, "--encryption-key-file", key)
	if code := server.Stop(t); code != 0 {
		t.Fatalf("the server ends with exit code %d; it printed:\n%s", code, server.Tail())
	}
	seed := exec.Command(harness.GoProgram(t, "insights"), server.DataDir, harness.Account, harness.Region, "6", "14")
	if out, err := seed.CombinedOutput(); err != nil {
		t.Fatalf("insights: %v\n%s", err, out)
	}
	server.Restart(t)
	browse(t, "web/e2e/admin.e2e.mjs", server)
}

// TestMap looks at the service map: filters, panels, the keyboard, pictures, and a map of 300 services.
func TestMap(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/map.e2e.mjs", server)
}

// TestCheck looks at the Set-up check of a server that is new, then of one that is sent what is wrong.
func TestCheck(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/check.e2e.mjs", server)
}

// TestList narrows, orders and exports the list of traces that it sends itself, more than a page of them.
func TestList(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/list.e2e.mjs", server)
}

// TestHome asks Home what is wrong while an incident goes on that the script sends, and goes from there to the call that fails.
func TestHome(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/home.e2e.mjs", server)
}

// TestAnalytics asks the page for analytics for the guilty annotation of an incident that it sends itself.
func TestAnalytics(t *testing.T) {
	server := harness.Start(t)
	browse(t, "web/e2e/analytics.e2e.mjs", server)
}

// TestIncident goes from Home to the failing call, and asks for what the failures have in common, while the card processor of the
// demo lets customers of one plan wait and then fail.
func TestIncident(t *testing.T) {
	server := harness.Demo(t, "--into", "75s")
	browse(t, "web/e2e/incident.e2e.mjs", server)
}

// TestTwoServices looks at the map of two services that the SDK for Python traces: two circles, the clients, and one arrow
// between the two.
func TestTwoServices(t *testing.T) {
	server := harness.Start(t)
	stock := shop.Start(t, server, "stock", "python", nil)
	shop.Buy(t, shop.Start(t, server, "shop", "python", stock), 6)
	browse(t, "test/console/two-services.mjs", server)
}

// browse runs a script with the server's address and a directory for screenshots.
func browse(t *testing.T, script string, server *harness.Server, flags ...string) {
	t.Helper()
	shots := harness.Artifacts(t)
	argv := append([]string{"node", harness.Installed(t, script, "web/node_modules/playwright-core"), server.URL, shots}, flags...)
	p := harness.StartProcess(t, []string{"CHROMIUM=" + chromium(t)}, argv...)
	code := p.Wait(t, patience)
	t.Log(p.Tail())
	if code != 0 {
		t.Errorf("%s ends with exit code %d; screenshots are in %s", script, code, shots)
	}
	server.MustServe(t)
}

// chromium is the browser: $CHROMIUM, or Chromium or Chrome wherever it is installed.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("neither Chromium nor Chrome is installed; run test/setup, or set CHROMIUM to the browser's path")
	return ""
}
