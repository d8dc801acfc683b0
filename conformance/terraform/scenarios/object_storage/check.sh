in_place=(vultr_object_storage.files)
replaced=(vultr_object_storage_bucket.changing)
# The provider's import of a bucket cannot work: it reads the storage's id from a state that has none yet.
imports=("vultr_object_storage.files {id}" "vultr_object_storage.unnamed {id}")
paths=("vultr_object_storage.files /v2/object-storage/{id}" "vultr_object_storage.unnamed /v2/object-storage/{id}")
# No answer tells the provider that storage, or a bucket of it, is gone.
unnoticed=(vultr_object_storage.files vultr_object_storage.unnamed)
