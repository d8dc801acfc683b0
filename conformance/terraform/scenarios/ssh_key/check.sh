in_place=(vultr_ssh_key.laptop)
imports=("vultr_ssh_key.laptop {id}")
paths=("vultr_ssh_key.laptop /v2/ssh-keys/{id}")
