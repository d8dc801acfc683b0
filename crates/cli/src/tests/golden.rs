//! What people see, kept in `golden/`, named by the command line.

use super::common::{Kettle, WEB, world};

async fn golden(line: &str, columns: Option<usize>) {
    let mut kettle = Kettle::new(world);
    kettle.columns = columns;
    let ran = kettle.run(line).await;
    let name = format!("kettle {}", line.replace(WEB, "ID").replace('/', "_"));
    let name = match columns {
        Some(columns) => format!("{name} ({columns} columns)"),
        None => name,
    };
    let text = format!("{}{}", ran.out, ran.err);
    insta::with_settings!({
        snapshot_path => "golden", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[tokio::test]
async fn help_texts() {
    for line in [
        "--help",
        "block --help",
        "load-balancer rule --help",
        "load-balancer rule create --help",
        "instance create --help",
        "block create --help",
        "block list --help",
        "block delete --help",
        "api --help",
    ] {
        golden(line, None).await;
    }
}

#[tokio::test]
async fn mistakes() {
    let guessed = ["instance stop web", "create instance", "rule list", "block create --size 5"];
    let wrong = ["block create", "block get", "block create --block-type x"];
    for line in wrong.into_iter().chain(guessed) {
        golden(line, None).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers() {
    for format in ["json", "yaml", "csv"] {
        golden(&format!("block list -o {format}"), None).await;
        golden(&format!("block get {WEB} -o {format}"), None).await;
    }
    golden("block list", None).await;
    for columns in [60, 80, 120] {
        golden("block list", Some(columns)).await;
    }
    golden(&format!("block get {WEB}"), Some(80)).await;
}
