// Command govultr runs checks with the unmodified govultr library against the server that the environment names.
// It must never repair an answer before the library has read it, and never count a call that the library did not make.
package main

var families = []family{
	{"account", account}, {"users", users}, {"regions", regions}, {"plans", plans}, {"os", systems},
	{"applications", applications}, {"paging", paging}, {"ssh", sshKeys}, {"startup", scripts}, {"dns domains", domains},
	{"dns records", records}, {"firewall", firewall}, {"VPCs", vpcs}, {"NAT gateways", natGateways},
	{"NAT gateway rules", natRules}, {"VPC2", vpc2}, {"reserved-ip", reservedIPs}, {"iso", isos}, {"block", blocks},
	{"block snapshots", blockSnapshots}, {"snapshot", snapshots}, {"backup", backups}, {"object storage", objectStorage},
	{"file systems", fileSystems}, {"inference", inference}, {"marketplace", marketplace}, {"instance life", life},
	{"instance power", power}, {"instance changes", changes}, {"instance addresses", addresses},
	{"instance networks", networks}, {"instance iso", instanceISO}, {"instance backups", schedule},
	{"load balancers", balancers}, {"load balancer rules", balancerRules}, {"load balancer certificates", balancerCertificates},
	{"instance networks", networks}, {"instance iso", instanceISO}, {"instance backups", schedule}, {"bare metal", bareMetal},
	{"bare metal changes", bareMetalChanges}, {"bare metal networks", bareMetalNetworks},
	{"kubernetes", clusters}, {"node pools", nodePools},
	{"container registry", registries}, {"CDN", cdns},
}

func main() {
	w := newWorld()
	runAll(w, families, func() []string {
		return w.uncalled([]any{
			w.Account, w.Application, w.Backup, w.BareMetalServer, w.BlockStorage, w.CDN, w.ContainerRegistry, w.Domain, w.DomainRecord, w.FirewallGroup, w.FirewallRule,
			w.Inference, w.Instance, w.ISO, w.Kubernetes, w.LoadBalancer, w.Marketplace, w.ObjectStorage, w.OS, w.Plan, w.Region, w.ReservedIP, w.Snapshot, w.SSHKey, w.StartupScript,
			w.User, w.VirtualFileSystemStorage, w.VPC, w.VPC2,
		})
	})
}
