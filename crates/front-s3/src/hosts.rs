//! Names of hosts: which is a cluster's, and which names a bucket as well.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// The domains that buckets can be below.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(pub(crate) std::sync::Arc<Vec<String>>);

impl Hosts {
    /// The domain of a host, and the bucket that is named before it.
    fn split<'a>(&self, host: &'a str) -> (Option<&str>, Option<&'a str>) {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        for domain in self.0.iter() {
            let Some(start) = name.len().checked_sub(domain.len()) else { continue };
            let Some(end) = name.get(start..) else { continue };
            if !end.eq_ignore_ascii_case(domain) {
                continue;
            }
            if start == 0 {
                return (Some(domain), None);
            }
            if let Some(bucket) = name[..start].strip_suffix('.').filter(|name| !name.is_empty()) {
                return (Some(domain), Some(bucket));
            }
        }
        (None, None)
    }

    /// The cluster that a request is for, where its host says one: `localhost` is none.
    pub(crate) fn cluster(&self, headers: &http::HeaderMap) -> Option<&str> {
        let host = headers.get(http::header::HOST)?.to_str().ok()?;
        self.split(host).0.filter(|domain| domain.contains('.'))
    }

    /// The bucket that a request is for, by its host or else by its path.
    pub(crate) fn bucket(&self, headers: &http::HeaderMap, path: &str) -> Option<String> {
        let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        if let Some(bucket) = host.and_then(|host| self.split(host).1) {
            return Some(bucket.to_ascii_lowercase());
        }
        let first = path.trim_start_matches('/').split('/').next()?;
        (!first.is_empty()).then(|| first.to_owned())
    }
}

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        // Another name is one that somebody gave this machine: the bucket is in the path.
        let (domain, bucket) = self.split(host);
        let named = VirtualHost::new(domain.unwrap_or(host));
        Ok(match bucket {
            Some(bucket) => named.with_bucket(bucket.to_ascii_lowercase()),
            None => named,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_by_its_host_or_by_the_path() {
        let domains = vec!["ewr1.vultrobjects.com".to_owned(), "localhost".to_owned()];
        let hosts = Hosts(domains.into());
        assert_eq!(
            hosts.split("a.b.EWR1.vultrobjects.com"),
            (Some("ewr1.vultrobjects.com"), Some("a.b"))
        );
        assert_eq!(hosts.split("localhost:8733"), (Some("localhost"), None));
        assert_eq!(hosts.split("pics.localhost:8733"), (Some("localhost"), Some("pics")));
        assert_eq!(hosts.split("127.0.0.1:8733"), (None, None));
        assert_eq!(hosts.split("notlocalhost"), (None, None));
        let headers = |host: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(http::header::HOST, host.parse().unwrap());
            headers
        };
        assert_eq!(hosts.bucket(&headers("pics.localhost"), "/a").as_deref(), Some("pics"));
        assert_eq!(hosts.bucket(&headers("localhost"), "/a/b").as_deref(), Some("a"));
        assert_eq!(hosts.bucket(&headers("localhost"), "/"), None);
        assert_eq!(
            hosts.cluster(&headers("x.ewr1.vultrobjects.com")),
            Some("ewr1.vultrobjects.com")
        );
        assert_eq!(hosts.cluster(&headers("x.localhost")), None);
    }
}
