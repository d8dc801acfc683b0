//! What instances and bare metal servers have in common: what is installed on them, their addresses
//! and networks, their power, and the life of their machines.
//!
//! Nothing here may know what only one of the two has; where they differ, they say so through
//! [`Hosted`].

pub(crate) mod addresses;
pub(crate) mod life;
pub(crate) mod networks;
pub(crate) mod options;
pub(crate) mod plans;
pub(crate) mod power;
pub(crate) mod software;
pub(crate) mod view;

pub(crate) use hosts::servers::{Hosted, Ipv4, Ipv6, Locks, PrivateNic, Server, Software};
