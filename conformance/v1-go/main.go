// API v1 with JamesClonk's Go library, unmodified: a server's life, volumes, networks, firewall,
// reserved addresses, DNS, snapshots, keys and scripts.
//
// The library heeds no proxy, so it is given its endpoint, which it has an option for. Each line
// says what it shows; the first check that fails ends the run with status 1.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	vultr "github.com/JamesClonk/vultr/lib"
)

const deadline = 30 * time.Second

func show(what string, holds bool) {
	if !holds {
		fmt.Println("FAIL ", what)
		os.Exit(1)
	}
	fmt.Println("ok   ", what)
}

func done(what string, err error) {
	if err != nil {
		what = fmt.Sprintf("%s: %v", what, err)
	}
	show(what, err == nil)
}

func got[T any](what string) func(T, error) T {
	return func(value T, err error) T {
		done(what, err)
		return value
	}
}

func wait(what string, holds func() bool) {
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			show(what, true)
			return
		}
	}
	show(what+" (not in time)", false)
}

func catalogue(c *vultr.Client) {
	show("systems decode", len(got[[]vultr.OS]("os/list")(c.GetOS())) > 0)
	show("plans decode", len(got[[]vultr.Plan]("plans/list")(c.GetPlans())) > 0)
	show("regions decode", len(got[[]vultr.Region]("regions/list")(c.GetRegions())) > 0)
	show("applications decode", len(got[[]vultr.Application]("app/list")(c.GetApplications())) > 0)
	show("availability decodes", len(got[[]int]("regions/availability")(c.GetAvailablePlansForRegion(1))) > 0)
	got[vultr.AccountInfo]("account/info")(c.GetAccountInfo())
	show("no servers is an empty list", len(got[[]vultr.Server]("server/list")(c.GetServers())) == 0)
}

func server(c *vultr.Client) string {
	key := got[vultr.SSHKey]("a key is made")(c.CreateSSHKey("k", "ssh-ed25519 AAAA me@example.com"))
	key.Name = "k2"
	done("and renamed", c.UpdateSSHKey(key))
	script := got[vultr.StartupScript]("a script is made")(c.CreateStartupScript("s", "#!/bin/sh", "boot"))
	script.Content = "#!/bin/bash"
	done("and changed", c.UpdateStartupScript(script))
	done("and deleted", c.DeleteStartupScript(script.ID))
	_, subnet, _ := net.ParseCIDR("10.50.0.0/24")
	network := got[vultr.Network]("a network is made")(c.CreateNetwork(1, "net", subnet))
	group := got[string]("a firewall group is made")(c.CreateFirewallGroup("g"))
	got[int]("and a rule")(c.CreateFirewallRule(group, "tcp", "80", subnet, "note"))
	show("which is listed", len(got[[]vultr.FirewallRule]("rule_list")(c.GetFirewallRules(group))) == 1)
	options := vultr.ServerOptions{
		SSHKey: key.ID, IPV6: true, Networks: []string{network.ID}, Hostname: "h", Tag: "t",
		FirewallGroupID: group, AutoBackups: true,
	}
	made := got[vultr.Server]("a server is made")(c.CreateServer("srv", 1, 201, 387, &options))
	find := func() vultr.Server { return got[vultr.Server]("server/list?SUBID=")(c.GetServer(made.ID)) }
	wait("it becomes active", func() bool { return find().ServerState == "ok" })
	it := find()
	show("it has what was asked for", it.Tag == "t" && it.FirewallGroupID == group && it.AutoBackups == "yes" && len(it.V6Networks) == 1)
	show("it is in its network", len(got[[]vultr.PrivateNetwork]("private_networks")(c.ListPrivateNetworksForServer(made.ID))) == 1)
	show("it is found by its tag", len(got[[]vultr.Server]("by tag")(c.GetServersByTag("t"))) == 1)
	done("it is renamed", c.RenameServer(made.ID, "new"))
	done("it is halted", c.HaltServer(made.ID))
	wait("it stops", func() bool { return find().PowerStatus == "stopped" })
	done("it is started", c.StartServer(made.ID))
	wait("it runs", func() bool { return find().PowerStatus == "running" })
	show("systems to change to decode", len(got[[]vultr.OS]("os_change_list")(c.ListOSforServer(made.ID))) > 0)
	got[[]map[string]string]("its traffic")(c.BandwidthOfServer(made.ID))
	done("backups are scheduled", c.BackupSetSchedule(made.ID, vultr.BackupSchedule{CronType: "weekly", Hour: 8, Dow: 6}))
	schedule := got[*vultr.BackupScheduleResponse]("the schedule")(c.BackupGetSchedule(made.ID))
	show("is as it was set", schedule.Hour == 8 && schedule.Dow == 6)
	addresses := got[[]vultr.IPv4]("its addresses")(c.ListIPv4(made.ID))
	done("a reverse name is set", c.SetIPv4ReverseDNS(made.ID, addresses[0].IP, "a.example.com"))
	done("and set back", c.DefaultIPv4ReverseDNS(made.ID, addresses[0].IP))
	return made.ID
}

func around(c *vultr.Client, id string) {
	volume := got[vultr.BlockStorage]("a volume is made")(c.CreateBlockStorage("b", 1, 50))
	find := func() vultr.BlockStorage { return got[vultr.BlockStorage]("block/list?SUBID=")(c.GetBlockStorage(volume.ID)) }
	wait("it becomes active", func() bool { return find().Status == "active" })
	done("it is attached", c.AttachBlockStorage(volume.ID, id))
	show("to the server", find().AttachedTo == id)
	done("it is detached", c.DetachBlockStorage(volume.ID))
	done("it is deleted", c.DeleteBlockStorage(volume.ID))
	snapshot := got[vultr.Snapshot]("a snapshot is taken")(c.CreateSnapshot(id, "d"))
	wait("it completes", func() bool {
		all := got[[]vultr.Snapshot]("snapshot/list")(c.GetSnapshots())
		return len(all) == 1 && all[0].Status == "complete"
	})
	done("it is deleted", c.DeleteSnapshot(snapshot.ID))
	reserved := got[string]("an address is reserved")(c.CreateReservedIP(1, "v4", "l"))
	ip := got[vultr.IP]("reservedip/list")(c.GetReservedIP(reserved))
	address := fmt.Sprintf("%s/%d", ip.Subnet, ip.SubnetSize)
	done("it is attached", c.AttachReservedIP(address, id))
	done("it is detached", c.DetachReservedIP(id, address))
	done("it is given back", c.DestroyReservedIP(reserved))
	done("a domain is made", c.CreateDNSDomain("example.com", "192.0.2.1"))
	done("and a record", c.CreateDNSRecord("example.com", "www", "A", "192.0.2.2", 0, 300))
	for _, record := range got[[]vultr.DNSRecord]("dns/records")(c.GetDNSRecords("example.com")) {
		if record.Name == "www" {
			record.Data = "192.0.2.3"
			done("the record is changed", c.UpdateDNSRecord("example.com", record))
			done("and deleted", c.DeleteDNSRecord("example.com", record.RecordID))
		}
	}
	done("the domain is deleted", c.DeleteDNSDomain("example.com"))
}

func main() {
	endpoint := strings.TrimSuffix(os.Getenv("VULTR_API_ENDPOINT"), "v2")
	options := vultr.Options{Endpoint: endpoint, RateLimitation: time.Millisecond}
	c := vultr.NewClient(os.Getenv("VULTR_API_KEY"), &options)
	catalogue(c)
	id := server(c)
	around(c, id)
	done("the server is deleted", c.DeleteServer(id))
	wait("it is gone", func() bool { return len(got[[]vultr.Server]("server/list")(c.GetServers())) == 0 })
	err := c.DeleteServer(id)
	show("a second time it is refused", err != nil && strings.HasPrefix(err.Error(), "Invalid server.  Check SUBID"))
	wrong := vultr.NewClient("WRONG", &options)
	_, err = wrong.GetServers()
	show("a wrong key is refused", err != nil && strings.Contains(err.Error(), "Invalid API key"))
}
