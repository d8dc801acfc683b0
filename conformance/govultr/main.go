// Command govultr runs checks with the unmodified govultr library against the server that the environment names.
// It must never repair an answer before the library has read it, and never count a call that the library did not make.
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
	{"account", account}, {"users", users}, {"regions", regions}, {"plans", plans}, {"os", systems},
	{"applications", applications}, {"paging", paging}, {"ssh", sshKeys}, {"startup", scripts}, {"dns domains", domains},
	{"dns records", records}, {"firewall", firewall}, {"VPCs", vpcs}, {"NAT gateways", natGateways},
	{"NAT gateway rules", natRules}, {"VPC2", vpc2}, {"reserved-ip", reservedIPs}, {"iso", isos}, {"block", blocks},
	{"block snapshots", blockSnapshots}, {"snapshot", snapshots}, {"backup", backups}, {"instance life", life},
	{"instance power", power}, {"instance changes", changes}, {"instance addresses", addresses},
	{"instance networks", networks}, {"instance iso", instanceISO}, {"instance backups", schedule}, {"bare metal", bareMetal},
	{"bare metal changes", bareMetalChanges}, {"bare metal networks", bareMetalNetworks},
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
	missed := w.uncalled([]any{
		w.Account, w.Application, w.Backup, w.BareMetalServer, w.BlockStorage, w.Domain, w.DomainRecord, w.FirewallGroup, w.FirewallRule,
		w.Instance, w.ISO, w.OS, w.Plan, w.Region, w.ReservedIP, w.Snapshot, w.SSHKey, w.StartupScript, w.User, w.VPC, w.VPC2,
	})
	if len(only) == 0 {
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
