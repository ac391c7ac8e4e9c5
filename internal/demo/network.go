package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Where things are in the shop's own network.
const (
	shopHost  = "shop.example.com" // web, for visitors
	cardsHost = "api.cardworks.example"
	queueHost = "sqs.shop.internal"
	queueURL  = "http://" + queueHost + "/111122223333/order-placed"
	queueName = "order-placed"
)

// host is the name of a service in the network.
func host(service string) string {
	if service == "web" {
		return shopHost
	}
	return service + ".shop.internal"
}

// A network knows what listens where: host names and their loopback addresses. It is complete before it is used.
type network map[string]string

// dial connects to a host of the network, whatever the port.
func (n network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		name = address // gRPC's targets have no port
	}
	at, ok := n[name]
	if !ok {
		return nil, fmt.Errorf("host %s is not in the shop's network", name)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", at)
}

// dialTarget is dial for gRPC.
func (n network) dialTarget(ctx context.Context, target string) (net.Conn, error) {
	return n.dial(ctx, "tcp", target)
}

// transport returns an HTTP transport within the network. No proxy of the machine has to do with it.
func (n network) transport() *http.Transport {
	return &http.Transport{DialContext: n.dial, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute}
}

// listen listens on a free port of loopback.
func listen(what string) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo shop: listen for %s: %w", what, err)
	}
	return l, nil
}
