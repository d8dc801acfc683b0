//! What a value looks like in JSON: a table for each type, made when the program is compiled.
//!
//! Readers, writers, limits, the command line and the OpenAPI document go by it.

use serde_json::{Map, Value, json};

use crate::Wire;

/// What a value looks like in JSON.
#[derive(Debug)]
pub enum Form {
    /// True or false.
    Flag,
    /// A whole number.
    Integer {
        /// Its type in OpenAPI's words: `uint32`.
        format: &'static str,
        /// The least that it can be, where its type says so.
        least: Option<i64>,
        /// The most, where its type is a small one.
        most: Option<u64>,
    },
    /// A number with a fraction; of `None`, an amount of money.
    Number(Option<&'static str>),
    /// A text; in JSON Schema's words, what kind: `date-time`, `password`.
    Text(Option<&'static str>),
    /// An id: the name of its type, from which whoever walks all operations finds what it names.
    Id(&'static str),
    /// What is `""` where there is none.
    OrEmpty(&'static Form),
    /// Several.
    List(&'static Form),
    /// Several by their names.
    Map(&'static Form),
    /// An object that nothing more is known of.
    Free,
    /// One of some words.
    Words(&'static Words),
    /// An object whose fields are known.
    Record(&'static Record),
}

/// An object whose fields are known.
#[derive(Debug)]
pub struct Record {
    /// Its type's name; empty for one that has no schema of its own.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its fields, in order.
    pub fields: &'static [Field],
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Other names that it is read by.
    pub aliases: &'static [&'static str],
    /// What it is.
    pub about: &'static str,
    /// What it holds.
    pub form: &'static Form,
    /// Whether it must be there.
    pub needed: bool,
    /// Whether the object's own fields are this one's, which has no name then.
    pub flat: bool,
    /// Whether it is left out where there is nothing in it.
    pub omit: bool,
    /// Whether `null` says that a list is empty, as some clients write one.
    pub null: bool,
    /// How many characters it has at most; 0 for the usual.
    pub most: usize,
    /// The same of each item of a list.
    pub item_most: usize,
    /// Whether line breaks and tabs may stand in it.
    pub lines: bool,
    /// Whether it is a text in base64.
    pub base64: bool,
    /// The texts that it can be; none where it can be any.
    pub one_of: &'static [&'static str],
}

impl Field {
    /// A field that nothing more is said of.
    pub const PLAIN: Self = Self {
        name: "",
        aliases: &[],
        about: "",
        form: &Form::Free,
        needed: false,
        flat: false,
        omit: false,
        null: false,
        most: 0,
        item_most: 0,
        lines: false,
        base64: false,
        one_of: &[],
    };
}

/// One of some words.
#[derive(Debug)]
pub struct Words {
    /// The type's name.
    pub name: &'static str,
    /// What they tell.
    pub about: &'static str,
    /// The words, in the order of the type's variants.
    pub words: &'static [Word],
}

/// A word.
#[derive(Debug)]
pub struct Word {
    /// As it travels; empty for one that never does.
    pub word: &'static str,
    /// Other ways to write it.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub about: &'static str,
}

impl Words {
    /// The place of a word that is read.
    pub fn place(&self, text: &str) -> Option<usize> {
        let is = |word: &Word| word.word == text || word.aliases.contains(&text);
        self.words.iter().position(|word| !word.word.is_empty() && is(word))
    }

    /// The words that travel.
    pub fn known(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|word| !word.word.is_empty())
    }
}

impl Record {
    /// Its fields, and those of the fields that lie flat in it.
    pub fn all(&self) -> Vec<&'static Field> {
        let mut all = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            match field.form {
                Form::Record(inner) if field.flat => all.extend(inner.all()),
                _ => all.push(field),
            }
        }
        all
    }
}

/// The JSON Schema of a type, with all that it refers to under `$defs`.
pub fn schema<T: Wire>() -> Value {
    whole(T::FORM)
}

/// The document of one form: itself, and under `$defs` what it refers to.
pub(crate) fn whole(form: &'static Form) -> Value {
    let mut schemas = Schemas::new("#/$defs/");
    let mut schema = match form {
        Form::Record(record) => schemas.record(record),
        other => schemas.of(other),
    };
    let own = schema["$ref"].as_str().and_then(|way| schemas.found.get(&way["#/$defs/".len()..]));
    if let Some(own) = own.cloned() {
        schema = own;
    }
    if !schemas.found.is_empty() {
        schema["$defs"] = schemas.found.into();
    }
    schema
}

/// Writes schemas, and collects those that have a name.
pub(crate) struct Schemas {
    /// What stands before a name in a reference.
    prefix: &'static str,
    /// Schemas by name.
    pub(crate) found: Map<String, Value>,
}

impl Schemas {
    pub(crate) fn new(prefix: &'static str) -> Self {
        Self { prefix, found: Map::new() }
    }

    /// The schema of a form, or the reference to it.
    pub(crate) fn of(&mut self, form: &'static Form) -> Value {
        match form {
            Form::Flag => json!({ "type": "boolean" }),
            Form::Integer { format, least, most } => {
                let mut schema = json!({ "type": "integer", "format": format });
                let ends =
                    [("minimum", least.map(Value::from)), ("maximum", most.map(Value::from))];
                for (name, end) in ends {
                    if let Some(end) = end {
                        schema[name] = end;
                    }
                }
                schema
            }
            Form::Number(format) => with_format("number", *format),
            Form::Text(format) => with_format("string", *format),
            Form::Id(kind) => json!({ "type": "string", "format": "uuid", "x-id": kind }),
            Form::OrEmpty(Form::Words(words)) => or_empty(words_schema(words)),
            Form::OrEmpty(inner) => or_empty(self.of(inner)),
            Form::List(item) => json!({ "type": "array", "items": self.of(item) }),
            Form::Map(value) => json!({ "type": "object", "additionalProperties": self.of(value) }),
            Form::Free => json!({ "type": "object", "additionalProperties": true }),
            Form::Words(words) => self.named(words.name, |_| words_schema(words)),
            Form::Record(record) if record.name.is_empty() => self.record(record),
            Form::Record(record) => self.named(record.name, |schemas| schemas.record(record)),
        }
    }

    fn named(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.found.contains_key(name) {
            // In its place before those that it refers to.
            self.found.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.found.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("{}{name}", self.prefix) })
    }

    /// The schema of an object itself.
    pub(crate) fn record(&mut self, record: &'static Record) -> Value {
        let fields = record.all();
        let mut schema = json!({ "type": "object" });
        if !record.about.is_empty() {
            schema["description"] = record.about.into();
        }
        if !fields.is_empty() {
            let known = fields.iter().map(|field| (field.name.to_owned(), self.field(field)));
            schema["properties"] = known.collect::<Map<_, _>>().into();
        }
        let needed: Vec<_> = fields.iter().filter(|f| f.needed).map(|f| f.name).collect();
        if !needed.is_empty() {
            schema["required"] = needed.into();
        }
        schema
    }

    fn field(&mut self, field: &'static Field) -> Value {
        let mut schema = self.of(field.form);
        if !field.about.is_empty() {
            // What words mean follows what the field is.
            let words = schema["description"].as_str().and_then(|about| about.split_once("\n\n"));
            let words = words.map(|(_, words)| format!("\n\n{words}")).unwrap_or_default();
            schema["description"] = format!("{}{words}", field.about).into();
        }
        if field.most > 0 {
            schema["maxLength"] = field.most.into();
        }
        if field.item_most > 0 {
            schema["items"]["maxLength"] = field.item_most.into();
        }
        if field.null {
            schema["x-null-is-empty"] = true.into();
        }
        if field.lines {
            schema["x-lines"] = true.into();
        }
        if field.base64 {
            schema["contentEncoding"] = "base64".into();
        }
        if !field.one_of.is_empty() {
            schema["enum"] = field.one_of.into();
        }
        schema
    }
}

fn with_format(kind: &str, format: Option<&str>) -> Value {
    match format {
        Some(format) => json!({ "type": kind, "format": format }),
        None => json!({ "type": kind }),
    }
}

fn words_schema(words: &Words) -> Value {
    let mut about = format!("{}\n", words.about);
    for Word { word, about: meaning, .. } in words.known() {
        about.push_str(&format!("\n- `{word}`: {}", meaning.replace('\n', " ")));
    }
    let known: Vec<_> = words.known().map(|word| word.word).collect();
    json!({ "type": "string", "enum": known, "description": about.trim() })
}

/// An empty text is no UUID and no date: validators would refuse it. Of words, it is one more.
fn or_empty(mut schema: Value) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    if let Some(format) = fields.shift_remove("format") {
        fields.insert("x-format-or-empty".into(), format);
    }
    if let Some(Value::Array(words)) = fields.get_mut("enum") {
        words.push("".into());
        let about = fields["description"].as_str().unwrap_or_default();
        fields["description"] = format!("{about}\n- ``: Not set.").into();
    }
    schema
}
