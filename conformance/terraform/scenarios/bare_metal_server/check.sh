in_place=(vultr_bare_metal_server.full)
replaced=(vultr_bare_metal_server.plain) # another hostname means another server to the provider
# What the provider does not read: what is only used when a server is made. The state of the change is from before the system
# was installed anew; tags that were never given are null to Terraform after an apply, and empty when they are read.
unread="enable_ipv6 hostname script_id ssh_key_ids user_data mdisk_mode activation_email reserved_ipv4 persistent_pxe app_variables vpc2_ids timeouts"
imports=("vultr_bare_metal_server.full {id} status $unread" "vultr_bare_metal_server.plain {id} tags $unread")
paths=("vultr_bare_metal_server.plain /v2/bare-metals/{id}" "vultr_bare_metal_server.full /v2/bare-metals/{id}")
