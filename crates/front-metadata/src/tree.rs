//! All that a machine is told of itself, as one tree, and what is at a place in it.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use fronts::machines::{Interface, Machine};
use serde_json::{Value, json};

/// The tree of a machine.
pub(crate) fn of(machine: &Machine) -> Value {
    let is_there = |it: &&Interface| !it.ipv4.is_empty() || !it.ipv6.is_empty();
    let public = Some(&machine.public).filter(is_there);
    let interfaces: Vec<_> = public.into_iter().chain(&machine.private).map(interface).collect();
    let nobody = json!({"my-address": "", "my-asn": "", "peer-address": "", "peer-asn": ""});
    json!({
        "bgp": {"ipv4": nobody, "ipv6": nobody},
        "hostname": machine.hostname,
        "instance-v2-id": machine.id,
        // It had another number once, by which nothing is found here.
        "instanceid": machine.id,
        "interfaces": interfaces,
        "nvidia-driver": {},
        "public-keys": machine.ssh_keys,
        "region": {
            "countrycode": machine.country.to_uppercase(),
            "regioncode": machine.region.to_uppercase(),
        },
        "startup-script": String::from_utf8_lossy(&machine.script),
        "tags": machine.tags,
        "user-data": String::from_utf8_lossy(&machine.user_data),
        "user-defined": [],
        "vendor-data": vendor_data(machine),
    })
}

fn interface(interface: &Interface) -> Value {
    let netmask = |prefix: &u8| {
        let bits = u32::MAX.checked_shl(32 - u32::from((*prefix).min(32))).unwrap_or_default();
        Ipv4Addr::from_bits(bits).to_string()
    };
    let v4 = interface.ipv4.first();
    let further = interface.ipv4.iter().skip(1);
    let further: Vec<_> = further
        .map(|(address, prefix, _)| json!({"address": address, "netmask": netmask(prefix)}))
        .collect();
    let gateway = v4.and_then(|(_, _, gateway)| *gateway).map(|it| it.to_string());
    let network = |address: &std::net::Ipv6Addr, prefix: u8| {
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or_default();
        std::net::Ipv6Addr::from_bits(address.to_bits() & mask).to_string()
    };
    let v6 = interface.ipv6.first();
    let further_v6 = interface.ipv6.iter().skip(1);
    let further_v6: Vec<_> = further_v6
        .map(|(address, prefix)| {
            json!({"network": network(address, *prefix), "prefix": prefix.to_string()})
        })
        .collect();
    let mut told = json!({
        "ipv4": {
            "additional": further,
            "address": v4.map(|(address, ..)| address.to_string()).unwrap_or_default(),
            "gateway": gateway.unwrap_or_default(),
            "netmask": v4.map(|(_, prefix, _)| netmask(prefix)).unwrap_or_default(),
        },
        "ipv6": {
            "additional": further_v6,
            "address": v6.map(|(address, _)| address.to_string()).unwrap_or_default(),
            "network": v6.map(|(address, prefix)| network(address, *prefix)).unwrap_or_default(),
            "prefix": v6.map(|(_, prefix)| prefix.to_string()).unwrap_or_default(),
        },
        "mac": interface.mac,
        "network-type": "public",
    });
    if let Some(network) = interface.network {
        told["network-type"] = "private".into();
        told["network-v2-id"] = json!(network);
        told["networkid"] = json!(network);
        told["mtu"] = "1450".into();
    }
    told
}

/// What cloud-init does besides what the owner wants: the first password, and the startup script.
fn vendor_data(machine: &Machine) -> Vec<String> {
    // A text in JSON is one in YAML, too, whatever is in it.
    let quoted = |text: &str| Value::from(text).to_string();
    let mut config = "#cloud-config\nssh_pwauth: true\n".to_owned();
    let name = if machine.is_limited { "linuxuser" } else { "root" };
    if machine.is_limited {
        config += "users:\n- name: linuxuser\n  shell: /bin/bash\n  lock_passwd: false\n  \
                   sudo: \"ALL=(ALL) NOPASSWD:ALL\"\n  ssh_authorized_keys:\n";
        for key in &machine.ssh_keys {
            let _ = writeln!(config, "  - {}", quoted(key));
        }
    } else {
        config += "disable_root: false\n";
    }
    let password = machine.password.as_str();
    if !password.is_empty() {
        let entry = quoted(&format!("{name}:{password}"));
        let _ = writeln!(config, "chpasswd:\n  expire: false\n  list:\n  - {entry}");
    }
    let mut all = vec![config];
    if !machine.script.is_empty() {
        all.push(String::from_utf8_lossy(&machine.script).into_owned());
    }
    all
}

/// What is at a path below `/v1`: the names of what is there, a line each, with `/` after those under which
/// there is more; or a value.
///
/// # Errors
/// Why there is nothing, for whoever asked.
pub(crate) fn at(tree: &Value, path: &str) -> Result<String, String> {
    let mut place = tree;
    let mut walked = "/v1".to_owned();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let below = match place {
            Value::Object(all) => all.get(name),
            Value::Array(all) => name.parse().ok().and_then(|n: usize| all.get(n)),
            _ => None,
        };
        let Some(below) = below else {
            return Err(format!(
                "there is no {name} at {walked}/; what is there:\n{}",
                shown(place)
            ));
        };
        walked = format!("{walked}/{name}");
        place = below;
    }
    Ok(shown(place))
}

fn shown(place: &Value) -> String {
    let is_plain = |value: &Value| !value.is_object() && !value.is_array();
    let line = |name: &str, below: &Value| {
        let more =
            if below.is_object() || (below.is_array() && !all_plain(below)) { "/" } else { "" };
        format!("{name}{more}\n")
    };
    match place {
        Value::Object(all) => all.iter().map(|(name, below)| line(name, below)).collect(),
        // Plain ones are told at once, a line each.
        Value::Array(all) if all.iter().all(is_plain) => {
            all.iter().map(|it| format!("{}\n", plain(it))).collect()
        }
        Value::Array(all) => (0..all.len()).map(|n| format!("{n}/\n")).collect(),
        value => plain(value),
    }
}

fn all_plain(list: &Value) -> bool {
    list.as_array().is_some_and(|all| all.iter().all(|it| !it.is_object() && !it.is_array()))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
