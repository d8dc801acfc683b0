//! What is stored of copies of disks: snapshots, backups, ISO images.

use control::copies::Seen;

#[test]
fn what_was_seen_is_read_as_older_releases_stored_it() {
    let image = r#"{"source":{"url":"a"},"ready":true,"size_bytes":7,"digest":"d"}"#;
    let backup = format!(r#"{{"image":{image},"orphan_since":null}}"#);
    let of_a_volume = format!(r#"{{"image":{image},"complete_at":5}}"#);
    for (stored, complete_at) in [(image, None), (&backup, None), (&of_a_volume, Some(5))] {
        let seen: Seen = serde_json::from_str(stored).unwrap();
        assert_eq!((seen.size_bytes(), seen.complete_at), (7, complete_at), "{stored}");
        let again: Seen = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
        assert_eq!((again.image, again.complete_at), (seen.image, complete_at), "{stored}");
    }
    assert_eq!(serde_json::from_str::<Seen>(r#"{"image":null}"#).unwrap().image, None);
}
