resource "vultr_startup_script" "boot" {
  name   = var.step == 1 ? "hello" : "hello again"
  script = base64encode(var.step == 1 ? "#!/bin/sh\necho 1\n" : "#!/bin/sh\necho 2\n")
}

resource "vultr_startup_script" "pxe" {
  name   = "pxe"
  type   = "pxe"
  script = base64encode("#!ipxe\n")
}

data "vultr_startup_script" "found" {
  filter {
    name   = "name"
    values = [vultr_startup_script.boot.name]
  }
  depends_on = [vultr_startup_script.boot]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_startup_script.boot.id && self.script == vultr_startup_script.boot.script
      error_message = "The data source must find the script with its base64 text unchanged."
    }
  }
}
