replaced=(vultr_iso_private.rescue)
imports=("vultr_iso_private.rescue {id} url") # the address it came from is never read
paths=("vultr_iso_private.rescue /v2/iso/{id}" "vultr_instance.user /v2/instances/{id}")
unnoticed=(vultr_iso_private.rescue) # no answer tells the provider that an image is gone

# The provider must be told by a refusal that the image is mounted, find the instance by its address and unmount it.
before_destroy() {
  local instance iso
  instance=$(attribute vultr_instance.user id) iso=$(attribute vultr_iso_private.rescue id)
  api POST "/v2/instances/$instance/iso/attach" "{\"iso_id\":\"$iso\"}" 202
  until_holds "the image is mounted before the destroy" mounted "$instance"
}

mounted() { api GET "/v2/instances/$1/iso" "" 200 && grep -q isomounted "$work/answer"; }
