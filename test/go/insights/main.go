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
			Summary: "Faults of stock are above the expected range.", Anomalous: []trace.Service{stock},
		},
	}
}

// troubled are the faults of clients' 400 requests, event by event: a failure begins, grows, and wanes.
var troubled = []int64{12, 41, 96, 170, 228, 251, 240, 187, 133, 90, 61, 38, 22, 14}

// impacts are those of an event: fewer requests reach the service, and a larger share of them fails there.
func impacts(event int) (clients, service insight.Impact) {
	faults := troubled[event%len(troubled)]
	reached := 340 - faults/4
	return insight.Impact{Faults: faults, OK: 400 - faults, Total: 400}, insight.Impact{Faults: faults, OK: reached - faults, Total: reached}
}

// pause is the time between events: those of an hour are more than one page of an answer.
const pause = 40 * segment.Second

// tell records the events of an insight.
func tell(room *insight.Room, account store.Account, in insight.Insight, events int, closed bool) error {
	for i := range events {
		in.Time = in.Start + segment.Time(i)*pause
		in.Event.Clients, in.Event.Service = impacts(i)
		if closed && i == events-1 {
			in.End = in.Time
		}
		if err := room.Record(context.Background(), account, in); err != nil {
			return err
		}
	}
	return nil
}
