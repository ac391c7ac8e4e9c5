// Package demo is the sample shop of `rayscope demo`: eight services that really run, traced by the SDK for Go, and visitors who use them.
//
//	visitors ▶ web ▶ api ┬▶ users ─────────────────────▶ shop.db
//	                     ├▶ inventory (gRPC) ──────────▶ shop.db
//	                     └▶ orders ┬▶ inventory
//	                               ├▶ payments ▶ api.cardworks.example, which never reports
//	                               ├───────────────────▶ shop.db
//	                               └▶ SQS order-placed ⇢ order-worker ┬▶ shop.db
//	                                                                  └▶ notifications ▶ shop.db
//
// The services talk HTTP and gRPC over loopback, as they would talk over a network: they call each other by name, and a
// dialer knows where the names are. The database is SQLite, a file. The queue is package queue, used through the client of AWS
// SDK for Go v2. The worker begins a trace of its own for each message, linked to the one that sent it.
//
// Each service has a file of its own; service.go has what they share. All of them may run in one process, or each in its own.
//
// Things go wrong in spells. All times are since the opening:
//
//	throttling    users takes one request in two seconds and answers the others 429    from 0:25, for 15 s, every 3:35
//	stocktaking   an admin has the stock counted, which locks the database             from 0:50, for 25 s, every 5:00
//	cards slow    the card processor is slow with customers of the plan "pro"          from 1:30, for 30 s, every 6:00
//	cards hang    it does not answer for them at all: checkouts end in 502             from 2:00, for 60 s, every 6:00
//	bad release   inventory runs 2.4.1, which cannot price products on offer           from 3:10, for 40 s, every 7:00
//
// So each comes alone at first. What fails, fails for real: locks time out, connections wait, code returns errors.
package demo
