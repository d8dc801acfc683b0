//! Which handler carries out which call of the table in [`api::v1`].
//!
//! Every area lists its own beside them; here they come together. Handlers are given the call as it
//! is typed and must not look at a request themselves.

use std::pin::Pin;

use api::v1::Held;

use crate::cx::Cx;
use crate::error::Result;
use crate::reply::Reply;
use crate::*;

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Reply>> + Send>>;

/// How a call is carried out.
pub(crate) struct Handler {
    pub(crate) path: &'static str,
    pub(crate) run: fn(Cx, Vec<Option<Held>>) -> Answer,
}

/// Lists an area's calls, each with a future of its answer, made from `cx` and `call`.
macro_rules! handlers {
    ($cx:ident, $call:ident: $($name:ident => $answer:expr;)*) => {
        pub(crate) const HANDLERS: &[$crate::calls::Handler] = &[$($crate::calls::Handler {
            path: <api::v1::$name as api::v1::Call>::ENTRY.path,
            run: |cx, held| Box::pin(async move {
                #[allow(unused_variables, reason = "some calls have no parameters")]
                let ($cx, $call) = (&cx, <api::v1::$name as api::v1::Call>::of(held));
                let answer: $crate::error::Result<_> = $answer.await;
                Ok(answer?.into())
            }),
        }),*];
    };
}
pub(crate) use handlers;

const AREAS: [&[Handler]; 20] = [
    account::HANDLERS,
    app::HANDLERS,
    backup::HANDLERS,
    baremetal::HANDLERS,
    block::HANDLERS,
    dns::HANDLERS,
    firewall::HANDLERS,
    iso::HANDLERS,
    loadbalancer::HANDLERS,
    network::HANDLERS,
    objectstorage::HANDLERS,
    os::HANDLERS,
    plans::HANDLERS,
    regions::HANDLERS,
    reservedip::HANDLERS,
    server::HANDLERS,
    snapshot::HANDLERS,
    sshkey::HANDLERS,
    startupscript::HANDLERS,
    user::HANDLERS,
];

/// How the call at this path is carried out.
pub(crate) fn handler(path: &str) -> Option<&'static Handler> {
    AREAS.into_iter().flatten().find(|handler| handler.path == path)
}

#[cfg(test)]
mod tests {
    use api::v1::CALLS;

    use super::*;

    #[test]
    fn every_call_is_carried_out_by_one_handler() {
        assert!(CALLS.iter().all(|call| handler(call.path).is_some()));
        assert_eq!(AREAS.into_iter().flatten().count(), CALLS.len());
    }
}
