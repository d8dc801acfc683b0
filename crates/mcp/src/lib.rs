//! Kettle for coding agents: the Model Context Protocol over standard input and output.
//!
//! A few tools, each for all families, which are arguments of theirs: hundreds of tools would leave an agent no
//! room to think. What a family has and what it takes is told by `describe`, drawn from the definition in `api`;
//! what is Kettle's own has a tool a group. A call becomes a command of the command line (`run`), whose names
//! instead of ids, columns, waits and words are those of people, too.
//!
//! It knows no family, and never destroys anything that is not on this machine.

mod ask;
mod describe;
mod resources;
mod run;
#[cfg(test)]
mod tests;
mod tools;

use std::collections::BTreeMap;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use sdk::Client;

/// What every agent is told first.
const INSTRUCTIONS: &str = "\
Tools for the Vultr API. `describe` without arguments lists the families; with a family, its actions; with an action, \
its fields. Read that before you create or change something of a family for the first time. Things are named by their \
id or label, regions and plans by their id. `create` and `change` with wait=true come back when the thing is ready. \
The world tools are of Kettle's own, for tests: a reset, snapshots, the clock, faults. \
The resource kettle://world tells what there is.";

/// How an agent is served.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The words before each command that say where it goes: `--profile lab`. None: as the environment says.
    pub globals: Vec<String>,
    /// Variables in the place of the process's own.
    pub variables: BTreeMap<String, String>,
    /// Whether an endpoint may be elsewhere than on this machine.
    pub allow_remote: bool,
}

/// Serves one agent.
#[derive(Clone)]
pub struct Mcp {
    config: Arc<Config>,
    /// The client, instead of the one that the configuration leads to.
    client: Option<Client>,
}

impl Mcp {
    /// One that goes where `config` says, which is looked at anew for each call: a server may start later.
    pub fn new(config: Config) -> Self {
        Self { config: Arc::new(config), client: None }
    }

    /// One whose calls go by this client.
    pub fn with_client(client: Client, config: Config) -> Self {
        Self { config: Arc::new(config), client: Some(client) }
    }

    /// Speaks with the agent at the process's standard input and output, until that has gone.
    ///
    /// # Errors
    /// When what comes is not the protocol.
    pub async fn serve(self) -> Result<(), String> {
        let streams = (tokio::io::stdin(), tokio::io::stdout());
        let running = ServiceExt::serve(self, streams).await.map_err(|error| error.to_string())?;
        running.waiting().await.map(drop).map_err(|error| error.to_string())
    }

    /// Does something in a thread of its own: what people's commands do is not `Send`.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let (own, handle) = (self.clone(), tokio::runtime::Handle::current());
        let done = tokio::task::spawn_blocking(move || handle.block_on(work(&own)));
        done.await.map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }
}

impl ServerHandler for Mcp {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        let version = Implementation::new("kettle", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(capabilities).with_server_info(version).with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        // Where nobody can be reached yet, it is most likely going to be on this machine.
        let is_here = self.client().map_or(true, |client| client.is_loopback());
        Ok(ListToolsResult::with_all_items(tools::all(is_here)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let said = self.apart(async move |own| ask::call(own, request).await).await?;
        // A refusal is for the agent, who can do better; an error of the protocol would not be shown to it.
        Ok(match said {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            Err(text) => CallToolResult::error(vec![ContentBlock::text(text)]),
        }
        .into())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.clone();
        let read = self.apart(async move |own| resources::read(own, &request.uri).await).await?;
        let text = read.ok_or_else(|| {
            ErrorData::resource_not_found(
                format!("there is no {uri}; there are {}", resources::names()),
                None,
            )
        })?;
        let text = text.map_err(|text| ErrorData::internal_error(text, None))?;
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri)]).into())
    }
}
