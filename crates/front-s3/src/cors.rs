//! What browsers may do from other origins.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use s3s::Body;
use s3s::dto::{CORSConfiguration, CORSRule};

use crate::Backend;
use crate::fault::{Fault, Result, custom, fault};
use crate::rows::buckets::{self, Setting};
use crate::text::undocument;

/// Whether a text is as a pattern with at most one `*` has it.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What the rules answer a request from an origin with; nothing where none is for it.
fn answer(rules: &[CORSRule], method: &str, headers: &HeaderMap) -> Option<HeaderMap> {
    let origin = text(headers, &ORIGIN)?;
    let asked = text(headers, &ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let asked: Vec<&str> =
        asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let rule = rules.iter().find(|rule| {
        let allowed = rule.allowed_headers.as_deref().unwrap_or_default();
        rule.allowed_origins.iter().any(|pattern| fits(pattern, origin))
            && rule.allowed_methods.iter().any(|other| other == method)
            && asked.iter().all(|name| {
                let name = name.to_ascii_lowercase();
                allowed.iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), &name))
            })
    })?;
    let anyone = rule.allowed_origins.iter().any(|pattern| pattern == "*");
    let mut answer = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.insert(name, value);
        }
    };
    set(ACCESS_CONTROL_ALLOW_ORIGIN, if anyone { "*" } else { origin });
    set(ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    set(VARY, "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    if !asked.is_empty() {
        set(ACCESS_CONTROL_ALLOW_HEADERS, &asked.join(", "));
    }
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
        set(ACCESS_CONTROL_EXPOSE_HEADERS, &exposed.join(", "));
    }
    if let Some(seconds) = rule.max_age_seconds {
        set(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
    }
    Some(answer)
}

impl Backend {
    /// The rules of the bucket that a request is for.
    async fn cors_rules(&self, path: &str, headers: &HeaderMap) -> Result<Vec<CORSRule>> {
        let Some(bucket) = self.hosts.bucket(headers, path) else { return Ok(Vec::new()) };
        let place = self.place(None, self.hosts.cluster(headers), &bucket).await?;
        let kept = place.depot.read(move |rows| buckets::get(rows, &bucket, Setting::Cors)).await?;
        let Some(kept) = kept else { return Ok(Vec::new()) };
        Ok(undocument::<CORSConfiguration>(&kept)?.cors_rules)
    }

    /// What an answer to a request from another origin says besides.
    pub(crate) async fn cors(&self, method: &Method, path: &str, headers: &HeaderMap) -> HeaderMap {
        if !headers.contains_key(ORIGIN) {
            return HeaderMap::new();
        }
        // A bucket that is not there is told about by the answer itself.
        let rules = self.cors_rules(path, headers).await.unwrap_or_default();
        let method = text(headers, &ACCESS_CONTROL_REQUEST_METHOD).unwrap_or(method.as_str());
        answer(&rules, method, headers).unwrap_or_default()
    }

    /// The answer to a browser that asks whether it may.
    pub(crate) async fn preflight(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        match self.allowed(path, headers).await {
            Ok(allowed) => {
                let mut response = Response::new(Body::empty());
                *response.headers_mut() = allowed;
                response
            }
            Err(Fault(error)) => error.to_http_response().unwrap_or_else(|_| {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }),
        }
    }

    async fn allowed(&self, path: &str, headers: &HeaderMap) -> Result<HeaderMap> {
        let method = text(headers, &ACCESS_CONTROL_REQUEST_METHOD);
        let (Some(_), Some(method)) = (text(headers, &ORIGIN), method) else {
            return Err(fault!(
                InvalidRequest,
                "Insufficient information. Origin and Access-Control-Request-Method request headers needed."
            ));
        };
        let rules = self.cors_rules(path, headers).await?;
        answer(&rules, method, headers).ok_or_else(|| {
            custom("AccessForbidden", StatusCode::FORBIDDEN, "This CORS request is not allowed.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_for_origin_method_and_headers_answers() {
        let rule = |origin: &str, method: &str| CORSRule {
            allowed_origins: vec![origin.to_owned()],
            allowed_methods: vec![method.to_owned()],
            allowed_headers: Some(vec!["x-amz-*".to_owned()]),
            ..CORSRule::default()
        };
        let rules = [rule("https://*.example", "GET"), rule("*", "PUT")];
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static("https://a.example"));
        let from = |answer: Option<HeaderMap>| {
            answer.map(|answer| answer[ACCESS_CONTROL_ALLOW_ORIGIN].to_str().unwrap().to_owned())
        };
        assert_eq!(from(answer(&rules, "GET", &headers)).as_deref(), Some("https://a.example"));
        assert_eq!(from(answer(&rules, "PUT", &headers)).as_deref(), Some("*"));
        assert_eq!(answer(&rules, "DELETE", &headers), None);
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("X-Amz-Date"));
        assert!(answer(&rules, "GET", &headers).is_some());
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("x-other"));
        assert_eq!(answer(&rules, "GET", &headers), None);
    }
}
