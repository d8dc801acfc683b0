package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"

	"github.com/vultr/govultr/v3"
)

const kubernetesVersion = "v1.36.5+1"

// cluster makes a Kubernetes cluster that is active, with a pool of these nodes.
func cluster(w *world, nodes int) *govultr.Cluster {
	off := false
	request := &govultr.ClusterReq{Label: "prod", Region: "ewr", Version: kubernetesVersion, NodePools: []govultr.NodePoolReq{
		{NodeQuantity: nodes, Label: "workers", Plan: "vc2-1c-2gb", Tag: "t", AutoScaler: &off, UserData: "#!/bin/sh\n"}}}
	made := got(w.Kubernetes.CreateCluster(w.ctx, request))
	w.show("a new cluster is pending, and tells its pool", made.Status == "pending" && len(made.NodePools) == 1, made)
	var found *govultr.Cluster
	w.wait("it becomes active with its pool", func() bool {
		found = got(w.Kubernetes.GetCluster(w.ctx, made.ID))
		return found.Status == "active" && found.NodePools[0].Status == "active"
	})
	return found
}

func clusters(w *world) {
	versions := got(w.Kubernetes.GetVersions(w.ctx)).Versions
	w.show("there is the version", has(versions, func(v string) bool { return v == kubernetesVersion }), versions)
	w.refused("a cluster without a pool", 400, "Bad request.",
		third(w.Kubernetes.CreateCluster(w.ctx, &govultr.ClusterReq{Region: "ewr", Version: kubernetesVersion})))
	w.refused("a version that there is not", 400, "Invalid k8 version", third(w.Kubernetes.CreateCluster(w.ctx, &govultr.ClusterReq{
		Region: "ewr", Version: "v1.0.0+1", NodePools: []govultr.NodePoolReq{{NodeQuantity: 1, Label: "a", Plan: "vc2-1c-2gb"}}})))
	found := cluster(w, 2)
	id, pool := found.ID, found.NodePools[0]
	w.show("it reads back as sent", found.Label == "prod" && found.Version == kubernetesVersion && found.IP != "" && !found.HAControlPlanes, found)
	w.show("and so does its pool", pool.Tag == "t" && pool.UserData == "#!/bin/sh\n" && pool.NodeQuantity == 2 && !pool.AutoScaler, pool)
	node := pool.Nodes[0]
	w.same("a node is an instance", got(w.Instance.Get(w.ctx, node.ID)).MainIP, node.IP)
	w.show("it is listed", has(rows(w.Kubernetes.ListClusters(w.ctx, every())), func(c govultr.Cluster) bool { return c.ID == id }))
	oidc := govultr.ClusterOIDCConfig{IssuerURL: "https://id.example", ClientID: "c", UserNameClaim: "u", GroupsClaim: "g"}
	done(w.Kubernetes.UpdateCluster(w.ctx, id, &govultr.ClusterReqUpdate{Label: "production", OIDCConfig: &oidc}))
	found = got(w.Kubernetes.GetCluster(w.ctx, id))
	w.show("what was changed reads back", found.Label == "production" && found.OIDCConfig == oidc, found)
	upgrades, _, err := w.Kubernetes.GetUpgrades(w.ctx, id)
	done(err)
	w.show("it can be upgraded", len(upgrades) > 0, upgrades)
	w.refused("a version that it cannot become", 422, "Validation error: invalid upgrade version",
		w.Kubernetes.Upgrade(w.ctx, id, &govultr.ClusterUpgradeReq{UpgradeVersion: "v1.30.12+1"}))
	done(w.Kubernetes.Upgrade(w.ctx, id, &govultr.ClusterUpgradeReq{UpgradeVersion: upgrades[0]}))
	w.same("its version shows at once", got(w.Kubernetes.GetCluster(w.ctx, id)).Version, upgrades[0])
	w.wait("its nodes are new ones", func() bool {
		nodes := got(w.Kubernetes.GetNodePool(w.ctx, id, pool.ID)).Nodes
		return len(nodes) == 2 && !has(nodes, func(n govultr.Node) bool { return n.ID == node.ID || n.ID == pool.Nodes[1].ID })
	})
	kubeconfig(w, id)
	done(w.Kubernetes.DeleteCluster(w.ctx, id))
	w.gone("a cluster", func() error { return third(w.Kubernetes.GetCluster(w.ctx, id)) })
	id = cluster(w, 1).ID
	done(w.Kubernetes.DeleteClusterWithResources(w.ctx, id))
	w.gone("a cluster with what was made for it", func() error { return third(w.Kubernetes.GetCluster(w.ctx, id)) })
}

// kubeconfig is what client-go does with one: its certificate and key belong together, and whom it trusts answers.
func kubeconfig(w *world, id string) {
	text, err := base64.StdEncoding.DecodeString(got(w.Kubernetes.GetKubeConfig(w.ctx, id)).KubeConfig)
	done(err)
	field := func(name string) []byte {
		_, after, _ := strings.Cut(string(text), name+": ")
		value, _, _ := strings.Cut(after, "\n")
		if !strings.HasSuffix(name, "-data") {
			return []byte(value)
		}
		decoded, err := base64.StdEncoding.DecodeString(value)
		done(err)
		return decoded
	}
	pair, err := tls.X509KeyPair(field("client-certificate-data"), field("client-key-data"))
	done(err)
	roots := x509.NewCertPool()
	w.show("its authority is a certificate", roots.AppendCertsFromPEM(field("certificate-authority-data")))
	block, _ := pem.Decode(field("client-certificate-data"))
	admin, err := x509.ParseCertificate(block.Bytes)
	done(err)
	w.same("it speaks for an administrator", admin.Subject.Organization, []string{"system:masters"})
	_, err = admin.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	done(err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	answer, err := (&http.Client{Transport: transport, Timeout: deadline}).Get(string(field("server")) + "/api/v1/nodes")
	done(err)
	defer answer.Body.Close()
	var status struct {
		Kind, Reason, Message string
		Code                  int
	}
	done(json.NewDecoder(answer.Body).Decode(&status))
	w.show("where it leads, Kubernetes' own words say that none runs there", answer.StatusCode == 503 && status.Code == 503 &&
		status.Kind == "Status" && strings.Contains(status.Message, "no Kubernetes runs here"), status)
}

func nodePools(w *world) {
	found := cluster(w, 1)
	id, on := found.ID, true
	made := got(w.Kubernetes.CreateNodePool(w.ctx, id, &govultr.NodePoolReq{NodeQuantity: 2, Label: "more", Plan: "vc2-2c-4gb", Tag: "",
		AutoScaler: &on, MinNodes: 1, MaxNodes: 3, Labels: map[string]string{"role": "db"},
		Taints: []govultr.Taint{{Key: "role", Value: "db", Effect: "NoSchedule"}}}))
	pool := func() *govultr.NodePool { return got(w.Kubernetes.GetNodePool(w.ctx, id, made.ID)) }
	w.wait("a new pool becomes active", func() bool { return pool().Status == "active" })
	w.show("it reads back as sent", pool().AutoScaler && pool().MaxNodes == 3 && pool().Labels["role"] == "db" && len(pool().Taints) == 1, pool())
	w.show("it is listed", len(rows(w.Kubernetes.ListNodePools(w.ctx, id, every()))) == 2)
	w.refused("a pool without a node", 400, "`node_quantity` must be a positive integer.",
		third(w.Kubernetes.CreateNodePool(w.ctx, id, &govultr.NodePoolReq{Label: "none", Plan: "vc2-2c-4gb"})))
	w.refused("bounds without the autoscaler", 422, "if `auto_scaler` is disabled.",
		third(w.Kubernetes.UpdateNodePool(w.ctx, id, found.NodePools[0].ID, &govultr.NodePoolReqUpdate{MaxNodes: 3})))
	changed := got(w.Kubernetes.UpdateNodePool(w.ctx, id, made.ID, &govultr.NodePoolReqUpdate{NodeQuantity: 3}))
	w.same("it grows at once", len(changed.Nodes), 3)
	nodes := rows(w.Kubernetes.ListWorkerNodes(w.ctx, id, made.ID, every()))
	w.same("its nodes are listed", nodes, pool().Nodes)
	done(w.Kubernetes.RecycleNodePoolInstance(w.ctx, id, made.ID, nodes[0].ID))
	w.show("a recycled node is another one", len(pool().Nodes) == 3 && !has(pool().Nodes, func(n govultr.Node) bool { return n.ID == nodes[0].ID }), pool())
	done(w.Kubernetes.DeleteNodePoolInstance(w.ctx, id, made.ID, nodes[1].ID))
	w.show("a deleted node leaves a smaller pool", pool().NodeQuantity == 2 && len(pool().Nodes) == 2, pool())
	w.refused("a node that there is not", 404, "Invalid node ID", w.Kubernetes.RecycleNodePoolInstance(w.ctx, id, made.ID, nowhere))
	label := got(w.Kubernetes.CreateNodePoolLabel(w.ctx, id, made.ID, &govultr.NodePoolLabelReq{Key: "size", Value: "big"}))
	w.same("a label reads back", *got(w.Kubernetes.GetNodePoolLabel(w.ctx, id, made.ID, label.ID)), govultr.NodePoolLabel{ID: label.ID, Key: "size", Value: "big"})
	labels, _, err := w.Kubernetes.ListNodePoolLabels(w.ctx, id, made.ID)
	done(err)
	w.same("both labels are listed", len(labels), 2)
	done(w.Kubernetes.DeleteNodePoolLabel(w.ctx, id, made.ID, label.ID))
	w.gone("a label", func() error { return third(w.Kubernetes.GetNodePoolLabel(w.ctx, id, made.ID, label.ID)) })
	wanted := govultr.NodePoolTaintReq{Key: "size", Value: "big", Effect: "NoExecute"}
	taint := got(w.Kubernetes.CreateNodePoolTaint(w.ctx, id, made.ID, &wanted))
	w.same("a taint reads back", *got(w.Kubernetes.GetNodePoolTaint(w.ctx, id, made.ID, taint.ID)),
		govultr.NodePoolTaint{ID: taint.ID, Key: "size", Value: "big", Effect: "NoExecute"})
	w.refused("a taint that is there already", 422, "already exists", third(w.Kubernetes.CreateNodePoolTaint(w.ctx, id, made.ID, &wanted)))
	taints, _, err := w.Kubernetes.ListNodePoolTaints(w.ctx, id, made.ID)
	done(err)
	w.same("both taints are listed", len(taints), 2)
	done(w.Kubernetes.DeleteNodePoolTaint(w.ctx, id, made.ID, taint.ID))
	w.gone("a taint", func() error { return third(w.Kubernetes.GetNodePoolTaint(w.ctx, id, made.ID, taint.ID)) })
	done(w.Kubernetes.DeleteNodePool(w.ctx, id, made.ID))
	w.gone("a node pool", func() error { return third(w.Kubernetes.GetNodePool(w.ctx, id, made.ID)) })
	done(w.Kubernetes.DeleteCluster(w.ctx, id))
}
