package main

import (
	"net/netip"

	"github.com/vultr/govultr/v3"
)

func firewall(w *world) {
	group := got(w.FirewallGroup.Create(w.ctx, &govultr.FirewallGroupReq{Description: "web"})).ID
	w.show("the group is listed",
		has(rows(w.FirewallGroup.List(w.ctx, every())), func(g govultr.FirewallGroup) bool { return g.ID == group }))
	done(w.FirewallGroup.Update(w.ctx, group, &govultr.FirewallGroupReq{Description: "web servers"}))
	request := govultr.FirewallRuleReq{IPType: "v4", Protocol: "tcp", Subnet: "192.0.2.0", SubnetSize: 24, Port: "8000:8010", Notes: "apps"}
	rule := got(w.FirewallRule.Create(w.ctx, group, &request))
	found := got(w.FirewallRule.Get(w.ctx, group, rule.ID))
	w.show("a rule reads back as sent, its port range unchanged", found.Port == "8000:8010" && found.Protocol == "tcp" &&
		found.Subnet == "192.0.2.0" && found.SubnetSize == 24 && found.Notes == "apps" && found.Action == "accept", found)
	ping := govultr.FirewallRuleReq{IPType: "v6", Protocol: "icmp", Subnet: "2001:db8::", SubnetSize: 32}
	other := got(w.FirewallRule.Create(w.ctx, group, &ping))
	w.same("a rule without a port reads as one without", got(w.FirewallRule.Get(w.ctx, group, other.ID)).Port, "")
	after := got(w.FirewallGroup.Get(w.ctx, group))
	w.show("the group has its new description and counts its rules", after.Description == "web servers" && after.RuleCount == 2, after)
	request.Port = "0"
	w.refused("port 0", 400, "", third(w.FirewallRule.Create(w.ctx, group, &request)))
	done(w.FirewallRule.Delete(w.ctx, group, rule.ID))
	w.show("a deleted rule is not listed",
		!has(rows(w.FirewallRule.List(w.ctx, group, every())), func(r govultr.FirewallRule) bool { return r.ID == rule.ID }))
	w.refused("a deleted rule", 404, "Firewall rule ID not found", third(w.FirewallRule.Get(w.ctx, group, rule.ID)))
	done(w.FirewallGroup.Delete(w.ctx, group))
	w.gone("a firewall group", func() error { return third(w.FirewallGroup.Get(w.ctx, group)) })
}

func vpcs(w *world) {
	made := got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr", Description: "inner", V4Subnet: "10.55.0.0", V4SubnetMask: 20}))
	chosen := got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr"}))
	w.show("an empty subnet and mask 0 mean: choose one", chosen.V4Subnet != "" && chosen.V4SubnetMask > 0, chosen)
	w.show("the VPC is listed", has(rows(w.VPC.List(w.ctx, every())), func(v govultr.VPC) bool { return v.ID == made.ID }))
	done(w.VPC.Update(w.ctx, made.ID, "renamed"))
	found := got(w.VPC.Get(w.ctx, made.ID))
	w.show("a new description reads back and the subnet stays",
		found.Description == "renamed" && found.V4Subnet == "10.55.0.0" && found.V4SubnetMask == 20, found)
	w.same("an unused VPC has no attachments", len(rows(w.VPC.ListAttachments(w.ctx, made.ID, every()))), 0)
	for _, id := range []string{made.ID, chosen.ID} {
		done(w.VPC.Delete(w.ctx, id))
		w.gone("a VPC", func() error { return third(w.VPC.Get(w.ctx, id)) })
	}
	w.refused("an unknown VPC", 404, "Invalid VPC ID", third(w.VPC.Get(w.ctx, nowhere)))
}

// gateway makes a VPC with a NAT gateway that is active.
func gateway(w *world) (vpc, nat string) {
	vpc = got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr", Description: "nat", V4Subnet: "10.44.0.0", V4SubnetMask: 24})).ID
	nat = got(w.VPC.CreateNATGateway(w.ctx, vpc, &govultr.NATGatewayReq{Label: "out", Tag: "edge"})).ID
	w.wait("a NAT gateway becomes active", func() bool { return got(w.VPC.GetNATGateway(w.ctx, vpc, nat)).Status == "active" })
	return vpc, nat
}

func natGateways(w *world) {
	vpc, nat := gateway(w)
	found := got(w.VPC.GetNATGateway(w.ctx, vpc, nat))
	w.show("label, tag and VPC read back", found.Label == "out" && found.Tag == "edge" && found.VPCID == vpc, found)
	w.show("it has a public address and one of the VPC's subnet", len(found.PublicIPs) > 0 && len(found.PrivateIPs) > 0 &&
		netip.MustParsePrefix("10.44.0.0/24").Contains(netip.MustParseAddr(found.PrivateIPs[0])), found)
	w.show("it is listed",
		has(rows(w.VPC.ListNATGateways(w.ctx, vpc, every())), func(g govultr.NATGateway) bool { return g.ID == nat }))
	got(w.VPC.UpdateNATGateway(w.ctx, vpc, nat, &govultr.NATGatewayReq{Label: "door"}))
	found = got(w.VPC.GetNATGateway(w.ctx, vpc, nat))
	w.show("a new label reads back and the tag stays", found.Label == "door" && found.Tag == "edge", found)
	done(w.VPC.DeleteNATGateway(w.ctx, vpc, nat))
	w.gone("a NAT gateway", func() error { return third(w.VPC.GetNATGateway(w.ctx, vpc, nat)) })
	done(w.VPC.Delete(w.ctx, vpc))
}

func natRules(w *world) {
	vpc, nat := gateway(w)
	rule := got(w.VPC.CreateNATGatewayFirewallRule(w.ctx, vpc, nat, &govultr.NATGatewayFirewallRuleCreateReq{
		Protocol: "tcp", Port: "80:90", Subnet: "192.0.2.1", SubnetSize: 24, Notes: "first"}))
	found := got(w.VPC.GetNATGatewayFirewallRule(w.ctx, vpc, nat, rule.ID))
	w.show("a firewall rule reads back as sent", found.Port == "80:90" && found.Subnet == "192.0.2.1" && found.SubnetSize == 24, found)
	got(w.VPC.UpdateNATGatewayFirewallRule(w.ctx, vpc, nat, rule.ID, &govultr.NATGatewayFirewallRuleUpdateReq{Notes: "second"}))
	w.same("new notes read back", got(w.VPC.GetNATGatewayFirewallRule(w.ctx, vpc, nat, rule.ID)).Notes, "second")
	w.same("it is listed", len(rows(w.VPC.ListNATGatewayFirewallRules(w.ctx, vpc, nat, every()))), 1)
	done(w.VPC.DeleteNATGatewayFirewallRule(w.ctx, vpc, nat, rule.ID))
	w.gone("a NAT firewall rule", func() error { return third(w.VPC.GetNATGatewayFirewallRule(w.ctx, vpc, nat, rule.ID)) })
	on, off := true, false
	forward := got(w.VPC.CreateNATGatewayPortForwardingRule(w.ctx, vpc, nat, &govultr.NATGatewayPortForwardingRuleReq{
		Name: "web", Description: "to a", InternalIP: "10.44.0.9", Protocol: "tcp", ExternalPort: 8080, InternalPort: 80, Enabled: &on}))
	read := func() *govultr.NATGatewayPortForwardingRule {
		return got(w.VPC.GetNATGatewayPortForwardingRule(w.ctx, vpc, nat, forward.ID))
	}
	w.show("a forwarding rule reads back as sent", read().InternalIP == "10.44.0.9" && read().ExternalPort == 8080 &&
		read().InternalPort == 80 && *read().Enabled && read().Name == "web", read())
	got(w.VPC.UpdateNATGatewayPortForwardingRule(w.ctx, vpc, nat, forward.ID,
		&govultr.NATGatewayPortForwardingRuleReq{ExternalPort: 8081, Enabled: &off}))
	w.show("what was changed reads back and the rest stays",
		read().ExternalPort == 8081 && !*read().Enabled && read().InternalPort == 80 && read().Name == "web", read())
	w.same("it is listed", len(rows(w.VPC.ListNATGatewayPortForwardingRules(w.ctx, vpc, nat, every()))), 1)
	done(w.VPC.DeleteNATGatewayPortForwardingRule(w.ctx, vpc, nat, forward.ID))
	w.gone("a forwarding rule", func() error {
		return third(w.VPC.GetNATGatewayPortForwardingRule(w.ctx, vpc, nat, forward.ID))
	})
	done(w.VPC.DeleteNATGateway(w.ctx, vpc, nat))
	w.gone("the NAT gateway", func() error { return third(w.VPC.GetNATGateway(w.ctx, vpc, nat)) })
	done(w.VPC.Delete(w.ctx, vpc))
}

func vpc2(w *world) {
	made := got(w.VPC2.Create(w.ctx, &govultr.VPC2Req{Region: "ewr", Description: "older", IPType: "v4", IPBlock: "10.33.0.0", PrefixLength: 24}))
	w.show("the network is listed", has(rows(w.VPC2.List(w.ctx, every())), func(v govultr.VPC2) bool { return v.ID == made.ID }))
	done(w.VPC2.Update(w.ctx, made.ID, "renamed"))
	found := got(w.VPC2.Get(w.ctx, made.ID))
	w.show("a new description reads back and the block stays",
		found.Description == "renamed" && found.IPBlock == "10.33.0.0" && found.PrefixLength == 24, found)
	instance := server(w, "vpc2-node", nil)
	nodes := &govultr.VPC2AttachDetachReq{Nodes: []string{instance}}
	done(w.VPC2.Attach(w.ctx, made.ID, nodes))
	w.wait("an attached node is listed with an address of the block", func() bool {
		return has(whole(w.VPC2.ListNodes(w.ctx, made.ID, every())), func(n govultr.VPC2Node) bool {
			return n.ID == instance && netip.MustParsePrefix("10.33.0.0/24").Contains(netip.MustParseAddr(n.IPAddress))
		})
	})
	w.refused("deleting a network in use", 400, "servers are attached to this VPC 2.0 network:", w.VPC2.Delete(w.ctx, made.ID))
	done(w.VPC2.Detach(w.ctx, made.ID, nodes))
	w.wait("a detached node is not", func() bool { return len(whole(w.VPC2.ListNodes(w.ctx, made.ID, every()))) == 0 })
	done(w.Instance.Delete(w.ctx, instance))
	done(w.VPC2.Delete(w.ctx, made.ID))
	w.refused("a deleted network", 404, "Invalid VPC 2.0 ID", third(w.VPC2.Get(w.ctx, made.ID)))
}

func reservedIPs(w *world) {
	made := got(w.ReservedIP.Create(w.ctx, &govultr.ReservedIPReq{Region: "ewr", IPType: "v4", Label: "front"}))
	w.show("the address is listed",
		has(rows(w.ReservedIP.List(w.ctx, every())), func(r govultr.ReservedIP) bool { return r.ID == made.ID }))
	empty := ""
	got(w.ReservedIP.Update(w.ctx, made.ID, &govultr.ReservedIPUpdateReq{Label: &empty}))
	w.same("a label can be cleared", got(w.ReservedIP.Get(w.ctx, made.ID)).Label, "")
	instance := server(w, "reserved-user", nil)
	done(w.ReservedIP.Attach(w.ctx, made.ID, instance))
	w.same("an attached address names its instance", got(w.ReservedIP.Get(w.ctx, made.ID)).InstanceID, instance)
	done(w.ReservedIP.Attach(w.ctx, made.ID, instance))
	w.show("attaching it again to the same instance is accepted, as Terraform does", true)
	done(w.ReservedIP.Detach(w.ctx, made.ID))
	w.same("a detached address names none", got(w.ReservedIP.Get(w.ctx, made.ID)).InstanceID, "")
	main := got(w.Instance.Get(w.ctx, instance)).MainIP
	kept := got(w.ReservedIP.Convert(w.ctx, &govultr.ReservedIPConvertReq{IPAddress: main, Label: "kept"}))
	w.show("an instance's address can be converted and stays on it", kept.Subnet == main && kept.InstanceID == instance, kept)
	done(w.Instance.Delete(w.ctx, instance))
	w.wait("it outlives its instance", func() bool { return got(w.ReservedIP.Get(w.ctx, kept.ID)).InstanceID == "" })
	again := server(w, "reserved-again", func(r *govultr.InstanceCreateReq) { r.ReservedIPv4 = kept.ID })
	w.same("a new instance can be made with it as its main address", got(w.Instance.Get(w.ctx, again)).MainIP, main)
	done(w.Instance.Delete(w.ctx, again))
	for _, id := range []string{made.ID, kept.ID} {
		done(w.ReservedIP.Delete(w.ctx, id))
		w.refused("a deleted address", 404, "Invalid reserved-ip ID", third(w.ReservedIP.Get(w.ctx, id)))
	}
}
