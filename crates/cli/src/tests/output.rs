//! The options of what is shown: what they do, and what they refuse before anything is sent.

use super::common::{DATA, Kettle, OTHER, WEB, world};

#[tokio::test(start_paused = true)]
async fn ids_alone_are_for_other_commands() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -q").await;
    assert_eq!((ran.exit, ran.out), (0, format!("{WEB}\n{DATA}\n{OTHER}\n")));
    let ran = kettle.run("block create --region ewr --size-gb 50 --quiet").await;
    assert_eq!(ran.out, format!("{WEB}\n"));
    let ran = kettle.run(&format!("block get {WEB} -q")).await;
    assert_eq!(ran.out, format!("{WEB}\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_sorted_or_chosen_among_is_fetched_whole_before_it_is_limited() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -q --sort -label --limit 1").await;
    assert_eq!((ran.asked.len(), ran.out), (2, format!("{OTHER}\n")));
    let ran =
        kettle.run("block list -q --filter status=active --filter label!=web --limit 5").await;
    assert_eq!((ran.asked.len(), ran.out), (2, format!("{DATA}\n")));
    let ran = kettle.run("block list -o json --filter status=pending --query .[].label").await;
    assert_eq!(ran.out, "\"web, old\"\n");
    let ran = kettle.run("block list -o json --filter status=nothing").await;
    assert_eq!(ran.out, "[]\n");
}

#[tokio::test(start_paused = true)]
async fn csv_has_all_fields_or_these() {
    let kettle = Kettle::new(world);
    let ran = kettle.run("block list -o csv --columns label,size --sort label").await;
    assert_eq!(ran.out, "label,size_gb\ndata,50\nweb,50\n\"web, old\",50\n");
    let ran = kettle.run("block list -o csv --columns label --no-header --limit 1").await;
    assert_eq!(ran.out, "web\n");
    let ran = kettle.run(&format!("block get {WEB} -o csv")).await;
    assert!(ran.out.starts_with("id,date_created,cost,"), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn a_query_prints_texts_as_they_are_and_json_as_json() {
    let kettle = Kettle::new(world);
    let get = async |rest: &str| kettle.run(&format!("block get {WEB} {rest}")).await.out;
    assert_eq!(get("--query .label").await, "web\n");
    assert_eq!(get("--query .label -o json").await, "\"web\"\n");
    assert_eq!(get("--query .cost,.label -o yaml").await, "5\n---\nweb\n");
    assert_eq!(
        get("--query {status,label} -o json").await,
        "{\n  \"status\": \"active\",\n  \"label\": \"web\"\n}\n"
    );
    assert_eq!(get("--query {label,cost} -o csv").await, "label,cost\nweb,5\n");
    assert_eq!(get("--query [.label,.cost]|@tsv").await, "web\t5\n");
    let ran = kettle.run(&format!("block get {WEB} --query .label.x")).await;
    assert_eq!((ran.exit, &*ran.out), (1, ""));
    assert!(ran.err.starts_with("error: --query: cannot index"), "{}", ran.err);
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_still_has_its_headings_in_a_pipe_and_says_so_on_a_terminal() {
    let mut kettle = Kettle::new(world);
    let ran = kettle.run("block list --filter label=nobody --columns id,label").await;
    assert_eq!((&*ran.out, &*ran.err), ("ID\tLABEL\n", ""));
    (kettle.columns, kettle.watched) = (Some(80), true);
    let ran = kettle.run("block list --filter label=nobody").await;
    assert_eq!((&*ran.out, &*ran.err), ("", "(none)\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_told_to_a_terminal_alone() {
    let mut kettle = Kettle::new(world);
    kettle.watched = true;
    assert_eq!(kettle.run("block list").await.err, "");
    kettle.columns = Some(80);
    let told = kettle.run("block list").await.err;
    assert_eq!(
        told,
        "… 10 more fields (attached, type, date_created, …); --columns all, or -o json\n"
    );
    assert_eq!(kettle.run("block list --columns id").await.err, "");
    kettle.watched = false;
    assert_eq!(kettle.run("block list").await.err, "");
}

#[tokio::test(start_paused = true)]
async fn headings_are_bold_where_colours_are_wanted() {
    let mut kettle = Kettle::new(world);
    (kettle.columns, kettle.colour) = (Some(80), true);
    let ran = kettle.run("block list --columns label").await;
    assert!(ran.out.starts_with("\u{1b}[1mLABEL\u{1b}[0m\nweb\n"), "{:?}", ran.out);
    kettle.colour = false;
    assert!(!kettle.run("block list").await.out.contains('\u{1b}'));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_told_before_anything_is_sent() {
    let kettle = Kettle::new(world);
    for (rest, told) in [
        ("--columns id,lable", "--columns: there is no field `lable`; there are id, date_created"),
        ("--columns label.x", "--columns: there is no field `label.x`"),
        ("--sort -prize", "--sort: there is no field `prize`"),
        ("--filter active", "--filter: `active` is not FIELD=VALUE"),
        ("--filter state=active", "--filter: there is no field `state`"),
        ("--query .[", "--query: expected closing bracket before the end at character 3"),
        ("--query lable", "--query: there is no filter `lable`"),
        ("-q --columns id", "--quiet prints ids only: leave out --columns"),
        ("-q -o json", "--quiet prints ids only: leave out --output"),
        ("-o json --columns id", "--columns is for tables and CSV; of JSON and YAML --query"),
        ("-o yaml --no-header", "--no-header is for tables and CSV"),
        ("--query . --columns id", "--query says itself what is printed: leave out --columns"),
    ] {
        let ran = kettle.run(&format!("block list {rest}")).await;
        assert_eq!((ran.exit, &*ran.out, ran.asked.len()), (2, "", 0), "{rest}");
        assert!(ran.err.contains(told), "{rest}: {}", ran.err);
    }
    let ran = kettle.run(&format!("block delete {WEB} -q")).await;
    assert_eq!(
        (ran.exit, ran.asked.len()),
        (2, 0),
        "nothing is answered, so there is nothing to show"
    );
}

#[tokio::test(start_paused = true)]
async fn one_thing_of_a_query_is_shown_as_one_thing() {
    let kettle = Kettle { columns: Some(80), ..Kettle::new(world) };
    let ran = kettle.words(&["block", "list", "--query", ".[0]"]).await;
    assert!(ran.out.lines().count() > 5 && ran.out.lines().all(|l| l.len() <= 80), "{}", ran.out);
    assert!(ran.out.contains("50 GB") && !ran.out.contains("ID "), "{}", ran.out);
    let ran = kettle.words(&["block", "list", "--query", ".[0:1]"]).await;
    assert!(ran.out.starts_with("ID "), "{}", ran.out);
}

#[tokio::test(start_paused = true)]
async fn a_filter_of_numbers_takes_what_tables_show_and_nothing_else() {
    let kettle = Kettle::new(world);
    let ran = kettle.words(&["block", "list", "--filter", "size_gb>=0.01 TB", "-q"]).await;
    assert_eq!((ran.exit, ran.out.lines().count()), (0, 3), "{}", ran.err);
    let ran = kettle.words(&["block", "list", "--filter", "cost<$5", "-q"]).await;
    assert_eq!((ran.exit, &*ran.out), (0, ""), "{}", ran.err);
    let ran = kettle.words(&["block", "list", "--filter", "cost<cheap"]).await;
    let said = "error: --filter: `cheap` is no number, as `cost` is\n";
    assert_eq!((ran.exit, ran.asked.len(), &*ran.err), (2, 0, said));
}
