in_place=(vultr_database_user.app)
paths=("vultr_database_user.app /v2/databases/{database_id}/users/{username}")
unnoticed=(vultr_database_user.app) # any error stops the provider's refresh
secrets='["password"]'
