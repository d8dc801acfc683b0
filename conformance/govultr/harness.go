package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"sync"

	"github.com/vultr/govultr/v3"
)

const nowhere = "00000000-0000-4000-8000-000000000000"

// world holds the client under test and the book of what was shown.
type world struct {
	*govultr.Client
	book
	ctx   context.Context
	calls *recorder
}

// recorder adds the key, as callers of govultr must, and notes which of govultr's methods sent the request.
type recorder struct {
	next   http.RoundTripper
	key    string
	lock   sync.Mutex
	called map[string]bool
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.note()
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+r.key)
	return r.next.RoundTrip(request)
}

// note looks up the stack for the method of a service handler.
func (r *recorder) note() {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if name, found := strings.CutPrefix(frame.Function, "github.com/vultr/govultr/v3.(*"); found {
			kind, method, _ := strings.Cut(name, ").")
			r.lock.Lock()
			r.called[kind+"."+method] = true
			r.lock.Unlock()
		}
		if !more {
			return
		}
	}
}

// newWorld makes the client as its documentation says, at its own default address: the environment's proxy and
// certificates lead it to Kettle.
func newWorld() *world {
	calls := &recorder{next: http.DefaultTransport, key: os.Getenv("VULTR_API_KEY"), called: map[string]bool{}}
	client := govultr.NewClient(&http.Client{Transport: calls, Timeout: deadline})
	return &world{Client: client, ctx: context.Background(), calls: calls}
}

// withKey is a client with another key; its calls do not count for coverage.
func (w *world) withKey(key string) *govultr.Client {
	calls := &recorder{next: http.DefaultTransport, key: key, called: map[string]bool{}}
	return govultr.NewClient(&http.Client{Transport: calls, Timeout: deadline})
}

// silent are methods that never send a request, by a slip of the library.
var silent = map[string]bool{"CDNServiceHandler.DeletePushZoneFile": true}

// uncalled lists the methods of the given services that sent no request.
func (w *world) uncalled(services []any) []string {
	missing := []string{}
	for _, service := range services {
		kind := reflect.TypeOf(service)
		for i := range kind.NumMethod() {
			name := kind.Elem().Name() + "." + kind.Method(i).Name
			if !w.calls.called[name] && !silent[name] {
				missing = append(missing, name)
			}
		}
	}
	sort.Strings(missing)
	return missing
}

// refused is a check that the server refuses, with an error body as the real API writes it. govultr gives that body
// as the error's text and nothing else.
func (w *world) refused(what string, status int, says string, err error) {
	w.show(what+" is refused", err != nil, "it was accepted")
	var body struct {
		Error  string `json:"error"`
		Status int    `json:"status"`
	}
	text := err.Error()
	if fault := json.Unmarshal([]byte(text), &body); fault != nil {
		panic(failure{fmt.Sprintf("%s: the error is not the API's JSON: %s", what, text)})
	}
	w.same(what+" is refused with the right status", body.Status, status)
	w.show(what+": the refusal is compact, as clients search it", strings.Contains(text, fmt.Sprintf(`"status":%d`, status)), text)
	w.show(what+": the refusal says so", body.Error != "" && strings.Contains(body.Error, says), text)
}

// gone is a check that a deleted thing is no more. A delete may take a moment to finish.
func (w *world) gone(what string, read func() error) {
	w.wait(what+" answers 404 once it is deleted", func() bool {
		err := read()
		return err != nil && strings.Contains(err.Error(), `"status":404`)
	})
}

// done ends the family on an error.
func done(err error) {
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(failure{fmt.Sprintf("%s:%d: %v", file[strings.LastIndex(file, "/")+1:], line, err)})
	}
}

// got is the object of an answer; a missing one ends the family, since callers of govultr would crash on it.
func got[T any](object *T, _ *http.Response, err error) *T {
	if err == nil && object == nil {
		err = fmt.Errorf("the answer holds no %T", object)
	}
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(failure{fmt.Sprintf("%s:%d: %v", file[strings.LastIndex(file, "/")+1:], line, err)})
	}
	return object
}

// rows is the list of an answer, which must come with its meta and links: clients read them unchecked.
func rows[T any](list []T, meta *govultr.Meta, _ *http.Response, err error) []T {
	if err == nil && (meta == nil || meta.Links == nil) {
		err = fmt.Errorf("the list of %T has no meta.links", list)
	}
	if err == nil && meta.Links.Next == "" && meta.Links.Prev == "" && meta.Total != len(list) {
		err = fmt.Errorf("meta.total is %d for a whole list of %d", meta.Total, len(list))
	}
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(failure{fmt.Sprintf("%s:%d: %v", file[strings.LastIndex(file, "/")+1:], line, err)})
	}
	return list
}

// whole is the list of an answer that the real API gives without meta: in one piece, since nobody could ask for the next.
func whole[T any](list []T, meta *govultr.Meta, response *http.Response, err error) []T {
	if meta != nil {
		return rows(list, meta, response, err)
	}
	return rows(list, &govultr.Meta{Total: len(list), Links: &govultr.Links{}}, response, err)
}

// has says whether one of the list is the wanted one.
func has[T any](list []T, fits func(T) bool) bool {
	for _, each := range list {
		if fits(each) {
			return true
		}
	}
	return false
}

// third drops all but the error of a call that answers an object.
func third[T any](_ T, _ *http.Response, err error) error { return err }

// fourth drops all but the error of a call that answers a list.
func fourth[T any](_ []T, _ *govultr.Meta, _ *http.Response, err error) error { return err }

// second drops all but the error of a call that answers nothing but the response.
func second(_ *http.Response, err error) error { return err }

// every is the option for a whole list on one page.
func every() *govultr.ListOptions { return &govultr.ListOptions{PerPage: 500} }
