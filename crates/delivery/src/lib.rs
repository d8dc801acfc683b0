//! What delivers: container registries, CDNs, inference.
