//! Stands in for `offline` where there are no network namespaces: refuses, rather than to promise
//! what does not hold.

use std::ffi::OsString;
use std::net::TcpListener;

use tokio::sync::mpsc;

use crate::Error;

/// Nothing to report to.
pub(crate) struct Gate;

/// What never listens here.
#[allow(dead_code, reason = "what the real one has")]
pub(crate) struct Doors {
    pub(crate) proxy: TcpListener,
    pub(crate) server: TcpListener,
    pub(crate) host: Option<TcpListener>,
}

/// What is never reported here.
#[allow(dead_code, reason = "what the real one reports")]
pub(crate) enum Report {
    Ready(Box<Doors>),
    Failed(Error),
}

impl Gate {
    pub(crate) fn open() -> Result<Self, Error> {
        let why = "only Linux gives a program a network of its own";
        Err(Error::Offline(why.to_owned()))
    }

    pub(crate) fn command(
        &self,
        _: &[OsString],
        _: [u16; 2],
        _: &str,
        _: &[OsString],
    ) -> Vec<OsString> {
        Vec::new()
    }

    pub(crate) fn reports(self, _: String) -> Result<mpsc::Receiver<Report>, Error> {
        Ok(mpsc::channel(1).1)
    }
}

/// Is never started here.
pub fn inside(_: impl Iterator<Item = OsString>) -> u8 {
    Error::NOT_RUN
}
