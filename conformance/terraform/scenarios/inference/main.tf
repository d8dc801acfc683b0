resource "vultr_inference" "models" {
  label = var.step == 1 ? "models" : "more models"
  lifecycle {
    postcondition {
      condition     = length(self.api_key) == 36 && self.date_created != ""
      error_message = "The subscription must have its key."
    }
  }
}

data "vultr_inference" "found" {
  filter {
    name   = "label"
    values = [vultr_inference.models.label]
  }
  depends_on = [vultr_inference.models]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_inference.models.id && self.api_key == vultr_inference.models.api_key
      error_message = "The data source must find the subscription with its key."
    }
  }
}
