//! A network that was typed with its size, `10.0.0.0/8`, where the API has a field for each: it is taken
//! apart, wherever the schema has such a pair.

use std::net::IpAddr;

use presentation::schema;
use serde_json::Value;

use crate::form::wrong::Mistake;

/// The field that takes a network's address, and the one that takes its size.
const PAIRS: &[(&str, &str)] =
    &[("subnet", "subnet_size"), ("v4_subnet", "v4_subnet_mask"), ("ip_block", "prefix_length")];
/// The field that says which version of IP it is, where there is one.
const VERSION: &str = "ip_type";

/// The field with the size of the network in that field, where the schema has both at this way.
pub(crate) fn size_of(schema: &Value, way: &str) -> Option<String> {
    let (above, name) = way.rsplit_once('.').map_or(("", way), |(above, name)| (above, name));
    let (_, size) = PAIRS.iter().find(|(network, _)| *network == name)?;
    beside(schema, above, size)
}

/// A field beside another one.
fn beside(schema: &Value, above: &str, name: &str) -> Option<String> {
    let way = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
    let steps: Vec<String> = way.split('.').map(str::to_owned).collect();
    schema::at(schema, &steps).map(|_| way)
}

/// Takes networks with their sizes apart. Where another size stands in the size's own field, neither is
/// taken for right.
pub(crate) fn split(schema: &Value, pairs: &mut Vec<(String, String)>) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let typed: Vec<(String, String)> = pairs.clone();
    for (way, text) in typed {
        let Some((address, bits)) = network(&text) else { continue };
        let Some(size) = size_of(schema, &way) else { continue };
        let held = typed_at(pairs, &size);
        if !held.is_empty() && held != bits {
            let text = format!("`{text}` says {bits} and this says {held}: which one is meant?");
            mistakes.push(Mistake { way: size, text, meant: vec![bits] });
            continue;
        }
        put(pairs, &size, &bits);
        let version = if address.is_ipv6() { "v6" } else { "v4" };
        let above = way.rsplit_once('.').map_or("", |(above, _)| above);
        if let Some(kind) = beside(schema, above, VERSION)
            && typed_at(pairs, &kind).is_empty()
        {
            put(pairs, &kind, version);
        }
        // As it was written, without its size.
        let bare = text.trim().split('/').next().unwrap_or_default().trim().to_owned();
        put(pairs, &way, &bare);
    }
    mistakes
}

/// What stands in a field.
fn typed_at(pairs: &[(String, String)], way: &str) -> String {
    let found = pairs.iter().rev().find(|(name, _)| name == way);
    found.map(|(_, text)| text.trim().to_owned()).unwrap_or_default()
}

fn put(pairs: &mut Vec<(String, String)>, way: &str, text: &str) {
    pairs.retain(|(name, _)| name != way);
    pairs.push((way.to_owned(), text.to_owned()));
}

/// An address and the size that stands behind it.
fn network(text: &str) -> Option<(IpAddr, String)> {
    let (address, bits) = text.trim().split_once('/')?;
    let address: IpAddr = address.trim().parse().ok()?;
    let most = if address.is_ipv6() { 128 } else { 32 };
    let bits: u8 = bits.trim().parse().ok().filter(|bits| *bits <= most)?;
    Some((address, bits.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(id: &str, pairs: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<Mistake>) {
        let schema = crate::form::operation(id).unwrap().request();
        let mut pairs: Vec<(String, String)> =
            pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let mistakes = super::split(&schema, &mut pairs);
        pairs.sort();
        (pairs, mistakes)
    }

    fn all(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_network_with_its_size_fills_both_fields() {
        let rule = "create-firewall-group-rule";
        let (pairs, mistakes) = split(rule, &[("subnet", " 10.0.0.0/8 "), ("subnet_size", "")]);
        let expected = all(&[("ip_type", "v4"), ("subnet", "10.0.0.0"), ("subnet_size", "8")]);
        assert_eq!((pairs, mistakes), (expected, Vec::new()));
        let (pairs, _) = split(rule, &[("ip_type", "v6"), ("subnet", "::/0")]);
        assert_eq!(pairs, all(&[("ip_type", "v6"), ("subnet", "::"), ("subnet_size", "0")]));
        let (pairs, _) = split("create-vpc", &[("v4_subnet", "10.9.0.0/24")]);
        assert_eq!(pairs, all(&[("v4_subnet", "10.9.0.0"), ("v4_subnet_mask", "24")]));
        let (pairs, _) = split("create-vpc2", &[("ip_block", "10.9.0.0/24")]);
        assert_eq!(
            pairs,
            all(&[("ip_block", "10.9.0.0"), ("ip_type", "v4"), ("prefix_length", "24")])
        );
    }

    #[test]
    fn two_sizes_are_not_guessed_between_and_what_is_no_network_stays() {
        let rule = "create-firewall-group-rule";
        let given = [("subnet", "10.0.0.0/8"), ("subnet_size", "24")];
        let (pairs, mistakes) = split(rule, &given);
        assert_eq!(pairs, all(&given));
        assert_eq!(
            (mistakes[0].way.as_str(), &mistakes[0].meant[..]),
            ("subnet_size", &["8".to_owned()][..])
        );
        for odd in ["10.0.0.0/33", "10.0.0.0", "a/8", "10.0.0.0/8/8", "::/129"] {
            assert_eq!(split(rule, &[("subnet", odd)]).0, all(&[("subnet", odd)]));
        }
        // Where the schema has no such pair, nothing is done.
        assert_eq!(
            split("create-record", &[("data", "10.0.0.0/8")]).0,
            all(&[("data", "10.0.0.0/8")])
        );
        assert_eq!(
            split("create-ssh-key", &[("subnet", "10.0.0.0/8")]).0,
            all(&[("subnet", "10.0.0.0/8")])
        );
    }
}
