//! What records say, from how owners write it to how it travels.

use std::net::{Ipv4Addr, Ipv6Addr};

use fronts::zones::Record;
use hickory_proto::rr::rdata::sshfp::{Algorithm, FingerprintType};
use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, MX, NS, PTR, SRV, SSHFP, TXT};
use hickory_proto::rr::{Name, RData};

/// How long a piece of text can be.
const PIECE: usize = 255;

/// A name, with or without the dot at its end, in small letters. Letters beyond ASCII are put into
/// Punycode.
///
/// # Errors
/// Why it is none.
pub(crate) fn name(text: &str) -> Result<Name, String> {
    let wrong = |error| format!("`{text}` is no name: {error}");
    let inner = text.strip_suffix('.').unwrap_or(text);
    let lower = inner.to_lowercase();
    match (text, inner) {
        (".", _) => Ok(Name::root()),
        (_, "") => Err("a name is missing".into()),
        (_, ascii) if ascii.is_ascii() => {
            let name = Name::from_labels(lower.split('.').map(str::as_bytes));
            fitting(name.map_err(wrong)?)
        }
        _ => fitting(Name::from_labels(lower.split('.')).map_err(wrong)?),
    }
}

/// A name that is not too long to travel.
fn fitting(name: Name) -> Result<Name, String> {
    if name.len() > 254 { Err(format!("{name} is too long")) } else { Ok(name) }
}

/// The name of a record in the zone that begins at `origin`.
///
/// # Errors
/// Why it is none.
pub(crate) fn owner(label: &str, origin: &Name) -> Result<Name, String> {
    if label.is_empty() || label == "@" {
        return Ok(origin.clone());
    }
    let whole = name(label)?.append_domain(origin);
    fitting(whole.map_err(|error| format!("`{label}`: {error}"))?)
}

/// What a record says.
///
/// # Errors
/// Why that cannot be understood.
pub(crate) fn data(record: &Record) -> Result<RData, String> {
    let data = record.data.trim();
    let priority = || record.priority.ok_or_else(|| "it has no priority".to_owned());
    Ok(match record.kind.as_str() {
        "A" => RData::A(A(parsed::<Ipv4Addr>(data, "IPv4 address")?)),
        "AAAA" => RData::AAAA(AAAA(parsed::<Ipv6Addr>(data, "IPv6 address")?)),
        "CNAME" => RData::CNAME(CNAME(name(data)?)),
        "NS" => RData::NS(NS(name(data)?)),
        "PTR" => RData::PTR(PTR(name(data)?)),
        "MX" => RData::MX(MX::new(priority()?, name(data)?)),
        "SRV" => service(priority()?, data)?,
        "TXT" => text(data),
        "CAA" => authority(data)?,
        "SSHFP" => fingerprint(data)?,
        kind => return Err(format!("`{kind}` is no type of record that is served")),
    })
}

fn parsed<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no {what}"))
}

fn service(priority: u16, data: &str) -> Result<RData, String> {
    let parts: Vec<&str> = data.split_ascii_whitespace().collect();
    let [weight, port, target] = parts[..] else {
        return Err(format!("`{data}` is no `weight port target`"));
    };
    let (weight, port) = (parsed(weight, "weight")?, parsed(port, "port")?);
    Ok(RData::SRV(SRV::new(priority, weight, port, name(target)?)))
}

/// Text, in pieces where it is long. Quotes around it are not part of it, and backslashes are only
/// backslashes: this is no zone file.
fn text(data: &str) -> RData {
    let inner = data.strip_prefix('"').and_then(|data| data.strip_suffix('"')).unwrap_or(data);
    let pieces: Vec<&[u8]> = match inner.is_empty() {
        true => vec![b""],
        false => inner.as_bytes().chunks(PIECE).collect(),
    };
    RData::TXT(TXT::from_bytes(pieces))
}

/// Who may issue certificates: `0 issue "example.com"`.
fn authority(data: &str) -> Result<RData, String> {
    let wrong = || format!("`{data}` is no `flag tag \"value\"`");
    let mut parts = data.splitn(3, ' ');
    let flags: u8 = parsed(parts.next().unwrap_or_default(), "flag")?;
    let (tag, value) = (parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?);
    let is_tag = (1..=15).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_tag {
        return Err(wrong());
    }
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let mut caa = CAA::new_issue(flags & 0x80 != 0, None, Vec::new());
    caa.reserved_flags = flags & 0x7f;
    caa.tag = tag.to_ascii_lowercase();
    caa.value = inner.unwrap_or(value).as_bytes().to_vec();
    Ok(RData::CAA(caa))
}

fn fingerprint(data: &str) -> Result<RData, String> {
    let wrong = || format!("`{data}` is no `algorithm type fingerprint`");
    let parts: Vec<&str> = data.split_ascii_whitespace().collect();
    let [algorithm, kind, print] = parts[..] else { return Err(wrong()) };
    let (algorithm, kind) = (parsed::<u8>(algorithm, "number")?, parsed::<u8>(kind, "number")?);
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let bytes = print.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>().ok_or_else(wrong)?;
    let (algorithm, kind) = (Algorithm::from(algorithm), FingerprintType::from(kind));
    Ok(RData::SSHFP(SSHFP::new(algorithm, kind, bytes)))
}
