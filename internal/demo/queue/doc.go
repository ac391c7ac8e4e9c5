// Package queue is a small message queue that speaks the JSON protocol of Amazon SQS, so that any SQS client can use it:
// SendMessage, ReceiveMessage and DeleteMessage.
//
// A message that was received is hidden for its visibility time-out. Who receives it deletes it when the work is done; if that does not
// happen in time it is handed out again. ReceiveMessage waits for a message as long as its WaitTimeSeconds say. As with SQS, the
// sender's X-Amzn-Trace-Id becomes the message's system attribute AWSTraceHeader.
//
// Messages live in memory only, and signatures are not checked: the queue is for one machine, on loopback.
package queue
