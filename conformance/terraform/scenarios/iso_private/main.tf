resource "vultr_iso_private" "rescue" {
  url = var.step == 1 ? "https://images.example.com/rescue-1.iso" : "https://images.example.com/rescue-2.iso"
  # So that it is destroyed first: the provider fails where the instance that holds it goes while it looks for that.
  depends_on = [vultr_instance.user]
}

data "vultr_iso_private" "found" {
  filter {
    name   = "filename"
    values = [vultr_iso_private.rescue.filename]
  }
  depends_on = [vultr_iso_private.rescue]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_iso_private.rescue.id && self.status == "complete"
      error_message = "The data source must find the image."
    }
  }
}

# check.sh mounts the image on it behind Terraform's back.
resource "vultr_instance" "user" {
  region = "ewr"
  plan   = "vc2-1c-1gb"
  os_id  = 2136
  label  = "iso-user"
}
