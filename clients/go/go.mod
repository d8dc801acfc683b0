module git.example/kettle/clients/go

go 1.24
