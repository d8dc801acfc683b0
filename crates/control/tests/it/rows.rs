//! Rows outlive the release that wrote them: older formats are read as what they mean now, newer
//! ones are named and left alone. On both stores.

use crate::common::stores::both;
use crate::common::{owner, spoil};
use crate::instances::log;
use control::{Cx, Doc, Kind, Older};
use serde::{Deserialize, Serialize};
use store::{Facet, Row};
use testkit::World;
use uuid::Uuid;

const POT: &str = "test-pot";

/// A pot as the first release had it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct First {
    name: String,
    cups: u32,
}

/// The second release counted in litres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Second {
    name: String,
    litres: f64,
}

/// The third has lids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Third {
    name: String,
    litres: f64,
    lids: Vec<String>,
}

impl From<First> for Second {
    fn from(pot: First) -> Self {
        Self { name: pot.name, litres: f64::from(pot.cups) / 4.0 }
    }
}

impl From<Second> for Third {
    fn from(pot: Second) -> Self {
        Self { lids: vec![format!("lid of {}", pot.name)], name: pot.name, litres: pot.litres }
    }
}

fn named(name: &str) -> Vec<Facet> {
    vec![("name", name.to_owned())]
}

impl Kind for First {
    const KIND: &'static str = POT;
    const UNKNOWN: &'static str = "Invalid pot";
    type Seen = ();
    fn lists(&self) -> Vec<Facet> {
        named(&self.name)
    }
}

impl Kind for Second {
    const KIND: &'static str = POT;
    const UNKNOWN: &'static str = "Invalid pot";
    const FORMAT: u16 = 2;
    type Seen = ();
    fn migrate(row: Older<'_>) -> serde_json::Result<Self> {
        Ok(row.read::<First>()?.into())
    }
    fn lists(&self) -> Vec<Facet> {
        named(&self.name)
    }
}

impl Kind for Third {
    const KIND: &'static str = POT;
    const UNKNOWN: &'static str = "Invalid pot";
    const FORMAT: u16 = 3;
    type Seen = ();
    fn migrate(row: Older<'_>) -> serde_json::Result<Self> {
        let second = match row.format {
            1 => row.read::<First>()?.into(),
            _ => row.read::<Second>()?,
        };
        Ok(second.into())
    }
    fn lists(&self) -> Vec<Facet> {
        named(&self.name)
    }
}

async fn made<K: Kind>(cx: &Cx, want: K) -> Uuid {
    let mut tx = cx.begin();
    let doc = tx.new_doc(want);
    tx.put(&doc);
    tx.commit().await.unwrap();
    doc.id()
}

async fn row(world: &World, id: Uuid) -> Row {
    world.store.get(id).await.unwrap().unwrap()
}

async fn names<K: Kind>(cx: &Cx, name: impl Fn(&Doc<K>) -> String) -> Vec<String> {
    let page = cx.page::<K>(vec![], None, None).await.unwrap();
    page.items.iter().map(name).collect()
}

#[tokio::test]
async fn a_row_of_an_older_format_is_read_through_all_between_and_rewritten_when_it_is_put() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        let cx = owner(&world).await;
        let first = made(&cx, First { name: "first".into(), cups: 6 }).await;
        let second = made(&cx, Second { name: "second".into(), litres: 0.5 }).await;
        let was = [row(&world, first).await, row(&world, second).await];
        assert_eq!(was[0].desired, r#"{"name":"first","cups":6}"#, "the first has no number");
        let read = |id| cx.get::<Third>(id);
        let lids = vec!["lid of first".to_owned()];
        let meant = Third { name: "first".into(), litres: 1.5, lids };
        assert_eq!(read(first).await.unwrap().want, meant);
        assert_eq!(read(second).await.unwrap().want.litres, 0.5);
        assert_eq!(names::<Third>(&cx, |pot| pot.name.clone()).await, ["first", "second"]);
        assert_eq!(
            [row(&world, first).await, row(&world, second).await],
            was,
            "nothing is written"
        );

        let mut tx = cx.begin();
        let mut pot = tx.get::<Third>(first).await.unwrap();
        pot.name = "third".into();
        tx.put(&pot);
        tx.commit().await.unwrap();
        let written = row(&world, first).await.desired;
        let value: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!((&value["_format"], &value["name"]), (&3.into(), &"third".into()));
        let pot = Third { name: "third".into(), ..meant };
        assert_eq!(read(first).await.unwrap().want, pot);
        // It has left the list of the name that it had in another format.
        let count = |name| cx.count::<Third>(("name", String::from(name)));
        assert_eq!((count("first").await.unwrap(), count("third").await.unwrap()), (0, 1));
    }
}

#[tokio::test]
async fn a_row_of_a_later_format_is_named_and_stays_as_it_is() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        let cx = owner(&world).await;
        let first = made(&cx, First { name: "first".into(), cups: 6 }).await;
        let third = Third { name: "third".into(), litres: 2.0, lids: Vec::new() };
        let third = made(&cx, third).await;
        let was = row(&world, third).await;
        let error = cx.get::<Second>(third).await.unwrap_err().to_string();
        let said = format!(
            "the row of {POT} {third} cannot be read: it has format 3 and was written by a later \
             release; this one knows 2"
        );
        assert_eq!(error, said);
        let error = cx.begin().get::<First>(third).await.unwrap_err();
        let control::Error::Refused(refusal) = error else { panic!("{error}") };
        assert_eq!(refusal.status, 409);
        // All others are read.
        assert_eq!(names::<Second>(&cx, |pot| pot.name.clone()).await, ["first"]);
        assert_eq!(cx.get::<Second>(first).await.unwrap().litres, 1.5);
        assert_eq!(row(&world, third).await, was);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_neither_changed_nor_deleted_and_says_so() {
    let (worlds, _directory) = both().await;
    for world in worlds {
        let create = r#"{"region":"ewr","size_gb":40,"label":"one"}"#;
        let (_, made) = world.raw("POST", "/v2/blocks", create).await;
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        let id = made["block"]["id"].as_str().unwrap().parse::<Uuid>().unwrap();
        world.settle().await;
        spoil(&world, id).await;
        let was = row(&world, id).await;
        let uri = format!("/v2/blocks/{id}");
        let (lines, _listening) = log::listen();
        let error = format!(
            r#"{{"error":"It cannot be read. block {id} is left as it is; the server's log says why","status":409}}"#
        );
        for (method, body) in [("DELETE", ""), ("PATCH", r#"{"label":"two"}"#)] {
            assert_eq!(world.raw(method, &uri, body).await, (409, error.clone()));
        }
        assert_eq!(world.raw("GET", &uri, "").await.0, 500);
        let named = format!("error=the row of block {id} cannot be read");
        let told = lines.lock().unwrap().iter().filter(|line| line.contains(&named)).count();
        assert_eq!(told, 3, "one line for each");
        world.settle().await;
        assert_eq!(row(&world, id).await, was);
    }
}
