//! What an agent asks for, checked, and made a command of the command line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use presentation::columns::Kind;
use presentation::operations::{self, Operation};
use presentation::places;
use presentation::{flags, schema};
use rmcp::model::CallToolRequestParams;
use serde_json::{Map, Value};

use crate::tools::{self, Effect};
use crate::{Mcp, describe, run};

/// How many lines a list has where nothing is said.
const USUAL: u64 = 50;
const MOST: u64 = 500;

/// What a tool was called with.
struct Asked {
    tool: String,
    arguments: Map<String, Value>,
}

/// Does what a tool is for. What it says; where it could not, why, and what would be right.
pub(crate) async fn call(mcp: &Mcp, request: CallToolRequestParams) -> Result<String, String> {
    let tool = request.name.into_owned();
    let asked = Asked { tool, arguments: request.arguments.unwrap_or_default() };
    if let Some((group, members)) = tools::own_group(&asked.tool) {
        return own(mcp, group, &members, asked).await;
    }
    let known = tools::all(true);
    let Some(known) = known.iter().find(|known| known.name == asked.tool) else {
        let names: Vec<_> = known.iter().map(|tool| tool.name.to_string()).collect();
        return Err(format!("there is no tool `{}`; there are {}", asked.tool, names.join(", ")));
    };
    let taken = known.input_schema.get("properties").and_then(Value::as_object);
    asked.only(&taken.into_iter().flat_map(Map::keys).map(String::as_str).collect::<Vec<_>>())?;
    match asked.tool.as_str() {
        tools::DESCRIBE => asked.describe(),
        tools::LIST => list(mcp, &asked).await,
        tools::WAIT => {
            let operation = asked.operation("get")?;
            mcp.act(&operation, &asked, true).await
        }
        tools::GET => mcp.act(&asked.operation("get")?, &asked, false).await,
        tools::CREATE => mcp.act(&asked.operation("create")?, &asked, asked.flag("wait")?).await,
        tools::CHANGE => mcp.act(&asked.operation("update")?, &asked, asked.flag("wait")?).await,
        _ => mcp.act(&asked.operation("delete")?, &asked, asked.flag("wait")?).await,
    }
}

/// A tool of Kettle's own: its arguments are the fields of the action.
async fn own(
    mcp: &Mcp,
    group: &str,
    members: &[Operation],
    asked: Asked,
) -> Result<String, String> {
    let action = asked.text("action")?.unwrap_or_default();
    let names: Vec<&str> = members.iter().map(|o| o.command).collect();
    let Some(operation) = members.iter().find(|o| o.command == action) else {
        return Err(format!("action: {group} has no `{action}`; it has {}", names.join(", ")));
    };
    let client = mcp.client()?;
    if !client.is_loopback() {
        return Err(format!(
            "{} is not on this machine: nothing of Kettle's own is done there",
            client.endpoint()
        ));
    }
    let mut fields = asked.arguments.clone();
    fields.shift_remove("action");
    mcp.act_on(operation, fields, None).await
}

impl Asked {
    fn describe(&self) -> Result<String, String> {
        let Some(family) = self.text("family")? else { return Ok(describe::everything()) };
        match self.text("action")?.filter(|action| !action.is_empty()) {
            None => Ok(describe::actions(&describe::family(&family)?)),
            Some(_) => Ok(describe::fields(&self.operation("")?)),
        }
    }

    /// Refuses what the tool does not take.
    fn only(&self, taken: &[&str]) -> Result<(), String> {
        match self.arguments.keys().find(|name| !taken.contains(&name.as_str())) {
            Some(name) => {
                Err(format!("`{}` takes no `{name}`; it takes {}", self.tool, taken.join(", ")))
            }
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.arguments.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            // Ids of systems are numbers.
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(format!("{name}: expected a text, got {other}")),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let wrong = |other: &Value| format!("{name}: expected a list of texts, got {other}");
        match self.arguments.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            // Agents forget the brackets around one.
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(item)))
                .collect(),
            Some(other) => Err(wrong(other)),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, String> {
        match self.arguments.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(format!("{name}: expected true or false, got {other}")),
        }
    }

    fn fields(&self) -> Result<Map<String, Value>, String> {
        match self.arguments.get("fields") {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(other) => Err(format!("fields: expected an object, got {other}")),
        }
    }

    /// The operation that is meant: the action that was named, or the usual one.
    fn operation(&self, usual: &str) -> Result<Operation, String> {
        let Some(family) = self.text("family")? else {
            return Err(format!("family: which? There are {}", tools::families().join(", ")));
        };
        let members = describe::family(&family)?;
        let action = self.text("action")?.filter(|action| !action.is_empty());
        let action = action.unwrap_or_else(|| usual.to_owned());
        let found = members.iter().find(|o| o.command == action).copied();
        found.ok_or_else(|| {
            let names: Vec<&str> = members.iter().map(|o| o.command).collect();
            format!("action: {family} has no `{action}`; it has {}", names.join(", "))
        })
    }

    /// The request's fields, with those that the path names.
    fn request(&self, operation: &Operation) -> Result<Map<String, Value>, String> {
        let mut fields = self.fields()?;
        let params = operation.path_fields();
        if let Some(name) = fields.keys().find(|name| params.contains(name)) {
            return Err(format!("fields: `{name}` stands in the path: say it as `id` or `within`"));
        }
        let mut given = self.texts("within")?;
        given.extend(self.text("id")?);
        if given.len() != params.len() {
            return Err(format!(
                "{} {} is about {}: `within` and `id` name {}, and {} were given\n{}",
                operation.group.name,
                operation.command,
                if params.is_empty() { "nothing".to_owned() } else { params.join(", ") },
                params.len(),
                given.len(),
                describe::fields(operation)
            ));
        }
        fields.extend(params.into_iter().zip(given.into_iter().map(Value::from)));
        Ok(fields)
    }

    /// Refuses what another tool is for.
    fn may(&self, operation: &Operation, fields: &Map<String, Value>) -> Result<(), String> {
        let effect = Effect::of(operation, |field| fields.contains_key(field));
        let wants = match self.tool.as_str() {
            tools::GET | tools::WAIT | tools::LIST => Effect::Reads,
            tools::DESTROY => Effect::Loses,
            _ => Effect::Changes,
        };
        if effect == wants {
            return Ok(());
        }
        let (does, tool) = match effect {
            Effect::Reads => ("only looks", tools::GET),
            Effect::Changes => ("changes something and loses nothing", tools::CHANGE),
            Effect::Loses => {
                ("takes away what cannot be had again, sent like this", tools::DESTROY)
            }
        };
        let named = format!("{} {}", operation.group.name, operation.command);
        Err(format!("{named} {does}: that is for the tool `{tool}`"))
    }
}

impl Mcp {
    /// Carries out an operation of the API.
    async fn act(
        &self,
        operation: &Operation,
        asked: &Asked,
        waits: bool,
    ) -> Result<String, String> {
        let fields = asked.request(operation)?;
        asked.may(operation, &fields)?;
        let client = self.client()?;
        if !client.is_loopback() && operation.loses(|field| fields.contains_key(field)) {
            return Err(format!(
                "{} is not on this machine: nothing is destroyed there by an agent. `kettle {}` does it",
                client.endpoint(),
                places::path(operation)
            ));
        }
        let timeout = if waits {
            Some(asked.text("timeout")?.unwrap_or_else(|| "5m".to_owned()))
        } else {
            None
        };
        self.act_on(operation, fields, timeout).await
    }

    /// The same by its fields alone; waits so long, where that is wanted.
    async fn act_on(
        &self,
        operation: &Operation,
        fields: Map<String, Value>,
        timeout: Option<String>,
    ) -> Result<String, String> {
        let (mut command, input) = line(operation, fields)?;
        // What is a file is printed as one, and not in base64.
        let is_file = || Kind::of(operation, &operations::all()).file().is_some();
        let format = if operation.is_list() || is_file() { "table" } else { "yaml" };
        command.options.extend(["--output".to_owned(), format.to_owned()]);
        if let Some(timeout) = timeout {
            command.options.extend(["--wait".to_owned(), format!("--timeout={timeout}")]);
        }
        let said = self.run(command.words(), &input).await;
        let said = said.map_err(|text| explained(&run::in_fields(&text, operation), operation))?;
        let parts = [said.out, run::in_fields(&said.notes, operation)];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Ok(if parts.is_empty() { "done".to_owned() } else { parts.join("\n") })
    }
}

/// A command: the words that lead to it, its options, and what stands in its path.
pub(crate) struct Line {
    path: Vec<String>,
    options: Vec<String>,
    params: Vec<String>,
}

impl Line {
    /// What stands in the path comes last, where nothing that begins with a dash is an option.
    pub(crate) fn words(self) -> Vec<String> {
        let end = (!self.params.is_empty()).then(|| "--".to_owned());
        self.path.into_iter().chain(self.options).chain(end).chain(self.params).collect()
    }
}

/// The command line of an operation with these fields, and what it reads on standard input.
pub(crate) fn line(
    operation: &Operation,
    mut fields: Map<String, Value>,
) -> Result<(Line, String), String> {
    let request = operation.request();
    let params = operation.path_fields();
    fields.retain(|_, value| !value.is_null());
    if let Some((way, known)) = schema::unknown(&request, &fields) {
        return Err(format!("there is no field `{way}`; there are {}", known.join(", ")));
    }
    let missing = schema::required(&request).into_iter().filter(|name| !fields.contains_key(*name));
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        return Err(format!("missing: {}\n{}", missing.join(", "), describe::fields(operation)));
    }
    if operation.command == "update" && fields.len() == params.len() {
        return Err(format!("fields: what is to be changed?\n{}", describe::fields(operation)));
    }
    let mut own = Vec::new();
    for param in &params {
        own.extend(fields.shift_remove(param).map(|value| text(&value)));
    }
    for (name, _) in
        schema::fields(&request).filter(|(_, shape)| schema::is_encoded(&request, shape))
    {
        if let Some(Value::String(plain)) = fields.get_mut(name) {
            *plain = STANDARD.encode(plain.as_bytes());
        }
    }
    let mut line = Line {
        path: places::path(operation).split(' ').map(str::to_owned).collect(),
        options: Vec::new(),
        params: own,
    };
    if operation.op.has_body && !fields.is_empty() {
        line.options.extend(["--json".to_owned(), "-".to_owned()]);
        return Ok((line, Value::Object(fields).to_string()));
    }
    for (name, value) in fields {
        let values = match value {
            Value::Array(items) => items,
            one => vec![one],
        };
        // `@` would be a file: what an agent names is sent as it is.
        let written = |value: &Value| match text(value) {
            text if text.len() > 1 && text.starts_with('@') => format!("@{text}"),
            text => text,
        };
        let option = flags::flag(&name);
        line.options.extend(values.iter().map(|value| format!("--{option}={}", written(value))));
    }
    Ok((line, String::new()))
}

async fn list(mcp: &Mcp, asked: &Asked) -> Result<String, String> {
    let operation = asked.operation("list")?;
    let fields = asked.request(&operation)?;
    asked.may(&operation, &fields)?;
    let limit = match asked.arguments.get("limit") {
        None | Some(Value::Null) => USUAL,
        Some(limit) => limit
            .as_u64()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| format!("limit: expected a number from 1 to {MOST}, got {limit}"))?,
    };
    let (mut command, input) = line(&operation, fields)?;
    let filters = asked.texts("filter")?;
    for (option, values) in [
        ("filter", &filters),
        ("columns", &asked.texts("columns")?),
        ("sort", &asked.texts("sort")?),
    ] {
        command.options.extend(values.iter().map(|value| format!("--{option}={value}")));
    }
    // One more than is shown tells whether there are more. A filter is for all of them.
    if filters.is_empty()
        && !command.options.iter().any(|o| o.starts_with("--sort"))
        && operation.is_paged(&operation.request())
    {
        command.options.push(format!("--limit={}", limit + 1));
    }
    let said = mcp.run(command.words(), &input).await;
    let said = said.map_err(|text| explained(&run::in_fields(&text, &operation), &operation))?;
    Ok(cut(&said.out, limit, operation.group.name))
}

/// The first lines below the headings, and a hint where there are more.
fn cut(table: &str, limit: u64, family: &str) -> String {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let lines: Vec<&str> = table.lines().collect();
    match lines.len().saturating_sub(1) {
        0 => format!("{table}\nnone: there is no {family} that fits").trim_start().to_owned(),
        found if found > limit => {
            let shown = lines[..=limit].join("\n");
            format!(
                "{shown}\n... the first {limit}, and there are more: `filter` narrows it down, `limit` shows up to {MOST}"
            )
        }
        _ => table.to_owned(),
    }
}

/// What was said, and of which action.
fn explained(text: &str, operation: &Operation) -> String {
    let text = text.strip_prefix("error: ").unwrap_or(text);
    if text.contains("'--wait'") {
        let named = format!("{} {}", operation.group.name, operation.command);
        return format!("wait: {named} has nothing to wait for: it is done at once");
    }
    match text.contains("kettle serve") || operation.path_fields().is_empty() {
        true => text.to_owned(),
        false => format!("{} {}: {text}", operation.group.name, operation.command),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
