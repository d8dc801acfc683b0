"""What keeps data: ISOs, block storage, snapshots, backups."""

from families.instances import server
from harness import NOWHERE, ids


def isos(w):
    public = w.isos.list_public_isos()["public_isos"]
    w.show("public ISOs are listed with id and name", public and all(i["id"] and i["name"] for i in public), public[:2])
    iso = w.isos.create_iso(body={"url": "https://images.example.com/tiny-1.0.iso"})["iso"]["id"]
    found = w.wait("a private ISO becomes complete", lambda: ready(w.isos.iso_get(iso_id=iso)["iso"], "complete"))
    w.same("its file name is the URL's", found["filename"], "tiny-1.0.iso")
    w.show("the ISO is listed", iso in ids(w.isos.list_isos(query={"per_page": 500})["isos"]))
    w.refused("an ISO whose URL is none", 400, w.isos.create_iso, body={"url": "not a url"})
    w.isos.delete_iso(iso_id=iso)
    w.gone("an ISO", w.isos.iso_get, iso_id=iso)


def ready(thing, status):
    """The thing once it has that status."""
    return thing if thing["status"] == status else None


def blocks(w):
    wanted = {"region": "ewr", "size_gb": 50, "label": "data", "block_type": "high_perf"}
    block = w.blocks.create_block(body=wanted)["block"]["id"]
    found = w.wait("a volume becomes active", lambda: ready(w.blocks.get_block(block_id=block)["block"], "active"))
    w.same("region, size, label and type read back", {key: found[key] for key in wanted}, wanted)
    w.show("the volume is listed", block in ids(w.blocks.list_blocks(query={"per_page": 500})["blocks"]))
    w.blocks.update_block(block_id=block, body={"label": "more", "size_gb": 80})
    found = w.blocks.get_block(block_id=block)["block"]
    w.same("a new label and a larger size read back", (found["label"], found["size_gb"]), ("more", 80))
    w.refused("a smaller size", 400, w.blocks.update_block, block_id=block, body={"size_gb": 60})
    w.refused("a volume that is too small", 400, w.blocks.create_block, body={**wanted, "size_gb": 5})
    with server(w, "block-user") as instance:
        w.blocks.attach_block(block_id=block, body={"instance_id": instance, "live": True})
        w.wait("an attached volume names its instance",
               lambda: w.blocks.get_block(block_id=block)["block"]["attached_to_instance"] == instance)
        w.blocks.attach_block(block_id=block, body={"instance_id": instance, "live": True})
        w.same("attaching it there again changes nothing",
               w.blocks.get_block(block_id=block)["block"]["attached_to_instance"], instance)
        w.blocks.detach_block(block_id=block, body={"live": True})
        found = w.blocks.get_block(block_id=block)["block"]
        w.show("a detached volume names none", not found.get("attached_to_instance"), found)
        with server(w, "block-far", region="lax") as far:
            w.refused("attaching to an instance in another region", 400, w.blocks.attach_block, block_id=block,
                      body={"instance_id": far, "live": True})
    w.blocks.delete_block(block_id=block)
    w.gone("a volume", w.blocks.get_block, block_id=block)
    w.refused("an unknown volume", 404, w.blocks.get_block, block_id=NOWHERE, says="Invalid block storage ID")


def objects(w):
    clusters = w.s3.list_object_storage_clusters(query={"per_page": 500})["clusters"]
    cluster = next(each for each in clusters if each["hostname"] == "ewr1.vultrobjects.com")
    w.same("the cluster in New Jersey takes new storage", (cluster["region"], cluster["deploy"]), ("ewr", "yes"))
    # This client is older than tiers, and sends one all the same when it is told to.
    wanted = {"cluster_id": cluster["id"], "label": "files"}
    w.refused("an order without a tier", 400, w.s3.create_object_storage, body=wanted,
              says="Invalid tier specified for this location")
    made = w.s3.create_object_storage(body={**wanted, "tier_id": 2})["object_storage"]["id"]
    found = w.wait("object storage becomes active",
                   lambda: ready(w.s3.get_object_storage(object_storage_id=made)["object_storage"], "active"))
    w.same("cluster and label read back", {key: found[key] for key in wanted}, wanted)
    w.same("its host is the cluster's", found["s3_hostname"], cluster["hostname"])
    w.show("object storage is listed", made in ids(w.s3.list_object_storages(query={"per_page": 500})["object_storages"]))
    w.s3.update_object_storage(object_storage_id=made, body={"label": "more"})
    w.same("a new label reads back", w.s3.get_object_storage(object_storage_id=made)["object_storage"]["label"], "more")
    keys = w.s3.regenerate_object_storage_keys(object_storage_id=made)["s3_credentials"]
    w.show("new keys are not the old ones", all(keys[key] != found[key] for key in ("s3_access_key", "s3_secret_key")))
    found = w.s3.get_object_storage(object_storage_id=made)["object_storage"]
    w.same("they read back", {key: found[key] for key in keys}, keys)
    w.s3.delete_object_storage(object_storage_id=made)
    w.gone("object storage", w.s3.get_object_storage, object_storage_id=made)
    w.refused("unknown object storage", 404, w.s3.get_object_storage, object_storage_id=NOWHERE,
              says="Invalid object storage ID")


def snapshots(w):
    with server(w, "snapshot-source") as instance:
        made = w.snapshots.create_snapshot(body={"instance_id": instance, "description": "before the change"})["snapshot"]
        snap = made["id"]
        found = w.wait("a snapshot becomes complete",
                       lambda: ready(w.snapshots.get_snapshot(snapshot_id=snap)["snapshot"], "complete"))
        w.same("it remembers its system and its description", (found["os_id"], found["description"]), (2136, "before the change"))
        listed = w.snapshots.list_snapshots(query={"description": "before the change", "per_page": 500})["snapshots"]
        w.same("the list can be filtered by description", ids(listed), [snap])
        w.snapshots.put_snapshots_snapshot_id(snapshot_id=snap, body={"description": "kept"})
        w.same("a new description reads back", w.snapshots.get_snapshot(snapshot_id=snap)["snapshot"]["description"], "kept")
        status = w.instances.restore_instance(instance_id=instance, body={"snapshot_id": snap})["status"]
        w.same("a restore says what it restores", (status["restore_type"], status["restore_id"]), ("snapshot_id", snap))
        w.wait("the instance is back after the restore", lambda: running(w, instance))
    url = w.snapshots.create_snapshot_create_from_url(body={"url": "https://images.example.com/disk.raw"})["snapshot"]["id"]
    w.wait("a snapshot from a URL becomes complete",
           lambda: ready(w.snapshots.get_snapshot(snapshot_id=url)["snapshot"], "complete"))
    with server(w, "from-snapshot", os_id=None, snapshot_id=snap) as copy:
        w.show("an instance can be made from a snapshot", running(w, copy))
    for each in (snap, url):
        w.snapshots.delete_snapshot(snapshot_id=each)
        w.gone("a snapshot", w.snapshots.get_snapshot, snapshot_id=each)


def running(w, instance):
    """Whether the instance is up."""
    found = w.instances.get_instance(instance_id=instance)["instance"]
    return (found["status"], found["power_status"]) == ("active", "running")


def backups(w):
    found = w.backups.list_backups(query={"per_page": 500})
    w.same("without a schedule there are no backups", (found["backups"], found["meta"]["total"]), ([], 0))
    with server(w, "backup-none") as instance:
        w.same("nor for one instance", w.backups.list_backups(query={"instance_id": instance})["backups"], [])
        w.refused("restoring an unknown backup", 400, w.instances.restore_instance, instance_id=instance,
                  body={"backup_id": NOWHERE})
    w.refused("an unknown backup", 404, w.backups.get_backup, backup_id=NOWHERE)
