//! Networks in one word: `--subnet 10.0.0.0/24`, where the API has one field for the address and
//! another one for the size.

use std::net::IpAddr;

use clap::Arg;
use presentation::schema;
use serde_json::{Map, Value};

use crate::command::flag;
use crate::error::Failure;

/// The fields that hold an address, and those beside them that hold its size.
const PAIRS: &[(&str, &str)] =
    &[("v4_subnet", "v4_subnet_mask"), ("ip_block", "prefix_length"), ("subnet", "subnet_size")];

/// The flag that all of them have.
const FLAG: &str = "subnet";

/// The field that holds the version of IP, which the address tells.
const VERSION: &str = "ip_type";

/// The pair of a request.
fn pair(schema: &Value) -> Option<(&'static str, &'static str)> {
    let has = |name: &str| schema::fields(schema).any(|(field, _)| field == name);
    PAIRS.iter().copied().find(|(address, size)| has(address) && has(size))
}

/// The fields that must be given: not those that the address tells.
pub(crate) fn required(schema: &Value) -> Vec<&str> {
    let mut names = schema::required(schema);
    names.retain(|name| !is_told(schema, name));
    names
}

/// Whether a field need not be given where the address is: it tells it.
fn is_told(schema: &Value, name: &str) -> bool {
    pair(schema).is_some_and(|(_, size)| name == size || name == VERSION)
}

/// The flag of the address takes its size along, and has the same name everywhere.
pub(crate) fn arg(schema: &Value, name: &str, arg: Arg) -> Arg {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    match pair(schema) {
        Some((address, _)) if address == name => {
            let help = help.trim_end_matches('.');
            let arg = arg.help(format!("{help}. With its size: `--{FLAG} 10.0.0.0/24`."));
            if address == FLAG { arg } else { arg.visible_alias(FLAG) }
        }
        Some(_) if is_told(schema, name) && schema::required(schema).contains(&name) => {
            arg.help(format!("{} [told by --{FLAG}]", help.trim_end_matches('.')))
        }
        _ => arg,
    }
}

/// Parts what was given as `ADDRESS/SIZE` into the two fields.
pub(crate) fn part(schema: &Value, fields: &mut Map<String, Value>) -> Result<(), Failure> {
    let Some((address, size)) = pair(schema) else { return Ok(()) };
    let Some(given) = fields.get(address).and_then(Value::as_str).map(str::to_owned) else {
        return Ok(());
    };
    let wrong = |why: &str| Failure::usage(format!("--{}: `{given}` {why}", flag(address)));
    let (text, bits) = given.split_once('/').map_or((&*given, None), |(t, b)| (t, Some(b)));
    let ip = text.parse::<IpAddr>().ok();
    if let Some(bits) = bits {
        let most = if ip.is_some_and(|ip| ip.is_ipv4()) { 32 } else { 128 };
        let bits = bits.parse::<u8>().ok().filter(|_| ip.is_some());
        let bits = bits.ok_or_else(|| wrong("is no network; one is written 10.0.0.0/24"))?;
        if bits > most {
            return Err(wrong(&format!("has a size beyond {most}")));
        }
        let told = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        match fields.get(size).map(told) {
            Some(other) if other != bits.to_string() => {
                return Err(wrong(&format!("has another size than --{} {other}", flag(size))));
            }
            _ => fields.insert(size.to_owned(), bits.into()),
        };
        fields.insert(address.to_owned(), text.into());
    }
    let needs_version = schema::required(schema).contains(&VERSION);
    if let Some(ip) = ip.filter(|_| needs_version && !fields.contains_key(VERSION)) {
        fields.insert(VERSION.to_owned(), if ip.is_ipv4() { "v4" } else { "v6" }.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_request_with_an_address_and_its_size_takes_both_in_one() {
        let all = presentation::operations::all();
        let sizes = ["mask", "_size", "prefix_", "length", "bits"];
        let (mut taken, mut sized) = (BTreeSet::new(), BTreeSet::new());
        for operation in &all {
            let schema = operation.request();
            if pair(&schema).is_some() {
                taken.insert(operation.op.id);
            }
            // Sizes of buffers and the like.
            let is_set = operation.op.id.ends_with("-options");
            let network = |name: &str| !is_set && sizes.iter().any(|size| name.contains(size));
            let other = ["disk_size", "storage_size"];
            if schema::fields(&schema).any(|(name, _)| network(name) && !other.contains(&&**name)) {
                sized.insert(operation.op.id);
            }
        }
        assert!(taken.len() >= 8, "{taken:?}");
        assert_eq!(sized, taken, "a size of a network that nobody pairs");
    }
}
