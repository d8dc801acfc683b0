//! What agents rely on.
