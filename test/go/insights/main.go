// Command insights puts insights of the group Default into the data directory of a server that does not run: nothing that a
// client can call makes one.
//
//	insights DIRECTORY ACCOUNT REGION INSIGHTS EVENTS
//
// Every other insight is closed. The newest one is active, and has that many events; the others have two.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/rayscope/rayscope/internal/insight"
	"github.com/rayscope/rayscope/internal/segment"
	"github.com/rayscope/rayscope/internal/store"
	"github.com/rayscope/rayscope/internal/store/pebble"
	"github.com/rayscope/rayscope/internal/trace"
)

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: insights DIRECTORY ACCOUNT REGION INSIGHTS EVENTS")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		log.Fatal(err)
	}
}

func run(dir, owner, region, insights, events string) (err error) {
	account, err := store.ParseAccount(owner)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(insights)
	if err != nil {
		return err
	}
	most, err := strconv.Atoi(events)
	if err != nil {
		return err
	}
	db, err := pebble.Open(dir, pebble.Options{})
	if err != nil {
		return err
	}
	defer func() {
		if closed := db.Close(); err == nil {
			err = closed
		}
	}()
	room := insight.New(db, time.Now)
	for i := range n {
		in := anInsight(i, fmt.Sprintf("arn:aws:xray:%s:%s:group/Default", region, account))
		in.Start -= segment.Time(n-i) * segment.Second
		steps := 2
		if i == n-1 {
			steps = most
		}
		if err := tell(room, account, in, steps, i%2 == n%2); err != nil {
			return err
		}
	}
	return nil
}

func anInsight(i int, arn string) insight.Insight {
	stock := trace.Service{Name: "stock", Type: "AWS::EC2::Instance"}
	return insight.Insight{
		ID: fmt.Sprintf("5b0f6c1e-8a2d-4c37-9e51-%012x", i), Group: "Default", GroupARN: arn, RootCause: stock,
		Start: segment.TimeOf(time.Now().Add(-time.Hour)),
		Event: insight.Event{
			Summary: "Faults of stock are above the expected range.", Clients: insight.Impact{Faults: 41, OK: 359, Total: 400},
			Service: insight.Impact{Faults: 44, OK: 296, Total: 340}, Anomalous: []trace.Service{stock},
		},
	}
}

// tell records the events of an insight, one a second.
func tell(room *insight.Room, account store.Account, in insight.Insight, events int, closed bool) error {
	for i := range events {
		in.Time = in.Start + segment.Time(i)*segment.Second
		if closed && i == events-1 {
			in.End = in.Time
		}
		if err := room.Record(context.Background(), account, in); err != nil {
			return err
		}
	}
	return nil
}
