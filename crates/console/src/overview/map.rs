//! Where things are: a map of the world, drawn by dots, and the regions that have something.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::tally::{self, Place};

/// The land: rows of dots, 3.2 apart, of the map that [`at`] places points on.
const LAND: &str = include_str!("../../assets/land.txt");
/// Where regions are: latitude and longitude in degrees.
const PLACES: &[(&str, f64, f64)] = &[
    ("ams", 52.4, 4.9),
    ("atl", 33.7, -84.4),
    ("blr", 13.0, 77.6),
    ("bom", 19.1, 72.9),
    ("cdg", 48.9, 2.4),
    ("del", 28.6, 77.2),
    ("dfw", 32.8, -96.8),
    ("ewr", 40.7, -74.2),
    ("fra", 50.1, 8.7),
    ("hnl", 21.3, -157.9),
    ("icn", 37.6, 127.0),
    ("itm", 34.7, 135.5),
    ("jnb", -26.2, 28.0),
    ("lax", 34.0, -118.2),
    ("lhr", 51.5, -0.1),
    ("mad", 40.4, -3.7),
    ("man", 53.5, -2.2),
    ("mel", -37.8, 145.0),
    ("mex", 19.4, -99.1),
    ("mia", 25.8, -80.2),
    ("mxp", 45.5, 9.2),
    ("nrt", 35.7, 139.7),
    ("ord", 41.9, -87.6),
    ("sao", -23.6, -46.6),
    ("scl", -33.5, -70.7),
    ("sea", 47.6, -122.3),
    ("sgp", 1.4, 103.8),
    ("sjc", 37.3, -121.9),
    ("sto", 59.3, 18.1),
    ("syd", -33.9, 151.2),
    ("tlv", 32.1, 34.8),
    ("waw", 52.2, 21.0),
    ("yto", 43.7, -79.4),
];
/// How wide and high a letter of a label is.
const LETTER: f64 = 3.9;
const HEIGHT: f64 = 7.0;

/// A place on the map: one degree is one unit.
fn at(region: &str) -> Option<(f64, f64)> {
    let (_, latitude, longitude) = PLACES.iter().find(|(id, ..)| *id == region)?;
    Some((longitude + 169.0, 84.0 - latitude))
}

/// How large the point of so many things is.
fn radius(things: u64) -> f64 {
    // A hundred things are a point twice as wide as one.
    let digits = u32::try_from(things.max(1)).map_or(5.0, |n| f64::from(n).log10());
    2.2 + digits.min(5.0) * 1.2
}

pub(super) fn panel(regions: &[Value], places: &BTreeMap<String, Place>) -> Markup {
    let name = |id: &str| {
        let region = regions.iter().find(|region| region["id"] == id);
        let city = region.and_then(|region| region["city"].as_str());
        city.unwrap_or(id).to_owned()
    };
    let mut used: Vec<(&String, &Place)> = places.iter().collect();
    used.sort_by(|a, b| b.1.things.cmp(&a.1.things).then(a.0.cmp(b.0)));
    let ids = regions.iter().filter_map(|region| region["id"].as_str());
    let unused = ids.filter(|id| !places.contains_key(*id)).filter_map(at);
    let labels = labels(&used);
    html! {
        section.panel.map aria-labelledby="h-map" {
            header {
                h2 id="h-map" { "Where things are" }
                a.small href=(tally::regions()) { (regions.len()) " regions" }
            }
            div.body {
                svg viewBox="0 4 342 136" role="group" aria-label="Where things are" {
                    path.land d=(LAND) stroke-dasharray="0 3.2" {}
                    @for (x, y) in unused { circle.none cx=(round(x)) cy=(round(y)) r="1.1" {} }
                    @for (place, (id, there)) in used.iter().enumerate() {
                        @if let Some((x, y)) = at(id) {
                            a href=(there.address) aria-label=(told(id, &name(id), there)) {
                                circle.halo cx=(round(x)) cy=(round(y)) r=(round(radius(there.things) + 3.0)) {}
                                circle.here cx=(round(x)) cy=(round(y)) r=(round(radius(there.things))) {}
                                @if let Some(Some(label)) = labels.get(place) {
                                    text x=(round(label.x)) y=(round(label.y)) text-anchor=(label.anchor) {
                                        (id) " " (there.things)
                                    }
                                }
                            }
                        }
                    }
                }
                ul.row.small { @for (id, there) in &used {
                    li { a.tag href=(there.address) { (name(id)) " " (there.things) } }
                } }
            }
        }
    }
}

fn told(id: &str, name: &str, place: &Place) -> String {
    let others = place.things - place.instances.min(place.things);
    let of = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match (place.instances, others) {
        (0, n) => format!("{id} {n}: {name}, {}", of(n, "thing")),
        (n, 0) => format!("{id} {n}: {name}, {}", of(n, "instance")),
        (n, more) => {
            let all = place.things;
            format!("{id} {all}: {name}, {}, {}", of(n, "instance"), of(more, "other thing"))
        }
    }
}

/// One decimal is enough for a drawing.
fn round(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Where a label is written.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Label {
    x: f64,
    y: f64,
    anchor: &'static str,
}

/// A label for each region, the largest first, beside its point where it covers neither another label
/// nor a point; none where there is no such room: the list below has them all.
fn labels(used: &[(&String, &Place)]) -> Vec<Option<Label>> {
    let points: Vec<Option<(f64, f64, f64)>> = used
        .iter()
        .map(|(id, place)| at(id).map(|(x, y)| (x, y, radius(place.things) + 1.0)))
        .collect();
    let mut taken: Vec<[f64; 4]> = Vec::new();
    let mut labels = Vec::new();
    for ((id, place), point) in used.iter().zip(&points) {
        let Some((x, y, r)) = *point else {
            labels.push(None);
            continue;
        };
        let letters = f64::from(u16::try_from(id.len()).unwrap_or(9)) + 1.0;
        let width = LETTER * (letters + f64::from(place.things.to_string().len() as u8));
        let gap = r + 3.0;
        let candidates = [
            (x + gap, y + 2.4, "start"),
            (x - gap, y + 2.4, "end"),
            (x, y - gap, "middle"),
            (x, y + gap + 5.0, "middle"),
            (x + gap - 1.0, y - 3.0, "start"),
            (x - gap + 1.0, y - 3.0, "end"),
            (x + gap - 1.0, y + 7.0, "start"),
            (x - gap + 1.0, y + 7.0, "end"),
        ];
        let room = candidates.into_iter().find_map(|(x, y, anchor)| {
            let left = match anchor {
                "start" => x,
                "end" => x - width,
                _ => x - width / 2.0,
            };
            let area = [left, y - HEIGHT + 1.5, left + width, y + 1.0];
            let is_inside = area[0] > 0.0 && area[2] < 342.0 && area[1] > 4.0 && area[3] < 140.0;
            let hits = |other: &[f64; 4]| overlap(&area, other);
            let covers =
                points.iter().flatten().any(|(px, py, r)| hits(&[px - r, py - r, px + r, py + r]));
            (is_inside && !covers && !taken.iter().any(hits))
                .then_some((Label { x, y, anchor }, area))
        });
        taken.extend(room.map(|(_, area)| area));
        labels.push(room.map(|(label, _)| label));
    }
    labels
}

/// Whether two areas (left, top, right, bottom) share something.
fn overlap(one: &[f64; 4], other: &[f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_the_catalogue_has_a_place_on_the_map() {
        let file = include_str!("../../../catalog/src/data/regions.jsonl");
        let lines = file.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let region: Value = serde_json::from_str(line).unwrap();
            let id = region["region"]["id"].as_str().unwrap();
            let (x, y) = at(id).unwrap_or_else(|| panic!("{id} has no place"));
            assert!((0.0..342.0).contains(&x) && (4.0..140.0).contains(&y), "{id}");
            count += 1;
        }
        assert_eq!(count, PLACES.len());
    }

    #[test]
    fn labels_cover_no_point_and_no_other_label() {
        let place = |things| Place { things, ..Place::default() };
        let ids: Vec<(String, Place)> = PLACES
            .iter()
            .enumerate()
            .map(|(n, (id, ..))| ((*id).into(), place(n as u64)))
            .collect();
        let used: Vec<(&String, &Place)> = ids.iter().map(|(id, place)| (id, place)).collect();
        let labels = labels(&used);
        assert!(labels.iter().flatten().count() > 15, "{labels:?}");
        let alone = [(&ids[0].0, &ids[0].1)];
        assert!(super::labels(&alone)[0].is_some());
    }
}
