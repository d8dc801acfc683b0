//! Managed databases: MySQL, PostgreSQL, Valkey and Kafka.
