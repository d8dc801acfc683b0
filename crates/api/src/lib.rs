//! Every operation of the API, defined once: types only, no I/O.
//!
//! An operation is a plain struct with `#[endpoint(...)]`. From it come the server's route and
//! decoder, the SDK's call, the command line's command and the entry in the OpenAPI document.

extern crate self as api;

pub mod access;
pub mod encoded;
pub mod error;
pub mod form;
pub mod id;
pub mod known;
pub mod mask;
pub mod money;
pub mod openapi;
pub mod operation;
pub mod page;
pub mod secret;
#[cfg(test)]
mod tests;
pub mod time;
pub mod v1;
pub mod values;
pub mod wire;

pub use access::Access;
pub(crate) use api_macros::{endpoint, part, view, words};
pub use error::ApiError;
pub use http::Method;
pub use money::Money;
pub use operation::{Operation, operations};
pub use page::{Links, Listing, Meta, Page};
pub use secret::Secret;
pub use time::Time;
pub use values::{Open, OrEmpty};
pub use wire::Wire;

use serde::{Serialize, de::DeserializeOwned};

/// One operation: its request is `Self`, its answer `Self::Response`.
pub trait Endpoint: Wire + Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What a success carries.
    type Response: Wire + Serialize + DeserializeOwned + Send + 'static;
    /// What HTTP needs to know.
    const OP: Op;
    /// What stands in the path, in its order: ids, names and numbers as text.
    fn path(&self) -> Vec<String>;
    /// The request's fields as JSON.
    fn to_fields(&self) -> wire::Map {
        match wire::to_value(self) {
            serde_json::Value::Object(fields) => fields,
            _ => unreachable!("a request is a struct"),
        }
    }
    /// The answer as bytes, in the operation's envelope; nothing where it has no body.
    fn encode_response(response: &Self::Response) -> Vec<u8>;
    /// The answer from its bytes.
    ///
    /// # Errors
    /// When the body is not what the operation answers.
    fn decode_response(body: &[u8]) -> Result<Self::Response, wire::Unreadable>;
}

/// What HTTP needs to know about an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// `attach-block`: unique, stable, used in the log and as OpenAPI's `operationId`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, `/v2/blocks/{block-id}/attach`.
    pub path: &'static str,
    /// Whether fields that are not in the path travel in a JSON body; else in the query.
    pub has_body: bool,
    /// The status of a success.
    pub status: u16,
    /// How the answer lies in JSON.
    pub shape: Shape,
    /// A second key that the response lies under, for clients that read that one.
    pub also: Option<&'static str>,
    /// Who may call it.
    pub access: Access,
    /// Whether doing it twice is not the same as doing it once, though its method says so.
    pub once: bool,
    /// Whether it takes away what cannot be had again.
    pub loss: Loss,
}

/// Whether an operation takes away what cannot be had again: a thing, or what is on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It does not.
    Never,
    /// It does.
    Always,
    /// It does where one of these fields is sent.
    With(&'static [&'static str]),
}

/// How a response lies in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No body.
    Empty,
    /// The response itself.
    Bare,
    /// `{"KEY": response}`.
    Key(&'static str),
    /// `{"KEY": [item, ...], "meta": {...}}`.
    List(&'static str),
    /// No JSON: the response is a text, of this media type.
    Text(&'static str),
}

impl Op {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        self.method == Method::GET && !self.once
    }
    /// Whether doing it twice comes to the same as doing it once: it may be sent again where nobody knows
    /// whether it arrived.
    pub fn is_idempotent(&self) -> bool {
        is_idempotent(&self.method) && !self.once
    }
    /// The names in the path template, as they stand there.
    pub fn path_params(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|(name, _)| name)
    }
}

/// Whether a method is one of which doing it twice comes to the same as doing it once.
pub fn is_idempotent(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::PUT | Method::DELETE | Method::HEAD)
}

/// Commands that belong together: one noun of the command line, one tag of the OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The noun, in the singular: `block`.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
}

/// Is shown every operation with its type, as tests need it; all else reads [`operations`].
pub trait Visitor {
    /// `command` is the verb on the command line: `attach`.
    fn operation<E: Endpoint>(&mut self, group: &Group, command: &'static str);
}

/// Lists a family's operations by group, each with its command, and defines them by what `#[endpoint]`
/// is told and by fields that their path does not say. Those that share fields with others stand in the
/// family, and here by their name alone.
macro_rules! operations {
    (@define $(#[$doc:meta])+ $op:ident ($($spec:tt)*) $({ $($field:tt)* })?) => {
        $(#[$doc])+
        #[$crate::endpoint($($spec)*)]
        pub struct $op { $($($field)*)? }
    };
    (@define $op:ident) => {};
    ($($group:literal: $about:literal {
        $($(#[$doc:meta])* $command:literal => $op:ident $(($($spec:tt)*) $({ $($field:tt)* })?)?,)*
    })*) => {
        $($(operations!(@define $(#[$doc])* $op $(($($spec)*) $({ $($field)* })?)?);)*)*

        /// The family's operations.
        pub static OPERATIONS: &[$crate::Operation] = &[$($(
            $crate::Operation::of::<$op>(
                $crate::Group { name: $group, about: $about },
                $command,
            ),
        )*)*];

        /// Shows every operation of the family to `visitor`.
        pub fn visit(visitor: &mut impl $crate::Visitor) {
            $(
                let group = $crate::Group { name: $group, about: $about };
                $(visitor.operation::<$op>(&group, $command);)*
            )*
        }
    };
}

/// Structs that have these fields in common, each behind its own.
macro_rules! sharing {
    ($shared:tt $($(#[$($attribute:tt)*])* pub struct $name:ident $own:tt)*) => {
        $(sharing! { @one [$(#[$($attribute)*])*] $name $own $shared })*
    };
    (@one [$($attribute:tt)*] $name:ident { $($own:tt)* } { $($shared:tt)* }) => {
        $($attribute)*
        pub struct $name {
            $($own)*
            $($shared)*
        }
    };
}

/// The families: each is a module of that name here and in `control`.
macro_rules! families {
    ($($family:ident,)*) => {
        /// The names of the families, in the order of the command line's help.
        pub const FAMILIES: &[&str] = &[$(stringify!($family)),*];

        /// The operations of each family.
        static OPERATIONS: &[&[Operation]] = &[$($family::OPERATIONS),*];

        /// Shows every operation of every family to `visitor`.
        pub fn visit(visitor: &mut impl Visitor) {
            $($family::visit(visitor);)*
        }
    };
}

pub mod account;
pub mod api_keys;
pub mod applications;
pub mod backups;
pub mod bare_metals;
pub mod billing;
pub mod blocks;
pub mod cdns;
pub mod databases;
pub mod domains;
pub mod firewalls;
pub mod inference;
pub mod instance_templates;
pub mod instances;
pub mod isos;
pub mod kubernetes;
pub mod load_balancers;
pub mod logs;
pub mod marketplace;
pub mod object_storages;
pub mod os;
pub mod plans;
pub mod private_networks;
pub mod regions;
pub mod registries;
pub mod reserved_ips;
pub mod snapshots;
pub mod ssh_keys;
pub mod startup_scripts;
pub mod storage_gateways;
pub mod subaccounts;
pub mod users;
pub mod vfs;
pub mod vpc2;
pub mod vpcs;
pub mod world;

families! {
    account,
    api_keys,
    applications,
    backups,
    bare_metals,
    billing,
    blocks,
    databases,
    cdns,
    domains,
    firewalls,
    inference,
    instance_templates,
    instances,
    isos,
    kubernetes,
    load_balancers,
    marketplace,
    logs,
    object_storages,
    os,
    plans,
    private_networks,
    regions,
    registries,
    reserved_ips,
    snapshots,
    ssh_keys,
    startup_scripts,
    storage_gateways,
    subaccounts,
    users,
    vfs,
    vpc2,
    vpcs,
}
