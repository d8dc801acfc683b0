in_place=(vultr_user.carol)
imports=("vultr_user.carol {id} password api_key" "vultr_user.bare {id} password api_key") # shown once or never
paths=("vultr_user.carol /v2/users/{id}" "vultr_user.bare /v2/users/{id}")
