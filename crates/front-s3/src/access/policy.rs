//! Policies of buckets: statements that allow or deny.

mod conditions;

use serde_json::Value;

pub(crate) use self::conditions::Facts;
use self::conditions::Test;
use crate::fault::{Result, fault};
use crate::rows::Object;

/// A policy.
#[derive(Debug, Clone)]
pub(crate) struct Policy(Vec<Statement>);

/// What a policy says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    Deny,
    Nothing,
}

#[derive(Debug, Clone)]
struct Statement {
    allows: bool,
    /// Whom it is about; `not`: all others.
    principals: Vec<String>,
    not_principals: bool,
    actions: Vec<String>,
    not_actions: bool,
    resources: Vec<String>,
    not_resources: bool,
    tests: Vec<Test>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// `MalformedPolicy` where it is none, or asks for what Kettle cannot tell.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| fault!(MalformedPolicy, "This is no JSON: {error}"))?;
        let version = value.get("Version").and_then(Value::as_str);
        if version.is_some_and(|version| !["2012-10-17", "2008-10-17"].contains(&version)) {
            return Err(fault!(MalformedPolicy, "Version has to be 2012-10-17 or 2008-10-17."));
        }
        let statements = match value.get("Statement") {
            Some(Value::Array(all)) => all.iter().map(Statement::parse).collect::<Result<_>>()?,
            Some(one @ Value::Object(_)) => vec![Statement::parse(one)?],
            _ => return Err(fault!(MalformedPolicy, "Missing required field Statement")),
        };
        Ok(Self(statements))
    }

    /// Refuses a policy that is about something else than this bucket.
    pub(crate) fn is_about(&self, bucket: &str) -> Result<()> {
        let (own, below) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/"));
        let fits = |resource: &String| {
            *resource == own
                || resource.starts_with(&below)
                || resource
                    .find(['*', '?'])
                    .is_some_and(|wild| below.starts_with(&resource[..wild]))
        };
        let mut all = self.0.iter().flat_map(|statement| &statement.resources);
        if all.all(fits) {
            return Ok(());
        }
        Err(fault!(MalformedPolicy, "Policy has invalid resource"))
    }

    /// What it says of a request.
    pub(crate) fn decide(
        &self,
        caller: Option<&str>,
        action: &str,
        resource: &str,
        facts: &Facts,
        object: Option<&Object>,
    ) -> Verdict {
        let mut verdict = Verdict::Nothing;
        for statement in &self.0 {
            if statement.meets(caller, action, resource, facts, object) {
                if !statement.allows {
                    return Verdict::Deny;
                }
                verdict = Verdict::Allow;
            }
        }
        verdict
    }

    /// Whether it lets everyone do something.
    pub(crate) fn is_public(&self) -> bool {
        self.0.iter().any(|statement| {
            let everyone = statement.not_principals
                || statement.principals.iter().any(|principal| principal == "*");
            statement.allows && everyone && !statement.tests.iter().any(Test::narrows)
        })
    }

    /// Whether it asks for the tags of objects.
    pub(crate) fn asks_for_tags(&self) -> bool {
        let mut tests = self.0.iter().flat_map(|statement| &statement.tests);
        tests.any(|test| test.key.starts_with("s3:existingobjecttag/"))
    }
}

impl Statement {
    fn parse(value: &Value) -> Result<Self> {
        let allows = match value.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(fault!(MalformedPolicy, "Effect has to be Allow or Deny.")),
        };
        let either = |name: &str| -> Result<(Vec<String>, bool)> {
            match (value.get(name), value.get(format!("Not{name}"))) {
                (Some(value), None) => Ok((texts(value)?, false)),
                (None, Some(value)) => Ok((texts(value)?, true)),
                _ => Err(fault!(MalformedPolicy, "Missing required field {name}")),
            }
        };
        let (principals, not_principals) = match (value.get("Principal"), value.get("NotPrincipal"))
        {
            (Some(value), None) => (principals(value)?, false),
            (None, Some(value)) => (principals(value)?, true),
            _ => return Err(fault!(MalformedPolicy, "Missing required field Principal")),
        };
        if allows && not_principals {
            return Err(fault!(MalformedPolicy, "Allow with NotPrincipal is not supported"));
        }
        let (actions, not_actions) = either("Action")?;
        if !actions.iter().all(|action| action == "*" || action.to_lowercase().starts_with("s3:")) {
            return Err(fault!(MalformedPolicy, "Policy has invalid action"));
        }
        let (resources, not_resources) = either("Resource")?;
        let tests = match value.get("Condition") {
            None => Vec::new(),
            Some(value) => conditions::parse(value)?,
        };
        Ok(Self {
            allows,
            principals,
            not_principals,
            actions: actions.into_iter().map(|action| action.to_lowercase()).collect(),
            not_actions,
            resources,
            not_resources,
            tests,
        })
    }

    fn meets(
        &self,
        caller: Option<&str>,
        action: &str,
        resource: &str,
        facts: &Facts,
        object: Option<&Object>,
    ) -> bool {
        let named = self.principals.iter().any(|principal| is_principal(principal, caller));
        let action = action.to_lowercase();
        let acts = self.actions.iter().any(|pattern| like(pattern, &action));
        let there = self.resources.iter().any(|pattern| like(pattern, resource));
        named != self.not_principals
            && acts != self.not_actions
            && there != self.not_resources
            && self.tests.iter().all(|test| test.holds(caller, facts, object))
    }
}

/// A text, or a list of them.
fn texts(value: &Value) -> Result<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(fault!(MalformedPolicy, "A text is missing in a list of texts.")),
    };
    match value {
        Value::Array(all) => all.iter().map(text).collect(),
        one => Ok(vec![text(one)?]),
    }
}

fn principals(value: &Value) -> Result<Vec<String>> {
    match value {
        Value::String(all) if all == "*" => Ok(vec![all.clone()]),
        Value::Object(kinds) => {
            let mut found = Vec::new();
            for (kind, value) in kinds {
                match kind.as_str() {
                    "AWS" | "CanonicalUser" => found.extend(texts(value)?),
                    // There are none of these here: nobody is meant.
                    "Service" | "Federated" => {}
                    _ => return Err(fault!(MalformedPolicy, "Invalid principal in policy")),
                }
            }
            Ok(found)
        }
        _ => Err(fault!(MalformedPolicy, "Invalid principal in policy")),
    }
}

/// Whether a principal means `caller`: `*`, the id of a storage, or an ARN with it.
fn is_principal(principal: &str, caller: Option<&str>) -> bool {
    if principal == "*" {
        return true;
    }
    let Some(caller) = caller else { return false };
    match principal.strip_prefix("arn:aws:iam::") {
        None => principal == caller,
        Some(rest) => {
            let (account, what) = rest.split_once(':').unwrap_or((rest, ""));
            (account == caller && what == "root") || what.strip_prefix("user/") == Some(caller)
        }
    }
}

/// Whether a text is as a pattern with `*` and `?` has it.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                // The star takes one more.
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(uri: &str) -> Facts {
        Facts::of(&uri.parse().unwrap(), &http::HeaderMap::new(), "10.0.0.7".parse().ok(), 0)
    }

    #[test]
    fn stars_and_question_marks_stand_for_any_text_and_any_letter() {
        assert!(like("*", "") && like("a*c", "abbbc") && like("a?c", "abc") && like("*b*", "abc"));
        assert!(like("arn:aws:s3:::b/*/x", "arn:aws:s3:::b/1/2/x"));
        assert!(!like("a?c", "ac") && !like("a*c", "abcd") && !like("", "a"));
    }

    #[test]
    fn what_is_denied_is_denied_whatever_allows_it() {
        let policy = Policy::parse(
            r#"{"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
              {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::me:root"}, "Action": ["s3:GetObject"],
               "Resource": "arn:aws:s3:::b/secret/*"}]}"#,
        )
        .unwrap();
        let decide =
            |caller, action, resource| policy.decide(caller, action, resource, &facts("/b"), None);
        assert_eq!(decide(None, "s3:GetObject", "arn:aws:s3:::b/k"), Verdict::Allow);
        assert_eq!(decide(Some("me"), "s3:GetObject", "arn:aws:s3:::b/secret/k"), Verdict::Deny);
        assert_eq!(decide(Some("you"), "s3:GetObject", "arn:aws:s3:::b/secret/k"), Verdict::Allow);
        assert_eq!(decide(Some("you"), "s3:PutObject", "arn:aws:s3:::b/k"), Verdict::Nothing);
        assert!(
            policy.is_public() && policy.is_about("b").is_ok() && policy.is_about("c").is_err()
        );
    }

    #[test]
    fn conditions_ask_for_addresses_and_what_is_in_the_query() {
        let with = |condition: &str| {
            let text = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket",
                  "Resource": "arn:aws:s3:::b", "Condition": {condition}}}}}"#
            );
            Policy::parse(&text)
        };
        let holds = |condition: &str, uri: &str| {
            let policy = with(condition).unwrap();
            let verdict = policy.decide(None, "s3:ListBucket", "arn:aws:s3:::b", &facts(uri), None);
            verdict == Verdict::Allow
        };
        assert!(holds(r#"{"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}"#, "/b"));
        assert!(!holds(r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#, "/b"));
        assert!(holds(r#"{"StringLike": {"s3:prefix": "home/*"}}"#, "/b?prefix=home/me"));
        assert!(!holds(r#"{"StringEquals": {"s3:prefix": "home/"}}"#, "/b"));
        assert!(holds(r#"{"StringEqualsIfExists": {"s3:prefix": "home/"}}"#, "/b"));
        assert!(holds(r#"{"Null": {"s3:prefix": "true"}}"#, "/b"));
        assert!(holds(r#"{"NumericLessThanEquals": {"s3:max-keys": 10}}"#, "/b?max-keys=10"));
        assert!(with(r#"{"StringSortOf": {"s3:prefix": "a"}}"#).is_err());
        assert!(!with(r#"{"IpAddress": {"aws:SourceIp": "10.0.0.1/32"}}"#).unwrap().is_public());
    }
}
