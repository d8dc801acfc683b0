package main

import (
	"fmt"
	"net"

	vultr "github.com/JamesClonk/vultr/lib"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@example.com"

func account(w *world) {
	info := got(w.GetAccountInfo())
	w.show("balance and charges are numbers to the library", info.Balance <= 0 && info.PendingCharges >= 0, info)
	_, err := clientWith(w.calls, "WRONG").GetServers()
	w.refused("a wrong key", "Invalid API key", err)
}

func catalogue(w *world) {
	custom, is := find(got(w.GetOS()), func(each vultr.OS) bool { return each.ID == 159 })
	w.show("systems have Custom", is && custom.Name == "Custom" && !custom.Windows, custom)
	plan, is := find(got(w.GetPlans()), func(each vultr.Plan) bool { return each.ID == tiny })
	w.show("plans have 201 for 5.00", is && plan.Price == "5.00" && plan.RAM == "1024" && plan.VCpus == 1, plan)
	region, is := find(got(w.GetRegions()), func(each vultr.Region) bool { return each.ID == jersey })
	w.show("regions have New Jersey", is && region.Name == "New Jersey" && region.Code == "EWR" && region.BlockStorage, region)
	_, is = find(got(w.GetAvailablePlansForRegion(jersey)), func(id int) bool { return id == tiny })
	w.show("201 can be had there", is)
	w.refused("availability in a region that is none", "", second(w.GetAvailablePlansForRegion(9999)))
	_, is = find(got(w.GetApplications()), func(each vultr.Application) bool {
		return each.ID == "" || each.ShortName == "" || each.DeployName == ""
	})
	w.show("applications have what the library reads", !is && len(got(w.GetApplications())) > 1)
}

func keys(w *world) {
	w.same("no keys are none", len(got(w.GetSSHKeys())), 0)
	made := got(w.CreateSSHKey("one", publicKey))
	w.accepted("a key is renamed", w.UpdateSSHKey(vultr.SSHKey{ID: made.ID, Name: "new"}))
	listed := got(w.GetSSHKeys())
	w.show("only the name is changed", len(listed) == 1 && listed[0].Name == "new" && listed[0].Key == publicKey && listed[0].ID == made.ID, listed)
	w.accepted("it is deleted", w.DeleteSSHKey(made.ID))
	w.refused("deleting it again", "", w.DeleteSSHKey(made.ID))
	w.same("it is gone", len(got(w.GetSSHKeys())), 0)
}

func scripts(w *world) {
	text := "#!/bin/sh\necho 'a & b = ü'\n"
	made := got(w.CreateStartupScript("first", text, "pxe"))
	w.same("the script comes back as it was", got(w.GetStartupScript(made.ID)), vultr.StartupScript{ID: made.ID, Name: "first", Type: "pxe", Content: text})
	w.accepted("its text is changed", w.UpdateStartupScript(vultr.StartupScript{ID: made.ID, Content: "#!ipxe"}))
	listed := got(w.GetStartupScripts())
	w.show("only its text", len(listed) == 1 && listed[0].Content == "#!ipxe" && listed[0].Name == "first", listed)
	w.accepted("it is deleted", w.DeleteStartupScript(made.ID))
	w.same("it is gone", len(got(w.GetStartupScripts())), 0)
	w.refused("a type that is none", "type", second(w.CreateStartupScript("bad", "x", "floppy")))
}

func dns(w *world) {
	w.accepted("a domain is made", w.CreateDNSDomain("kettle.example", "192.0.2.1"))
	domains := got(w.GetDNSDomains())
	w.show("it is listed, with a date", len(domains) == 1 && domains[0].Domain == "kettle.example" && len(domains[0].Created) == 19, domains)
	w.accepted("a record is made", w.CreateDNSRecord("kettle.example", "lab", "MX", "mail.kettle.example", 20, 600))
	mail := func(each vultr.DNSRecord) bool { return each.Type == "MX" && each.TTL == 600 }
	record, is := find(got(w.GetDNSRecords("kettle.example")), mail)
	w.show("it is as it was asked for", is && record.Data == "mail.kettle.example" && record.Priority == 20 && record.RecordID > 0, record)
	w.accepted("it is changed", w.UpdateDNSRecord("kettle.example", vultr.DNSRecord{RecordID: record.RecordID, Data: "mx.kettle.example"}))
	changed, is := find(got(w.GetDNSRecords("kettle.example")), mail)
	w.show("its data alone", is && changed.Data == "mx.kettle.example" && changed.Priority == 20 && changed.RecordID == record.RecordID, changed)
	w.accepted("it is deleted", w.DeleteDNSRecord("kettle.example", record.RecordID))
	_, is = find(got(w.GetDNSRecords("kettle.example")), mail)
	w.show("it is gone", !is)
	w.refused("the domain again", "", w.CreateDNSDomain("kettle.example", "192.0.2.1"))
	w.accepted("the domain is deleted", w.DeleteDNSDomain("kettle.example"))
	w.same("no domains are none", len(got(w.GetDNSDomains())), 0)
	w.refused("records of a domain that is gone", "Invalid domain", second(w.GetDNSRecords("kettle.example")))
}

func networks(w *world) {
	_, subnet, _ := net.ParseCIDR("10.50.0.0/24")
	made := got(w.CreateNetwork(jersey, "office", subnet))
	listed := got(w.GetNetworks())
	w.show("a network is as it was asked for", len(listed) == 1 && listed[0].ID == made.ID && listed[0].V4Subnet == "10.50.0.0" &&
		listed[0].V4SubnetMask == 24 && listed[0].RegionID == jersey && listed[0].Description == "office", listed)
	id := server(w, "networked", nil)
	w.same("a server is in none unless asked for", len(got(w.ListPrivateNetworksForServer(id))), 0)
	w.accepted("it is joined", w.EnablePrivateNetworkForServer(id, made.ID))
	joined := got(w.ListPrivateNetworksForServer(id))
	w.show("with an address of the network", len(joined) == 1 && joined[0].ID == made.ID && subnet.Contains(net.ParseIP(joined[0].IPAddress)), joined)
	w.refused("deleting the network meanwhile", "", w.DeleteNetwork(made.ID))
	w.accepted("it is left", w.DisablePrivateNetworkForServer(id, made.ID))
	w.wait("the server is in none again", func() bool { return len(got(w.ListPrivateNetworksForServer(id))) == 0 })
	destroyed(w, id)
	w.accepted("the network is deleted", w.DeleteNetwork(made.ID))
	w.same("it is gone", len(got(w.GetNetworks())), 0)
}

func firewall(w *world) {
	group := got(w.CreateFirewallGroup("web"))
	_, four, _ := net.ParseCIDR("192.0.2.0/24")
	_, six, _ := net.ParseCIDR("2001:db8::/32")
	number := got(w.CreateFirewallRule(group, "tcp", "443", four, "https"))
	other := got(w.CreateFirewallRule(group, "icmp", "", six, ""))
	w.show("rules have different numbers", number > 0 && other > 0 && number != other, number, other)
	rules := got(w.GetFirewallRules(group))
	w.show("both kinds of address are listed", len(rules) == 2, rules)
	rule, is := find(rules, func(each vultr.FirewallRule) bool { return each.RuleNumber == number })
	w.show("a rule is as it was asked for", is && rule.Port == "443" && rule.Protocol == "tcp" && rule.Network.String() == four.String() &&
		rule.Notes == "https" && rule.Action == "accept", rule)
	w.accepted("the group is described anew", w.SetFirewallGroupDescription(group, "new"))
	id := server(w, "walled", &vultr.ServerOptions{FirewallGroupID: group})
	w.same("the server is in the group", got(w.GetServer(id)).FirewallGroupID, group)
	it := got(w.GetFirewallGroup(group))
	w.show("the group counts what it has", it.Description == "new" && it.RuleCount == 2 && it.InstanceCount == 1 && it.MaxRuleCount >= 50, it)
	w.same("and is the only one", len(got(w.GetFirewallGroups())), 1)
	w.accepted("the server leaves it", w.UnsetFirewallGroup(id))
	w.same("and is in none", got(w.GetServer(id)).FirewallGroupID, "")
	w.accepted("and joins it again", w.SetFirewallGroup(id, group))
	w.same("it is in it", got(w.GetServer(id)).FirewallGroupID, group)
	w.accepted("a rule is deleted", w.DeleteFirewallRule(number, group))
	w.same("the other is left", len(got(w.GetFirewallRules(group))), 1)
	w.refused("a port that is none", "", second(w.CreateFirewallRule(group, "tcp", "http", four, "")))
	destroyed(w, id)
	w.accepted("the group is deleted", w.DeleteFirewallGroup(group))
	w.same("it is gone", len(got(w.GetFirewallGroups())), 0)
}

func blocks(w *world) {
	id := server(w, "holder", nil)
	made := got(w.CreateBlockStorage("data", jersey, 50))
	volume := func() vultr.BlockStorage { return got(w.GetBlockStorage(made.ID)) }
	w.wait("a volume becomes active", func() bool { return volume().Status == "active" })
	w.show("it is as it was asked for", volume().SizeGB == 50 && volume().Name == "data" && volume().RegionID == jersey && volume().AttachedTo == "", volume())
	w.accepted("it is attached", w.AttachBlockStorage(made.ID, id))
	w.wait("to the server", func() bool { return volume().AttachedTo == id })
	w.accepted("it is labelled", w.LabelBlockStorage(made.ID, "new"))
	w.accepted("it is resized", w.ResizeBlockStorage(made.ID, 80))
	w.wait("both are seen", func() bool { return volume().SizeGB == 80 && volume().Name == "new" })
	w.refused("making it smaller", "", w.ResizeBlockStorage(made.ID, 40))
	w.accepted("it is detached", w.DetachBlockStorage(made.ID))
	w.wait("from the server", func() bool { return volume().AttachedTo == "" })
	w.accepted("it is deleted", w.DeleteBlockStorage(made.ID))
	w.wait("it is gone", func() bool { return len(got(w.GetBlockStorages())) == 0 })
	destroyed(w, id)
}

func reserved(w *world) {
	made := got(w.CreateReservedIP(jersey, "v4", "kept"))
	ip := func() vultr.IP { return got(w.GetReservedIP(made)) }
	w.show("an address is as it was asked for", ip().IPType == "v4" && ip().SubnetSize == 32 && ip().Label == "kept" && ip().RegionID == jersey && ip().AttachedTo == "", ip())
	id, address := server(w, "keeper", nil), fmt.Sprintf("%s/%d", ip().Subnet, ip().SubnetSize)
	w.accepted("it is attached", w.AttachReservedIP(address, id))
	w.wait("to the server", func() bool { return ip().AttachedTo == id })
	w.accepted("it is detached", w.DetachReservedIP(id, address))
	w.wait("from the server", func() bool { return ip().AttachedTo == "" })
	w.accepted("a second address is added to the server", w.CreateIPv4(id, false))
	second := func() (string, bool) {
		found, is := find(got(w.ListIPv4(id)), func(each vultr.IPv4) bool { return each.Type == "secondary_ip" })
		return found.IP, is
	}
	w.wait("it has it", func() bool { _, is := second(); return is })
	own, _ := second()
	converted := got(w.ConvertReservedIP(id, own))
	kept := got(w.GetReservedIP(converted))
	w.show("and it is made a reserved one", kept.Subnet == own && kept.AttachedTo == id, kept)
	w.same("both are listed", len(got(w.ListReservedIP())), 2)
	destroyed(w, id)
	w.wait("it outlives the server", func() bool { return got(w.GetReservedIP(converted)).AttachedTo == "" })
	w.accepted("one is given back", w.DestroyReservedIP(made))
	w.accepted("the other too", w.DestroyReservedIP(converted))
	w.same("none is left", len(got(w.ListReservedIP())), 0)
	w.refused("giving one back again", "", w.DestroyReservedIP(made))
}
