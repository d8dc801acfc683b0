//! Which engines there are.

use api::databases::*;

use crate::{Routes, catalog::Catalog};

pub(super) fn routes() -> Routes {
    Routes::default().fixed(async |cx: crate::Cx, _: ListDatabaseEngines| {
        let versions = versions(cx.catalog());
        Ok(DatabaseEngines { available_services: versions.clone(), databases: vec![versions] })
    })
}

fn versions(catalog: &Catalog) -> EngineVersions {
    let of = |engine: &str| {
        let listed = catalog.database_engines().find(|known| known.id == engine);
        listed.map(|engine| engine.versions.clone()).unwrap_or_default()
    };
    EngineVersions { kafka: of("kafka"), mysql: of("mysql"), pg: of("pg"), valkey: of("valkey") }
}
