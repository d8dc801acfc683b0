resource "vultr_user" "carol" {
  name        = var.step == 1 ? "Carol" : "Caroline"
  email       = "carol@example.com"
  password    = "Correct-Horse-9-Battery"
  api_enabled = var.step == 1
  acl         = var.step == 1 ? ["dns", "firewall"] : ["dns", "subscriptions_view"]
}

resource "vultr_user" "bare" {
  name     = "Bare"
  email    = "bare@example.com"
  password = "Correct-Horse-9-Battery"
}

data "vultr_user" "found" {
  filter {
    name   = "email"
    values = [vultr_user.carol.email]
  }
  depends_on = [vultr_user.carol]
  lifecycle {
    postcondition {
      condition     = self.id == vultr_user.carol.id && self.name == vultr_user.carol.name && toset(self.acl) == vultr_user.carol.acl
      error_message = "The data source must find the user with exactly the permissions that were given."
    }
  }
}
