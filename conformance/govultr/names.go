package main

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/vultr/govultr/v3"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtldHRsZWNvbmZvcm1hbmNla2V5MDEyMzQ1Njc4 bob@example.com\n"

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func sshKeys(w *world) {
	made := got(w.SSHKey.Create(w.ctx, &govultr.SSHKeyReq{Name: "laptop", SSHKey: publicKey}))
	w.same("a key reads back byte for byte", got(w.SSHKey.Get(w.ctx, made.ID)).SSHKey, publicKey)
	w.show("the key is listed", has(rows(w.SSHKey.List(w.ctx, every())), func(k govultr.SSHKey) bool { return k.ID == made.ID }))
	done(w.SSHKey.Update(w.ctx, made.ID, &govultr.SSHKeyReq{Name: "desk"}))
	found := got(w.SSHKey.Get(w.ctx, made.ID))
	w.show("a new name reads back and the key stays", found.Name == "desk" && found.SSHKey == publicKey, found)
	done(w.SSHKey.Delete(w.ctx, made.ID))
	w.gone("a key", func() error { return third(w.SSHKey.Get(w.ctx, made.ID)) })
	w.refused("an unknown key", 404, "Invalid ssh key", third(w.SSHKey.Get(w.ctx, nowhere)))
}

func scripts(w *world) {
	made := got(w.StartupScript.Create(w.ctx, &govultr.StartupScriptReq{Name: "boot", Type: "boot", Script: encoded("#!/bin/sh\n")}))
	found := got(w.StartupScript.Get(w.ctx, made.ID))
	w.show("name, type and base64 text read back",
		found.Name == "boot" && found.Type == "boot" && found.Script == encoded("#!/bin/sh\n"), found)
	w.show("the script is listed",
		has(rows(w.StartupScript.List(w.ctx, every())), func(s govultr.StartupScript) bool { return s.ID == made.ID }))
	done(w.StartupScript.Update(w.ctx, made.ID, &govultr.StartupScriptReq{Script: encoded("#!/bin/bash\n")}))
	found = got(w.StartupScript.Get(w.ctx, made.ID))
	w.show("a new text reads back and the name stays", found.Script == encoded("#!/bin/bash\n") && found.Name == "boot", found)
	done(w.StartupScript.Delete(w.ctx, made.ID))
	w.gone("a script", func() error { return third(w.StartupScript.Get(w.ctx, made.ID)) })
	w.refused("an unknown script", 404, "Invalid startup script ID", third(w.StartupScript.Get(w.ctx, nowhere)))
}

func domains(w *world) {
	const name = "conformance-govultr.example"
	made := got(w.Domain.Create(w.ctx, &govultr.DomainReq{Domain: name, IP: "192.0.2.20", DNSSec: "disabled"}))
	w.same("the domain is answered as sent", made.Domain, name)
	w.show("the domain is listed", has(rows(w.Domain.List(w.ctx, every())), func(d govultr.Domain) bool { return d.Domain == name }))
	done(w.Domain.Update(w.ctx, name, "enabled"))
	w.same("DNSSEC can be switched on", got(w.Domain.Get(w.ctx, name)).DNSSec, "enabled")
	keys, _, err := w.Domain.GetDNSSec(w.ctx, name)
	done(err)
	w.show("DNSSEC shows its keys", has(keys, func(k string) bool { return strings.Contains(k, "DNSKEY") }), keys)
	done(w.Domain.UpdateSoa(w.ctx, name, &govultr.Soa{Email: "hostmaster@example.com"}))
	soa := got(w.Domain.GetSoa(w.ctx, name))
	w.show("a new address in the SOA reads back and the server stays",
		soa.Email == "hostmaster@example.com" && soa.NSPrimary == "ns1.vultr.com", soa)
	done(w.Domain.Delete(w.ctx, name))
	w.gone("a domain", func() error { return third(w.Domain.Get(w.ctx, name)) })
	w.refused("a deleted domain", 404, "Invalid domain", third(w.Domain.Get(w.ctx, name)))
}

func records(w *world) {
	const name = "conformance-records-go.example"
	got(w.Domain.Create(w.ctx, &govultr.DomainReq{Domain: name}))
	ten, none, wanted := 10, 0, []govultr.DomainRecordCreateReq{}
	wanted = append(wanted,
		govultr.DomainRecordCreateReq{Name: "www", Type: "A", Data: "192.0.2.1", TTL: 600, Priority: &none},
		govultr.DomainRecordCreateReq{Name: "", Type: "MX", Data: "mail.example.com", TTL: 300, Priority: &ten},
		govultr.DomainRecordCreateReq{Name: "", Type: "TXT", Data: `"a <b> & c"`, TTL: 300, Priority: &none},
		govultr.DomainRecordCreateReq{Name: "host", Type: "SSHFP", Data: "1 1 " + strings.Repeat("ab", 20), TTL: 300, Priority: &none})
	last := ""
	for _, record := range wanted {
		last = got(w.DomainRecord.Create(w.ctx, name, &record)).ID
		found := got(w.DomainRecord.Get(w.ctx, name, last))
		w.same("a "+record.Type+" record reads back as sent", *found, govultr.DomainRecord{ID: last, Type: record.Type,
			Name: record.Name, Data: record.Data, TTL: record.TTL, Priority: *record.Priority})
	}
	renamed := "box"
	done(w.DomainRecord.Update(w.ctx, name, last, &govultr.DomainRecordUpdateReq{Name: &renamed, TTL: 900}))
	found := got(w.DomainRecord.Get(w.ctx, name, last))
	w.show("a new name and TTL read back and the data stays",
		found.Name == "box" && found.TTL == 900 && strings.HasPrefix(found.Data, "1 1 ab"), found)
	done(w.DomainRecord.Delete(w.ctx, name, last))
	w.gone("a record", func() error { return third(w.DomainRecord.Get(w.ctx, name, last)) })
	kinds := []string{}
	for _, each := range rows(w.DomainRecord.List(w.ctx, name, every())) {
		kinds = append(kinds, each.Type)
	}
	slices.Sort(kinds)
	w.same("the other records are still listed", kinds, []string{"A", "MX", "NS", "NS", "TXT"})
	done(w.Domain.Delete(w.ctx, name))
}
