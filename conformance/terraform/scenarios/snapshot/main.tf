resource "vultr_instance" "source" {
  region = "ewr"
  plan   = "vc2-1c-1gb"
  os_id  = 2136
  label  = "snapshot-source"
}

resource "vultr_snapshot" "kept" {
  instance_id = vultr_instance.source.id
  description = var.step == 1 ? "first" : "second"
}

resource "vultr_snapshot_from_url" "image" {
  url      = "https://images.example.com/disk.raw"
  use_uefi = true
}

data "vultr_snapshot" "found" {
  filter {
    name   = "description"
    values = [vultr_snapshot.kept.description]
  }
  depends_on = [vultr_snapshot.kept]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_snapshot.kept.id && self.os_id == 2136 && self.status == "complete"
      error_message = "The data source must find the snapshot with its system."
    }
  }
}

resource "vultr_instance" "copy" {
  region      = "ewr"
  plan        = "vc2-1c-1gb"
  snapshot_id = vultr_snapshot_from_url.image.id
  label       = "snapshot-copy"
  # The provider does not wait for a snapshot from a URL; the other one takes its time.
  depends_on = [vultr_snapshot.kept]
}
