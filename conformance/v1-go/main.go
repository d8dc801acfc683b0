// Command v1-go runs checks of API v1 with the unmodified library of JamesClonk's vultr against the server that the environment
// names. It must never repair an answer before the library has read it, and never count a call that the library did not make.
package main

import (
	"fmt"
	"os"
	"slices"
)

var families = []struct {
	name string
	run  func(*world)
}{
	{"account", account}, {"catalogue", catalogue}, {"ssh keys", keys}, {"startup scripts", scripts}, {"dns", dns},
	{"server life", life}, {"server changes", changes}, {"server addresses", addresses}, {"server applications", applications},
	{"snapshot", snapshots}, {"backup", backups}, {"iso", isos}, {"network", networks}, {"firewall", firewall}, {"block", blocks},
	{"reserved ip", reserved}, {"bare metal", bareMetal},
}

func main() {
	w := newWorld()
	failed, only := 0, os.Args[1:]
	for _, family := range families {
		if len(only) > 0 && !slices.Contains(only, family.name) {
			continue
		}
		if w.run(family.name, family.run) {
			failed++
		}
	}
	if len(only) == 0 {
		missed := w.uncalled()
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
