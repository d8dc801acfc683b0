//! What a status looks like: a shape, a colour and a word.

use maud::{Markup, html};
use serde_json::Value;

/// The signs that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// It does what it is for.
    Ok,
    /// Something is coming about.
    Wait,
    /// It is switched off, or nothing has it.
    Off,
    /// Something is wrong.
    Bad,
}

impl Sign {
    fn class(self) -> &'static str {
        match self {
            Self::Ok => "status ok",
            Self::Wait => "status wait",
            Self::Off => "status off",
            Self::Bad => "status bad",
        }
    }
}

/// The status of a thing, by its fields `status`, `power_status` and `server_status`; none where it has
/// no such field.
pub(crate) fn of(thing: &Value) -> Option<(Sign, String)> {
    let field = |name: &str| thing.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
    let status = field("status").or_else(|| field("state"))?;
    let power = field("power_status");
    let server = field("server_status");
    let word = match (status, power, server) {
        ("active", _, Some("installingbooting")) => "installing",
        ("active", _, Some("isomounting")) => "mounting",
        ("active", _, Some("locked")) => "locked",
        ("active", Some(power), _) => power,
        (status, ..) => status,
    };
    let mut text = word.replace(['_', '-'], " ").to_lowercase();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some((sign(word), text))
}

/// The sign of a status by its word.
pub(crate) fn sign(word: &str) -> Sign {
    match word.to_lowercase().as_str() {
        "active" | "running" | "complete" | "completed" | "attached" | "ok" | "ready"
        | "available" | "healthy" | "success" | "enabled" | "succeed" => Sign::Ok,
        "stopped" | "detached" | "off" | "disabled" | "paused" | "none" | "closed" => Sign::Off,
        "locked" | "suspended" | "failed" | "error" | "expired" | "unhealthy" => Sign::Bad,
        _ => Sign::Wait,
    }
}

/// A status as it is shown.
pub(crate) fn show(sign: Sign, word: &str) -> Markup {
    html! { span class=(sign.class()) { (word) } }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_word_that_matters_is_shown() {
        for (thing, sign, word) in [
            (json!({"status": "active", "power_status": "running"}), Sign::Ok, "Running"),
            (json!({"status": "active", "power_status": "stopped"}), Sign::Off, "Stopped"),
            (
                json!({"status": "active", "power_status": "running", "server_status": "locked"}),
                Sign::Bad,
                "Locked",
            ),
            (json!({"status": "pending", "power_status": "running"}), Sign::Wait, "Pending"),
            (json!({"status": "active"}), Sign::Ok, "Active"),
        ] {
            assert_eq!(of(&thing), Some((sign, word.to_owned())), "{thing}");
        }
        assert_eq!(of(&json!({"label": "x"})), None);
    }
}
