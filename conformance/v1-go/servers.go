package main

import (
	"net"
	"strings"

	vultr "github.com/JamesClonk/vultr/lib"
)

const (
	jersey = 1
	tiny   = 201
	larger = 202
	ubuntu = 1743
	debian = 2136
	app    = 186    // the system that stands for an application
	arch   = 494966 // a public ISO
)

// server is a new one that is up.
func server(w *world, name string, options *vultr.ServerOptions) string {
	made := got(w.CreateServer(name, jersey, tiny, ubuntu, options))
	up(w, name+" becomes active", made.ID)
	return made.ID
}

func up(w *world, what, id string) {
	w.wait(what, func() bool {
		it := got(w.GetServer(id))
		return it.Status == "active" && it.ServerState == "ok"
	})
}

func destroyed(w *world, id string) {
	w.accepted("the server is deleted", w.DeleteServer(id))
	w.wait("it is gone from the list", func() bool {
		_, is := find(got(w.GetServers()), func(each vultr.Server) bool { return each.ID == id })
		return !is
	})
}

func life(w *world) {
	w.same("no servers are none", len(got(w.GetServers())), 0)
	key, script := got(w.CreateSSHKey("k", publicKey)), got(w.CreateStartupScript("s", "#!/bin/sh", "boot"))
	options := vultr.ServerOptions{SSHKey: key.ID, IPV6: true, Hostname: "web", Tag: "conformance", UserData: "#cloud-config", DontNotifyOnActivate: true}
	id := server(w, "life", &options)
	it := got(w.GetServer(id))
	w.show("it has what was asked for", it.ID == id && it.Name == "life" && it.Tag == "conformance" && it.RegionID == jersey && it.PlanID == tiny, it)
	w.show("and the plan's sizes", it.VCpus == 1 && it.RAM == "1024 MB" && it.Disk == "Virtual 25 GB" && it.Cost == "5.00" && it.AllowedBandwidth > 0, it)
	w.show("it has a password and an address", it.DefaultPassword != "" && net.ParseIP(it.MainIP) != nil && net.ParseIP(it.GatewayV4) != nil, it)
	w.show("it has an IPv6 network", len(it.V6Networks) == 1 && it.V6Networks[0].NetworkSize == "64", it.V6Networks)
	w.same("the list has the same", got(w.GetServers()), []vultr.Server{it})
	w.same("it is found by its tag", len(got(w.GetServersByTag("conformance"))), 1)
	w.same("and not by another", len(got(w.GetServersByTag("nothing"))), 0)
	w.accepted("it is halted", w.HaltServer(id))
	w.wait("it stops", func() bool { return got(w.GetServer(id)).PowerStatus == "stopped" })
	w.accepted("it is started", w.StartServer(id))
	w.wait("it runs", func() bool { return got(w.GetServer(id)).PowerStatus == "running" })
	w.accepted("it is rebooted", w.RebootServer(id))
	up(w, "and is back", id)
	for _, day := range got(w.BandwidthOfServer(id)) {
		w.show("traffic has both ways on a day", len(day["date"]) == 10 && day["incoming"] != "" && day["outgoing"] != "", day)
	}
	destroyed(w, id)
	w.refused("deleting it again", "Invalid server.  Check SUBID", w.DeleteServer(id))
	w.refused("a region that is none", "DCID", second(w.CreateServer("x", 9999, tiny, ubuntu, nil)))
	w.refused("a plan that is none", "VPSPLANID", second(w.CreateServer("x", jersey, 999999, ubuntu, nil)))
	w.refused("a system that is none", "OSID", second(w.CreateServer("x", jersey, tiny, 999999, nil)))
	w.same("and nothing was made", len(got(w.GetServers())), 0)
	w.accepted("the key is deleted", w.DeleteSSHKey(key.ID))
	w.accepted("the script is deleted", w.DeleteStartupScript(script.ID))
}

func changes(w *world) {
	id := server(w, "changes", nil)
	w.accepted("it is renamed", w.RenameServer(id, "renamed & more"))
	w.accepted("it is tagged", w.TagServer(id, "new"))
	it := got(w.GetServer(id))
	w.show("both are seen", it.Name == "renamed & more" && it.Tag == "new", it)
	_, is := find(got(w.ListOSforServer(id)), func(each vultr.OS) bool { return each.ID == debian && each.Surcharge == "0.00" })
	w.show("it can be given another system", is)
	w.accepted("it is given one", w.ChangeOSofServer(id, debian))
	w.wait("it has it", func() bool { return strings.HasPrefix(got(w.GetServer(id)).OS, "Debian 12") })
	up(w, "and is up with it", id)
	offered := got(w.ListUpgradePlansForServer(id))
	_, is = find(offered, func(plan int) bool { return plan == larger })
	_, own := find(offered, func(plan int) bool { return plan == tiny })
	w.show("it can be given a larger plan", is && !own, offered)
	w.accepted("it is given it", w.ChangePlanOfServer(id, larger))
	w.wait("it has it", func() bool { return got(w.GetServer(id)).PlanID == larger })
	up(w, "and is up with it", id)
	w.refused("a smaller plan", "", w.ChangePlanOfServer(id, tiny))
	w.accepted("it is installed again", w.ReinstallServer(id))
	up(w, "and is up again", id)
	w.same("at the same address", got(w.GetServer(id)).MainIP, it.MainIP)
	destroyed(w, id)
}

func addresses(w *world) {
	id := server(w, "addresses", &vultr.ServerOptions{IPV6: true})
	main := got(w.ListIPv4(id))
	w.show("it has its main address, with a MAC address", len(main) == 1 && main[0].Type == "main_ip" && len(main[0].MAC) == 17, main)
	w.accepted("a second is added, without a reboot", w.CreateIPv4(id, false))
	w.wait("it has two", func() bool { return len(got(w.ListIPv4(id))) == 2 })
	second := got(w.ListIPv4(id))[1]
	reverse := func() string {
		found, _ := find(got(w.ListIPv4(id)), func(each vultr.IPv4) bool { return each.IP == second.IP })
		return found.ReverseDNS
	}
	w.accepted("a reverse name is set", w.SetIPv4ReverseDNS(id, second.IP, "host.kettle.example"))
	w.same("it is seen", reverse(), "host.kettle.example")
	w.accepted("and set back", w.DefaultIPv4ReverseDNS(id, second.IP))
	w.same("it is what it was", reverse(), second.ReverseDNS)
	w.refused("another's address", "Invalid IP address", w.SetIPv4ReverseDNS(id, "192.0.2.77", "x.example"))
	w.accepted("the second is taken away", w.DeleteIPv4(id, second.IP))
	w.wait("it has one", func() bool { return len(got(w.ListIPv4(id))) == 1 })
	six := got(w.ListIPv6(id))
	w.show("it has an IPv6 address", len(six) == 1 && six[0].NetworkSize == "64" && net.ParseIP(six[0].IP) != nil, six)
	w.same("that has no reverse name", len(got(w.ListIPv6ReverseDNS(id))), 0)
	w.accepted("it is given one", w.SetIPv6ReverseDNS(id, six[0].IP, "six.kettle.example"))
	names := got(w.ListIPv6ReverseDNS(id))
	w.show("it has it", len(names) == 1 && names[0].ReverseDNS == "six.kettle.example" && net.ParseIP(names[0].IP).Equal(net.ParseIP(six[0].IP)), names)
	w.accepted("it is taken away", w.DeleteIPv6ReverseDNS(id, six[0].IP))
	w.same("it has none", len(got(w.ListIPv6ReverseDNS(id))), 0)
	destroyed(w, id)
}

func applications(w *world) {
	first := got(w.GetApplications())[0]
	made := got(w.CreateServer("app", jersey, larger, app, &vultr.ServerOptions{AppID: first.ID}))
	up(w, "a server with an application becomes active", made.ID)
	w.same("it has it", got(w.GetServer(made.ID)).AppID, first.ID)
	got(w.GetApplicationInfo(made.ID))
	other, is := find(got(w.ListApplicationsforServer(made.ID)), func(each vultr.Application) bool { return each.ID != first.ID })
	w.show("it can be given another", is, other)
	w.accepted("it is given it", w.ChangeApplicationofServer(made.ID, other.ID))
	w.wait("it has it", func() bool { return got(w.GetServer(made.ID)).AppID == other.ID })
	up(w, "and is up with it", made.ID)
	w.refused("an application that is none", "APPID", w.ChangeApplicationofServer(made.ID, "999999"))
	destroyed(w, made.ID)
}

func snapshots(w *world) {
	id := server(w, "original", nil)
	made := got(w.CreateSnapshot(id, "before"))
	w.wait("a snapshot completes", func() bool { all := got(w.GetSnapshots()); return len(all) == 1 && all[0].Status == "complete" })
	listed := got(w.GetSnapshots())[0]
	w.show("it is as it was asked for", listed.ID == made.ID && listed.Description == "before" && listed.Size != "" && listed.Size != "0", listed)
	w.accepted("the server is restored from it", w.RestoreSnapshot(id, made.ID))
	up(w, "and is up again", id)
	copied := got(w.CreateServer("copy", jersey, tiny, 164, &vultr.ServerOptions{Snapshot: made.ID}))
	up(w, "another is made from it", copied.ID)
	w.refused("a snapshot that is none", "", w.RestoreSnapshot(id, "5359435d28b9a"))
	w.accepted("it is deleted", w.DeleteSnapshot(made.ID))
	w.wait("it is gone", func() bool { return len(got(w.GetSnapshots())) == 0 })
	destroyed(w, id)
	destroyed(w, copied.ID)
}

func backups(w *world) {
	id := server(w, "backed up", &vultr.ServerOptions{AutoBackups: true})
	w.same("backups are on", got(w.GetServer(id)).AutoBackups, "yes")
	w.accepted("a schedule is set", w.BackupSetSchedule(id, vultr.BackupSchedule{CronType: "weekly", Hour: 8, Dow: 6}))
	schedule := got(w.BackupGetSchedule(id))
	w.show("it is as it was set", schedule.Enabled && schedule.CronType == "weekly" && schedule.Hour == 8 && schedule.Dow == 6, schedule)
	w.same("there are no backups yet", len(got(w.GetBackups(id, ""))), 0)
	w.refused("restoring one that is none", "ackup", w.RestoreBackup(id, "543d34149403a"))
	destroyed(w, id)
}

func isos(w *world) {
	w.same("no ISOs are none", len(got(w.GetISO())), 0)
	id := server(w, "drive", nil)
	w.same("nothing is in the drive", got(w.GetISOStatusofServer(id)).State, "ready")
	w.refused("an ISO that is none", "", w.AttachISOtoServer(id, 999999))
	w.accepted("a public ISO is put in", w.AttachISOtoServer(id, arch))
	in := vultr.ISOStatus{State: "isomounted", ISOID: "0"}
	w.wait("it is in, without a number, since it is not the account's", func() bool { return got(w.GetISOStatusofServer(id)) == in })
	w.accepted("it is taken out", w.DetachISOfromServer(id))
	w.wait("the drive is empty again", func() bool { return got(w.GetISOStatusofServer(id)).State == "ready" })
	destroyed(w, id)
}
