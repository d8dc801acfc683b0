//! What can be said of any new server: its names, tags, keys, script and first boot.

use std::collections::{BTreeMap, BTreeSet};

use api::id::{SshKeyId, StartupId};
use api::instances::UserScheme;
use api::startup_scripts::StartupScriptType;
use api::{OrEmpty, Secret};
use serde_json::{Map, Value};

use super::{Server, Software};
use crate::encoded::decoded;
use crate::secret::random_text;
use crate::ssh_keys::Key;
use crate::startup_scripts::Script;
use crate::{Cx, Refusal, Result, Tx, ensure, refuse, set};

/// How many tags a server can have.
const TAGS_MAX: usize = 50;
/// The host name of a server that was given none.
const HOSTNAME: &str = "vultr.guest";

/// What a request for a server of either kind says of the server alone, in a region and with this
/// software: the two requests have no more in common than the names of their fields.
macro_rules! wanted {
    ($req:expr, $region:expr, $software:expr) => {{
        let (req, region) = ($req, $region);
        $crate::servers::Server {
            region: region.id.clone(),
            plan: req.plan.clone(),
            label: req.label.clone().unwrap_or_default(),
            hostname: options::new_hostname(req.hostname.as_deref())?,
            tags: options::tags(req.tags.as_deref(), req.tag.as_deref())?.unwrap_or_default(),
            software: $software,
            user_scheme: req.user_scheme.unwrap_or_default(),
            user_data: options::user_data(req.user_data.as_deref().unwrap_or_default())?,
            app_variables: options::app_variables(req.app_variables.as_ref()),
            password: options::password(),
            ..$crate::servers::Server::default()
        }
    }};
}
pub(crate) use wanted;

/// The host name of a new server.
pub(crate) fn new_hostname(name: Option<&str>) -> Result<String> {
    match name {
        None | Some("") => Ok(HOSTNAME.to_owned()),
        Some(name) => hostname(name),
    }
}

/// A host name: labels of letters, digits and hyphens, kept in the case in which it was sent.
pub(crate) fn hostname(name: &str) -> Result<String> {
    let is_label = |label: &str| {
        let ends = [label.chars().next(), label.chars().next_back()];
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !ends.contains(&Some('-'))
    };
    if name.len() <= 253 && name.split('.').all(is_label) {
        return Ok(name.to_owned());
    }
    let help = format!("`{name}` is no host name: letters, digits and hyphens, between dots");
    Err(Refusal::bad("Invalid hostname.").help(format!("hostname: {help}")).into())
}

/// Changes what needs no work on the machine, or none before it is installed anew; what is absent
/// stays.
///
/// # Errors
/// 400 for user data that is not base64.
pub(crate) fn describe(
    server: &mut Server,
    label: Option<&str>,
    tags: Option<Vec<String>>,
    data: Option<&str>,
    scheme: Option<UserScheme>,
) -> Result<()> {
    set(&mut server.label, label.map(str::to_owned));
    set(&mut server.tags, tags);
    set(&mut server.user_data, data.map(user_data).transpose()?);
    set(&mut server.user_scheme, scheme);
    Ok(())
}

/// The tags that a request sets; none: it says nothing about them.
pub(crate) fn tags(many: Option<&[String]>, one: Option<&str>) -> Result<Option<Vec<String>>> {
    let tags: Vec<&str> = match (many, one) {
        (Some(many), _) => many.iter().map(String::as_str).collect(),
        (None, Some(one)) => vec![one],
        (None, None) => return Ok(None),
    };
    let mut known = BTreeSet::new();
    let tags = tags.into_iter().filter(|tag| !tag.is_empty() && known.insert(*tag));
    let tags: Vec<String> = tags.map(str::to_owned).collect();
    let text = format_args!("{} are too many, {TAGS_MAX} are allowed", tags.len());
    ensure(tags.len() <= TAGS_MAX, "tags", text)?;
    Ok(Some(tags))
}

/// User data as it was sent, if that is base64.
pub(crate) fn user_data(text: &str) -> Result<String> {
    decoded(text).or_else(|e| refuse("user_data", format_args!("must be base64: {e}")))?;
    Ok(text.to_owned())
}

/// The values of a marketplace application's variables, as text.
pub(crate) fn app_variables(sent: Option<&Map<String, Value>>) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    sent.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The variables that a server's application cannot do without and that have no value, with its image.
fn missing<'a>(cx: &'a Cx, server: &Server) -> Vec<(&'a str, &'a str)> {
    let Software::Image(image) = &server.software else { return Vec::new() };
    let has = |name: &str| server.app_variables.get(name).is_some_and(|value| !value.is_empty());
    let app = cx.catalog().application_by_image(image);
    let variables =
        app.into_iter().flat_map(|app| app.variables.iter().map(|v| (v, &*app.image_id)));
    let missing = variables.filter(|(variable, _)| variable.required && !has(&variable.name));
    missing.map(|(variable, image)| (&*variable.name, image)).collect()
}

/// Refuses a new server whose application misses what it cannot do without; tells of values that it
/// does not ask for.
///
/// # Errors
/// 400 naming the variable.
pub(crate) fn check_variables(cx: &Cx, server: &Server) -> Result<()> {
    if let Some((name, image)) = missing(cx, server).first() {
        let text = format_args!("`{image}` cannot do without it");
        return refuse(&format!("app_variables.{name}"), text);
    }
    let app = match &server.software {
        Software::Image(image) => cx.catalog().application_by_image(image),
        _ => None,
    };
    let asks = |name: &str| app.is_some_and(|app| app.variables.iter().any(|v| v.name == name));
    for name in server.app_variables.keys().filter(|name| !asks(name)) {
        cx.warn("app_variables", format_args!("what is installed does not ask for `{name}`"));
    }
    Ok(())
}

/// Tells what an application misses that is put on a server in place of what was there: such a request
/// has no place for values.
pub(crate) fn tell_missing(cx: &Cx, server: &Server) {
    for (name, image) in missing(cx, server) {
        cx.warn("image_id", format_args!("`{image}` misses a value for `{name}`"));
    }
}

/// A first password: 16 characters that every keyboard has.
pub(crate) fn password() -> Secret {
    random_text(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%+@_?", 16).into()
}

/// Gives a new server the keys and the script that its request names.
pub(crate) async fn resolve_access(
    tx: &mut Tx,
    server: &mut Server,
    keys: Option<&[SshKeyId]>,
    script: Option<OrEmpty<StartupId>>,
) -> Result<()> {
    for id in keys.unwrap_or_default() {
        server.ssh_keys.push(tx.named::<Key>("sshkey_id", *id).await?.id());
    }
    if let Some(id) = script.and_then(OrEmpty::get) {
        server.script = Some(tx.named::<Script>("script_id", id).await?.id());
    }
    Ok(())
}

/// Whether a request names a script that machines start with, instead of a system.
pub(crate) async fn is_pxe(tx: &mut Tx, script: Option<OrEmpty<StartupId>>) -> Result<bool> {
    let Some(id) = script.and_then(OrEmpty::get) else { return Ok(false) };
    Ok(tx.named::<Script>("script_id", id).await?.when == StartupScriptType::Pxe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_follow_the_rules_of_dns() {
        for good in ["Full-1", "a", "web.example.com", "1"] {
            assert_eq!(hostname(good).unwrap(), good);
        }
        for bad in ["my_host", "my host", "-a", "a-", "a..b", ".a", "é", &"a".repeat(64)] {
            assert!(hostname(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_are_long_and_differ() {
        let (one, two) = (password(), password());
        assert_eq!(one.len(), 16);
        assert_ne!(one, two);
    }

    #[test]
    fn tags_are_a_set_and_the_older_field_counts_where_the_newer_is_absent() {
        let many = |tags: &[&str]| tags.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let sent = many(&["b", "a", "b", ""]);
        assert_eq!(tags(Some(&sent), Some("x")).unwrap(), Some(many(&["b", "a"])));
        assert_eq!(tags(None, Some("x")).unwrap(), Some(many(&["x"])));
        assert_eq!(tags(None, Some("")).unwrap(), Some(vec![]));
        assert_eq!(tags(None, None).unwrap(), None);
        let hundred: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        assert!(tags(Some(&hundred), None).is_err());
    }
}
