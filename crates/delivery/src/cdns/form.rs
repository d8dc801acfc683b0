//! A form as browsers and `curl -F` send it: `multipart/form-data` (RFC 7578), with one file.

/// What came in a form.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Fields by their names in small letters.
    fields: Vec<(String, String)>,
    /// What the file is called; empty where that was not said.
    called: String,
    /// Its type.
    pub(super) mime: String,
    /// What is in it.
    pub(super) file: Vec<u8>,
}

impl Form {
    /// The form in a body of this type.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Self, String> {
        let boundary = parameter(content_type, "boundary");
        let is_form = content_type.to_ascii_lowercase().starts_with("multipart/form-data");
        let boundary = boundary.filter(|text| is_form && !text.is_empty());
        let boundary = boundary.ok_or("send a form as `multipart/form-data`, with its boundary")?;
        // What stands before the first boundary, and behind the last, means nothing.
        let body = [b"\r\n", body].concat();
        let mut parts = split(&body, format!("\r\n--{boundary}").as_bytes()).into_iter().skip(1);
        let (mut form, mut has_file) = (Self::default(), false);
        for part in parts.by_ref().take_while(|part| !part.starts_with(b"--")) {
            let part = part.strip_prefix(b"\r\n").ok_or("a boundary stands alone in its line")?;
            let [head, content @ ..] = &split(part, b"\r\n\r\n")[..] else { continue };
            let content = content.join(&b"\r\n\r\n"[..]);
            let head = String::from_utf8_lossy(head);
            let header = |name: &str| {
                let mut lines = head.lines().filter_map(|line| line.split_once(':'));
                lines
                    .find(|(own, _)| own.trim().eq_ignore_ascii_case(name))
                    .map(|(_, text)| text.trim())
            };
            let said = header("content-disposition").unwrap_or_default();
            let name = parameter(said, "name").unwrap_or_default().to_ascii_lowercase();
            if name != "file" {
                form.fields.push((name, String::from_utf8_lossy(&content).into_owned()));
                continue;
            }
            has_file = true;
            form.called = parameter(said, "filename").unwrap_or_default();
            form.mime = header("content-type").unwrap_or("application/octet-stream").to_owned();
            form.file = content;
        }
        if has_file { Ok(form) } else { Err("the form has no field `file`".into()) }
    }

    /// A field; empty where there is none.
    pub(super) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(own, _)| own == name);
        found.map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    /// Whether the file may be the one of this name: it is called so, or nothing is said of it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
        self.called.is_empty() || last(&self.called) == last(name)
    }
}

/// A parameter of a header: `name` of `form-data; name="key"`.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut pairs = header.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(own, _)| own.trim().eq_ignore_ascii_case(name));
    found.map(|(_, text)| text.trim().trim_matches('"').to_owned())
}

/// The parts between separators.
fn split<'a>(mut text: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = text.windows(separator.len()).position(|window| window == separator) {
        parts.push(&text[..at]);
        text = &text[at + separator.len()..];
    }
    parts.push(text);
    parts
}
