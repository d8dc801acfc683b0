// Package dyndns keeps a name of a domain at Vultr pointed at an address.
package dyndns

import (
	"context"
	"fmt"

	"github.com/vultr/govultr/v3"
)

// Point makes name.domain an A record for address, and the only one. It says whether anything had to be changed.
func Point(ctx context.Context, vultr *govultr.Client, domain, name, address string) (changed bool, err error) {
	found, err := records(ctx, vultr, domain, name)
	if err != nil {
		return false, err
	}
	if len(found) == 0 {
		record := &govultr.DomainRecordCreateReq{Name: name, Type: "A", Data: address, TTL: 60}
		_, _, err = vultr.DomainRecord.Create(ctx, domain, record)
		return err == nil, err
	}
	// First: all records of one name must have the same TTL.
	for _, record := range found[1:] {
		if err := vultr.DomainRecord.Delete(ctx, domain, record.ID); err != nil {
			return changed, err
		}
		changed = true
	}
	if found[0].Data != address {
		want := &govultr.DomainRecordUpdateReq{Data: address, TTL: 60}
		if err := vultr.DomainRecord.Update(ctx, domain, found[0].ID, want); err != nil {
			return changed, err
		}
		changed = true
	}
	return changed, nil
}

// records finds the A records of a name, over all pages.
func records(ctx context.Context, vultr *govultr.Client, domain, name string) ([]govultr.DomainRecord, error) {
	var found []govultr.DomainRecord
	options := &govultr.ListOptions{PerPage: 500}
	for {
		page, meta, _, err := vultr.DomainRecord.List(ctx, domain, options)
		if err != nil {
			return nil, fmt.Errorf("cannot list the records of %s: %w", domain, err)
		}
		for _, record := range page {
			if record.Type == "A" && record.Name == name {
				found = append(found, record)
			}
		}
		if meta.Links.Next == "" {
			return found, nil
		}
		options.Cursor = meta.Links.Next
	}
}
