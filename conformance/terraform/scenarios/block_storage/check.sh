in_place=(vultr_block_storage.growing vultr_block_storage.moving)
imports=("vultr_block_storage.growing {id} live" "vultr_block_storage.moving {id} live") # live is never read
paths=("vultr_block_storage.growing /v2/blocks/{id}" "vultr_block_storage.moving /v2/blocks/{id}")
unnoticed=(vultr_block_storage.moving) # attached: only Terraform may delete such a volume without detaching it
