// Package synthetic makes the documents of a made-up shop: the load that benchmarks and tests send.
//
// Eight services answer requests and report segments as X-Ray SDKs do:
//
//	client ▶ web ▶ api ┬▶ users ▶ DynamoDB shop-users
//	                   ├▶ inventory ▶ MySQL
//	                   └▶ orders ┬▶ MySQL
//	                             ├▶ inventory
//	                             ├▶ payments ▶ card processor (never reports)
//	                             └▶ SQS order-placed ⇢ order-worker ┬▶ MySQL
//	                                                                └▶ notifications ▶ SNS
//
// The worker begins a trace of its own and links back to the SendMessage subsegment. Had it continued the trace with
// that subsegment as parent, the queue would be taken for the worker itself and vanish from the map; with the link the
// map shows queue ⇢ worker.
//
// A Shop makes the traces, a function of seed, rate and trace number alone; who sends them, and when, is not its business.
// Things go wrong in spells, see story.go, and each of them comes within the first three minutes.
package synthetic
