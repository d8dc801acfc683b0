//! Answers as clients know them from S3 itself, where `s3s` makes them otherwise.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use s3s::Body;

/// Errors hold less than this.
const ERROR: usize = 64 * 1024;

/// What is told where an error has no words of its own.
fn words(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "Access Denied",
        "NoSuchBucket" => "The specified bucket does not exist",
        "NoSuchKey" => "The specified key does not exist.",
        "NoSuchVersion" => "The specified version does not exist.",
        "NoSuchUpload" => {
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
             aborted or completed."
        }
        "NoSuchBucketPolicy" => "The bucket policy does not exist",
        "NoSuchTagSet" => "The TagSet does not exist",
        "NoSuchCORSConfiguration" => "The CORS configuration does not exist",
        "NoSuchLifecycleConfiguration" => "The lifecycle configuration does not exist",
        "NoSuchObjectLockConfiguration" => {
            "The specified object does not have an ObjectLock configuration"
        }
        "ObjectLockConfigurationNotFoundError" => {
            "Object Lock configuration does not exist for this bucket"
        }
        "NoSuchWebsiteConfiguration" => {
            "The specified bucket does not have a website configuration"
        }
        "ReplicationConfigurationNotFoundError" => "The replication configuration was not found",
        "OwnershipControlsNotFoundError" => "The bucket ownership controls were not found",
        "InvalidAccessKeyId" => "No object storage of Kettle has that access key.",
        "SignatureDoesNotMatch" => {
            "The request signature does not match: look at the secret key, and at what changed the request \
             on its way."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidDigest" => "The Content-MD5 you specified was invalid.",
        "IncompleteBody" => "You did not provide the number of bytes specified by Content-Length.",
        "InvalidPartOrder" => {
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        }
        "InvalidPart" => "One or more of the specified parts could not be found.",
        "EntityTooSmall" => "Your proposed upload is smaller than the minimum allowed size",
        "EntityTooLarge" => "Your proposed upload exceeds the maximum allowed size",
        "InvalidRange" => "The requested range is not satisfiable",
        "KeyTooLongError" => "Your key is too long",
        "MetadataTooLarge" => "Your metadata headers exceed the maximum allowed metadata size",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "MalformedXML" => "The XML you provided was not well-formed or did not validate",
        "PreconditionFailed" => "At least one of the pre-conditions you specified did not hold",
        "NotImplemented" => "Kettle does not serve that.",
        "InternalError" => "We encountered an internal error. Please try again.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        _ => "The request was refused.",
    }
}

/// What is between two tags, as it stands in XML.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.split_once(open)?.1.split_once(close).map(|(value, _)| value)
}

/// A text as XML has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Completes an error: a sentence, what it is about, and the request's number.
pub(crate) async fn error(mut response: Response<Body>, path: &str, id: &str) -> Response<Body> {
    let Ok(bytes) = response.body_mut().store_all_limited(ERROR).await else { return response };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some(code) = between(&text, "<Code>", "</Code>") else {
        *response.body_mut() = Body::from(bytes);
        return response;
    };
    let said = between(&text, "<Message>", "</Message>").filter(|said| !said.is_empty());
    let (mut code, message) = (code, said.unwrap_or_else(|| words(code)));
    // What does not fit a policy is forbidden; only what is no policy is malformed.
    let unfit = message.starts_with("Policy condition") || message.starts_with("Bucket in form");
    if code == "InvalidPolicyDocument" && unfit {
        code = "AccessDenied";
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    if response.status().is_server_error() && response.status() != StatusCode::NOT_IMPLEMENTED {
        tracing::error!(code, message, "objects: a request failed");
    }
    let path = escaped(path);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
         <Resource>{path}</Resource><RequestId>{id}</RequestId><HostId>kettle</HostId></Error>"
    );
    put(&mut response, text);
    response
}

/// Takes the quotation marks off the entity tag of `GetObjectAttributes`, which has none.
pub(crate) async fn attributes(mut response: Response<Body>) -> Response<Body> {
    let Ok(bytes) = response.body_mut().store_all_limited(64 * ERROR).await else {
        return response;
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some(etag) = between(&text, "<ETag>", "</ETag>") else {
        *response.body_mut() = Body::from(bytes);
        return response;
    };
    let bare = etag.replace("&quot;", "").replace('"', "");
    let text = text.replace(etag, &bare);
    put(&mut response, text);
    response
}

fn put(response: &mut Response<Body>, text: String) {
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    response.headers_mut().remove(http::header::TRANSFER_ENCODING);
    let kind = HeaderValue::from_static("application/xml");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    *response.body_mut() = Body::from(Bytes::from(text));
}

/// Refuses a presigned request that is meant to hold longer than seven days, or not at all.
pub(crate) fn presigned(query: Option<&str>, headers: &HeaderMap) -> Option<Response<Body>> {
    let pairs = crate::text::pairs(query.unwrap_or_default());
    let (_, seconds) = pairs.iter().find(|(name, _)| name == "X-Amz-Expires")?;
    let sound = seconds.parse::<u32>().is_ok_and(|seconds| (1..=604_800).contains(&seconds));
    if sound || headers.contains_key(http::header::AUTHORIZATION) {
        return None;
    }
    let why = "X-Amz-Expires has to be a number of seconds from 1 to 604800, which is a week.";
    let fault = crate::fault::custom("AccessDenied", StatusCode::FORBIDDEN, why);
    fault.0.to_http_response().ok()
}
