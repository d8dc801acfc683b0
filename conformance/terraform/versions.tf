# Copied into every scenario by `scenario`. The provider takes its key from VULTR_API_KEY and has no setting for an address.
terraform {
  required_version = ">= 1.5"
  required_providers {
    vultr = {
      source  = "vultr/vultr"
      version = "2.32.0"
    }
  }
}

provider "vultr" {}

# 1 is the first configuration, 2 the changed one.
variable "step" {
  type    = number
  default = 1
}
