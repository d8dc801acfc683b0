replaced=(vultr_reverse_ipv4.main) # these three resources know no change in place and no import
paths=("vultr_instance_ipv4.more DELETE /v2/instances/{instance_id}/ipv4/{ip}"
  "vultr_reverse_ipv6.main DELETE /v2/instances/{instance_id}/ipv6/reverse/{ip}"
  'vultr_reverse_ipv4.main POST /v2/instances/{instance_id}/ipv4/reverse/default {"ip":"{ip}"}'
  "vultr_instance.host /v2/instances/{id}")
unnoticed=(vultr_instance.host) # its parts, not the instance, are what is deleted behind Terraform's back here
