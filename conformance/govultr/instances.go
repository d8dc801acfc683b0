package main

import (
	"net/netip"
	"slices"

	"github.com/vultr/govultr/v3"
)

const (
	planID, largerID        = "vc2-1c-1gb", "vc2-2c-4gb"
	systemID, otherSystemID = 2136, 2284
)

// server makes an instance and waits until it runs; more changes the request before it is sent.
func server(w *world, label string, more func(*govultr.InstanceCreateReq)) string {
	request := &govultr.InstanceCreateReq{Region: "ewr", Plan: planID, OsID: systemID, Label: label}
	if more != nil {
		more(request)
	}
	made := got(w.Instance.Create(w.ctx, request))
	w.wait(label+" comes up", func() bool { return up(got(w.Instance.Get(w.ctx, made.ID))) })
	return made.ID
}

func up(i *govultr.Instance) bool { return i.Status == "active" && i.PowerStatus == "running" }

func life(w *world) {
	on := true
	made := got(w.Instance.Create(w.ctx, &govultr.InstanceCreateReq{Region: "ewr", Plan: planID, OsID: systemID, Label: "life",
		Hostname: "Life-1", Tags: []string{"a", "b"}, UserData: encoded("#cloud-config\n"), EnableIPv6: &on, UserScheme: "root"}))
	w.show("the create answer holds the first password", made.DefaultPassword != "")
	w.show("a new instance is pending without an address", made.Status == "pending" && made.MainIP == "0.0.0.0", made)
	var found *govultr.Instance
	w.wait("it becomes active and runs", func() bool { found = got(w.Instance.Get(w.ctx, made.ID)); return up(found) })
	w.show("label, hostname, system, plan and user scheme read back", found.Label == "life" && found.Hostname == "Life-1" &&
		found.OsID == systemID && found.Plan == planID && found.UserScheme == "root", found)
	slices.Sort(found.Tags)
	w.same("exactly the tags sent read back", found.Tags, []string{"a", "b"})
	network, err := netip.ParsePrefix(found.V6Network + "/64")
	done(err)
	w.show("the IPv6 address is of the instance's own network",
		network.Contains(netip.MustParseAddr(found.V6MainIP)) && found.V6NetworkSize == 64, found)
	w.same("user data reads back", got(w.Instance.GetUserData(w.ctx, made.ID)).Data, encoded("#cloud-config\n"))
	for name, options := range map[string]*govultr.ListOptions{
		"label": {Label: "life"}, "tag": {Tag: "a"}, "region and address": {Region: "ewr", MainIP: found.MainIP},
	} {
		list := rows(w.Instance.List(w.ctx, options))
		w.show("the list can be filtered by "+name, len(list) == 1 && list[0].ID == made.ID, list)
	}
	w.show("bandwidth is a table by day", got(w.Instance.GetBandwidth(w.ctx, made.ID)).Bandwidth != nil)
	w.show("an instance is not its own neighbour", !slices.Contains(got(w.Instance.GetNeighbors(w.ctx, made.ID)).Neighbors, made.ID))
	done(w.Instance.Delete(w.ctx, made.ID))
	w.gone("an instance", func() error { return third(w.Instance.Get(w.ctx, made.ID)) })
	w.refused("an unknown instance", 404, "instance not found", third(w.Instance.Get(w.ctx, nowhere)))
	bad := &govultr.InstanceCreateReq{Region: "ewr", Plan: "vc2-none", OsID: systemID}
	w.refused("an unknown plan", 400, "Invalid plan", third(w.Instance.Create(w.ctx, bad)))
}

func power(w *world) {
	one, two := server(w, "power-1", nil), server(w, "power-2", nil)
	state := func(wanted string, ids ...string) func() bool {
		return func() bool {
			return !has(ids, func(id string) bool { return got(w.Instance.Get(w.ctx, id)).PowerStatus != wanted })
		}
	}
	done(w.Instance.Halt(w.ctx, one))
	w.wait("halt stops it", state("stopped", one))
	done(w.Instance.Start(w.ctx, one))
	w.wait("start runs it again", state("running", one))
	done(w.Instance.Reboot(w.ctx, one))
	w.wait("reboot ends in running", state("running", one))
	both := []string{one, two}
	done(w.Instance.MassHalt(w.ctx, both))
	w.wait("halt in bulk stops both", state("stopped", both...))
	done(w.Instance.MassStart(w.ctx, both))
	w.wait("start in bulk runs both", state("running", both...))
	done(w.Instance.MassReboot(w.ctx, both))
	w.wait("reboot in bulk ends in running", state("running", both...))
	w.same("reinstall answers with the instance", got(w.Instance.Reinstall(w.ctx, one, &govultr.ReinstallReq{Hostname: "reborn"})).ID, one)
	w.wait("it comes up again with the new hostname", func() bool {
		found := got(w.Instance.Get(w.ctx, one))
		return up(found) && found.Hostname == "reborn"
	})
	for _, id := range both {
		done(w.Instance.Delete(w.ctx, id))
	}
}

func changes(w *world) {
	instance := server(w, "changes", func(r *govultr.InstanceCreateReq) { r.Tags = []string{"kept"} })
	upgrades := got(w.Instance.GetUpgrades(w.ctx, instance))
	w.show("upgrades offer larger plans, other systems and applications", slices.Contains(upgrades.Plans, largerID) &&
		!slices.Contains(upgrades.Plans, planID) && len(upgrades.OS) > 0 && len(upgrades.Applications) > 0)
	got(w.Instance.Update(w.ctx, instance, &govultr.InstanceUpdateReq{Label: "changed"}))
	found := got(w.Instance.Get(w.ctx, instance))
	w.show("a null for tags keeps them while the label changes",
		found.Label == "changed" && slices.Equal(found.Tags, []string{"kept"}), found)
	got(w.Instance.Update(w.ctx, instance, &govultr.InstanceUpdateReq{Tags: []string{}}))
	w.same("an empty list clears them", len(got(w.Instance.Get(w.ctx, instance)).Tags), 0)
	got(w.Instance.Update(w.ctx, instance, &govultr.InstanceUpdateReq{Plan: largerID}))
	w.wait("the plan and the size grow", func() bool {
		found = got(w.Instance.Get(w.ctx, instance))
		return up(found) && found.Plan == largerID && found.RAM == 4096 && found.VCPUCount == 2
	})
	w.refused("a smaller plan", 400, "", third(w.Instance.Update(w.ctx, instance, &govultr.InstanceUpdateReq{Plan: planID})))
	got(w.Instance.Update(w.ctx, instance, &govultr.InstanceUpdateReq{OsID: otherSystemID}))
	w.wait("the system changes", func() bool {
		found = got(w.Instance.Get(w.ctx, instance))
		return up(found) && found.OsID == otherSystemID
	})
	done(w.Instance.Delete(w.ctx, instance))
}

func addresses(w *world) {
	on, off := true, false
	instance := server(w, "addresses", func(r *govultr.InstanceCreateReq) { r.EnableIPv6 = &on })
	main := got(w.Instance.Get(w.ctx, instance)).MainIP
	more := got(w.Instance.CreateIPv4(w.ctx, instance, &off)).IP
	listed := func() (found []string) {
		for _, row := range rows(w.Instance.ListIPv4(w.ctx, instance, every())) {
			found = append(found, row.IP)
		}
		return found
	}
	w.show("an additional address is listed at once", slices.Contains(listed(), more) && slices.Contains(listed(), main), listed())
	reverse := func() string {
		list := rows(w.Instance.ListIPv4(w.ctx, instance, every()))
		return list[slices.IndexFunc(list, func(r govultr.IPv4) bool { return r.IP == main })].Reverse
	}
	done(w.Instance.CreateReverseIPv4(w.ctx, instance, &govultr.ReverseIP{IP: main, Reverse: "www.example.com"}))
	w.same("a reverse name reads back", reverse(), "www.example.com")
	done(w.Instance.DefaultReverseIPv4(w.ctx, instance, main))
	w.show("the default one comes back", reverse() != "www.example.com", reverse())
	done(w.Instance.DeleteIPv4(w.ctx, instance, more))
	w.same("a deleted address is not listed", listed(), []string{main})
	six := rows(w.Instance.ListIPv6(w.ctx, instance, every()))
	w.show("one IPv6 network of size 64", len(six) == 1 && six[0].NetworkSize == 64, six)
	address := netip.MustParseAddr(six[0].Network)
	full := address.Next().StringExpanded()
	done(w.Instance.CreateReverseIPv6(w.ctx, instance, &govultr.ReverseIP{IP: full, Reverse: "six.example.com"}))
	reversed, _, err := w.Instance.ListReverseIPv6(w.ctx, instance)
	done(err)
	w.same("a reverse IPv6 name reads back in full form", reversed, []govultr.ReverseIP{{IP: full, Reverse: "six.example.com"}})
	done(w.Instance.DeleteReverseIPv6(w.ctx, instance, full))
	reversed, _, err = w.Instance.ListReverseIPv6(w.ctx, instance)
	done(err)
	w.same("a deleted one is gone", len(reversed), 0)
	done(w.Instance.Delete(w.ctx, instance))
}

func networks(w *world) {
	vpc := got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr", Description: "inner", V4Subnet: "10.66.0.0", V4SubnetMask: 24})).ID
	old := got(w.VPC2.Create(w.ctx, &govultr.VPC2Req{Region: "ewr", Description: "older", IPType: "v4", IPBlock: "10.67.0.0", PrefixLength: 24})).ID
	instance := server(w, "networks", nil)
	done(w.Instance.AttachVPC(w.ctx, instance, vpc))
	w.wait("an attached VPC is listed with an address of its subnet", func() bool {
		return has(rows(w.Instance.ListVPCInfo(w.ctx, instance, every())), func(v govultr.VPCInfo) bool {
			return v.ID == vpc && netip.MustParsePrefix("10.66.0.0/24").Contains(netip.MustParseAddr(v.IPAddress))
		})
	})
	w.show("the VPC lists the instance as attached", has(rows(w.VPC.ListAttachments(w.ctx, vpc, every())),
		func(a govultr.VPCAttachment) bool { return a.ID == instance || a.LinkedSubscription.ID == instance }))
	w.refused("deleting a VPC in use", 400, "attached to this VPC network", w.VPC.Delete(w.ctx, vpc))
	done(w.Instance.DetachVPC(w.ctx, instance, vpc))
	w.wait("a detached VPC is not listed", func() bool { return len(rows(w.Instance.ListVPCInfo(w.ctx, instance, every()))) == 0 })
	done(w.Instance.AttachVPC2(w.ctx, instance, &govultr.AttachVPC2Req{VPCID: old}))
	w.wait("an attached VPC 2.0 network is listed", func() bool {
		return has(rows(w.Instance.ListVPC2Info(w.ctx, instance, every())), func(v govultr.VPC2Info) bool { return v.ID == old })
	})
	done(w.Instance.DetachVPC2(w.ctx, instance, old))
	w.wait("a detached one is not", func() bool { return len(rows(w.Instance.ListVPC2Info(w.ctx, instance, every()))) == 0 })
	done(w.Instance.Delete(w.ctx, instance))
	done(w.VPC.Delete(w.ctx, vpc))
	done(w.VPC2.Delete(w.ctx, old))
}

func instanceISO(w *world) {
	iso, instance := completeISO(w), server(w, "iso-user", nil)
	state := func() govultr.Iso { return *got(w.Instance.ISOStatus(w.ctx, instance)) }
	w.same("at first no ISO is mounted", state().State, "ready")
	done(second(w.Instance.AttachISO(w.ctx, instance, iso)))
	w.wait("the ISO is mounted", func() bool { return state() == govultr.Iso{State: "isomounted", IsoID: iso} })
	w.refused("deleting an ISO in use", 400, "is still attached to", w.ISO.Delete(w.ctx, iso))
	done(second(w.Instance.DetachISO(w.ctx, instance)))
	w.wait("after the detach none is", func() bool { return state().State == "ready" })
	done(w.Instance.Delete(w.ctx, instance))
	done(w.ISO.Delete(w.ctx, iso))
}

func schedule(w *world) {
	instance, hour, day := server(w, "schedule", func(r *govultr.InstanceCreateReq) { r.Backups = "enabled" }), 4, 0
	done(second(w.Instance.SetBackupSchedule(w.ctx, instance, &govultr.BackupScheduleReq{Type: "weekly", Hour: &hour, Dow: &day})))
	found := got(w.Instance.GetBackupSchedule(w.ctx, instance))
	w.show("the schedule reads back and is enabled", found.Enabled != nil && *found.Enabled && found.Type == "weekly" &&
		found.Hour == 4 && found.NextScheduleTimeUTC != "", found)
	done(w.Instance.Delete(w.ctx, instance))
	plain := server(w, "no-schedule", nil)
	found = got(w.Instance.GetBackupSchedule(w.ctx, plain))
	w.show("without backups the answer still says so", found.Enabled != nil && !*found.Enabled, found)
	done(w.Instance.Delete(w.ctx, plain))
}
