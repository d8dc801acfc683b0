package main

import (
	"github.com/vultr/govultr/v3"
)

// balancer makes a load balancer that is active.
func balancer(w *world, request *govultr.LoadBalancerReq) *govultr.LoadBalancer {
	made := got(w.LoadBalancer.Create(w.ctx, request))
	w.show("a new load balancer is pending without an address", made.Status == "pending" && made.IPV4 == "", made)
	var found *govultr.LoadBalancer
	w.wait("it becomes active", func() bool { found = got(w.LoadBalancer.Get(w.ctx, made.ID)); return found.Status == "active" })
	w.show("and has its addresses", found.IPV4 != "" && found.IPV6 != "", found)
	return found
}

func removeBalancer(w *world, id string) {
	done(w.LoadBalancer.Delete(w.ctx, id))
	w.gone("a load balancer", func() error { return third(w.LoadBalancer.Get(w.ctx, id)) })
}

func balancers(w *world) {
	on, empty := true, ""
	one, two := server(w, "balanced-1", nil), server(w, "balanced-2", nil)
	vpc := got(w.VPC.Create(w.ctx, &govultr.VPCReq{Region: "ewr", Description: "balanced"})).ID
	found := balancer(w, &govultr.LoadBalancerReq{Region: "ewr", Label: "front", Nodes: 3, BalancingAlgorithm: "leastconn", Timeout: 60,
		ProxyProtocol: &on, HTTP2: &on, VPC: &vpc, Instances: []string{two, one},
		StickySessions:  &govultr.StickySessions{CookieName: "stay"},
		HealthCheck:     &govultr.HealthCheck{Protocol: "tcp", Port: 8080},
		ForwardingRules: []govultr.ForwardingRule{{FrontendProtocol: "http", FrontendPort: 80, BackendProtocol: "http", BackendPort: 8080}},
		FirewallRules:   []govultr.LBFirewallRule{{Port: 80, IPType: "v4", Source: "192.0.2.9/24"}}})
	id, info, check := found.ID, found.GenericInfo, found.HealthCheck
	w.show("label, nodes and algorithm read back",
		found.Label == "front" && found.Nodes == 3 && info.BalancingAlgorithm == "leastconn" && info.Timeout == 60, found)
	w.show("flags read back as booleans", *info.ProxyProtocol && !*info.SSLRedirect && *found.HTTP2 && !*found.HTTP3 && !*found.SSLInfo, info)
	w.same("instances keep their order", found.Instances, []string{two, one})
	w.show("cookie and VPC read back", info.StickySessions.CookieName == "stay" && info.VPC == vpc, info)
	w.show("what the health check does not say has its default", check.Protocol == "tcp" && check.Port == 8080 && check.Path == "/" &&
		check.CheckInterval == 15 && check.ResponseTimeout == 5 && check.UnhealthyThreshold == 5 && check.HealthyThreshold == 5, check)
	w.show("a source reads back as sent", found.FirewallRules[0].Source == "192.0.2.9/24", found.FirewallRules)
	w.show("it is listed",
		has(rows(w.LoadBalancer.List(w.ctx, every())), func(l govultr.LoadBalancer) bool { return l.ID == id }))
	w.refused("deleting its VPC", 400, found.IPV4, w.VPC.Delete(w.ctx, vpc))
	rule := found.ForwardingRules[0]
	done(w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{}))
	done(w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{Label: "door", VPC: &empty, StickySessions: &govultr.StickySessions{},
		HealthCheck: &govultr.HealthCheck{Port: 81}, ForwardingRules: []govultr.ForwardingRule{
			{FrontendProtocol: "tcp", FrontendPort: 25, BackendProtocol: "tcp", BackendPort: 25},
			{FrontendProtocol: "http", FrontendPort: 80, BackendProtocol: "http", BackendPort: 8080}}}))
	found = got(w.LoadBalancer.Get(w.ctx, id))
	w.show("what was changed reads back", found.Label == "door" && found.GenericInfo.VPC == "" &&
		found.GenericInfo.StickySessions.CookieName == "" && found.HealthCheck.Port == 81 && len(found.ForwardingRules) == 2, found)
	w.show("and the rest stays", found.Nodes == 3 && found.HealthCheck.Protocol == "tcp" && len(found.Instances) == 2 &&
		found.ForwardingRules[1].RuleID == rule.RuleID, found)
	done(w.VPC.Delete(w.ctx, vpc))
	done(w.Instance.Delete(w.ctx, one))
	w.same("a deleted instance is in no load balancer", got(w.LoadBalancer.Get(w.ctx, id)).Instances, []string{two})
	w.refused("an even number of nodes", 400, "nodes", w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{Nodes: 2}))
	w.refused("a region without load balancers", 400, "region", third(w.LoadBalancer.Create(w.ctx, &govultr.LoadBalancerReq{Region: "mxp"})))
	removeBalancer(w, id)
	done(w.Instance.Delete(w.ctx, two))
}

func balancerRules(w *world) {
	id := balancer(w, &govultr.LoadBalancerReq{Region: "ewr"}).ID
	wanted := govultr.ForwardingRule{FrontendProtocol: "https", FrontendPort: 443, BackendProtocol: "http", BackendPort: 80}
	made := got(w.LoadBalancer.CreateForwardingRule(w.ctx, id, &wanted))
	found := *got(w.LoadBalancer.GetForwardingRule(w.ctx, id, made.RuleID))
	wanted.RuleID = made.RuleID
	w.same("a forwarding rule reads back as sent", found, wanted)
	w.same("it is listed", rows(w.LoadBalancer.ListForwardingRules(w.ctx, id, every())), []govultr.ForwardingRule{wanted})
	w.refused("a rule without anything", 400, "Bad request.", third(w.LoadBalancer.CreateForwardingRule(w.ctx, id, &govultr.ForwardingRule{})))
	done(w.LoadBalancer.DeleteForwardingRule(w.ctx, id, made.RuleID))
	w.gone("a forwarding rule", func() error { return third(w.LoadBalancer.GetForwardingRule(w.ctx, id, made.RuleID)) })
	rules := []govultr.LBFirewallRule{{Port: 443, IPType: "v4", Source: "cloudflare"}, {Port: 443, IPType: "v6", Source: "2001:db8::/32"}}
	done(w.LoadBalancer.CreateFirewallRules(w.ctx, id, rules))
	listed := rows(w.LoadBalancer.ListFirewallRules(w.ctx, id, every()))
	w.show("both firewall rules are listed as sent", len(listed) == 2 && listed[0].Source == "cloudflare" && listed[1].IPType == "v6", listed)
	w.same("one of them reads back", *got(w.LoadBalancer.GetFirewallRule(w.ctx, id, listed[0].RuleID)), listed[0])
	w.refused("a rule that is there already", 400, "already defined", w.LoadBalancer.CreateFirewallRules(w.ctx, id, rules[:1]))
	done(w.LoadBalancer.DeleteFirewallRule(w.ctx, id, listed[0].RuleID))
	w.gone("a firewall rule", func() error { return third(w.LoadBalancer.GetFirewallRule(w.ctx, id, listed[0].RuleID)) })
	removeBalancer(w, id)
}

func balancerCertificates(w *world) {
	id := balancer(w, &govultr.LoadBalancerReq{Region: "ewr", SSL: &govultr.SSL{}}).ID
	read := func() *govultr.LoadBalancer { return got(w.LoadBalancer.Get(w.ctx, id)) }
	w.show("an empty certificate is none", !*read().SSLInfo)
	pem := func(what string) string {
		return "-----BEGIN " + what + "-----\nbm9uZQ==\n-----END " + what + "-----\n"
	}
	key, certificate := pem("PRIVATE KEY"), pem("CERTIFICATE")
	w.refused("a certificate without its key", 400, "private_key",
		w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{SSL: &govultr.SSL{Certificate: certificate}}))
	done(w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{SSL: &govultr.SSL{PrivateKey: key, Certificate: certificate}}))
	w.show("it has the certificate that was given", *read().SSLInfo)
	done(w.LoadBalancer.DeleteSSL(w.ctx, id))
	w.show("and none once that is deleted", !*read().SSLInfo)
	done(w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{SSL: &govultr.SSL{PrivateKeyB64: encoded(key), CertificateB64: encoded(certificate)}}))
	w.show("it may be given in base64", *read().SSLInfo)
	auto := &govultr.AutoSSL{DomainZone: "example.com", DomainSub: "www"}
	done(w.LoadBalancer.Update(w.ctx, id, &govultr.LoadBalancerReq{AutoSSL: auto}))
	w.same("the name of an automatic certificate reads back whole", read().AutoSSL.Domain, "www.example.com")
	done(w.LoadBalancer.DeleteAutoSSL(w.ctx, id))
	w.show("it can be given up, and the certificate stays", read().AutoSSL.Domain == "" && *read().SSLInfo)
	removeBalancer(w, id)
}
