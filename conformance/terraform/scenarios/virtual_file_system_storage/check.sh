in_place=(vultr_virtual_file_system_storage.growing vultr_virtual_file_system_storage.shared)
replaced=(vultr_virtual_file_system_storage.tagged)
imports=("vultr_virtual_file_system_storage.growing {id} charges" "vultr_virtual_file_system_storage.shared {id} charges")
paths=("vultr_virtual_file_system_storage.growing /v2/vfs/{id}" "vultr_virtual_file_system_storage.shared /v2/vfs/{id}"
  "vultr_virtual_file_system_storage.tagged /v2/vfs/{id}")
unnoticed=(vultr_virtual_file_system_storage.shared) # attached: it cannot be deleted before its instances let go of it
