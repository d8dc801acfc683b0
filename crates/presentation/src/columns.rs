//! Which fields of a thing are shown, and how one is named: `label`, `plan_details.price`, and the
//! headings of columns that were chosen by hand (`kinds`).

mod kinds;
mod shown;
mod way;

use serde_json::Value;

use crate::operations::Operation;
use crate::schema;

pub use shown::{is_empty, raw, readable};
use shown::{is_price, number};
pub use way::Way;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub heading: String,
    ways: Vec<Way>,
    join: Join,
}

/// How a column is made of more than one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    /// An address and its length: `10.0.0.0/24`.
    Slash,
    /// The first that has something.
    First,
}

/// Whether a value is made readable, or stays as the API has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// `$5.00`, `4 GB`, `yes`.
    Readable,
    /// `5`, `4096`, `true`.
    Raw,
}

impl Column {
    /// Reads `field`, `field/field`, `field|field`, each with or without `:HEADING`.
    pub fn parse(text: &str) -> Self {
        let (fields, heading) = text.split_once(':').unwrap_or((text, ""));
        let join = if fields.contains('/') { Join::Slash } else { Join::First };
        let ways: Vec<Way> = fields.split(['/', '|']).map(Way::parse).collect();
        let first = ways.first().map(Way::to_string).unwrap_or_default();
        let heading = if heading.is_empty() { first.to_uppercase() } else { heading.to_owned() };
        Self { heading, ways, join }
    }

    /// The column of a top-level field.
    pub fn field(name: &str) -> Self {
        let ways = vec![Way::field(name)];
        Self { heading: name.to_uppercase(), ways, join: Join::First }
    }

    /// The fields that it is made of, as they are written.
    pub fn name(&self) -> String {
        let sign = if self.join == Join::Slash { "/" } else { "|" };
        self.ways.iter().map(Way::to_string).collect::<Vec<_>>().join(sign)
    }

    /// The fields that it is made of.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// What stands in it for this thing, in one line.
    pub fn cell(&self, thing: &Value, how: How) -> String {
        let mut parts = self.ways.iter().map(|way| way.cell(thing, how)).filter(|p| !p.is_empty());
        match self.join {
            Join::Slash => parts.collect::<Vec<_>>().join("/"),
            Join::First => parts.next().unwrap_or_default(),
        }
    }

    /// Whether a number stands in it.
    pub fn is_number(&self, thing: &Value) -> bool {
        matches!(&self.ways[..], [way] if matches!(way.values(thing)[..], [Value::Number(_)]))
    }
}

/// What is known of the things that an operation answers with.
#[derive(Debug, Clone)]
pub struct Kind {
    schema: Value,
    /// The way from the schema's root to the shape of one thing.
    inside: Vec<String>,
    /// The columns chosen for it; none where nobody lists such things.
    pub columns: Vec<Column>,
}

impl Kind {
    /// Of the things that `operation` answers with: those of a list, or the one. The columns are those of
    /// the list that the thing stands in.
    pub fn of(operation: &Operation, all: &[Operation]) -> Self {
        let schema = operation.response();
        let is_page = schema.pointer("/properties/items/items").is_some() && operation.is_list();
        let among = operation.listed();
        let inside: &[&str] = match (schema.get("items"), &among) {
            (Some(_), _) => &["items"],
            (None, _) if is_page => &["properties", "items", "items"],
            (None, Some(field)) => &["properties", field, "items"],
            (None, None) => &[],
        };
        let inside = inside.iter().map(|step| (*step).to_owned()).collect();
        let listed = among.as_ref().map(|_| operation).or_else(|| list_of(operation, all));
        let columns = listed.map(columns_of).unwrap_or_default();
        let mut kind = Self { schema, inside, columns };
        if listed.is_none() {
            // A command of its own that answers with the thing, as `reinstall` does.
            let whole = all.iter().find(|o| {
                o.group.name == operation.group.name && o.is_list() && o.command == "list"
            });
            let columns = whole.map(columns_of).unwrap_or_default();
            let all_known = columns.iter().flat_map(Column::ways).all(|way| kind.knows(way));
            kind.columns = if all_known { columns } else { Vec::new() };
        }
        kind
    }

    fn shape(&self) -> &Value {
        let mut shape = &self.schema;
        for step in &self.inside {
            shape = shape.get(step).unwrap_or(shape);
        }
        schema::target(&self.schema, shape)
    }

    /// The field that is all there is, and a text in base64: the answer is a file.
    pub fn file(&self) -> Option<&str> {
        let fields = self.shape().get("properties")?.as_object()?;
        let (name, shape) = fields.iter().next().filter(|_| fields.len() == 1)?;
        schema::is_encoded(&self.schema, shape).then_some(name)
    }

    /// Puts in place of each text in base64 what `plain` makes of it, where that is something.
    pub fn decode(&self, thing: &mut Value, plain: fn(&str) -> Option<String>) {
        schema::decode(&self.schema, self.shape(), thing, plain);
    }

    /// The thing's own fields, in their order.
    pub fn fields(&self) -> Vec<&str> {
        let fields = self.shape().get("properties").and_then(Value::as_object);
        fields.into_iter().flat_map(|f| f.keys()).map(String::as_str).collect()
    }

    /// Whether there may be such a field.
    pub fn knows(&self, way: &Way) -> bool {
        way.reaches(&self.schema, self.shape())
    }

    /// Whether numbers stand in all the fields of a column.
    pub fn is_numeric(&self, column: &Column) -> bool {
        column.ways.iter().all(|way| {
            let shape = way.shape(&self.schema, self.shape()).unwrap_or(&Value::Null);
            let shape = shape.get("items").unwrap_or(shape);
            let kind = schema::kind(&self.schema, shape);
            matches!(kind, schema::Kind::Integer | schema::Kind::Number) || is_price(way.name())
        })
    }

    /// A value to compare with what stands in a column: of numbers a number, in the unit that the field
    /// has, also where it is written as tables show it.
    ///
    /// # Errors
    /// Where it is none.
    pub fn comparable(&self, column: &Column, text: &str) -> Result<String, String> {
        if !self.is_numeric(column) {
            return Ok(text.to_owned());
        }
        let name = column.ways.first().map_or("", Way::name);
        let number = number(name, text.trim()).map(|number| number.to_string());
        number.ok_or_else(|| format!("`{text}` is no number, as `{name}` is"))
    }

    /// The column by that name: a field, or the heading of a column. Large and small letters, and `-`
    /// and `_`, are the same.
    ///
    /// # Errors
    /// Where there is none: says which there are.
    pub fn column(&self, name: &str) -> Result<Column, String> {
        let own = Column::parse(name);
        if !name.is_empty() && own.ways.iter().all(|way| self.knows(way)) {
            return Ok(own);
        }
        let plain = |text: &str| text.to_lowercase().replace('-', "_");
        let named = |column: &&Column| plain(&column.heading) == plain(name);
        if let Some(column) = self.columns.iter().find(named) {
            return Ok(column.clone());
        }
        let own = Column::parse(&plain(name));
        if !name.is_empty() && own.ways.iter().all(|way| self.knows(way)) {
            return Ok(own);
        }
        Err(format!("there is no field `{name}`; there are {}", self.fields().join(", ")))
    }

    /// What tells one thing from the others: its id, or what stands first.
    pub fn key(&self) -> Option<Column> {
        let first = self.columns.first().cloned().unwrap_or_else(|| Column::field("id"));
        first.ways.iter().all(|way| self.knows(way)).then_some(first)
    }
}

/// The columns chosen for what that operation lists.
fn columns_of(list: &Operation) -> Vec<Column> {
    let found = kinds::KINDS.iter().find(|(id, _)| *id == list.op.id);
    found
        .map(|(_, columns)| columns.split_whitespace().map(Column::parse).collect())
        .unwrap_or_default()
}

/// The list that shows what `operation` answers with: its own, or that at the path above.
fn list_of<'a>(operation: &Operation, all: &'a [Operation]) -> Option<&'a Operation> {
    let own = operation.pattern();
    let above = own.strip_suffix("/{}").unwrap_or(&own);
    let listed = |list: &&Operation| {
        let pattern = list.pattern();
        (pattern == own || pattern == above) && list.is_list()
    };
    all.iter().find(listed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operations;

    fn kind(id: &str) -> Kind {
        let all = operations::all();
        Kind::of(all.iter().find(|o| o.op.id == id).unwrap(), &all)
    }

    fn lists() -> Vec<Operation> {
        let lists = |o: &Operation| o.is_list() || o.listed().is_some();
        operations::with_own().into_iter().filter(lists).collect()
    }

    #[test]
    fn every_list_has_columns_chosen_by_hand_and_no_other() {
        let lists: BTreeSet<&str> = lists().iter().map(|o| o.op.id).collect();
        let chosen: Vec<&str> = kinds::KINDS.iter().map(|(id, _)| *id).collect();
        let set: BTreeSet<&str> = chosen.iter().copied().collect();
        assert_eq!(set.len(), chosen.len(), "one is there twice");
        assert_eq!(set, lists);
        assert!(kinds::KINDS.iter().all(|(_, columns)| !columns.is_empty()));
    }

    #[test]
    fn no_column_names_a_field_that_there_is_not() {
        let all = operations::all();
        for list in lists() {
            let kind = Kind::of(&list, &all);
            for column in &kind.columns {
                for way in column.ways() {
                    assert!(kind.knows(way), "{}: {way}", list.op.id);
                }
            }
        }
    }

    #[test]
    fn no_heading_is_another_fields_name() {
        let all = operations::all();
        for list in lists() {
            let kind = Kind::of(&list, &all);
            let mut headings = BTreeSet::new();
            for column in &kind.columns {
                assert!(
                    headings.insert(&column.heading),
                    "{}: twice {}",
                    list.op.id,
                    column.heading
                );
                let field = Way::field(&column.heading.to_lowercase());
                let own = column.ways()[0] == field;
                assert!(own || !kind.knows(&field), "{}: {}", list.op.id, column.heading);
            }
        }
    }

    #[test]
    fn what_is_looked_at_alone_has_the_columns_of_its_list() {
        for (one, list) in [
            ("get-block", "list-blocks"),
            ("create-block", "list-blocks"),
            ("get-record", "list-records"),
            ("add-instance-ipv4", "list-instance-ipv4"),
            ("reinstall-instance", "list-instances"),
            ("reinstall-bare-metal", "list-bare-metals"),
        ] {
            assert_eq!(kind(one).columns, kind(list).columns, "{one}");
        }
        assert!(kind("get-account").columns.is_empty());
        assert_eq!(kind("get-block").key(), Some(Column::field("id")));
        assert_eq!(kind("get-domain").key(), Some(Column::field("domain")));
        assert_eq!(kind("get-account").key(), None);
    }

    #[test]
    fn a_column_is_named_by_its_field_or_its_heading() {
        let kind = kind("list-blocks");
        let size = kind.column("size").unwrap();
        assert_eq!(size.ways(), [Way::field("size_gb")]);
        assert_eq!(kind.column("SIZE-GB").unwrap().ways(), size.ways());
        let error = kind.column("szie").unwrap_err();
        assert!(error.starts_with("there is no field `szie`; there are id, date_created, cost"));
        assert!(kind.column("").is_err() && kind.column("label.x").is_err());
    }

    #[test]
    fn fields_can_stand_in_one_column() {
        let net = serde_json::json!({"a": "10.0.0.0", "b": 24, "c": "", "d": "x"});
        let cell = |text: &str| Column::parse(text).cell(&net, How::Raw);
        assert_eq!(cell("a/b:NET"), "10.0.0.0/24");
        assert_eq!(cell("c|d|a"), "x");
        assert_eq!(Column::parse("a/b").heading, "A");
        assert_eq!(Column::parse("a/b:NET").heading, "NET");
    }
}
