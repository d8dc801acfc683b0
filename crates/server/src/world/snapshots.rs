//! Snapshots of all that is stored, and all there is as a file, out and in.

use std::io::{Read, Write};
use std::sync::Arc;

use api::world::snapshots::{
    Became, DeleteWorldSnapshot, DiffWorldSnapshot, ListWorldSnapshots, MEDIA,
    RestoreWorldSnapshot, SaveWorldSnapshot, WorldDifference, WorldFieldDifference, WorldSnapshot,
};
use api::{Page, Time};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use control::{Changed, Control, Error, Refusal, Result, Routes, ensure};
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http_body_util::BodyExt;
use serde_json::Value;
use store::{Image, Saved, Store};

use crate::control_routes::owner;
use crate::{App, reply};

/// How long a file may be that comes in.
const MOST: u64 = 8 << 30;
/// How much of a file is read at once.
const PIECE: usize = 256 << 10;
/// How much of one waits for a client to take it.
const WAITING: usize = 4;
/// What names a thing to people, in this order.
const NAMES: [&str; 5] = ["label", "name", "description", "hostname", "domain"];

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let [list, save, restore, diff, delete] = std::array::from_fn(|_| app.clone());
    Routes::default()
        .on(move |_, _: ListWorldSnapshots| self::list(list.clone()))
        .on(move |_, req: SaveWorldSnapshot| self::save(save.clone(), req))
        .on(move |_, req: RestoreWorldSnapshot| self::restore(restore.clone(), req))
        .on(move |_, req: DiffWorldSnapshot| self::diff(diff.clone(), req))
        .on(move |_, req: DeleteWorldSnapshot| self::delete(delete.clone(), req))
}

fn shown(saved: Saved) -> WorldSnapshot {
    let Saved { name, at, things, bytes } = saved;
    WorldSnapshot { name, date_created: Time::from_millis(at), things, bytes }
}

async fn list(app: Arc<App>) -> Result<Page<WorldSnapshot>> {
    Ok(Page::whole(app.control.store().saved().await?.into_iter().map(shown).collect()))
}

async fn save(app: Arc<App>, req: SaveWorldSnapshot) -> Result<WorldSnapshot> {
    let text = "must be 1 to 64 letters, digits, dots, `-` and `_`, with no dot first";
    ensure(Saved::can_be(&req.name), "name", text)?;
    app.engine.keep_clock().await?;
    let now = app.control.clock().now();
    let saved = app.control.store().save(&req.name, now, req.replace.unwrap_or_default()).await;
    Ok(shown(saved.map_err(refused)?))
}

async fn restore(app: Arc<App>, req: RestoreWorldSnapshot) -> Result<()> {
    let image = named(&app, &req.name).await?;
    put_back(&app, &image).await?;
    tracing::info!(name = req.name, "a snapshot was restored, as its owner asked");
    Ok(())
}

/// Puts back what an image has. What is kept in the store's `world` of how a clock goes and of what is held
/// is to be taken up here as at a start.
async fn put_back(app: &App, image: &Image) -> Result<()> {
    {
        // No step is taken by a clock that is not that of what is put back.
        let _still = app.engine.still().await;
        app.control.restore(image, &app.key).await.map_err(internal)?;
        app.told.forget();
        app.engine.begin_again().await?;
    }
    if let Err(error) = control::kubernetes::open_doors(&app.control).await {
        tracing::warn!(%error, "kubeconfigs lead nowhere until they are asked for again");
    }
    Ok(())
}

async fn delete(app: Arc<App>, req: DeleteWorldSnapshot) -> Result<()> {
    named_well(&req.name)?;
    app.control.store().forget_snapshot(&req.name).await.map_err(refused)
}

async fn diff(app: Arc<App>, req: DiffWorldSnapshot) -> Result<Page<WorldDifference>> {
    let (store, before) = (app.control.store(), named(&app, &req.name).await?);
    let after = match &req.other {
        Some(other) => Some(named(&app, other).await?),
        None => None,
    };
    let differences = store.differences(before.clone(), after.clone()).await?;
    let then = over(&app, &before)?;
    let changed = match after {
        Some(after) => over(&app, &after)?.changed(&then, differences).await?,
        None => app.control.changed(&then, differences).await?,
    };
    Ok(Page::whole(changed.into_iter().map(told).collect()))
}

/// A control plane over what an image has, which can only be asked.
fn over(app: &App, image: &Image) -> Result<Arc<Control>> {
    let control = &app.control;
    let over = Control::new(control::Config {
        clock: control.clock().clone(),
        catalog: control.catalog().clone(),
        behave: control.behave(),
        ..control::config(Store::of(image)?)
    });
    over.told_where(control);
    Ok(over)
}

fn told(changed: Changed) -> WorldDifference {
    let Changed { kind, id, account, before, after } = changed;
    let (kind, id, either) = (kind.to_owned(), id.to_string(), after.as_ref().or(before.as_ref()));
    let text = |name: &&str| either?.get(*name)?.as_str().filter(|text| !text.is_empty());
    let name = NAMES.iter().find_map(text).unwrap_or_default().to_owned();
    let change = match (&before, &after) {
        (None, _) => Became::Added,
        (_, None) => Became::Removed,
        _ => Became::Changed,
    };
    let mut fields = Vec::new();
    if let (Some(before), Some(after)) = (before, after) {
        let mut names: Vec<&String> = after.keys().collect();
        names.extend(before.keys().filter(|name| !after.contains_key(*name)));
        for field in names.into_iter().filter(|name| before.get(*name) != after.get(*name)) {
            let (before, after) = (as_text(before.get(field)), as_text(after.get(field)));
            fields.push(WorldFieldDifference { field: field.clone(), before, after });
        }
    }
    WorldDifference { change, kind, id, name, account, fields }
}

fn as_text(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The snapshot of a name.
async fn named(app: &App, name: &str) -> Result<Arc<Image>> {
    named_well(name)?;
    app.control.store().snapshot(name).await.map_err(refused)
}

/// What cannot be a name is nothing's.
fn named_well(name: &str) -> Result<()> {
    let missing = || refused(store::Error::NoSnapshot(name.to_owned()));
    if Saved::can_be(name) { Ok(()) } else { Err(missing()) }
}

/// What is said of what the store refuses.
fn refused(error: store::Error) -> Error {
    match &error {
        store::Error::NoSnapshot(_) => {
            let help = format!("{error}; `kettle world snapshot list` tells which there are");
            Refusal::not_found("Not found.").help(help).into()
        }
        store::Error::SnapshotExists(_) => {
            let help = format!("name: {error}; say `replace` to have this one in its place");
            Refusal::new(409, "Conflict.").help(help).into()
        }
        store::Error::NotAnImage(_) => Refusal::bad("Bad request.").help(error.to_string()).into(),
        store::Error::Newer { .. } => {
            let help = format!(
                "{error}: this is Kettle {}; the release that wrote it reads it, or a later one",
                env!("CARGO_PKG_VERSION")
            );
            Refusal::bad("Bad request.").help(help).into()
        }
        _ => error.into(),
    }
}

/// The same for what the control plane hands on of it.
fn internal(error: Error) -> Error {
    match error {
        Error::Internal(cause) => match cause.downcast::<store::Error>() {
            Ok(error) => refused(*error),
            Err(cause) => Error::Internal(cause),
        },
        other => other,
    }
}

/// `GET /_kettle/world/export`: all there is, as one file.
pub(crate) async fn export(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = owner(&app, &parts).await {
        return refusal;
    }
    match sent(&app).await {
        Ok(response) => response,
        Err(error) => failed(&app, "export-world", error),
    }
}

async fn sent(app: &App) -> Result<Response> {
    app.engine.keep_clock().await?;
    let image = app.control.store().image(app.control.clock().now()).await?;
    let len = image.size()?;
    let (send, pieces) = tokio::sync::mpsc::channel::<std::io::Result<Bytes>>(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut left = match image.read() {
            Ok(left) => left,
            Err(error) => return drop(send.blocking_send(Err(std::io::Error::other(error)))),
        };
        loop {
            let mut piece = vec![0; PIECE];
            let read = left.read(&mut piece).map(|read| {
                piece.truncate(read);
                Bytes::from(piece)
            });
            let is_last = read.as_ref().map_or(true, Bytes::is_empty);
            // That there is no more is no piece; that it cannot be read is one.
            let is_end = is_last && read.is_ok();
            if is_end || send.blocking_send(read).is_err() || is_last {
                return;
            }
        }
    });
    let pieces = futures_util::stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let mut response = reply::plain(200, MEDIA, Bytes::new());
    *response.body_mut() = Body::from_stream(pieces);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
    let name = HeaderValue::from_static("attachment; filename=\"world.kettle\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `POST /_kettle/world/import`: such a file, in place of all there is.
pub(crate) async fn import(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(refusal) = owner(&app, &parts).await {
        return refusal;
    }
    match received(&app, body).await {
        Ok(()) => reply::success(204, Bytes::new()),
        Err(error) => failed(&app, "import-world", error),
    }
}

async fn received(app: &App, mut body: Body) -> Result<()> {
    let store = app.control.store();
    let (mut incoming, mut len) = (store.incoming()?, 0);
    loop {
        let frame = tokio::time::timeout(app.limits.body, body.frame()).await;
        let Ok(frame) = frame else {
            let help = "nothing more of the body came in time, so nothing was done";
            return Err(Refusal::new(408, "Request timeout.").help(help).into());
        };
        let Some(frame) = frame else { break };
        let broken = |_| Refusal::bad("Bad request.").help("the body broke off; nothing was done");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        len += data.len() as u64;
        let help = format!("an exported world has at most {MOST} bytes");
        Refusal::new(413, "Request entity too large.").help(help).unless(len <= MOST)?;
        incoming.write_all(&data).map_err(|error| {
            tracing::warn!(%error, "what was to be imported could not be kept");
            let help = format!("there is no room for what was sent ({error}); nothing was done");
            Error::from(Refusal::new(507, "Insufficient storage.").help(help))
        })?;
    }
    let image = store.received(incoming).await.map_err(refused)?;
    put_back(app, &image).await?;
    tracing::info!("a world was imported in place of all there was, as its owner asked");
    Ok(())
}

fn failed(app: &App, op: &'static str, error: Error) -> Response {
    reply::error(&control::failure(op, error, app.control.behave().is_helpful()))
}
