package demo

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"time"
)

// A processor charges cards. It belongs to another company: nothing is known of it but what it answers.
type processor struct {
	story
	stopping context.Context // when it is done nobody is kept waiting
}

// How long the processor takes: mostly, and while the story has it slow.
const (
	cardsLeast = 30 * time.Millisecond
	cardsMore  = 90 * time.Millisecond // on top of the least, at most
	slowLeast  = 700 * time.Millisecond
	slowMore   = time.Second
)

// declined is the share of cards that have no money.
const declined = 0.03

func (p *processor) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/contracts/{contract}/charges", p.charge)
	return mux
}

func (p *processor) charge(w http.ResponseWriter, r *http.Request) {
	least, more := cardsLeast, cardsMore
	if r.PathValue("contract") == "shop-"+hitPlan {
		switch {
		case p.suffers(cardsHang):
			p.hang(r.Context())
			return
		case p.suffers(cardsSlow):
			least, more = slowLeast, slowMore
		}
	}
	if wait(r.Context(), least+rand.N(more)) != nil {
		return // the caller is gone
	}
	status, answer := http.StatusCreated, map[string]string{"charge": "accepted"}
	if rand.Float64() < declined {
		status, answer = http.StatusPaymentRequired, map[string]string{"error": "the card was declined"}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the caller may be gone
}

// hang keeps the caller until it gives up.
func (p *processor) hang(caller context.Context) {
	select {
	case <-caller.Done():
	case <-p.stopping.Done():
	}
	panic(http.ErrAbortHandler) // ends the connection without an answer
}
