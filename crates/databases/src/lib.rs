//! Managed databases: MySQL, PostgreSQL, Valkey and Kafka.

pub mod databases;

pub(crate) use ::network::vpcs;
pub(crate) use plane::*;
