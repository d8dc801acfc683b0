# A state in one of Kettle's buckets, locked by an object beside it.
terraform {
  backend "s3" {
    bucket       = "states"
    key          = "prod/kettle.tfstate"
    region       = "us-east-1"
    endpoints    = { s3 = "ENDPOINT" }
    use_lockfile = true

    use_path_style              = STYLE
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
    skip_s3_checksum            = true
  }
}

resource "terraform_data" "kept" {
  input = "kept"
}
