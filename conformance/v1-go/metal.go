package main

import (
	"net"
	"slices"

	vultr "github.com/JamesClonk/vultr/lib"
)

const metal = 100

func metalUp(w *world, what, id string) {
	w.wait(what, func() bool { return got(w.GetBareMetalServer(id)).Status == "active" })
}

func bareMetal(w *world) {
	w.same("no servers are none", len(got(w.GetBareMetalServers())), 0)
	plan, is := find(got(w.GetBareMetalPlans()), func(each vultr.BareMetalPlan) bool { return each.ID == metal })
	w.show("the plan is listed", is && plan.CPUs == 4 && plan.Price == 120 && slices.Contains(plan.Regions, jersey), plan)
	// The library asks for the plans of other servers.
	w.show("what is in stock are numbers", len(got(w.GetAvailableBareMetalPlansForRegion(jersey))) > 0)
	key := got(w.CreateSSHKey("k", publicKey))
	options := vultr.BareMetalServerOptions{SSHKey: key.ID, IPV6: true, Hostname: "metal", Tag: "conformance", UserData: "#cloud-config",
		DontNotifyOnActivate: true}
	id := got(w.CreateBareMetalServer("metal", jersey, metal, ubuntu, &options)).ID
	metalUp(w, "it becomes active", id)
	it := got(w.GetBareMetalServer(id))
	w.show("it has what was asked for", it.ID == id && it.Name == "metal" && it.Tag == "conformance" && it.RegionID == jersey && it.PlanID == metal, it)
	w.show("and the plan's sizes", it.CPUs == 4 && it.RAM == "32768 MB" && it.Disk == "2x 240 GB SSD", it)
	w.show("it has a password and an address", it.DefaultPassword != "" && net.ParseIP(it.MainIP) != nil && net.ParseIP(it.GatewayV4) != nil, it)
	w.show("it has an IPv6 network", len(it.V6Networks) == 1 && it.V6Networks[0].NetworkSize == "64", it.V6Networks)
	w.same("the list has the same", got(w.GetBareMetalServers()), []vultr.BareMetalServer{it})
	w.same("it is found by its tag", len(got(w.GetBareMetalServersByTag("conformance"))), 1)
	w.same("and not by another", len(got(w.GetBareMetalServersByTag("nothing"))), 0)
	w.accepted("it is renamed", w.RenameBareMetalServer(id, "renamed & more"))
	w.accepted("it is tagged", w.TagBareMetalServer(id, "new"))
	it = got(w.GetBareMetalServer(id))
	w.show("both are seen", it.Name == "renamed & more" && it.Tag == "new", it)
	w.accepted("it is halted", w.HaltBareMetalServer(id))
	w.accepted("it is rebooted", w.RebootBareMetalServer(id))
	w.accepted("it is installed anew", w.ReinstallBareMetalServer(id))
	metalUp(w, "and is back", id)
	_, is = find(got(w.ListOSforBareMetalServer(id)), func(each vultr.OS) bool { return each.ID == debian })
	w.show("another system is offered", is)
	w.accepted("the system is changed", w.ChangeOSofBareMetalServer(id, debian))
	apps := got(w.ListApplicationsforBareMetalServer(id))
	w.show("applications are offered", len(apps) > 0)
	w.accepted("the application is changed", w.ChangeApplicationofBareMetalServer(id, apps[0].ID))
	w.wait("both are seen", func() bool {
		it := got(w.GetBareMetalServer(id))
		return it.AppID == apps[0].ID && it.OSID == "186" && it.Status == "active"
	})
	// The library asks server/bandwidth, and wants numbers.
	for _, day := range got(w.BandwidthOfBareMetalServer(id)) {
		w.show("traffic has both ways on a day", len(day["date"]) == 10 && day["incoming"] != "" && day["outgoing"] != "", day)
	}
	w.refused("a plan of other servers", "METALPLANID", second(w.CreateBareMetalServer("x", jersey, tiny, ubuntu, nil)))
	w.accepted("it is deleted", w.DeleteBareMetalServer(id))
	w.same("and gone", len(got(w.GetBareMetalServers())), 0)
	w.refused("deleting it again", "Invalid server.  Check SUBID", w.DeleteBareMetalServer(id))
	w.accepted("the key is deleted", w.DeleteSSHKey(key.ID))
}
