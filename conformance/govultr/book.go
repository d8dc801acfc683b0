package main

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
)

// This file is part of both Go suites (v1-go has a link to it): it knows neither client.

// deadline is how long is waited for something to come about.
const deadline = 30 * time.Second

// book is what was shown.
type book struct {
	family string
	shown  int
}

// family is a part of a suite: what it is about, and its checks.
type family struct {
	name string
	run  func(*world)
}

// failure ends a family: what comes after a failed check would stand on sand.
type failure struct{ text string }

// show is one check; its text says what it shows.
func (b *book) show(what string, holds bool, detail ...any) {
	if !holds {
		panic(failure{strings.TrimSpace(what + ": " + fmt.Sprintln(detail...))})
	}
	b.shown++
	fmt.Printf("ok    %s: %s\n", b.family, what)
}

// same is a check that two values are equal, showing both when they are not.
func (b *book) same(what string, found, wanted any) {
	b.show(what, reflect.DeepEqual(found, wanted), fmt.Sprintf("found %#v, wanted %#v", found, wanted))
}

// wait polls until the probe holds; a check in itself.
func (b *book) wait(what string, probe func() bool) {
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if probe() {
			b.show(what, true)
			return
		}
	}
	panic(failure{fmt.Sprintf("%s: not within %s", what, deadline)})
}

// runAll runs the families, or those that the arguments name, and then tells which methods none of them called. It ends
// the program with status 1 where a check failed or a method was left out.
func runAll(w *world, families []family, uncalled func() []string) {
	failed, only := 0, os.Args[1:]
	for _, each := range families {
		if len(only) > 0 && !slices.Contains(only, each.name) {
			continue
		}
		if runOne(w, each) {
			failed++
		}
	}
	if len(only) == 0 {
		missed := uncalled()
		for _, name := range missed {
			fmt.Printf("FAIL  coverage: %s was never called\n", name)
		}
		failed += len(missed)
	}
	fmt.Printf("%d checks held, %d failures, %d different methods called\n", w.shown, failed, len(w.calls.called))
	if failed > 0 {
		os.Exit(1)
	}
}

// runOne runs one family and reports whether it failed; one family's fault must not hide the others.
func runOne(w *world, each family) (failed bool) {
	w.family = each.name
	defer func() {
		if cause := recover(); cause != nil {
			failed = true
			if fault, ours := cause.(failure); ours {
				cause = fault.text
			}
			fmt.Printf("FAIL  %s: %v\n", each.name, cause)
		}
	}()
	each.run(w)
	return false
}
