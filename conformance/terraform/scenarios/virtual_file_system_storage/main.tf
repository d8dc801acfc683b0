resource "vultr_instance" "user" {
  count  = 2
  region = "ewr"
  plan   = "vc2-1c-1gb"
  os_id  = 2136
  label  = "vfs-user-${count.index}"
}

resource "vultr_virtual_file_system_storage" "growing" {
  region  = "ewr"
  size_gb = var.step == 1 ? 10 : 20
  label   = var.step == 1 ? "growing" : "grown"
  tags    = ["one", "two"]
  lifecycle {
    postcondition {
      # The plan of a change has what is computed as it was before.
      condition = (self.status == "active" && self.disk_type == "nvme" && contains([1, 2], self.cost) &&
      length(self.attachments) == 0)
      error_message = "The file system must be ready, and cost what its size does."
    }
  }
}

resource "vultr_virtual_file_system_storage" "shared" {
  region             = "ewr"
  size_gb            = 10
  label              = "shared"
  attached_instances = var.step == 1 ? [vultr_instance.user[0].id] : vultr_instance.user[*].id
  lifecycle {
    postcondition {
      condition     = length(self.attachments) >= 1 && alltrue([for one in self.attachments : one.mount > 0])
      error_message = "Its instances must be told with the tag by which they mount it."
    }
  }
}

resource "vultr_virtual_file_system_storage" "tagged" {
  region  = "ams"
  size_gb = 10
  label   = "tagged"
  tags    = ["step-${var.step}"]
}

data "vultr_virtual_file_system_storage" "found" {
  filter {
    name   = "label"
    values = ["shared"]
  }
  depends_on = [vultr_virtual_file_system_storage.shared]
  lifecycle {
    postcondition {
      condition = (self.id == vultr_virtual_file_system_storage.shared.id && self.size_gb == 10 && length(self.attachments) == var.step &&
      toset(self.attached_instances) == toset(vultr_virtual_file_system_storage.shared.attached_instances))
      error_message = "The data source must find the file system with its instances."
    }
  }
}
