package clients

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rayscope/rayscope/test/harness"
	"github.com/rayscope/rayscope/test/shop"
)

// TestSDKThroughDaemon is TestSDK with a stand-alone daemon between the services and the server, which is gone for half of the
// orders. The SDKs go on to sample by its rules, and nothing is lost.
func TestSDKThroughDaemon(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(shop.SDKs)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := harness.Start(t, "--daemon-listen", "")
			daemon := harness.StartDaemon(t, "--endpoint", server.URL, "--spool-dir", t.TempDir())
			server.Daemon = daemon.Address
			begin := time.Now()
			chain := startChain(t, server, name, name)
			orders := shop.Buy(t, chain[0], ordersInRow)
			server.Kill()
			orders = append(orders, shop.Buy(t, chain[0], ordersInRow)...)
			server.Restart(t)
			checkChain(t, server, begin, chain, orders)
			if code := daemon.Stop(t); code != 0 {
				t.Errorf("the daemon ended with code %d, want 0", code)
			}
		})
	}
}
