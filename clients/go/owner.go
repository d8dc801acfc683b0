package kettle

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// Reset empties everything: things, users, keys, faults and what is billed. The owner's key stays.
func (w *World) Reset() {
	w.t.Helper()
	w.Must("POST", "/_kettle/reset", nil, nil)
}

// Snapshot saves all there is under a name, in place of what had it.
func (w *World) Snapshot(name string) {
	w.t.Helper()
	w.Must("PUT", "/_kettle/world/snapshots/"+url.PathEscape(name), map[string]any{"replace": true}, nil)
}

// Restore puts back all that was there when Snapshot was called, in one moment; ids and addresses are the same.
func (w *World) Restore(name string) {
	w.t.Helper()
	w.Must("POST", "/_kettle/world/snapshots/"+url.PathEscape(name)+"/restore", nil, nil)
}

// Clock is the world's: what it shows, and how it goes.
type Clock struct {
	Time   string  `json:"time"`
	TimeMs int64   `json:"time_ms"`
	Mode   string  `json:"mode"`
	Rate   float64 `json:"rate"`
}

func (w *World) clock(method, path string) Clock {
	w.t.Helper()
	var answer struct{ Clock Clock }
	w.Must(method, "/_kettle/clock"+path, nil, &answer)
	return answer.Clock
}

// Clock tells what the world's clock shows.
func (w *World) Clock() Clock { w.t.Helper(); return w.clock("GET", "") }

// Freeze stops the clock.
func (w *World) Freeze() Clock { w.t.Helper(); return w.clock("POST", "/freeze") }

// Resume lets the clock run on from what it shows.
func (w *World) Resume() Clock { w.t.Helper(); return w.clock("POST", "/resume") }

// Advance turns the clock ahead by 90s, 15m, 2h or 30d. Whatever becomes due on the way is done, in order.
func (w *World) Advance(duration string) Clock {
	w.t.Helper()
	return w.clock("POST", "/advance/"+url.PathEscape(duration))
}

// Rule says what goes wrong, by the names that `kettle world fault add --help` tells, with `_` for `-`:
// Rule{"operation": "create-instance", "status": 503, "times": 2}.
type Rule map[string]any

// Fault is a rule that is there, and how often it has acted.
type Fault struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Acted int    `json:"acted"`
}

// Fault has something go wrong by a ready-made name, such as 429-storm. The rules that were added.
func (w *World) Fault(ready string) []Fault {
	w.t.Helper()
	var answer struct{ Faults []Fault }
	w.Must("POST", "/_kettle/faults/ready/"+url.PathEscape(ready), nil, &answer)
	return answer.Faults
}

// FaultBy has something go wrong by a rule.
func (w *World) FaultBy(rule Rule) Fault {
	w.t.Helper()
	var answer struct{ Fault Fault }
	w.Must("POST", "/_kettle/faults", rule, &answer)
	return answer.Fault
}

// Faults are the rules that are there.
func (w *World) Faults() []Fault {
	w.t.Helper()
	var answer struct{ Faults []Fault }
	w.Must("GET", "/_kettle/faults", nil, &answer)
	return answer.Faults
}

// ClearFaults ends all of them.
func (w *World) ClearFaults() {
	w.t.Helper()
	w.Must("POST", "/_kettle/faults/clear", nil, nil)
}

// Want says how often, and how, a request must have been made.
type Want func(map[string]any)

func want(name string, value any) Want { return func(wish map[string]any) { wish[name] = value } }

// Times is exactly so often; 0 is never.
func Times(n int) Want { return want("times", n) }

// AtLeast is so often or more.
func AtLeast(n int) Want { return want("at_least", n) }

// AtMost is so often or less.
func AtMost(n int) Want { return want("at_most", n) }

// Status is what it must have been answered with.
func Status(status int) Want { return want("status", status) }

// Since looks behind what Mark brought.
func Since(mark int) Want { return want("since", mark) }

// Body has fields that must be in the request's, or is a text: `~` and a regular expression.
func Body(body any) Want {
	text, isText := body.(string)
	if !isText {
		encoded, err := json.Marshal(body)
		if err != nil {
			panic(fmt.Sprintf("a body is JSON: %v", err))
		}
		text = string(encoded)
	}
	return want("body", text)
}

// Called fails the test, which goes on, unless a request was made since it began: at least once, or as often as is said.
// What came nearest is told. A call is an operation's id, or method and path, where `*` is any part: "GET
// /v2/instances/*".
func (w *World) Called(call string, wants ...Want) bool {
	w.t.Helper()
	err := w.called(call, wants)
	var refused *Refused
	switch {
	case err == nil:
		return true
	case errors.As(err, &refused) && refused.Status == 412:
		w.t.Error(refused.Words)
	default:
		// It was asked wrongly, or not at all.
		w.t.Fatal(err)
	}
	return false
}

func (w *World) called(call string, wants []Want) error {
	wish := map[string]any{"call": call}
	for _, want := range wants {
		want(wish)
	}
	return w.Call("POST", "/_kettle/history/called", wish, nil)
}

// Mark is this place in the history, for Since.
func (w *World) Mark() int {
	w.t.Helper()
	var answer struct{ Mark struct{ Sequence int } }
	w.Must("POST", "/_kettle/history/mark", nil, &answer)
	return answer.Mark.Sequence
}

// Life is where the lifecycle of a thing stands.
type Life struct {
	Kind   string `json:"kind"`
	Stands string `json:"stands"`
	Held   bool   `json:"held"`
	Status string `json:"status"`
	Error  string `json:"error"`
}

func (w *World) hold(of map[string]any) int {
	w.t.Helper()
	var answer struct{ Hold struct{ ID int } }
	w.Must("POST", "/_kettle/holds", of, &answer)
	return answer.Hold.ID
}

// Hold holds the lifecycle of a thing at its next step. The hold's number, for Release.
func (w *World) Hold(thing string) int {
	w.t.Helper()
	return w.hold(map[string]any{"thing": thing})
}

// HoldKind holds those of all things of a kind, such as instance; without one, of everything.
func (w *World) HoldKind(kind string) int {
	w.t.Helper()
	if kind == "" {
		return w.hold(map[string]any{})
	}
	return w.hold(map[string]any{"kind": kind})
}

// Step lets a thing, held or not, take a step. Where it stands then.
func (w *World) Step(thing string) Life {
	w.t.Helper()
	var answer struct{ Life Life }
	w.Must("POST", "/_kettle/lives/"+url.PathEscape(thing)+"/step", map[string]any{"steps": 1}, &answer)
	return answer.Life
}

// Release releases what a hold holds.
func (w *World) Release(hold int) {
	w.t.Helper()
	w.Must("POST", fmt.Sprintf("/_kettle/holds/%d/release", hold), nil, nil)
}

// ReleaseAll releases everything.
func (w *World) ReleaseAll() {
	w.t.Helper()
	w.Must("POST", "/_kettle/holds/clear", nil, nil)
}
