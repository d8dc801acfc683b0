package main

import (
	"slices"
	"strings"
	"time"

	"github.com/vultr/govultr/v3"
)

func account(w *world) {
	found := got(w.Account.Get(w.ctx))
	w.show("the account has a name, an address and the root user's permissions",
		found.Name != "" && strings.Contains(found.Email, "@") && slices.Contains(found.ACL, "manage_users"), found)
	bandwidth := got(w.Account.GetBandwidth(w.ctx))
	w.show("bandwidth periods are numbered in Unix seconds, as vultr-cli reads them",
		strings.Trim(bandwidth.CurrentMonthToDate.TimestampStart, "0123456789") == "" &&
			bandwidth.CurrentMonthToDate.TimestampStart > bandwidth.PreviousMonth.TimestampStart, bandwidth)
}

func billing(w *world) {
	made := got(w.BlockStorage.Create(w.ctx, &govultr.BlockStorageCreate{Region: "ewr", SizeGB: 50, Label: "billed"}))
	done(w.BlockStorage.Delete(w.ctx, made.ID))
	pending, _, err := w.Billing.ListPendingCharges(w.ctx, every())
	w.show("what is deleted is still among what is pending, or was there for less than a second", err == nil &&
		!slices.ContainsFunc(pending, func(i govultr.InvoiceItem) bool { return i.UnitType != "hours" || i.Product == "" }), pending)
	w.show("a new account has no history", len(rows(w.Billing.ListHistory(w.ctx, every()))) == 0)
	w.show("nor an invoice", len(rows(w.Billing.ListInvoices(w.ctx, every()))) == 0)
	w.refused("an unknown invoice", 404, "Invalid invoice", third(w.Billing.GetInvoice(w.ctx, "123456")))
	_, _, _, err = w.Billing.ListInvoiceItems(w.ctx, 123456, every())
	w.refused("its items", 404, "Invalid invoice", err)
}

func logs(w *world) {
	made := got(w.SSHKey.Create(w.ctx, &govultr.SSHKeyReq{Name: "logged", SSHKey: publicKey}))
	done(w.SSHKey.Delete(w.ctx, made.ID))
	begun := time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	found, meta, _, err := w.Logs.List(w.ctx, govultr.LogsOptions{StartTime: begun, ResourceType: "ssh-keys", ResourceID: made.ID})
	w.show("both changes are told, the later one first", err == nil && len(found) == 2 && meta.TotalCount == 2 && meta.ReturnedCount == 2 &&
		found[0].Metadata.Method == "DELETE" && found[1].Metadata.HTTPStatusCode == 201 && found[1].Level == "info", found)
	_, _, _, err = w.Logs.List(w.ctx, govultr.LogsOptions{})
	w.refused("no time at all", 400, "start_time", err)
}

func subAccounts(w *world) {
	made := got(w.SubAccount.Create(w.ctx, &govultr.SubAccountReq{Email: "sub@example.com", Name: "Sub", OtherID: "7"}))
	w.show("a sub-account has what it was given", made.ID != "" && made.Name == "Sub" && made.OtherID == "7" && made.Activated, made)
	w.show("it is listed", has(rows(w.SubAccount.List(w.ctx, every())), func(s govultr.SubAccount) bool { return s.ID == made.ID }))
	_, _, err := w.SubAccount.Create(w.ctx, &govultr.SubAccountReq{Email: "sub"})
	w.refused("what is no address", 400, "email", err)
}

func users(w *world) {
	on, off := true, false
	made := got(w.User.Create(w.ctx, &govultr.UserReq{Email: "bob@example.com", Name: "Bob", Password: "Correct-Horse-9-Battery",
		APIEnabled: &on, ACL: []string{"dns", "firewall"}}))
	w.show("a new user with API access is given a key", made.ID != "" && made.APIKey != "", made)
	found := got(w.User.Get(w.ctx, made.ID))
	slices.Sort(found.ACL)
	w.same("exactly the permissions given read back", found.ACL, []string{"dns", "firewall"})
	w.show("the user is listed", has(rows(w.User.List(w.ctx, every())), func(u govultr.User) bool { return u.ID == made.ID }))
	theirs := w.withKey(made.APIKey)
	_, _, _, err := theirs.Domain.List(w.ctx, nil)
	w.show("the user's key may do what its permissions say", err == nil, err)
	_, _, err = theirs.SSHKey.Create(w.ctx, &govultr.SSHKeyReq{Name: "no", SSHKey: publicKey})
	w.refused("what they do not say", 403, "", err)
	done(w.User.Update(w.ctx, made.ID, &govultr.UserReq{Name: "Robert", APIEnabled: &off}))
	found = got(w.User.Get(w.ctx, made.ID))
	w.show("changed name and access read back", found.Name == "Robert" && found.APIEnabled != nil && !*found.APIEnabled, found)
	done(w.User.Delete(w.ctx, made.ID))
	w.gone("a user", func() error { return third(w.User.Get(w.ctx, made.ID)) })
	w.refused("an unknown user", 404, "Invalid user", third(w.User.Get(w.ctx, nowhere)))
	_, _, err = w.withKey("wrong").Account.Get(w.ctx)
	w.refused("a wrong key", 401, "Invalid API token", err)
}

func regions(w *world) {
	list := rows(w.Region.List(w.ctx, every()))
	at := slices.IndexFunc(list, func(r govultr.Region) bool { return r.ID == "ewr" })
	w.show("New Jersey is listed as ewr", at >= 0 && list[at].City == "New Jersey" && list[at].Country == "US")
	w.show("its options name block storage and DDoS protection",
		slices.Contains(list[at].Options, "ddos_protection") && slices.Contains(list[at].Options, "block_storage_high_perf"), list[at])
	found := got(w.Region.Availability(w.ctx, "ewr", "vc2"))
	w.show("availability of one type holds that type only", len(found.AvailablePlans) > 0 &&
		!has(found.AvailablePlans, func(p string) bool { return !strings.HasPrefix(p, "vc2-") }), found)
}

func plans(w *world) {
	all := rows(w.Plan.List(w.ctx, "", every()))
	at := slices.IndexFunc(all, func(p govultr.Plan) bool { return p.ID == planID })
	w.show("vc2-1c-1gb is listed with its size and price", at >= 0 && all[at].RAM == 1024 && all[at].MonthlyCost == 5)
	typed := rows(w.Plan.List(w.ctx, "vhf", every()))
	w.show("a filter by type holds that type only",
		len(typed) > 0 && len(typed) < len(all) && !has(typed, func(p govultr.Plan) bool { return p.Type != "vhf" }))
	w.show("bare metal plans are listed", len(rows(w.Plan.ListBareMetal(w.ctx, every()))) > 0)
}

func systems(w *world) {
	list := rows(w.OS.List(w.ctx, every()))
	w.show("Debian 12 is number 2136", has(list, func(o govultr.OS) bool { return o.ID == systemID && o.Family == "debian" }))
}

func applications(w *world) {
	list := rows(w.Application.List(w.ctx, every()))
	w.show("both kinds of application are listed",
		has(list, func(a govultr.Application) bool { return a.Type == "one-click" && a.ImageID == "" }) &&
			has(list, func(a govultr.Application) bool { return a.Type == "marketplace" && a.ImageID != "" }))
}

func paging(w *world) {
	whole := rows(w.Plan.List(w.ctx, "vc2", every()))
	seen, options := []string{}, &govultr.ListOptions{PerPage: 4}
	for pages := 0; pages <= len(whole); pages++ {
		page, meta, _, err := w.Plan.List(w.ctx, "vc2", options)
		done(err)
		w.show("each page says how many there are in all", meta != nil && meta.Links != nil && meta.Total == len(whole), meta)
		for _, plan := range page {
			seen = append(seen, plan.ID)
		}
		if options.Cursor = meta.Links.Next; options.Cursor == "" {
			break
		}
	}
	wanted := []string{}
	for _, plan := range whole {
		wanted = append(wanted, plan.ID)
	}
	w.same("pages of four hold every plan once and in order", seen, wanted)
}
