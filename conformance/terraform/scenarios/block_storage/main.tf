resource "vultr_instance" "user" {
  count  = 2
  region = "ewr"
  plan   = "vc2-1c-1gb"
  os_id  = 2136
  label  = "block-user-${count.index}"
}

resource "vultr_block_storage" "growing" {
  region     = "ewr"
  size_gb    = var.step == 1 ? 10 : 20
  label      = var.step == 1 ? "growing" : "grown"
  block_type = "high_perf"
}

resource "vultr_block_storage" "moving" {
  region               = "ewr"
  size_gb              = 40
  label                = "moving"
  block_type           = "storage_opt"
  live                 = true
  attached_to_instance = vultr_instance.user[var.step - 1].id
}

data "vultr_block_storage" "found" {
  filter {
    name   = "label"
    values = ["moving"]
  }
  depends_on = [vultr_block_storage.moving]
  lifecycle {
    postcondition {
      condition = (self.id == vultr_block_storage.moving.id &&
      self.attached_to_instance == vultr_instance.user[var.step - 1].id && self.size_gb == 40)
      error_message = "The data source must find the volume with the instance that it is attached to."
    }
  }
}
