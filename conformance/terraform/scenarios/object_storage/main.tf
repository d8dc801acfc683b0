data "vultr_object_storage_cluster" "here" {
  filter {
    name   = "hostname"
    values = ["ewr1.vultrobjects.com"]
  }
  lifecycle {
    postcondition {
      condition     = self.region == "ewr" && self.deploy == "yes"
      error_message = "The cluster in New Jersey must take new storage."
    }
  }
}

data "vultr_object_storage_tier" "standard" {
  filter {
    name   = "sales_name"
    values = ["Standard"]
  }
  lifecycle {
    postcondition {
      condition = (self.price == 18 && self.slug == "tier_008h_0600m" && self.rate_limit_operations == 800 &&
      contains(self.locations[*].hostname, "ewr1.vultrobjects.com"))
      error_message = "The tier must have its price, limits and places."
    }
  }
}

resource "vultr_object_storage" "files" {
  cluster_id = data.vultr_object_storage_cluster.here.id
  tier_id    = data.vultr_object_storage_tier.standard.id
  label      = var.step == 1 ? "files" : "more files"
  lifecycle {
    postcondition {
      condition = (self.status == "active" && self.region == "ewr" && self.location == "New Jersey" &&
      self.s3_hostname == "ewr1.vultrobjects.com" && length(self.s3_access_key) == 20 && length(self.s3_secret_key) == 40)
      error_message = "The storage must be ready, where it was ordered, and have keys."
    }
  }
}

resource "vultr_object_storage" "unnamed" {
  cluster_id = 11
  tier_id    = 5
}

resource "vultr_object_storage_bucket" "kept" {
  object_storage_id = vultr_object_storage.files.id
  name              = "kept"
  enable_lock       = true
}

resource "vultr_object_storage_bucket" "changing" {
  object_storage_id = vultr_object_storage.files.id
  name              = "changing"
  enable_versioning = var.step == 2
  lifecycle {
    postcondition {
      condition     = self.date_created != ""
      error_message = "The bucket must be listed as soon as it is created."
    }
  }
}

data "vultr_object_storage" "found" {
  filter {
    name   = "label"
    values = [vultr_object_storage.files.label]
  }
  depends_on = [vultr_object_storage.files]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_object_storage.files.id && self.s3_secret_key == vultr_object_storage.files.s3_secret_key
      error_message = "The data source must find the storage with its keys."
    }
  }
}
