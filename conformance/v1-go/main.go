// Command v1-go runs checks of API v1 with the unmodified library of JamesClonk's vultr against the server that the environment
// names. It must never repair an answer before the library has read it, and never count a call that the library did not make.
package main

var families = []family{
	{"account", account}, {"catalogue", catalogue}, {"ssh keys", keys}, {"startup scripts", scripts}, {"dns", dns},
	{"server life", life}, {"server changes", changes}, {"server addresses", addresses}, {"server applications", applications},
	{"snapshot", snapshots}, {"backup", backups}, {"iso", isos}, {"network", networks}, {"firewall", firewall}, {"block", blocks},
	{"reserved ip", reserved}, {"bare metal", bareMetal},
}

func main() {
	w := newWorld()
	runAll(w, families, w.uncalled)
}
