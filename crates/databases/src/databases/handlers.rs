//! What is asked of databases as a whole, and of their plans.

use api::Page;
use api::databases::{self as wire, *};

use super::certificates::Certified;
use super::{
    Contents, DATABASES_MAX, DBNAME, Database, Db, REPLICAS_MAX, USER, User, VALKEY_USER,
    following, wish, word,
};
use crate::secret::random_text;
use crate::vpcs::guests;
use crate::{Cx, Doc, Refusal, Result, Routes, Shown, Tx, catalog};

pub(super) fn routes() -> Routes {
    Routes::of::<Database>()
        .on(list)
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetDatabase>()
        .on(update)
        .delete_with::<DeleteDatabase>(|tx, database| Box::pin(before_it_goes(tx, database)))
        .read(usage)
        .fixed(plans)
        .done()
}

/// Terraform reads one page of it: it is always whole.
async fn list(cx: Cx, req: ListDatabases) -> Result<Page<wire::Database>> {
    let mut docs = cx.all::<Database>(Default::default(), DATABASES_MAX).await?;
    let is = |asked: &Option<String>, text: &str| asked.as_ref().is_none_or(|asked| asked == text);
    let region = req.region.map(|region| region.to_lowercase());
    docs.retain(|doc| {
        is(&req.label, &doc.label) && is(&req.tag, &doc.tag) && is(&region, &doc.region)
    });
    let with = Database::with(&cx, &docs).await?;
    Ok(Page::whole(docs.iter().map(|doc| Database::view(doc, &with, &cx)).collect()))
}

async fn create(tx: &mut Tx, req: CreateDatabase) -> Result<Doc<Database>> {
    let cx = tx.cx().clone();
    let region = cx.region("region", &req.region)?.id.clone();
    wish::check_version(&cx, req.database_engine, &req.database_engine_version)?;
    let mut database = Database {
        engine: req.database_engine,
        version: req.database_engine_version.clone(),
        region,
        label: req.label.clone(),
        holds: first_contents(req.database_engine),
        ..Database::new(cx.now())
    };
    wish::choose_plan(&cx, &mut database, &req.plan)?;
    let database = tx.new_doc(database);
    made(tx, database, wish::at_creation(&req)).await
}

/// A new database, as more is wished of it: one of no more than an account can have.
pub(super) async fn made(
    tx: &mut Tx,
    mut database: Doc<Database>,
    wish: UpdateDatabase,
) -> Result<Doc<Database>> {
    let help = format!("you have {DATABASES_MAX} databases, the most that there can be");
    let full = Refusal::bad("Bad request.").help(help);
    full.unless(tx.count_all::<Database>().await? < DATABASES_MAX as u64)?;
    wish::apply(tx, &mut database, wish).await?;
    let now = tx.cx().now();
    // One for all of an account, which is what the real API tells of them.
    let (first, _) = tx.some::<Database>(("", String::new()), 1).await?;
    database.authority = match first.into_iter().next() {
        Some(first) => first.want.authority,
        None => Certified::authority(now)?,
    };
    if database.engine == DatabaseEngine::Kafka {
        database.holds.users[0].identity = database.authority.client(USER, now)?;
    }
    database.want.remember(now);
    Ok(database)
}

/// What is in a database that nobody has used.
fn first_contents(engine: DatabaseEngine) -> Contents {
    let name = if word(engine) == word(DatabaseEngine::Valkey) { VALKEY_USER } else { USER };
    let permission = DatabasePermission::Admin;
    let user = User { name: name.into(), password: new_password(), permission, ..User::default() };
    let has_dbs = matches!(engine, DatabaseEngine::Mysql | DatabaseEngine::Pg);
    let dbs = has_dbs.then(|| Db { name: DBNAME.into() });
    Contents { users: vec![user], dbs: dbs.into_iter().collect(), ..Contents::default() }
}

/// A password that nobody can guess.
pub(super) fn new_password() -> api::Secret {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    random_text(letters, 24).into()
}

async fn update(cx: Cx, req: UpdateDatabase) -> Result<wire::Database> {
    let mut tx = cx.begin();
    let mut database = tx.get::<Database>(req.database_id).await?;
    wish::apply(&mut tx, &mut database, req).await?;
    tx.save(&database).await?;
    Database::show(&cx, database).await
}

/// Replicas that nobody asked to delete are not deleted, nor left without a source.
async fn before_it_goes(tx: &mut Tx, database: &mut Doc<Database>) -> Result<()> {
    let replicas = tx.all::<Database>(following(database.id()), REPLICAS_MAX).await?;
    let names: Vec<_> = replicas.iter().map(|replica| replica.id().to_string()).collect();
    let help = format!("delete or promote them first: {}", names.join(", "));
    Refusal::bad("This database has read replicas.").help(help).unless(names.is_empty())?;
    guests::moves(tx, wish::guest(database.id()), database.network, None).await
}

async fn plans(cx: Cx, req: ListDatabasePlans) -> Result<Page<DatabasePlan>> {
    let engine = req.engine.map(word);
    let region = req.region.map(|region| region.to_lowercase());
    let all = cx.catalog().database_plans().filter(|plan| {
        engine.is_none_or(|engine| plan.runs(engine))
            && req.nodes.is_none_or(|nodes| nodes == plan.number_of_nodes())
            && region.as_ref().is_none_or(|region| plan.sold_in(region))
    });
    Ok(Page::whole(all.map(|plan| plan_view(plan, cx.catalog())).collect()))
}

fn plan_view(plan: catalog::DatabasePlan<'_>, catalog: &catalog::Catalog) -> DatabasePlan {
    let supported_engines = SupportedEngines {
        mysql: plan.runs("mysql"),
        pg: plan.runs("pg"),
        valkey: plan.runs("valkey"),
        kafka: plan.runs("kafka"),
    };
    let most = ["mysql", "pg"].map(|engine| plan.max_connections(engine));
    let [mysql, pg] = most;
    DatabasePlan {
        id: plan.id(),
        number_of_nodes: plan.number_of_nodes(),
        kind: plan.size.kind.clone(),
        vcpu_count: plan.size.vcpu_count,
        ram: plan.size.ram,
        disk: Some(plan.size.disk).filter(|_| !supported_engines.valkey),
        monthly_cost: plan.monthly_cost,
        max_connections: (mysql.is_some() || pg.is_some()).then_some(MaxConnections { mysql, pg }),
        supported_engines,
        locations: catalog.database_locations(plan).map(|region| region.id.clone()).collect(),
    }
}

/// What an engine takes that nobody uses: there is nobody here who could use it.
fn usage(cx: &Cx, database: Doc<Database>, _: GetDatabaseUsage) -> Result<DatabaseUsage> {
    let plan = database.size(cx.catalog());
    let max_gb = plan.filter(|_| !database.is_valkey()).map_or(0, |plan| plan.size.disk);
    let max_mb = plan.map_or(0, |plan| plan.size.ram);
    let current_gb = if max_gb > 0 { 0.25 + 0.01 * count(database.holds.dbs.len()) } else { 0.0 };
    let current_mb = f64::from(max_mb) / 4.0;
    let percent = |part: f64, of: u32| match of {
        0 => 0.0,
        of => (part / f64::from(of) * 10_000.0).round() / 100.0,
    };
    Ok(DatabaseUsage {
        disk: DiskUsage { current_gb, max_gb, percentage: percent(current_gb, max_gb) },
        memory: MemoryUsage { current_mb, max_mb, percentage: percent(current_mb, max_mb) },
        cpu: CpuUsage { percentage: 1.0 },
    })
}

fn count(parts: usize) -> f64 {
    u32::try_from(parts).map_or(0.0, f64::from)
}
