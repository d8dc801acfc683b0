package main

import (
	"slices"

	"github.com/vultr/govultr/v3"
)

func isos(w *world) {
	public := rows(w.ISO.ListPublic(w.ctx, every()))
	w.show("public ISOs are listed", has(public, func(i govultr.PublicISO) bool { return i.ID != "" && i.Name != "" }))
	made := completeISO(w)
	w.show("the ISO is listed", has(rows(w.ISO.List(w.ctx, every())), func(i govultr.ISO) bool { return i.ID == made }))
	w.same("its file name is the URL's", got(w.ISO.Get(w.ctx, made)).FileName, "tiny.iso")
	done(w.ISO.Delete(w.ctx, made))
	w.gone("an ISO", func() error { return third(w.ISO.Get(w.ctx, made)) })
}

// completeISO makes a private ISO and waits for it.
func completeISO(w *world) string {
	made := got(w.ISO.Create(w.ctx, &govultr.ISOReq{URL: "https://images.example.com/tiny.iso"}))
	w.wait("an ISO becomes complete", func() bool { return got(w.ISO.Get(w.ctx, made.ID)).Status == "complete" })
	return made.ID
}

// activeBlock makes a volume and waits for it.
func activeBlock(w *world, size int) string {
	made := got(w.BlockStorage.Create(w.ctx, &govultr.BlockStorageCreate{Region: "ewr", SizeGB: size, Label: "data", BlockType: "high_perf"}))
	w.wait("a volume becomes active", func() bool { return got(w.BlockStorage.Get(w.ctx, made.ID)).Status == "active" })
	return made.ID
}

func blocks(w *world) {
	block, on := activeBlock(w, 50), true
	w.show("the volume is listed",
		has(rows(w.BlockStorage.List(w.ctx, every())), func(b govultr.BlockStorage) bool { return b.ID == block }))
	found := got(w.BlockStorage.Get(w.ctx, block))
	w.show("size, type and region read back; what was not asked for reads as empty", found.SizeGB == 50 &&
		found.BlockType == "high_perf" && found.Region == "ewr" && found.OSID == 0 && found.SnapshotID == "" && !found.Bootable, found)
	done(w.BlockStorage.Update(w.ctx, block, &govultr.BlockStorageUpdate{Label: "more", SizeGB: 70}))
	found = got(w.BlockStorage.Get(w.ctx, block))
	w.show("a new label and a larger size read back", found.Label == "more" && found.SizeGB == 70, found)
	w.refused("a smaller size", 400, "", w.BlockStorage.Update(w.ctx, block, &govultr.BlockStorageUpdate{SizeGB: 60}))
	instance := server(w, "block-user", nil)
	done(w.BlockStorage.Attach(w.ctx, block, &govultr.BlockStorageAttach{InstanceID: instance, Live: &on}))
	w.wait("an attached volume names its instance, its label and address", func() bool {
		found = got(w.BlockStorage.Get(w.ctx, block))
		return found.AttachedToInstance == instance && found.AttachedToInstanceLabel == "block-user" && found.AttachedToInstanceIP != ""
	})
	done(w.BlockStorage.Detach(w.ctx, block, &govultr.BlockStorageDetach{Live: &on}))
	w.same("a detached volume names none", got(w.BlockStorage.Get(w.ctx, block)).AttachedToInstance, "")
	done(w.Instance.Delete(w.ctx, instance))
	done(w.BlockStorage.Delete(w.ctx, block))
	w.gone("a volume", func() error { return third(w.BlockStorage.Get(w.ctx, block)) })
	w.refused("an unknown volume", 404, "Invalid block storage ID", third(w.BlockStorage.Get(w.ctx, nowhere)))
}

func blockSnapshots(w *world) {
	block := activeBlock(w, 20)
	made := got(w.BlockStorage.CreateSnapshot(w.ctx, &govultr.BlockStorageSnapshotReq{BlockID: block, Description: "monday"}))
	found := got(w.BlockStorage.GetSnapshot(w.ctx, made.ID))
	w.show("a snapshot names its volume and description", found.BlockID == block && found.Description == "monday", found)
	w.show("it is listed", has(rows(w.BlockStorage.ListSnapshots(w.ctx, every())),
		func(s govultr.BlockStorageSnapshot) bool { return s.ID == made.ID }))
	done(w.BlockStorage.UpdateSnapshot(w.ctx, made.ID, &govultr.BlockStorageSnapshotReq{Description: "tuesday"}))
	w.same("a new description reads back", got(w.BlockStorage.GetSnapshot(w.ctx, made.ID)).Description, "tuesday")
	done(w.BlockStorage.DeleteSnapshot(w.ctx, made.ID))
	w.gone("a block snapshot", func() error { return third(w.BlockStorage.GetSnapshot(w.ctx, made.ID)) })
	done(w.BlockStorage.Delete(w.ctx, block))
}

func snapshots(w *world) {
	instance := server(w, "snapshot-source", nil)
	made := got(w.Snapshot.Create(w.ctx, &govultr.SnapshotReq{InstanceID: instance, Description: "kept"}))
	complete := func(id string) func() bool {
		return func() bool { return got(w.Snapshot.Get(w.ctx, id)).Status == "complete" }
	}
	w.wait("a snapshot becomes complete", complete(made.ID))
	found := got(w.Snapshot.Get(w.ctx, made.ID))
	w.show("it remembers system and description", found.OsID == systemID && found.Description == "kept" && found.Size > 0, found)
	w.show("it is listed", has(rows(w.Snapshot.List(w.ctx, every())), func(s govultr.Snapshot) bool { return s.ID == made.ID }))
	on := true
	other := got(w.Snapshot.CreateFromURL(w.ctx, &govultr.SnapshotURLReq{URL: "https://images.example.com/disk.raw", UEFI: &on}))
	w.wait("a snapshot from a URL becomes complete", complete(other.ID))
	done(second(w.Instance.Restore(w.ctx, instance, &govultr.RestoreReq{SnapshotID: made.ID})))
	w.wait("the instance is up again after a restore", func() bool { return up(got(w.Instance.Get(w.ctx, instance))) })
	done(w.Instance.Delete(w.ctx, instance))
	for _, id := range []string{made.ID, other.ID} {
		done(w.Snapshot.Delete(w.ctx, id))
		w.gone("a snapshot", func() error { return third(w.Snapshot.Get(w.ctx, id)) })
	}
}

func backups(w *world) {
	w.same("without a schedule there are no backups", len(rows(w.Backup.List(w.ctx, every()))), 0)
	w.refused("an unknown backup", 404, "", third(w.Backup.Get(w.ctx, nowhere)))
}

func objectStorage(w *world) {
	here := func(c govultr.ObjectStorageCluster) bool { return c.Hostname == "ewr1.vultrobjects.com" }
	clusters := rows(w.ObjectStorage.ListCluster(w.ctx, every()))
	at := slices.IndexFunc(clusters, here)
	w.show("the clusters are listed, one in New Jersey among them",
		at >= 0 && clusters[at].Region == "ewr" && clusters[at].Deploy == "yes", clusters)
	offered, _, err := w.ObjectStorage.ListClusterTiers(w.ctx, clusters[at].ID)
	done(err)
	w.show("a cluster's tiers have prices and limits", len(offered) > 0 && !has(offered, func(t govultr.ObjectStorageTier) bool {
		return t.ID == 0 || t.Price <= 0 || t.Slug == "" || t.RateLimitBytesSec == 0 || t.RateLimitOpsSec == 0
	}), offered)
	all, _, err := w.ObjectStorage.ListTiers(w.ctx)
	done(err)
	tier := all[slices.IndexFunc(all, func(t govultr.ObjectStorageTier) bool { return t.ID == offered[0].ID })]
	w.show("a tier names the clusters that offer it", has(tier.Locations, here), tier.Locations)

	wanted := &govultr.ObjectStorageReq{ClusterID: clusters[at].ID, TierID: tier.ID, Label: "files"}
	made := got(w.ObjectStorage.Create(w.ctx, wanted)).ID
	w.wait("object storage becomes active", func() bool { return got(w.ObjectStorage.Get(w.ctx, made)).Status == "active" })
	found := got(w.ObjectStorage.Get(w.ctx, made))
	w.show("cluster, region and label read back", found.ObjectStoreClusterID == wanted.ClusterID && found.Region == "ewr" &&
		found.Location == "New Jersey" && found.Label == "files" && found.S3Hostname == clusters[at].Hostname, found)
	w.show("the list tells the tier, too", has(rows(w.ObjectStorage.List(w.ctx, every())), func(o govultr.ObjectStorage) bool {
		return o.ID == made && o.Tier != nil && o.Tier.ID == tier.ID && o.Tier.Price == tier.Price
	}))
	done(w.ObjectStorage.Update(w.ctx, made, &govultr.ObjectStorageReq{Label: "more"}))
	w.same("a new label reads back", got(w.ObjectStorage.Get(w.ctx, made)).Label, "more")
	keys := got(w.ObjectStorage.RegenerateKeys(w.ctx, made))
	w.show("new keys are not the old ones", keys.S3AccessKey != found.S3AccessKey && keys.S3SecretKey != found.S3SecretKey)
	w.same("they read back", got(w.ObjectStorage.Get(w.ctx, made)).S3Keys, *keys)
	w.refused("a tier that the cluster does not offer", 400, "Invalid tier specified for this location",
		third(w.ObjectStorage.Create(w.ctx, &govultr.ObjectStorageReq{ClusterID: clusters[at].ID, TierID: 99})))

	bucket := &govultr.ObjectStorageBucketReq{Name: "conformance-govultr", EnableLock: true}
	done(w.ObjectStorage.CreateBucket(w.ctx, made, bucket))
	buckets, _, err := w.ObjectStorage.ListBuckets(w.ctx, made)
	done(err)
	w.show("a bucket is listed at once", len(buckets) == 1 && buckets[0].Name == bucket.Name && buckets[0].DateCreated != "", buckets)
	w.refused("a bucket's name that is taken", 400, "Bucket already exists", w.ObjectStorage.CreateBucket(w.ctx, made, bucket))
	done(w.ObjectStorage.DeleteBucket(w.ctx, made, bucket.Name))
	w.refused("a deleted bucket", 404, "Invalid bucket name", w.ObjectStorage.DeleteBucket(w.ctx, made, bucket.Name))
	done(w.ObjectStorage.Delete(w.ctx, made))
	w.gone("object storage", func() error { return third(w.ObjectStorage.Get(w.ctx, made)) })
}

func fileSystems(w *world) {
	instance := server(w, "vfs-user", nil)
	size := func(gb int) govultr.VirtualFileSystemStorageSize { return govultr.VirtualFileSystemStorageSize{SizeGB: gb} }
	wanted := &govultr.VirtualFileSystemStorageReq{Region: "ewr", Label: "shared", StorageSize: size(10), Tags: []string{"b", "a"}}
	made := got(w.VirtualFileSystemStorage.Create(w.ctx, wanted)).ID
	w.wait("a file system becomes active", func() bool { return got(w.VirtualFileSystemStorage.Get(w.ctx, made)).Status == "active" })
	found := got(w.VirtualFileSystemStorage.Get(w.ctx, made))
	w.show("region, size, tags and price read back", found.Region == "ewr" && found.StorageSize.SizeGB == 10 && found.StorageSize.SizeBytes == 10<<30 &&
		slices.Equal(found.Tags, wanted.Tags) && found.DiskType == "nvme" && found.Billing.Monthly == 1, found)
	w.show("it is listed", has(rows(w.VirtualFileSystemStorage.List(w.ctx, every())),
		func(f govultr.VirtualFileSystemStorage) bool { return f.ID == made && f.Label == "shared" }))
	grown := got(w.VirtualFileSystemStorage.Update(w.ctx, made, &govultr.VirtualFileSystemStorageUpdateReq{StorageSize: size(20)}))
	w.show("it grows and keeps its label", grown.StorageSize.SizeGB == 20 && grown.Label == "shared", grown)
	kept := got(w.VirtualFileSystemStorage.Update(w.ctx, made, &govultr.VirtualFileSystemStorageUpdateReq{Label: "more"}))
	w.show("a new label leaves the size, though the library sends 0", kept.StorageSize.SizeGB == 20 && kept.Label == "more", kept)
	w.refused("a smaller size", 400, "only grow",
		third(w.VirtualFileSystemStorage.Update(w.ctx, made, &govultr.VirtualFileSystemStorageUpdateReq{StorageSize: size(10)})))
	w.refused("a size that is too small", 400, "storage_size.gb",
		third(w.VirtualFileSystemStorage.Create(w.ctx, &govultr.VirtualFileSystemStorageReq{Region: "ewr", Label: "x", StorageSize: size(1)})))

	new := got(w.VirtualFileSystemStorage.Attach(w.ctx, made, instance))
	w.show("an attachment names both and has a tag", new.ID == made && new.TargetID == instance && new.MountTag > 0, new)
	w.wait("it becomes attached", func() bool { return got(w.VirtualFileSystemStorage.AttachmentGet(w.ctx, made, instance)).State == "ATTACHED" })
	all, _, err := w.VirtualFileSystemStorage.AttachmentList(w.ctx, made)
	done(err)
	w.show("it is listed", len(all) == 1 && all[0].TargetID == instance && all[0].MountTag == new.MountTag, all)
	w.refused("attaching it again", 409, "Target Subscription Already Attached", third(w.VirtualFileSystemStorage.Attach(w.ctx, made, instance)))
	w.refused("deleting it while it is attached", 409, "until it is detatched from all machines", w.VirtualFileSystemStorage.Delete(w.ctx, made))
	done(w.VirtualFileSystemStorage.Detach(w.ctx, made, instance))
	w.refused("detaching it again", 404, "Attachment Not Found", w.VirtualFileSystemStorage.Detach(w.ctx, made, instance))
	done(w.VirtualFileSystemStorage.Delete(w.ctx, made))
	w.refused("a deleted file system", 404, "Subscription ID Not Found.", third(w.VirtualFileSystemStorage.Get(w.ctx, made)))
	done(w.Instance.Delete(w.ctx, instance))
}

func inference(w *world) {
	made := got(w.Inference.Create(w.ctx, &govultr.InferenceCreateUpdateReq{Label: "models"}))
	w.show("a subscription has a label and a key", made.Label == "models" && len(made.APIKey) == 36, made)
	w.same("it reads back", *got(w.Inference.Get(w.ctx, made.ID)), *made)
	all, _, err := w.Inference.List(w.ctx)
	done(err)
	w.show("it is listed", has(all, func(i govultr.Inference) bool { return i == *made }), all)
	w.same("a new label is answered", got(w.Inference.Update(w.ctx, made.ID, &govultr.InferenceCreateUpdateReq{Label: "more"})).Label, "more")
	usage := got(w.Inference.GetUsage(w.ctx, made.ID))
	w.show("nothing of it is used", usage.Chat == govultr.InferenceChatUsage{MonthlyAllotment: 50_000_000} && len(usage.ChatByModel.CurrentMonth) == 0, usage)
	done(w.Inference.Delete(w.ctx, made.ID))
	w.refused("a deleted subscription", 404, "invalid inference ID", third(w.Inference.Get(w.ctx, made.ID)))
}

func marketplace(w *world) {
	found, _, err := w.Marketplace.ListAppVariables(w.ctx, "cyberpanel")
	done(err)
	w.same("an application of the catalogue asks for nothing", len(found), 0)
	_, _, err = w.Marketplace.ListAppVariables(w.ctx, "nothing-such")
	w.refused("an image that is none", 404, "Invalid image ID", err)
}
