in_place=(vultr_reserved_ip.free vultr_reserved_ip.moving)
imports=("vultr_reserved_ip.free {id}" "vultr_reserved_ip.six {id}" "vultr_reserved_ip.moving {id}")
paths=("vultr_reserved_ip.free /v2/reserved-ips/{id}" "vultr_reserved_ip.moving /v2/reserved-ips/{id}")
