//! What is Kettle's own and no operation: answers that are no views of the mould, bodies that are no JSON,
//! and what answers without a key.
//!
//! The server's routes follow from this list, as those of operations do from theirs, and so does the
//! document (`/_kettle/openapi.json`). The SDK's calls and commands do not: `kettle status`, `log`, `stop`,
//! `world export` and `world import` are written by hand.

use serde_json::{Value, json};

use super::snapshots::{EXPORT, IMPORT, MEDIA};
use crate::Access;

/// What is Kettle's own and no operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    /// The document of all this.
    Document,
    /// Whether the server can do its work.
    Health,
    /// A proof that it has its owner's key.
    Whoami,
    /// Which server it is, and what there is.
    Status,
    /// What was asked and answered.
    Requests,
    /// Its end.
    Stop,
    /// All there is, as a file.
    Export,
    /// Such a file in place of all there is.
    Import,
    /// What stands in the place of a simulated machine's console.
    Console,
    /// What happens outside, told by hand.
    Tell,
}

/// How one of them is asked, and what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Its id in the document.
    pub id: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    /// What it does: a sentence, and what else is to be known.
    pub about: &'static str,
    /// What its path and query take.
    pub parameters: &'static [Parameter],
    /// The media type of the body that it takes.
    pub takes: Option<&'static str>,
    /// What it answers.
    pub answer: Answer,
    /// What else it answers, by status.
    pub refusals: &'static [(u16, &'static str)],
}

/// A parameter of a path or query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name. What stands in the path is in braces there, and must be there.
    pub name: &'static str,
    /// Its type in JSON Schema's words.
    pub kind: &'static str,
    /// What it says.
    pub about: &'static str,
    /// Whether it must be there, also where it does not stand in the path.
    pub is_needed: bool,
}

/// What is answered when all goes well.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// 204: nothing.
    Nothing,
    /// 200: JSON of this schema.
    Json(fn() -> Value),
    /// 200: something else, by its media type.
    Other(&'static str),
}

const fn parameter(name: &'static str, kind: &'static str, about: &'static str) -> Parameter {
    Parameter { name, kind, about, is_needed: false }
}

const ROUTE: Route = Route {
    id: "",
    method: "GET",
    path: "",
    access: Access::Owner,
    about: "",
    parameters: &[],
    takes: None,
    answer: Answer::Nothing,
    refusals: &[],
};

impl Plain {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Document,
        Self::Health,
        Self::Whoami,
        Self::Status,
        Self::Requests,
        Self::Stop,
        Self::Export,
        Self::Import,
        Self::Console,
        Self::Tell,
    ];

    /// How it is asked, and what it answers.
    pub fn route(self) -> Route {
        match self {
            Self::Document => DOCUMENT,
            Self::Health => HEALTH,
            Self::Whoami => WHOAMI,
            Self::Status => STATUS,
            Self::Requests => REQUESTS,
            Self::Stop => STOP,
            Self::Export => EXPORTED,
            Self::Import => IMPORTED,
            Self::Console => CONSOLE,
            Self::Tell => TELL,
        }
    }
}

const DOCUMENT: Route = Route {
    id: "own-document",
    path: "/_kettle/openapi.json",
    access: Access::Public,
    about: "Tell all that is below this path, as an OpenAPI document.",
    answer: Answer::Json(|| json!({ "type": "object" })),
    ..ROUTE
};

const HEALTH: Route = Route {
    id: "get-health",
    path: "/_kettle/health",
    access: Access::Public,
    about: "Tell whether the server can do its work, and which version it is.",
    answer: Answer::Json(|| {
        object(&[("status", text("`ok`.")), ("version", text("Kettle's version."))])
    }),
    refusals: &[(503, "It cannot; the text says why.")],
    ..ROUTE
};

const WHOAMI: Route = Route {
    id: "prove-owner",
    path: "/_kettle/whoami",
    access: Access::Public,
    about: "Prove that the server has its owner's key, without telling it. Who means to send the key asks this first.",
    parameters: &[Parameter {
        is_needed: true,
        ..parameter("challenge", "string", "16 to 128 letters and digits, chosen at random.")
    }],
    answer: Answer::Json(|| {
        let proof =
            text("The HMAC-SHA256, by the key, of `kettle whoami ` and the challenge, in hex.");
        object(&[
            ("proof", proof),
            ("calls", number("How many requests of operations there were.")),
        ])
    }),
    refusals: &[(400, "The challenge is none.")],
    ..ROUTE
};

const STATUS: Route = Route {
    id: "get-status",
    path: "/_kettle/status",
    about: "Tell which server this is, since when it runs, and what there is. `kettle status` shows it.",
    answer: Answer::Json(status),
    ..ROUTE
};

const REQUESTS: Route = Route {
    id: "list-requests",
    path: "/_kettle/requests",
    about: "List the last requests and what they were answered, the oldest first. Secrets are masked, bodies cut at \
            64 kB, and an answer has 4 MB of them at most. `kettle log` shows them.",
    parameters: &[
        parameter("failed", "boolean", "Those that were refused or failed."),
        parameter(
            "group",
            "string",
            "Those of a group of operations (`instance`), or below a path (`/v2/instances`).",
        ),
        parameter("method", "string", "Those of this method."),
        parameter(
            "text",
            "string",
            "Those that have this in their address, headers, bodies, operation or user.",
        ),
        parameter("bodies", "boolean", "`false` leaves bodies and headers out."),
        parameter(
            "after",
            "integer",
            "Those behind this number, the oldest first; else the last ones.",
        ),
        parameter("before", "integer", "Of the last ones, those before this number."),
        parameter("limit", "integer", "At most so many, 1 to 1000; 100 when absent."),
        parameter("as", "string", "`har`: in the form that browsers' tools open (HAR 1.2)."),
        parameter(
            "wait",
            "integer",
            "Where there is none yet, wait for one, so many seconds at most, up to 30.",
        ),
    ],
    answer: Answer::Json(requests),
    refusals: &[(400, "The query is wrong; the text names the field.")],
    ..ROUTE
};

const STOP: Route = Route {
    id: "stop-server",
    method: "POST",
    path: "/_kettle/stop",
    about: "Stop the server, as a signal does. What is under way is finished first. `kettle stop` does it, and waits.",
    refusals: &[(409, "The server is a part of another program, and ends with that.")],
    ..ROUTE
};

const EXPORTED: Route = Route {
    id: "export-world",
    path: EXPORT,
    about: "Hand out all there is, as one file. It is a database of SQLite with a format number, which this and later \
            versions read; keys and passwords are in it. `kettle world export` writes it.",
    answer: Answer::Other(MEDIA),
    ..ROUTE
};

const IMPORTED: Route = Route {
    id: "import-world",
    method: "POST",
    path: IMPORT,
    about: "Put such a file in place of all there is, in one moment. `kettle world import` sends it.",
    takes: Some(MEDIA),
    refusals: &[
        (400, "It is no such file, or one of a later version; nothing was done."),
        (408, "Nothing more of the body came in time; nothing was done."),
        (413, "The file is too large; nothing was done."),
        (507, "There is no room for the file; nothing was done."),
    ],
    ..ROUTE
};

const CONSOLE: Route = Route {
    id: "show-console",
    path: "/_kettle/console/{id}",
    access: Access::Public,
    about: "Show a page in the place of a simulated machine's console. It is the same for every machine.",
    parameters: &[parameter("id", "string", "The machine's id.")],
    answer: Answer::Other("text/html"),
    ..ROUTE
};

const TELL: Route = Route {
    id: "tell-deed",
    method: "POST",
    path: "/_kettle/{name}/{id}",
    access: Access::AnyKey,
    about: "Tell by hand what happens outside, and reaches a simulated world in no other way. `upload` takes a file for \
            a push zone, and no key.",
    parameters: &[
        parameter(
            "name",
            "string",
            "What happens: `pushed` or `pulled`, of a registry's images; `upload`.",
        ),
        parameter("id", "string", "The id of the thing that it happens to."),
    ],
    takes: Some("*/*"),
    refusals: &[(404, "There is no such thing, or nothing of that name happens.")],
    ..ROUTE
};

fn typed(kind: &str, about: &str) -> Value {
    json!({ "type": kind, "description": about })
}

fn text(about: &str) -> Value {
    typed("string", about)
}

fn number(about: &str) -> Value {
    typed("integer", about)
}

/// An object that has all of these fields.
fn object(fields: &[(&str, Value)]) -> Value {
    with_some(fields, &[])
}

/// An object that has these fields, and may have some more.
fn with_some(fields: &[(&str, Value)], more: &[(&str, Value)]) -> Value {
    let all = fields.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.clone()));
    let properties: serde_json::Map<String, Value> = all.collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn time(about: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": about })
}

fn status() -> Value {
    let mut clock =
        object(&[("time", time("What it shows.")), ("rate", typed("number", "Seconds in one."))]);
    clock["type"] = json!(["object", "null"]);
    clock["description"] = "How the clock goes; null where it is as the system's.".into();
    let maybe = json!({ "type": ["string", "null"], "format": "date-time" });
    let stuck = object(&[
        ("kind", text("Its kind.")),
        ("id", text("Its id.")),
        ("since", maybe.clone()),
        ("tries", number("How often its step was tried.")),
        ("retry_at", maybe),
        ("why", text("What the last step failed with.")),
    ]);
    object(&[
        ("version", text("Kettle's version.")),
        ("pid", number("The process.")),
        ("since", time("Since when it runs.")),
        ("calls", number("How many requests of operations there were.")),
        (
            "behave",
            json!({ "enum": ["fast", "vultr"], "description": "Whose pace, limits and words it has." }),
        ),
        ("clock", clock),
        ("state", text("Where the data is, for people.")),
        ("real", list(text("A part of what is outside that is real, for people."))),
        ("fronts", json!({ "type": "object", "description": "What else it serves, and where." })),
        ("can_stop", typed("boolean", "Whether `stop` ends it.")),
        (
            "things",
            json!({ "type": "object", "additionalProperties": { "type": "integer" }, "description": "How many there are, by kind." }),
        ),
        ("stuck", list(stuck)),
        (
            "complaints",
            list(object(&[("id", text("What it is about.")), ("says", text("What is wrong."))])),
        ),
    ])
}

fn requests() -> Value {
    let headers = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let way = with_some(
        &[],
        &[
            ("headers", headers),
            ("bytes", number("How long the body was.")),
            ("json", json!({ "description": "The body, where it is JSON and whole." })),
            ("text", text("The body, where it is not.")),
            ("masked", typed("boolean", "Whether secrets were masked.")),
            ("cut", typed("boolean", "Whether it is not whole.")),
        ],
    );
    let user = object(&[("id", text("")), ("name", text("")), ("email", text(""))]);
    let request = with_some(
        &[
            ("sequence", number("Its number.")),
            ("at", time("When it came.")),
            ("method", text("Its method.")),
            ("path", text("Its address.")),
            ("status", number("What it was answered with.")),
            ("duration_ms", typed("number", "How long that took.")),
        ],
        &[
            ("operation", text("The id of the operation.")),
            ("user", user),
            ("peer", text("From where it came.")),
            ("error", text("The words that it was refused with.")),
            ("faults", list(text("What a rule did to it."))),
            ("agent", text("What the client calls itself.")),
            ("request", way.clone()),
            ("response", way),
        ],
    );
    object(&[
        ("requests", list(request)),
        ("last", number("Up to where was looked: `after` of the next question.")),
        ("missed", number("How many behind `after` are not kept any more.")),
        ("kept", typed("boolean", "Whether they outlive the server.")),
    ])
}
