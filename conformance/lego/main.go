// Gets a certificate by dns-01 with lego and its own provider for Vultr, as they are, for the domains that are named.
// VULTR_API_KEY is the provider's, ACME_DIRECTORY the authority's address, LEGO_CA_CERTIFICATES lego's setting for its certificate,
// and KETTLE_DNS where lego looks whether its record is there.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/go-acme/lego/v4/certcrypto"
	"github.com/go-acme/lego/v4/certificate"
	"github.com/go-acme/lego/v4/challenge/dns01"
	"github.com/go-acme/lego/v4/lego"
	"github.com/go-acme/lego/v4/providers/dns/vultr"
	"github.com/go-acme/lego/v4/registration"
)

type account struct {
	registration *registration.Resource
	key          crypto.PrivateKey
}

func (a *account) GetEmail() string                        { return "me@shop.example" }
func (a *account) GetRegistration() *registration.Resource { return a.registration }
func (a *account) GetPrivateKey() crypto.PrivateKey        { return a.key }

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("FAIL  lego:", err)
		os.Exit(1)
	}
	return value
}

func main() {
	me := &account{key: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
	config := lego.NewConfig(me)
	config.CADirURL = os.Getenv("ACME_DIRECTORY")
	config.Certificate.KeyType = certcrypto.EC256
	client := must(lego.NewClient(config))
	// The name servers that a domain names have another port here.
	must(0, client.Challenge.SetDNS01Provider(must(vultr.NewDNSProvider()),
		dns01.AddRecursiveNameservers([]string{os.Getenv("KETTLE_DNS")}),
		dns01.DisableAuthoritativeNssPropagationRequirement(),
		dns01.RecursiveNSsPropagationRequirement()))
	me.registration = must(client.Registration.Register(registration.RegisterOptions{TermsOfServiceAgreed: true}))
	got := must(client.Certificate.Obtain(certificate.ObtainRequest{Domains: os.Args[1:], Bundle: true}))
	block, _ := pem.Decode(got.Certificate)
	if block == nil {
		fmt.Println("FAIL  lego: what it got is no certificate")
		os.Exit(1)
	}
	leaf := must(x509.ParseCertificate(block.Bytes))
	for _, domain := range os.Args[1:] {
		must(0, leaf.VerifyHostname(domain))
	}
	fmt.Println("ok    lego gets a certificate for", leaf.DNSNames)
}
