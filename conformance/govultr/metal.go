package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/vultr/govultr/v3"
)

const metalPlanID = "vbm-4c-32gb"

// places is a list that comes without pages.
func places[T any](list []T, _ *http.Response, err error) []T {
	done(err)
	return list
}

// metal makes a bare metal server and waits until it is active; more changes the request before it is sent.
func metal(w *world, label string, more func(*govultr.BareMetalCreate)) string {
	request := &govultr.BareMetalCreate{Region: "ewr", Plan: metalPlanID, OsID: systemID, Label: label}
	if more != nil {
		more(request)
	}
	made := got(w.BareMetalServer.Create(w.ctx, request))
	w.wait(label+" comes up", func() bool { return got(w.BareMetalServer.Get(w.ctx, made.ID)).Status == "active" })
	return made.ID
}

func bareMetal(w *world) {
	on := true
	made := got(w.BareMetalServer.Create(w.ctx, &govultr.BareMetalCreate{Region: "ewr", Plan: metalPlanID, OsID: systemID, Label: "metal",
		Hostname: "Metal-1", Tags: []string{"a", "b"}, UserData: encoded("#cloud-config\n"), EnableIPv6: &on, UserScheme: "limited",
		MdiskMode: "raid1", PersistentPxe: &on, ActivationEmail: &on}))
	w.show("a new server is pending without an address", made.Status == "pending" && made.MainIP == "" && made.DefaultPassword != "", made)
	var found *govultr.BareMetalServer
	w.wait("it becomes active", func() bool {
		found = got(w.BareMetalServer.Get(w.ctx, made.ID))
		return found.Status == "active"
	})
	w.show("what was sent reads back", found.Label == "metal" && found.OsID == systemID && found.Plan == metalPlanID &&
		found.UserScheme == "limited" && slices.Equal(found.Features, []string{"ipv6", "persistent_pxe"}), found)
	slices.Sort(found.Tags)
	w.same("exactly the tags sent read back", found.Tags, []string{"a", "b"})
	w.show("it has its plan's size", found.RAM == "32768 MB" && found.Disk == "2x 240GB SSD" && found.CPUCount == 4 && found.MacAddress > 0, found)
	list := rows(w.BareMetalServer.List(w.ctx, every()))
	w.show("the list has it", len(list) == 1 && list[0].ID == made.ID, list)
	w.same("user data reads back", got(w.BareMetalServer.GetUserData(w.ctx, made.ID)).Data, encoded("#cloud-config\n"))
	w.show("bandwidth is a table by day", got(w.BareMetalServer.GetBandwidth(w.ctx, made.ID)).Bandwidth != nil)
	console := got(w.BareMetalServer.GetVNCUrl(w.ctx, made.ID)).URL
	w.show("the console's address is a page that says what would be there", strings.HasSuffix(console, "/_kettle/console/"+made.ID), console)
	active := func() bool { return got(w.BareMetalServer.Get(w.ctx, made.ID)).Status == "active" }
	both := []string{made.ID, metal(w, "second", nil)}
	done(w.BareMetalServer.Halt(w.ctx, made.ID))
	done(w.BareMetalServer.Start(w.ctx, made.ID))
	done(w.BareMetalServer.Reboot(w.ctx, made.ID))
	done(w.BareMetalServer.MassHalt(w.ctx, both))
	done(w.BareMetalServer.MassStart(w.ctx, both))
	done(w.BareMetalServer.MassReboot(w.ctx, both))
	w.wait("after all switching it is active", active)
	w.same("reinstall answers with the server", got(w.BareMetalServer.Reinstall(w.ctx, made.ID)).ID, made.ID)
	w.wait("it comes up again", active)
	for _, id := range both {
		done(w.BareMetalServer.Delete(w.ctx, id))
		w.gone("a server", func() error { return third(w.BareMetalServer.Get(w.ctx, id)) })
	}
	w.refused("an unknown server", 404, "Invalid server", third(w.BareMetalServer.Get(w.ctx, nowhere)))
	bad := &govultr.BareMetalCreate{Region: "ewr", Plan: planID, OsID: systemID}
	w.refused("a plan of instances", 400, "Invalid plan", third(w.BareMetalServer.Create(w.ctx, bad)))
}

func bareMetalChanges(w *world) {
	id := metal(w, "changes", func(r *govultr.BareMetalCreate) { r.Tags = []string{"kept"} })
	upgrades := got(w.BareMetalServer.GetUpgrades(w.ctx, id))
	w.show("upgrades offer other systems and applications", len(upgrades.OS) > 0 && len(upgrades.Applications) > 0 && len(upgrades.Plans) == 0)
	got(w.BareMetalServer.Update(w.ctx, id, &govultr.BareMetalUpdate{Label: "changed"}))
	found := got(w.BareMetalServer.Get(w.ctx, id))
	w.show("the tags stay while the label changes", found.Label == "changed" && slices.Equal(found.Tags, []string{"kept"}), found)
	changing := got(w.BareMetalServer.Update(w.ctx, id, &govultr.BareMetalUpdate{OsID: otherSystemID}))
	w.same("another system is installed at once", changing.OsID, otherSystemID)
	w.wait("and is up", func() bool { return got(w.BareMetalServer.Get(w.ctx, id)).Status == "active" })
	wrong := &govultr.BareMetalUpdate{OsID: 1, Label: "x"}
	w.refused("a system that is none", 400, "Invalid OS", third(w.BareMetalServer.Update(w.ctx, id, wrong)))
	w.same("and changes nothing", got(w.BareMetalServer.Get(w.ctx, id)).Label, "changed")
	done(w.BareMetalServer.Delete(w.ctx, id))
}

func bareMetalNetworks(w *world) {
	on := true
	id := metal(w, "networks", func(r *govultr.BareMetalCreate) { r.EnableIPv6 = &on })
	found := got(w.BareMetalServer.Get(w.ctx, id))
	four := rows(w.BareMetalServer.ListIPv4s(w.ctx, id, every()))
	w.show("its address is listed", len(four) == 1 && four[0].IP == found.MainIP && four[0].Type == "main_ip", four)
	six := rows(w.BareMetalServer.ListIPv6s(w.ctx, id, every()))
	w.show("its IPv6 address is listed", len(six) == 1 && six[0].IP == found.V6MainIP && six[0].NetworkSize == 64, six)
	vpc := got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr", Description: "inner", V4Subnet: "10.70.0.0", V4SubnetMask: 24})).ID
	done(w.BareMetalServer.AttachVPC(w.ctx, id, vpc))
	inner := places(w.BareMetalServer.ListVPCInfo(w.ctx, id))
	w.show("it is in the VPC with an address of its subnet", len(inner) == 1 && inner[0].ID == vpc &&
		netip.MustParsePrefix("10.70.0.0/24").Contains(netip.MustParseAddr(inner[0].IPAddress)), inner)
	w.show("the VPC lists it", has(rows(w.VPC.ListAttachments(w.ctx, vpc, every())),
		func(a govultr.VPCAttachment) bool { return a.LinkedSubscription.ID == id }))
	w.refused("deleting a VPC in use", 400, "attached to this VPC network", w.VPC.Delete(w.ctx, vpc))
	done(w.BareMetalServer.DetachVPC(w.ctx, id, vpc))
	w.same("a detached VPC is not listed", len(places(w.BareMetalServer.ListVPCInfo(w.ctx, id))), 0)
	old := got(w.VPC2.Create(w.ctx, &govultr.VPC2Req{Region: "ewr", Description: "older", IPType: "v4", IPBlock: "10.71.0.0", PrefixLength: 24})).ID
	done(w.BareMetalServer.AttachVPC2(w.ctx, id, &govultr.AttachVPC2Req{VPCID: old}))
	w.show("it is in the VPC 2.0 network", has(places(w.BareMetalServer.ListVPC2Info(w.ctx, id)), func(v govultr.VPC2Info) bool { return v.ID == old }))
	done(w.BareMetalServer.DetachVPC2(w.ctx, id, old))
	w.same("and out of it", len(places(w.BareMetalServer.ListVPC2Info(w.ctx, id))), 0)
	done(w.BareMetalServer.Delete(w.ctx, id))
	done(w.VPC.Delete(w.ctx, vpc))
	done(w.VPC2.Delete(w.ctx, old))
}
