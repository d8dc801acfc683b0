in_place=(vultr_startup_script.boot)
imports=("vultr_startup_script.boot {id}" "vultr_startup_script.pxe {id}")
paths=("vultr_startup_script.boot /v2/startup-scripts/{id}" "vultr_startup_script.pxe /v2/startup-scripts/{id}")
