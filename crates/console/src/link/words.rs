//! Names of fields and operations as people read them.

use presentation::columns::readable;

/// Words that are not written as other words are.
const WORDS: &[(&str, &str)] = &[
    ("acl", "ACL"),
    ("acls", "ACLs"),
    ("ai", "AI"),
    ("api", "API"),
    ("asn", "AS number"),
    ("b64", "in base64"),
    ("bgp", "BGP"),
    ("cdn", "CDN"),
    ("cors", "CORS"),
    ("cpu", "CPU"),
    ("csv", "CSV"),
    ("db", "database"),
    ("dbs", "databases"),
    ("ddos", "DDoS"),
    ("dns", "DNS"),
    ("dnssec", "DNSSEC"),
    ("dom", "day of the month"),
    ("gb", "GB"),
    ("gpu", "GPU"),
    ("ha", "high availability"),
    ("hostname", "host name"),
    ("http", "HTTP"),
    ("https", "HTTPS"),
    ("id", "id"),
    ("ids", "ids"),
    ("ip", "IP"),
    ("ips", "IPs"),
    ("ipv4", "IPv4"),
    ("ipv6", "IPv6"),
    ("ipxe", "iPXE"),
    ("iso", "ISO image"),
    ("isos", "ISO images"),
    ("kafka", "Kafka"),
    ("kvm", "KVM"),
    ("mac", "MAC"),
    ("mb", "MB"),
    ("nat", "NAT"),
    ("oidc", "OIDC"),
    ("os", "system"),
    ("pxe", "PXE"),
    ("s3", "S3"),
    ("soa", "SOA"),
    ("ssh", "SSH"),
    ("ssl", "SSL"),
    ("sql", "SQL"),
    ("tcp", "TCP"),
    ("tls", "TLS"),
    ("ttl", "TTL"),
    ("udp", "UDP"),
    ("uefi", "UEFI"),
    ("uri", "URI"),
    ("url", "URL"),
    ("urn", "URN"),
    ("uuid", "UUID"),
    ("v4", "IPv4"),
    ("v6", "IPv6"),
    ("vcpu", "vCPU"),
    ("vcpus", "vCPUs"),
    ("vfs", "file system"),
    ("vke", "VKE"),
    ("vnc", "VNC"),
    ("vpc", "VPC"),
    ("vpc2", "VPC 2.0"),
    ("vpc2s", "VPC 2.0"),
    ("vpcs", "VPCs"),
    ("vps", "instance"),
    ("vram", "VRAM"),
    ("apikey", "API key"),
    ("apikeys", "API keys"),
    ("sshkey", "SSH key"),
    ("baremetal", "bare metal"),
    ("ram", "memory"),
    ("dbname", "database"),
    ("dow", "day of the week"),
    ("ca", "CA"),
    ("pg", "PostgreSQL"),
    ("http2", "HTTP/2"),
    ("http3", "HTTP/3"),
    ("mysql", "MySQL"),
];

/// Fields whose own words say too little, or too much.
const FIELDS: &[(&str, &str)] = &[
    ("_sure", "Name"),
    ("acl", "Permissions"),
    ("acls", "Permissions"),
    ("added_at", "Created"),
    ("allowed_bandwidth", "Traffic a month"),
    ("app_id", "Application"),
    ("app_variables", "Values for the application"),
    ("attach_vpc", "VPCs"),
    ("attach_vpc2", "VPC 2.0 networks"),
    ("baremetal_ids", "Bare metal servers"),
    ("block_devices", "Volumes"),
    ("cost", "A month"),
    ("database_engine", "Engine"),
    ("database_engine_version", "Engine version"),
    ("date_added", "Added"),
    ("date_created", "Created"),
    ("date_expire", "Expires"),
    ("date_modified", "Changed"),
    ("dns_sec", "DNSSEC"),
    ("enable_ipv6", "IPv6"),
    ("gateway_v4", "Gateway"),
    ("ha_controlplanes", "Several control planes"),
    ("has_ssl", "SSL"),
    ("hourly_cost", "An hour"),
    ("image_id", "Marketplace image"),
    ("ipxe_chain_url", "iPXE script address"),
    ("kvm", "Console"),
    ("monthly_cost", "A month"),
    ("monthly_price", "A month"),
    ("netmask_v4", "Netmask"),
    ("node_quantity", "Nodes"),
    ("price", "A month"),
    ("price_hr", "An hour"),
    ("private_network", "VPC (older name)"),
    ("script_id", "Startup script"),
    ("ssh_key_ids", "SSH keys"),
    ("sshkey_id", "SSH keys"),
    ("updated_at", "Changed"),
    ("user_scheme", "Log in as"),
    ("v4_subnet", "IPv4 network"),
    ("v4_subnet_mask", "IPv4 network size in bits"),
    ("v6_main_ip", "Main IPv6"),
    ("vcpu_count", "vCPUs"),
];

/// Units that a field's name may end with.
const UNITS: &[&str] = &["gb", "mb", "ms"];

/// A field's name beside its value, or the heading of a column: `main_ip` is "Main IP".
pub(crate) fn title(name: &str) -> String {
    // Some objects have what is no name but a day.
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    let plain = name.to_lowercase();
    if let Some(words) = known(&plain) {
        return words.to_owned();
    }
    // The value says its unit itself, where that is known.
    let unit = plain.rsplit_once('_').filter(|(_, unit)| UNITS.contains(unit));
    let says_unit = |(_, unit): &(&str, &str)| {
        readable(&plain, &1.into()).to_lowercase().ends_with(&format!(" {unit}"))
    };
    sentence(unit.filter(says_unit).map_or(&plain, |(bare, _)| bare))
}

/// What a field is called where it is filled in, or where what it points at is shown by its name:
/// `size_gb` is "Size in GB", `firewall_group_id` is "Firewall group".
pub(crate) fn label(name: &str) -> String {
    let plain = name.to_lowercase();
    if let Some(words) = known(&plain) {
        return words.to_owned();
    }
    let bare = ["_ids", "_id", "_uuid"].iter().find_map(|end| plain.strip_suffix(end));
    let bare = bare.unwrap_or(&plain);
    let words = known(bare).map_or_else(|| sentence(bare), str::to_owned);
    if plain.ends_with("_ids") { many(&words) } else { words }
}

fn known(name: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(field, _)| *field == name).map(|(_, words)| *words)
}

/// Words joined by `_` or `-` as the beginning of a sentence.
pub(crate) fn sentence(words: &str) -> String {
    let words = phrase(words);
    match words.split(' ').next() {
        // "iPXE" and "vCPU" stay what they are.
        Some(first) if first.chars().skip(1).any(char::is_uppercase) => words,
        _ => {
            let mut letters = words.chars();
            letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// A label within a sentence: `iPXE` and `VPC` stay as they are.
pub(crate) fn lower(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => label.to_owned(),
    }
}

/// Words joined by `_` or `-` within a sentence.
pub(crate) fn phrase(words: &str) -> String {
    let words: Vec<&str> = words.split(['_', '-', ' ']).filter(|word| !word.is_empty()).collect();
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            text.push(' ');
            // A size in GB, and a price per GB.
            let is_unit = place + 1 == words.len() && UNITS.contains(word);
            text.push_str(if is_unit && words[place - 1] != "per" { "in " } else { "" });
        }
        let known = WORDS.iter().find(|(own, _)| own == word);
        text.push_str(known.map_or(word, |(_, shown)| shown));
    }
    text
}

/// What is listed at a path, by its last word: `/v2/domains/{dns-domain}/records` are "Records".
pub(crate) fn of_path(path: &str) -> String {
    match last_of(path) {
        "bucket" => "Buckets".to_owned(),
        "ipv4" => "IPv4 addresses".to_owned(),
        "ipv6" => "IPv6 addresses".to_owned(),
        "ip-whitelist" => "Allowed networks".to_owned(),
        "reverse" => "Reverse names".to_owned(),
        "upgrades" | "version-upgrade" => "Upgrades".to_owned(),
        word => sentence(word),
    }
}

/// What one of the things at a path is called, within a sentence.
pub(crate) fn one_of_path(path: &str) -> String {
    match last_of(path) {
        "bucket" => "bucket".to_owned(),
        "ipv4" => "IPv4 address".to_owned(),
        "ipv6" => "IPv6 address".to_owned(),
        "ip-whitelist" => "allowed network".to_owned(),
        "plans-metal" => "plan".to_owned(),
        "reverse" => "reverse name".to_owned(),
        "dnssec" => "DNSSEC record".to_owned(),
        word => {
            let words = phrase(word);
            match words.strip_suffix("ies") {
                Some(stem) => format!("{stem}y"),
                None => words.strip_suffix('s').unwrap_or(&words).to_owned(),
            }
        }
    }
}

fn last_of(path: &str) -> &str {
    path.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap_or_default()
}

/// A text of so many letters at most.
pub(crate) fn short(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// A time as `presentation` has it, `2026-11-25 20:08`, in short: "25 Nov, 20:08", or with its year.
pub(crate) fn time(readable: &str, with_year: bool) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (date, clock) = readable.split_once(' ')?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    let day: u8 = day.parse().ok()?;
    let clock = clock.get(..5).filter(|_| matches!(clock.len(), 5 | 8))?;
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    let year = if with_year { format!(" {year}") } else { String::new() };
    Some(format!("{day} {month}{year}, {clock}"))
}

/// A count with its noun: "1 instance", "2 instances".
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {}", many(one)) }
}

/// The plural of a noun.
pub(crate) fn many(one: &str) -> String {
    if let Some(stem) = one.strip_suffix('y').filter(|s| !s.ends_with(['a', 'e', 'o'])) {
        return format!("{stem}ies");
    }
    match one.ends_with(['s', 'x']) {
        true => format!("{one}es"),
        false => format!("{one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_words() {
        for (name, shown) in [
            ("main_ip", "Main IP"),
            ("date_created", "Created"),
            ("vcpu_count", "vCPUs"),
            ("ipxe_chain_url", "iPXE script address"),
            ("firewall_group_id", "Firewall group id"),
            ("node_quantity", "Nodes"),
            ("VCPUS", "vCPUs"),
            ("s3_hostname", "S3 host name"),
            ("size_gb", "Size"),
            ("min_max_ms", "Min max in ms"),
            ("price_per_gb", "Price per GB"),
            ("2026-11-25", "2026-11-25"),
        ] {
            assert_eq!(title(name), shown, "{name}");
        }
        assert_eq!(
            many("registry") + &many("gateway") + &many("address"),
            "registriesgatewaysaddresses"
        );
    }

    #[test]
    fn fields_are_called_as_people_say() {
        for (name, shown) in [
            ("size_gb", "Size in GB"),
            ("os_id", "System"),
            ("firewall_group_id", "Firewall group"),
            ("instance_ids", "Instances"),
            ("vpc_id", "VPC"),
            ("vfs_uuid", "File system"),
            ("ipxe_chain_url", "iPXE script address"),
            ("enable_vpc", "Enable VPC"),
            ("date_expire", "Expires"),
            ("id", "Id"),
        ] {
            assert_eq!(label(name), shown, "{name}");
        }
    }

    #[test]
    fn times_are_short() {
        assert_eq!(time("2026-11-05 20:08", false).as_deref(), Some("5 Nov, 20:08"));
        assert_eq!(time("2026-11-05 20:08", true).as_deref(), Some("5 Nov 2026, 20:08"));
        assert_eq!(time("0000-00-00", true), None);
        assert_eq!(time("web 1", true), None);
    }
}
