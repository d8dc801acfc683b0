replaced=(vultr_snapshot.kept) # the provider replaces a snapshot whatever changes in it
imports=("vultr_snapshot.kept {id} instance_id" "vultr_snapshot_from_url.image {id} url use_uefi") # never read
paths=("vultr_instance.copy /v2/instances/{id}" "vultr_snapshot.kept /v2/snapshots/{id}" "vultr_snapshot_from_url.image /v2/snapshots/{id}")
unnoticed=(vultr_snapshot.kept vultr_snapshot_from_url.image) # no answer tells the provider that a snapshot is gone
