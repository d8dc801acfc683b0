//! What `cargo xtask cost` tells, of trees, programs and pages that are made up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xtask::cost::{self, Binary, Cost, timings};

/// `lines` lines of Rust.
fn write(root: &Path, path: &str, lines: usize) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "// a line\n".repeat(lines)).unwrap();
}

/// A tree with two families, `os` and `os_images`.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    for group in cost::GROUPS {
        write(root, &format!("crates/{group}/src/lib.rs"), 2);
    }
    write(root, "crates/api/src/lib.rs", 1000);
    write(root, "crates/api/src/os.rs", 10);
    write(root, "crates/api/src/os/details.rs", 5);
    write(root, "crates/api/src/os_images.rs", 20);
    write(root, "crates/basics/src/os/mod.rs", 30);
    write(root, "crates/storage/src/os_images/mod.rs", 40);
    write(root, "crates/storage/src/os_images/data.txt", 999);
    write(root, "crates/hosts/src/os_images.rs", 7);
    write(root, "crates/control/tests/it/os_lists.rs", 3);
    write(root, "crates/control/tests/it/os_images/mod.rs", 9);
    write(root, "crates/control/tests/it/common/mod.rs", 50);
    tree
}

fn operations() -> BTreeMap<String, usize> {
    BTreeMap::from([("os".to_owned(), 2), ("os_images".to_owned(), 4)])
}

/// Machine code as `nm` tells it.
const NM: &str = "\
0000000000001000 0000000000000010 T kettle_api::os::_::<impl serde::Serialize for kettle_api::os::Os>::serialize
0000000000001000 0000000000000010 T another::name::for::the::same
0000000000002000 0000000000000020 t core::ptr::drop_in_place<plane::kind::Doc<basics::os_images::Image>>
0000000000003000 0000000000000040 t kettle_sdk::families::os::Os::list
0000000000004000 0000000000000080 t <kettle_plane::routes::Routes<_>>::on::{{closure}}
0000000000005000 0000000000000100 t std::os::unix::api::os::go
0000000000006000 0000000000000200 R kettle_api::os::A_TABLE
0000000000007000 T kettle_api::os::without_a_size
";

fn binary() -> Binary {
    let crates = ["api", "api-macros", "basics", "plane", "sdk"];
    Binary::from_nm(NM, crates.map(str::to_owned).into())
}

#[test]
fn lines_are_a_familys_where_its_name_stands() {
    let cost = cost::lines(tree().path(), &operations()).unwrap();
    let (os, images) = (&cost.families["os"], &cost.families["os_images"]);
    assert_eq!((os.operations, os.api, os.group, os.tests), (2, 15, 30, 3));
    assert_eq!((images.operations, images.api, images.group, images.tests), (4, 20, 47, 9));
    assert_eq!(cost.total().lines(), 15 + 30 + 3 + 20 + 47 + 9);
    assert_eq!(cost.shared["tests/common"], 50);
    assert_eq!(cost.shared["hosts/lib"], 2);
    assert!(!cost.shared.contains_key("api/lib"), "the mould is no family's");
}

#[test]
fn a_family_that_has_no_file_is_named() {
    let with = [("ghosts".to_owned(), 1)].into_iter().chain(operations()).collect();
    let error = cost::lines(tree().path(), &with).unwrap_err().to_string();
    assert!(error.contains("ghosts"), "{error}");
}

#[test]
fn machine_code_is_a_familys_where_its_symbol_names_it() {
    let mut cost = cost::lines(tree().path(), &operations()).unwrap();
    assert_eq!(cost.total().bytes, None, "nothing is told where there is no program");
    binary().attribute(&mut cost);
    assert_eq!(cost.families["os"].bytes, Some(0x10 + 0x40));
    assert_eq!(cost.families["os_images"].bytes, Some(0x20));
    let expected = BTreeMap::from([("others".to_owned(), 0x100), ("plane".to_owned(), 0x80)]);
    assert_eq!(cost.unattributed, expected);
}

#[test]
fn the_largest_pieces_come_first() {
    let largest = binary().largest(2);
    let names: Vec<_> = largest.iter().map(|symbol| (&*symbol.name, symbol.bytes)).collect();
    let routes = "<kettle_plane::routes::Routes<_>>::on::{{closure}}";
    assert_eq!(names, [("std::os::unix::api::os::go", 0x100), (routes, 0x80)]);
}

/// The page that cargo leaves, as far as it is read.
const PAGE: &str = r#"<script>
DURATION = 9;
const UNIT_DATA = [
  {"i": 0, "name": "serde", "duration": 5.5, "target": ""},
  {"i": 1, "name": "kettle-api", "duration": 2.0, "target": " build-script"},
  {"i": 2, "name": "kettle-api", "duration": 1.5, "target": ""},
  {"i": 3, "name": "kettle", "duration": 4.0, "target": " kettle \"bin\""}
];
const CONCURRENCY_DATA = [{"t": 0.1}];
</script>"#;

#[test]
fn seconds_are_read_from_the_newest_page_of_cargos() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(timings::newest(&folder.path().join("none")).unwrap(), None);
    assert_eq!(timings::newest(folder.path()).unwrap(), None);
    std::fs::write(folder.path().join("cargo-timing.html"), PAGE).unwrap();
    let seconds = timings::newest(folder.path()).unwrap().unwrap();
    let expected = BTreeMap::from([("api".to_owned(), 3.5), ("kettle".to_owned(), 4.0)]);
    assert_eq!(seconds, expected);
    assert!(timings::seconds("<html>of another kind</html>").is_err());
}

#[test]
fn a_cost_is_held_against_an_earlier_one() {
    let mut now = cost::lines(tree().path(), &operations()).unwrap();
    binary().attribute(&mut now);
    now.seconds = timings::seconds(PAGE).unwrap();
    let kept = serde_json::to_string(&now).unwrap();
    let mut before: Cost = serde_json::from_str(&kept).unwrap();
    assert_eq!(before, now);
    before.families.get_mut("os").unwrap().group += 48;
    before.families.get_mut("os").unwrap().bytes = Some(0xa0);
    before.seconds.insert("api".to_owned(), 7.0);
    let text = cost::table(&now, Some(&before));
    let line = |start: &str| {
        let found: BTreeSet<&str> = text.lines().filter(|l| l.trim().starts_with(start)).collect();
        (*found.first().unwrap_or(&"")).to_owned()
    };
    let os = line("os ");
    assert!(os.contains("24.0") && os.ends_with("lines/op x 0.50, bytes/op x 0.50"), "{text}");
    assert!(line("os_images").ends_with("lines/op x 1.00, bytes/op x 1.00"), "{text}");
    assert!(line("api ").ends_with("x 0.50"), "{text}");
    assert!(!cost::table(&now, None).contains(" x "), "{text}");
}
