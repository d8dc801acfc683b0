//! The columns of each list, by the operation that lists: what one wants to know first stands first,
//! since what does not fit a terminal goes from the end. The first column tells one thing from the
//! others; `--quiet` prints that one alone.
//!
//! `a/b` is two fields with a slash between, `a|b` the first that has something, `a:B` a heading of its
//! own, `a.b` a field inside, and `.` the item itself. Tests hold each against the operations.

pub(crate) const KINDS: &[(&str, &str)] = &[
    ("get-cluster-upgrades", ".:VERSION"),
    ("get-connector-settings", "name type required default_value:DEFAULT description"),
    ("get-domain-dnssec", ".:RECORD"),
    ("get-kubernetes-versions", ".:VERSION"),
    ("list-api-keys", "id name expire date_expire"),
    ("list-applications", "id name short_name type vendor image_id"),
    ("list-artifacts", "digest tags.name:TAG size push_time pull_time type"),
    ("list-backups", "id description size date_created status os_id"),
    ("list-bare-metal-ipv4", "ip type reverse netmask gateway mac_address"),
    ("list-bare-metal-ipv6", "ip type network/network_size"),
    ("list-bare-metal-vpc2s", "id ip_address mac_address"),
    ("list-bare-metal-vpcs", "id ip_address mac_address"),
    ("list-bare-metals", "id label status main_ip region plan os tags date_created"),
    ("list-billing-history", "id date type description amount balance"),
    ("list-block-snapshots", "id description state size block_id added_at"),
    (
        "list-blocks",
        "id label status size_gb:SIZE attached_to_instance_label|attached_to_instance:ATTACHED \
         region cost block_type:TYPE date_created",
    ),
    (
        "list-clusters",
        "id label status version region ip ha_controlplanes:HA endpoint date_created",
    ),
    ("list-connection-pools", "name database username mode size"),
    ("list-custom-subscriptions", "id label type status region cost pending_charges"),
    ("list-available-connectors", "class title version type doc_url:DOCUMENTATION"),
    (
        "list-database-alerts",
        "timestamp message_type:TYPE description maintenance_scheduled:SCHEDULED",
    ),
    ("list-database-connectors", "name class topics"),
    ("list-database-dbs", "name"),
    (
        "list-database-options",
        "name type min_value:MIN max_value:MAX units enumerals:WORDS alt_values:OR",
    ),
    (
        "list-database-plans",
        "id number_of_nodes:NODES vcpu_count:VCPUS ram disk monthly_cost type locations",
    ),
    (
        "list-database-quotas",
        "client_id user consumer_byte_rate:CONSUMER producer_byte_rate:PRODUCER \
         request_percentage:PERCENT",
    ),
    ("list-database-topics", "name partitions replication retention_hours retention_bytes"),
    ("list-database-updates", ".:UPDATE"),
    ("list-database-users", "username encryption|permission:KIND"),
    ("list-database-versions", ".:VERSION"),
    (
        "list-databases",
        "id label status database_engine/database_engine_version:ENGINE region plan tag \
         latest_backup:BACKUP host date_created",
    ),
    ("list-domains", "domain dns_sec date_created"),
    (
        "list-faults",
        "id name acted left operation|family|thing|client:FOR \
         status|latency|drop|hidden|show|sold_out|stuck|fails:DOES",
    ),
    (
        "list-firewall-group-rules",
        "id ip_type protocol port subnet/subnet_size source action notes",
    ),
    (
        "list-firewall-groups",
        "id description rule_count:RULES instance_count:INSTANCES date_modified max_rule_count",
    ),
    ("list-holds", "id kind thing account"),
    ("list-inferences", "id label date_created"),
    ("list-instance-ipv4", "ip type reverse netmask gateway mac_address"),
    ("list-instance-ipv6", "ip type network/network_size"),
    ("list-instance-neighbors", ".:ID"),
    ("list-instance-private-networks", "id ip_address mac_address network_id"),
    ("list-instance-reverse-ipv6", "ip reverse"),
    (
        "list-instance-templates",
        "id label plan os|marketplace_app|marketplace_image|snapshot|iso:SYSTEM \
         plan_details.price:PRICE",
    ),
    ("list-instance-vpc2s", "id ip_address mac_address"),
    ("list-instance-vpcs", "id ip_address mac_address"),
    (
        "list-instances",
        "id label status main_ip power_status:POWER region plan os tags date_created",
    ),
    (
        "list-invoice-items",
        "description units:HOURS unit_price:PRICE total start_date:FROM end_date:TO product",
    ),
    ("list-invoices", "id date description amount balance"),
    ("list-isos", "id filename status size description date_created"),
    (
        "list-logs",
        "timestamp log_level:LEVEL message resource_id:ID metadata.http_status_code:ANSWER \
         metadata.username:BY metadata.ip_address:FROM resource_type:TYPE",
    ),
    ("list-load-balancer-firewall-rules", "id port source ip_type"),
    (
        "list-load-balancer-forwarding-rules",
        "id frontend_protocol/frontend_port:FRONTEND backend_protocol/backend_port:BACKEND",
    ),
    (
        "list-load-balancers",
        "id label status ipv4 region nodes instances has_ssl:SSL ipv6 date_created",
    ),
    ("list-marketplace-app-variables", "name required description"),
    ("list-marketplace-apps", "id app_name:NAME visibility:VISIBLE app_desc:DESCRIPTION"),
    (
        "list-metal-plans",
        "id cpu_cores:CORES ram disk disk_count:DISKS monthly_cost hourly_cost bandwidth cpu_model",
    ),
    ("list-my-groups", "id display_name status description date_created"),
    ("list-nat-gateway-firewall-rules", "id protocol port subnet/subnet_size action notes"),
    (
        "list-nat-gateway-port-forwarding-rules",
        "id name protocol external_port internal_ip internal_port enabled description",
    ),
    ("list-nat-gateways", "id label status public_ips private_ips billing.monthly:MONTHLY"),
    ("list-networks", "id description region v4_subnet/v4_subnet_mask:SUBNET date_created"),
    ("list-node-pool-labels", "id key value"),
    ("list-node-pool-taints", "id key value effect"),
    (
        "list-node-pools",
        "id label status node_quantity:SIZE plan auto_scaler:SCALES min_nodes:MIN max_nodes:MAX \
         tag date_created",
    ),
    ("list-object-storage-buckets", "name versioning object_lock archival date_created"),
    (
        "list-object-storage-cluster-tiers",
        "id sales_name:NAME slug price disk_gb_price bw_gb_price sales_desc",
    ),
    ("list-object-storage-clusters", "id region hostname deploy"),
    (
        "list-object-storage-tiers",
        "id sales_name:NAME slug price disk_gb_price bw_gb_price sales_desc",
    ),
    ("list-object-storages", "id label status region s3_hostname tier.slug date_created"),
    ("list-os", "id name arch family"),
    (
        "list-plans",
        "id vcpu_count:VCPUS ram disk bandwidth monthly_cost hourly_cost type gpu_type cpu_vendor \
         locations",
    ),
    (
        "list-pending-charges",
        "description units:HOURS unit_price:PRICE total start_date:FROM end_date:TO product",
    ),
    (
        "list-pull-zones",
        "id label status origin_domain:ORIGIN cdn_url vanity_domain regions \
         last_purge date_created",
    ),
    ("list-push-zone-files", "name size last_modified"),
    ("list-push-zones", "id label status cdn_url vanity_domain regions date_created"),
    ("list-public-isos", "id name description"),
    ("list-records", "id type name data priority ttl"),
    ("list-ready-faults", "name about"),
    ("list-regions", "id city country continent options"),
    (
        "list-registries",
        "id name metadata.region.name:REGION urn public storage.used.gb:USED \
         storage.allowed.gb:ALLOWED date_created",
    ),
    (
        "list-registry-regions",
        "name urn data_center.name:CITY data_center.country:COUNTRY added_at",
    ),
    ("list-replications", "region urn namespace"),
    ("list-repositories", "image artifact_count:ARTIFACTS pull_count:PULLS description updated_at"),
    ("list-reserved-ips", "id label region subnet/subnet_size ip_type instance_id"),
    (
        "list-retention-rules",
        "id disabled template params.additional_prop:COUNT scope_selectors.repository.decoration:FOR \
         scope_selectors.repository.pattern:REPOSITORIES tag_selectors.decoration:WITH \
         tag_selectors.pattern:TAGS",
    ),
    ("list-robots", "name disable duration description creation_time"),
    ("list-snapshots", "id description size date_created status os_id"),
    ("list-ssh-keys", "id name date_created ssh_key"),
    ("list-startup-scripts", "id name type date_modified date_created"),
    (
        "list-storage-gateways",
        "id label status health network_config.primary.vpc.vpc_uuid:VPC date_created",
    ),
    (
        "list-subaccounts",
        "id subaccount_name:NAME email subaccount_id balance pending_charges:PENDING activated",
    ),
    ("list-user-api-keys", "id name expire date_expire"),
    ("list-user-groups", "id display_name status description date_created"),
    ("list-user-networks", "subnet/subnet_size ip_type date_added"),
    ("list-users", "id name email api_enabled:API service_user:SERVICE acls"),
    ("list-vfs", "id label status region storage_size.gb:SIZE disk_type:TYPE tags date_created"),
    ("list-vfs-attachments", "target_id:INSTANCE state mount_tag"),
    (
        "list-vfs-regions",
        "id description:CITY country continent price_per_gb.nvme:NVME price_per_gb.hdd:HDD \
         min_size_gb.nvme:NVME_MIN min_size_gb.hdd:HDD_MIN",
    ),
    ("list-vpc-attachments", "id type ip.v4 date_added mac_address"),
    ("list-vpc2", "id description region ip_block/prefix_length:SUBNET date_created"),
    ("list-vpc2-nodes", "id description type ip_address node_status:STATUS mac_address"),
    ("list-vpcs", "id description region v4_subnet/v4_subnet_mask:SUBNET date_created"),
    ("list-worker-nodes", "id label status ip date_created"),
    ("list-world-snapshots", "name date_created things bytes:SIZE"),
    ("diff-world-snapshot", "change kind id name fields.field:FIELDS"),
];
