//! Choices that are compared: regions as tiles by continent, plans as a table by kind, and of what a
//! server begins with, one of several.

use maud::{Markup, html};
use serde_json::Value;

use crate::choices::Choice;
use crate::form::draw::{At, Draw};
use crate::form::layout::Section;
use crate::form::needs;
use crate::form::read::text;
use crate::form::shape::{self, id_of};
use crate::price;

/// What stands before all continents.
const IN_USE: &str = "In use";

/// Continents, in the order that they stand in.
const CONTINENTS: &[&str] =
    &[IN_USE, "North America", "Europe", "Asia", "Australia", "South America", "Africa", ""];

/// What a region must have for what an operation makes: the operation, the option or its beginning, the
/// field whose word ends it, and that word where none is chosen.
const NEEDS: &[(&str, &str, &str, &str)] = &[
    ("create-block", "block_storage_", "block_type", "high_perf"),
    ("create-cluster", "kubernetes", "", ""),
    ("create-load-balancer", "load_balancers", "", ""),
];

/// The option that a form's region must have; empty where there is none.
fn needed(draw: &Draw<'_>) -> String {
    let own = NEEDS.iter().find(|(id, ..)| *id == draw.operation.op.id);
    own.map_or(String::new(), |(_, option, field, usual)| {
        let word = draw.values.get(*field).map_or((*usual).to_owned(), text);
        format!("{option}{word}")
    })
}

/// What a region has.
fn options(choice: &Choice) -> Vec<&str> {
    let options = choice.item["options"].as_array();
    options.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Regions, as tiles by continent. One that does not have what is wanted can be seen as such.
pub(crate) fn regions<'a>(draw: &Draw<'a>, at: &At<'a>) -> Markup {
    let choices = draw.choices.of(at.name).map(|f| &f.choices[..]).unwrap_or_default();
    let value = at.value.map(text).unwrap_or_default();
    let plan = draw.values.get("plan").and_then(|plan| draw.choices.chosen("plan", plan));
    let needed = needed(draw);
    let line = NEEDS.iter().find(|(id, ..)| *id == draw.operation.op.id);
    let has = |choice: &Choice| {
        plan.is_none_or(|plan| plan.is_in(&choice.value))
            && (needed.is_empty() || options(choice).contains(&needed.as_str()))
    };
    let count = choices.iter().filter(|choice| has(choice)).count();
    let is_told = plan.is_some() || !needed.is_empty();
    let id = format!("s-{}", id_of(&at.way));
    html! {
        fieldset.panel aria-labelledby=(id) id=(id_of(&at.way)) data-regions
            data-needs=[line.map(|(_, option, ..)| option)] data-by=[line.map(|(_, _, field, _)| field)]
            data-usual=[line.map(|(.., usual)| usual)]
            aria-describedby=[draw.is_bad(at).then(|| format!("{}-e", id_of(&at.way)))] {
            header {
                h2 id=(id) { (shape::label(at.name)) }
                span.muted.small data-count=(choices.len()) {
                    @if is_told { (count) " of " (choices.len()) " have this" }
                }
            }
            div.body {
                div.tiles { @for name in CONTINENTS { (tiles(draw, at, name, &value, &has)) } }
                (draw.error(at))
            }
        }
    }
}

/// The regions of a continent, under its name.
fn tiles(
    draw: &Draw<'_>,
    at: &At<'_>,
    name: &str,
    value: &str,
    has: &dyn Fn(&Choice) -> bool,
) -> Markup {
    let choices = draw.choices.of(at.name).map(|f| &f.choices[..]).unwrap_or_default();
    let here: Vec<&Choice> = choices.iter().filter(|c| continent(draw, c) == name).collect();
    html! {
        @if !here.is_empty() && !name.is_empty() { h3 { (name) } }
        @for choice in here {
            label.tile.less[!has(choice)] {
                input type="radio" name=(at.way) value=(choice.value)
                    checked[choice.value == value] data-has=(options(choice).join(" "));
                span.cut { (choice.text) }
                span.hint {
                    (choice.value)
                    span.sr data-lacks hidden[has(choice)] { " does not have this" }
                }
            }
        }
    }
}

/// Under which name a region stands.
fn continent(draw: &Draw<'_>, choice: &Choice) -> &'static str {
    if draw.choices.is_in_use(&choice.value) {
        return IN_USE;
    }
    let own = choice.item["continent"].as_str();
    let own = own.or_else(|| choice.item.pointer("/data_center/continent")?.as_str());
    CONTINENTS.iter().find(|name| Some(**name) == own).copied().unwrap_or_default()
}

/// Kinds of plans, as people call them.
const KINDS: &[(&str, &str)] = &[
    ("vc2", "Regular"),
    ("vhf", "High frequency"),
    ("vhp", "High performance"),
    ("voc", "Optimized"),
    ("voc-g", "Optimized"),
    ("voc-c", "Optimized"),
    ("voc-m", "Optimized"),
    ("voc-s", "Optimized"),
    ("vdm", "Dedicated"),
    ("vcg", "GPU"),
    ("vx1", "VX1"),
];

/// Plans with their prices in the chosen region, a table for each kind.
pub(crate) fn plans<'a>(draw: &Draw<'a>, at: &At<'a>) -> Markup {
    let choices = draw.choices.of(at.name).map(|f| &f.choices[..]).unwrap_or_default();
    let value = at.value.map(text).unwrap_or_default();
    let is_metal = choices.iter().any(|choice| choice.item.get("cpu_model").is_some());
    let kind_of = |choice: &Choice| {
        let own = choice.item["type"].as_str().filter(|_| !is_metal).unwrap_or_default();
        let own = if choice.item.get("number_of_nodes").is_some() {
            nodes(&choice.item)
        } else {
            own.to_owned()
        };
        let known = KINDS.iter().find(|(kind, _)| *kind == own);
        known.map_or(own.clone(), |(_, called)| (*called).to_owned())
    };
    let mut kinds: Vec<String> = Vec::new();
    for kind in choices.iter().map(kind_of) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let chosen = choices.iter().find(|choice| choice.value == value).map(kind_of);
    let open = chosen.unwrap_or_else(|| kinds.first().cloned().unwrap_or_default());
    let id = format!("s-{}", id_of(&at.way));
    html! {
        fieldset.panel.picks aria-labelledby=(id) id=(id_of(&at.way)) data-plans
            aria-describedby=[draw.is_bad(at).then(|| format!("{}-e", id_of(&at.way)))] {
            header {
                h2 id=(id) { (shape::label(at.name)) }
                span.muted.small data-where {
                    @if !draw.region.is_empty() { "Prices in " (draw.region) }
                }
            }
            @if kinds.len() > 1 {
                div.tabs.slim role="radiogroup" aria-label="Kind of plan" {
                    @for (place, kind) in kinds.iter().enumerate() {
                        label class={ "tab-" (place) } {
                            input.sr type="radio" name={ "_kind." (at.way) } value=(kind) checked[*kind == open];
                            (kind)
                        }
                    }
                }
            }
            div.pad { (draw.away(at, choices)) (draw.error(at)) }
            @for (place, kind) in kinds.iter().enumerate() {
                @let own: Vec<&Choice> = choices.iter().filter(|c| kind_of(c) == *kind).collect();
                div class={ "plans pane pane-" (place) @if kinds.len() == 1 { " only" } } tabindex="0"
                    role="region" aria-label={ "Plans: " (kind) } {
                    (table(draw, at, &own, &value, kind))
                }
            }
        }
    }
}

/// How many nodes a plan has.
fn nodes(item: &Value) -> String {
    match item["number_of_nodes"].as_u64().unwrap_or(1) {
        1 => "One node".to_owned(),
        many => format!("{many} nodes"),
    }
}

fn table(draw: &Draw<'_>, at: &At<'_>, plans: &[&Choice], value: &str, kind: &str) -> Markup {
    let is_metal = plans.iter().any(|plan| plan.item.get("cpu_model").is_some());
    let has_traffic = plans.iter().any(|plan| plan.item.get("bandwidth").is_some());
    let has_cpus = plans.iter().any(|p| p.item.get("vcpu_count").is_some() || is_metal);
    html! { table {
        caption.sr { (kind) " plans with their prices" }
        thead { tr {
            th.pick { span.sr { "Choose" } }
            th scope="col" { "Plan" }
            @if has_cpus {
                th.num.p2 scope="col" { @if is_metal { "CPU" } @else { "vCPU" } }
                th.num.p2 scope="col" { "Memory" }
            }
            th.num.p2 scope="col" { "Disk" }
            @if has_traffic { th.num.p2 scope="col" { "Traffic" } }
            th.num scope="col" { "A month" }
        } }
        tbody { @for plan in plans {
            @let id = format!("{}-{}", id_of(&at.way), plan.value.replace('.', "_"));
            @let is_in = plan.is_in(&draw.region);
            @let facts = Facts::of(&plan.item);
            tr.less[!is_in] data-in=[plan.regions.as_ref().map(|r| r.join(" "))]
                data-cost=(price::costs(&plan.item)) {
                td.pick {
                    input type="radio" name=(at.way) id=(id) value=(plan.value)
                        checked[plan.value == value] disabled[!is_in && plan.value != value];
                }
                th scope="row" {
                    label.mono for=(id) { (plan.value) }
                    " " span.sub { (facts.cpus) " vCPU, " (facts.memory) ", " (facts.disk) }
                }
                @if has_cpus { td.num.p2 { (facts.cpus) } td.num.p2 { (facts.memory) } }
                td.num.p2 { (facts.disk) }
                @if has_traffic { td.num.p2 { (facts.traffic) } }
                td.num data-price { (price::money_or_none(price::monthly(&plan.item, &draw.region))) }
            }
        } }
    } }
}

/// What a plan has, as it is shown.
#[derive(Default)]
struct Facts {
    cpus: String,
    memory: String,
    disk: String,
    traffic: String,
}

impl Facts {
    fn of(item: &Value) -> Self {
        let number = |name: &str| item[name].as_f64();
        let cpus = number("vcpu_count").or_else(|| number("cpu_threads"));
        let disks = number("disk_count").filter(|count| *count > 1.0);
        let disk = number("disk")
            .map(|gb| format!("{gb} GB"))
            .or_else(|| Some(format!("{} GB", number("max_storage_mb")? / 1024.0)));
        let disk = disk.unwrap_or_default();
        Self {
            cpus: cpus.map(|n| n.to_string()).unwrap_or_default(),
            memory: number("ram").map(|mb| format!("{} GB", mb / 1024.0)).unwrap_or_default(),
            disk: disks.map_or(disk.clone(), |count| format!("{count} × {disk}")),
            traffic: number("bandwidth")
                .map(|gb| format!("{} TB", gb / 1024.0))
                .unwrap_or_default(),
        }
    }
}

/// Fields of which one counts, each under a tab of its own.
pub(crate) fn one_of(draw: &Draw<'_>, section: &Section) -> Markup {
    let fields: Vec<At<'_>> =
        section.fields.iter().filter_map(|name| draw.field_of(name)).collect();
    let Some(first) = fields.first() else { return html! {} };
    let used = fields.iter().find(|at| at.value.is_some() || draw.is_bad(at)).unwrap_or(first);
    html! {
        fieldset.panel.picks aria-labelledby="s-from" {
            header {
                h2 id="s-from" { (section.title) }
                @if let Some(when) = needs::mark(draw.operation, first.name) {
                    span.muted.small { (when) }
                }
            }
            div.tabs.slim role="radiogroup" aria-label={ (section.title) ": from what" } {
                @for (place, at) in fields.iter().enumerate() {
                    label class={ "tab-" (place) } {
                        input.sr type="radio" name=(crate::form::read::FROM) value=(at.name)
                            checked[at.name == used.name];
                        (tab(at.name))
                    }
                }
            }
            @for (place, at) in fields.iter().enumerate() {
                div class={ "body pane pane-" (place) } {
                    @if at.name == "os_id" { (systems(draw, at)) } @else { (draw.field(at)) }
                }
            }
        }
    }
}

fn tab(name: &str) -> String {
    match name {
        "image_id" => "Marketplace".to_owned(),
        "iso_id" => "ISO image".to_owned(),
        name => shape::label(name),
    }
}

/// Families of systems, as people call them, in the order that they stand in.
const FAMILIES: &[(&str, &str)] = &[
    ("debian", "Debian"),
    ("ubuntu", "Ubuntu"),
    ("almalinux", "AlmaLinux"),
    ("rockylinux", "Rocky Linux"),
    ("centos", "CentOS"),
    ("fedora", "Fedora"),
    ("fedora-coreos", "Fedora CoreOS"),
    ("flatcar", "Flatcar Container Linux"),
    ("freebsd", "FreeBSD"),
    ("openbsd", "OpenBSD"),
    ("windows", "Windows"),
    ("archlinux", "Arch Linux"),
    ("alpinelinux", "Alpine Linux"),
    ("opensuse", "openSUSE"),
];

/// Systems, a tile for each family with its versions.
fn systems(draw: &Draw<'_>, at: &At<'_>) -> Markup {
    let choices = draw.choices.of(at.name).map(|f| &f.choices[..]).unwrap_or_default();
    let value = at.value.map(text).unwrap_or_default();
    let mut families: Vec<(String, String)> = FAMILIES
        .iter()
        .filter(|(own, _)| choices.iter().any(|choice| family(choice) == *own))
        .map(|(own, called)| ((*own).to_owned(), (*called).to_owned()))
        .collect();
    for choice in choices {
        if !families.iter().any(|(own, _)| *own == family(choice)) {
            families.push((family(choice).to_owned(), shape::label(family(choice))));
        }
    }
    html! {
        div.tiles.wide data-systems id=(id_of(&at.way)) {
            @for (own, called) in &families {
                @let versions = of_family(choices, own);
                @let is_here = versions.iter().any(|choice| choice.value == value);
                @let id = format!("{}-{own}", id_of(&at.way));
                div.tile {
                    input type="radio" name=(at.way) id=(id)
                        value={ "of " (own) } checked[is_here];
                    label for=(id) { (called) }
                    select.input name={ "_of." (at.way) "." (own) }
                        aria-label={ (called) " version" } {
                        @for choice in versions {
                            option value=(choice.value) selected[choice.value == value] {
                                (choice.text.strip_prefix(called.as_str()).unwrap_or(&choice.text).trim())
                            }
                        }
                    }
                }
            }
        }
        (draw.error(at))
    }
}

fn family(choice: &Choice) -> &str {
    choice.item["family"].as_str().unwrap_or_default()
}

/// The versions of a family, the newest first.
fn of_family<'a>(choices: &'a [Choice], own: &str) -> Vec<&'a Choice> {
    let mut versions: Vec<&Choice> = choices.iter().filter(|c| family(c) == own).collect();
    versions.sort_by_key(|choice| std::cmp::Reverse(newest(&choice.text)));
    versions
}

/// The numbers in a version, to find the newest: one that is no number, as `x64` is, comes last.
fn newest(text: &str) -> Vec<u32> {
    let words = text.split([' ', '.', '-', '(']);
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Puts the chosen version in the place of its family: `os_id=of debian` means what stands in
/// `_of.os_id.debian`.
pub(crate) fn versions(pairs: &mut Vec<(String, String)>) {
    let all = pairs.clone();
    for (name, value) in pairs.iter_mut() {
        let Some(family) = value.strip_prefix("of ") else { continue };
        let own = format!("_of.{name}.{family}");
        if let Some((_, version)) = all.iter().find(|(other, _)| *other == own) {
            value.clone_from(version);
        }
    }
    pairs.retain(|(name, _)| !name.starts_with("_of."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_stands_for_the_version_that_is_chosen_in_it() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let mut pairs = vec![
            pair("os_id", "of debian"),
            pair("label", "of mice"),
            pair("_of.os_id.debian", "2136"),
            pair("_of.os_id.ubuntu", "1"),
        ];
        versions(&mut pairs);
        assert_eq!(pairs, [pair("os_id", "2136"), pair("label", "of mice")]);
        assert!(newest("24.04 LTS x64") > newest("22.04 LTS x64"));
        assert!(newest("13 x64") > newest("x64"));
    }
}
