//! Names of fields and operations as people read them.

/// Words that are not written as other words are.
const WORDS: &[(&str, &str)] = &[
    ("acl", "ACL"),
    ("acls", "ACLs"),
    ("api", "API"),
    ("bgp", "BGP"),
    ("cdn", "CDN"),
    ("cors", "CORS"),
    ("cpu", "CPU"),
    ("csv", "CSV"),
    ("db", "database"),
    ("dbs", "databases"),
    ("dns", "DNS"),
    ("dnssec", "DNSSEC"),
    ("gb", "GB"),
    ("gpu", "GPU"),
    ("ha", "high availability"),
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
    ("kvm", "KVM"),
    ("mac", "MAC"),
    ("nat", "NAT"),
    ("oidc", "OIDC"),
    ("os", "system"),
    ("s3", "S3"),
    ("soa", "SOA"),
    ("ssh", "SSH"),
    ("ssl", "SSL"),
    ("sql", "SQL"),
    ("tcp", "TCP"),
    ("tls", "TLS"),
    ("ttl", "TTL"),
    ("udp", "UDP"),
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
    ("vram", "VRAM"),
    ("apikey", "API key"),
    ("apikeys", "API keys"),
    ("sshkey", "SSH key"),
    ("baremetal", "bare metal"),
    ("ram", "memory"),
    ("dbname", "database"),
    ("dow", "day"),
    ("ca", "CA"),
    ("pg", "PostgreSQL"),
    ("http2", "HTTP/2"),
    ("http3", "HTTP/3"),
    ("mysql", "MySQL"),
];

/// Fields whose own words say too little, or too much.
const FIELDS: &[(&str, &str)] = &[
    ("date_created", "Created"),
    ("date_modified", "Changed"),
    ("date_added", "Added"),
    ("date_expire", "Expires"),
    ("added_at", "Created"),
    ("updated_at", "Changed"),
    ("vcpu_count", "vCPUs"),
    ("v6_main_ip", "Main IPv6"),
    ("ram", "Memory"),
    ("allowed_bandwidth", "Traffic a month"),
    ("monthly_cost", "A month"),
    ("cost", "A month"),
    ("hourly_cost", "An hour"),
    ("os", "System"),
    ("netmask_v4", "Netmask"),
    ("gateway_v4", "Gateway"),
    ("user_scheme", "Log in as"),
    ("dns_sec", "DNSSEC"),
    ("acls", "May use"),
    ("acl", "May use"),
    ("kvm", "Console"),
    ("label", "Label"),
    ("id", "Id"),
    ("ha_controlplanes", "High availability"),
    ("has_ssl", "SSL"),
];

/// A field's name, or the heading of a column: `main_ip` is "Main IP".
pub(crate) fn title(name: &str) -> String {
    // Some objects have what is no name but a day.
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    let plain = name.to_lowercase();
    match FIELDS.iter().find(|(field, _)| *field == plain) {
        Some((_, words)) => (*words).to_owned(),
        None => sentence(&plain),
    }
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

/// Words joined by `_` or `-` within a sentence.
pub(crate) fn phrase(words: &str) -> String {
    let each = words.split(['_', '-', ' ']).filter(|word| !word.is_empty()).map(|word| {
        let known = WORDS.iter().find(|(own, _)| *own == word);
        known.map_or(word, |(_, shown)| shown)
    });
    each.collect::<Vec<_>>().join(" ")
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

/// An amount of dollars: two decimals, and thousands apart.
pub(crate) fn dollars(amount: f64) -> String {
    let text = format!("{:.2}", amount.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut digits = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            digits.push(',');
        }
        digits.push(digit);
    }
    let sign = if amount < 0.0 { "-" } else { "" };
    format!("{sign}${digits}.{cents}")
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
            ("ipxe_chain_url", "iPXE chain URL"),
            ("firewall_group_id", "Firewall group id"),
            ("node_quantity", "Node quantity"),
            ("VCPUS", "vCPUs"),
            ("s3_hostname", "S3 hostname"),
        ] {
            assert_eq!(title(name), shown, "{name}");
        }
        assert_eq!(
            many("registry") + &many("gateway") + &many("address"),
            "registriesgatewaysaddresses"
        );
    }

    #[test]
    fn times_are_short() {
        assert_eq!(time("2026-11-05 20:08", false).as_deref(), Some("5 Nov, 20:08"));
        assert_eq!(time("2026-11-05 20:08", true).as_deref(), Some("5 Nov 2026, 20:08"));
        assert_eq!(time("0000-00-00", true), None);
        assert_eq!(time("web 1", true), None);
    }

    #[test]
    fn money_has_two_decimals() {
        assert_eq!(dollars(1234567.5), "$1,234,567.50");
        assert_eq!(dollars(-5.0), "-$5.00");
    }
}
