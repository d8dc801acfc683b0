package main

import (
	"fmt"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"time"

	vultr "github.com/JamesClonk/vultr/lib"
)

const library = "github.com/JamesClonk/vultr/lib.(*Client)."

// world holds the library's client under test and the book of what was shown.
type world struct {
	*vultr.Client
	book
	calls *recorder
}

// recorder notes which of the library's methods sent the request; the request and its answer pass untouched.
type recorder struct{ called map[string]bool }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if name, found := strings.CutPrefix(frame.Function, library); found {
			r.called[name] = true
		}
	}
	return http.DefaultTransport.RoundTrip(request)
}

// newWorld makes the client for its own default address. The transport that the library would make heeds no proxy, so it is
// given Go's default one by the option that it has for that; its pause after each request is made short.
func newWorld() *world {
	calls := &recorder{called: map[string]bool{}}
	return &world{Client: clientWith(calls, os.Getenv("VULTR_API_KEY")), calls: calls}
}

func clientWith(calls *recorder, key string) *vultr.Client {
	client := &http.Client{Transport: calls, Timeout: deadline}
	return vultr.NewClient(key, &vultr.Options{HTTPClient: client, RateLimitation: time.Millisecond})
}

// uncalled lists the client's methods that sent no request. Bare metal is of a family that Kettle does not have yet.
func (w *world) uncalled() []string {
	missing, kind := []string{}, reflect.TypeOf(w.Client)
	for i := range kind.NumMethod() {
		name := kind.Method(i).Name
		if name != "OnRequestCompleted" && !w.calls.called[name] {
			missing = append(missing, name)
		}
	}
	sort.Strings(missing)
	return missing
}

// accepted is a check that an action is done.
func (w *world) accepted(what string, err error) { w.show(what, err == nil, err) }

// refused is a check that the server refuses. The library makes its error of the body alone: v1's plain text.
func (w *world) refused(what, says string, err error) {
	w.show(what+" is refused", err != nil, "it was accepted")
	w.show(what+": the refusal says so in plain text", strings.Contains(err.Error(), says) && !strings.HasPrefix(err.Error(), "{"), err)
}

// got is the value of an answer; an error ends the family.
func got[T any](value T, err error) T {
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(failure{fmt.Sprintf("%s:%d: %v", file[strings.LastIndex(file, "/")+1:], line, err)})
	}
	return value
}

// second drops all but the error.
func second[T any](_ T, err error) error { return err }

// find is the first of the list that fits, and whether there is one.
func find[T any](list []T, fits func(T) bool) (found T, is bool) {
	for _, each := range list {
		if fits(each) {
			return each, true
		}
	}
	return found, false
}
