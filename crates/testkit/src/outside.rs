//! What would happen outside and is no operation of the API: an image is pushed to a registry, a file
//! is uploaded to a push zone.

use axum::body::Body;
use sdk::api::cdns::UploadEndpoint;
use sdk::api::id::RegistryId;

use crate::{World, http};

/// What stands between the parts of a form.
const BOUNDARY: &str = "kettle-form-boundary";

impl World {
    /// Pushes an image of this size to a registry of the owner's: `POST /_kettle/pushed/{registry-id}`,
    /// which takes a digest and a media type, too. Nothing is left of the image but that it is there.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn pushed(&self, registry: RegistryId, repository: &str, tag: &str, size: u64) {
        let body = format!(r#"{{"repository":"{repository}","tag":"{tag}","size":{size}}}"#);
        let (status, answer) =
            self.raw("POST", &format!("/_kettle/pushed/{registry}"), &body).await;
        assert_eq!(status, 204, "{answer}");
    }

    /// Uploads a file with the form for it, as a browser would; returns status and body.
    ///
    /// # Panics
    /// When the form leads nowhere.
    pub async fn upload(&self, form: &UploadEndpoint, mime: &str, file: &[u8]) -> (u16, String) {
        let inputs = &form.inputs;
        let name = inputs.key.rsplit('/').next().unwrap_or_default();
        let fields = [
            ("acl", inputs.acl.as_str()),
            ("key", &inputs.key),
            ("X-Amz-Credential", &inputs.credential),
            ("X-Amz-Algorithm", &inputs.algorithm),
            ("Policy", &inputs.policy),
            ("X-Amz-Signature", inputs.signature.as_str()),
        ];
        let mut body = Vec::new();
        for (field, text) in fields {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"");
            body.extend(format!("{head}\r\n\r\n{text}\r\n").into_bytes());
        }
        let head = format!("form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {mime}");
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: {head}\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = http::Request::post(&form.url)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))
            .expect("a request");
        let response = self.exchange(request).await;
        (response.status().as_u16(), response.into_body())
    }
}
