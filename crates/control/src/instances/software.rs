//! What can be installed on an instance, and whether its plan has room for it.
//!
//! Only reads: the catalogue, and the images that the request names.

use api::id::{IsoId, SnapshotId};
use api::instances::{CreateInstance, UpdateInstance};
use uuid::Uuid;

use super::Software;
use crate::catalog::{
    ApplicationType, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT, Plan, StorageType, System,
};
use crate::snapshots::{Snapshot, check_fits};
use crate::{Cx, Error, Refusal, Result, Tx, isos};

/// How the real API's refusals of a create begin.
pub(super) const ADD_FAILED: &str = "Server add failed: ";

/// What a request names to be installed; 0 and the empty word name nothing.
#[derive(Default)]
struct Named<'a> {
    os: Option<i64>,
    app: Option<i64>,
    image: Option<&'a str>,
    snapshot: Option<SnapshotId>,
    iso: Option<IsoId>,
    ipxe: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn new(os: Option<u32>, app: Option<u32>, image: Option<&'a str>) -> Self {
        let number = |id: Option<u32>| id.filter(|id| *id != 0).map(i64::from);
        Self { os: number(os), app: number(app), image: text(image), ..Self::default() }
    }

    /// Leaves out the system where it only says that something else is installed.
    fn without_stand_in(mut self) -> Self {
        let stands_in = match self.os {
            Some(OS_CUSTOM) => self.iso.is_some() || self.ipxe.is_some(),
            Some(OS_SNAPSHOT) => self.snapshot.is_some(),
            Some(OS_APPLICATION) => self.app.is_some() || self.image.is_some(),
            _ => false,
        };
        if stands_in {
            self.os = None;
        }
        self
    }

    fn fields(&self) -> Vec<&'static str> {
        let fields = [
            (self.os.is_some(), "os_id"),
            (self.app.is_some(), "app_id"),
            (self.image.is_some(), "image_id"),
            (self.snapshot.is_some(), "snapshot_id"),
            (self.iso.is_some(), "iso_id"),
            (self.ipxe.is_some(), "ipxe_chain_url"),
        ];
        fields.into_iter().filter(|(is_named, _)| *is_named).map(|(_, field)| field).collect()
    }
}

fn text(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// What a new instance starts with: exactly one thing.
///
/// # Errors
/// 400 for none, for several, for one that is not there, and for a plan that is too small.
pub(super) async fn of_new(
    cx: &Cx,
    tx: &mut Tx,
    req: &CreateInstance,
    plan: &Plan,
) -> Result<Software> {
    let named = Named {
        snapshot: req.snapshot_id.and_then(|id| id.get()),
        iso: req.iso_id.and_then(|id| id.get()),
        ipxe: text(req.ipxe_chain_url.as_deref()),
        ..Named::new(req.os_id, req.app_id, req.image_id.as_deref())
    };
    let named = named.without_stand_in();
    match *named.fields() {
        [] => {
            let help = "give one of os_id, app_id, image_id, snapshot_id, iso_id, ipxe_chain_url";
            Err(Refusal::bad("Bad request.").help(help).into())
        }
        [_] => chosen(cx, tx, &named, plan, ADD_FAILED).await,
        [..] => Err(several(&named).into()),
    }
}

/// What is to be installed instead, if anything else is named.
///
/// # Errors
/// As [`of_new`].
pub(super) async fn of_change(
    cx: &Cx,
    tx: &mut Tx,
    req: &UpdateInstance,
    plan: &Plan,
) -> Result<Option<Software>> {
    let named = Named::new(req.os_id, req.app_id, req.image_id.as_deref()).without_stand_in();
    match *named.fields() {
        [] => Ok(None),
        [_] => chosen(cx, tx, &named, plan, "").await.map(Some),
        [..] => Err(several(&named).into()),
    }
}

fn several(named: &Named<'_>) -> Refusal {
    let help = format!("only one of these can be installed: {}", named.fields().join(", "));
    Refusal::bad("Bad request.").help(help)
}

async fn chosen(
    cx: &Cx,
    tx: &mut Tx,
    named: &Named<'_>,
    plan: &Plan,
    prefix: &str,
) -> Result<Software> {
    if let Some(id) = named.os {
        return system(cx, id, plan, prefix);
    }
    if let Some(id) = named.app {
        return one_click(cx, id);
    }
    if let Some(image) = named.image {
        return marketplace(cx, image);
    }
    if let Some(id) = named.snapshot {
        return resolve_snapshot(tx, id, plan).await;
    }
    if let Some(id) = named.iso {
        return resolve_iso(cx, tx, id).await.map(Software::Iso);
    }
    ipxe(named.ipxe.unwrap_or_default())
}

fn system(cx: &Cx, id: i64, plan: &Plan, prefix: &str) -> Result<Software> {
    let refuse = |help: &str| Refusal::bad("Invalid OS.").help(format!("os_id: {help}"));
    let field = match id {
        OS_CUSTOM => return Ok(Software::Nothing),
        OS_SNAPSHOT => "snapshot_id",
        OS_APPLICATION => "app_id or image_id",
        OS_BACKUP => "the instance's own restore",
        _ => {
            let found = cx.catalog().system(id);
            let unknown = || refuse(&format!("{id} is no operating system; see /v2/os"));
            check_room(found.ok_or_else(unknown)?, plan, prefix)?;
            return Ok(Software::Os(id));
        }
    };
    Err(refuse(&format!("{id} is no system by itself; use {field}")).into())
}

/// Refuses a plan that is too small for a system.
fn check_room(system: &System, plan: &Plan, prefix: &str) -> Result<()> {
    if system.fits(plan) {
        return Ok(());
    }
    let (name, min_ram) = (&system.name, system.min_ram_mb.unwrap_or_default());
    let need = match plan.ram < min_ram {
        true => format!("{min_ram} MB memory"),
        false => format!("{} GB disk", system.min_disk_gb.unwrap_or_default()),
    };
    let said = format!("{prefix}{name} requires a plan with at least {need}.");
    let has = format!("plan: `{}` has {} MB and {} GB", plan.id, plan.ram, plan.disk_total());
    Err(Refusal::bad(said).help(has).into())
}

/// Whether what an instance has would still fit: a system only, the rest has no limits.
pub(super) fn check_kept(cx: &Cx, software: &Software, plan: &Plan) -> Result<()> {
    match software {
        Software::Os(id) => match cx.catalog().system(*id) {
            Some(system) => check_room(system, plan, ""),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn one_click(cx: &Cx, id: i64) -> Result<Software> {
    let refuse = |help: String| Refusal::bad("Invalid application.").help(help);
    match cx.catalog().application(id) {
        Some(app) if app.kind == ApplicationType::OneClick => Ok(Software::App(id)),
        Some(app) => {
            let help = format!("app_id: {id} is deployed as image_id `{}`", app.image_id);
            Err(refuse(help).into())
        }
        None => Err(refuse(format!("app_id: {id} is no application; see /v2/applications")).into()),
    }
}

fn marketplace(cx: &Cx, image: &str) -> Result<Software> {
    if cx.catalog().application_by_image(image).is_some() {
        return Ok(Software::Image(image.to_owned()));
    }
    let meant = cx.catalog().nearest_image(image);
    let meant = meant.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
    let help = format!("image_id: `{image}` is no marketplace application{meant}");
    Err(Refusal::bad("Invalid application.").help(help).into())
}

fn ipxe(url: &str) -> Result<Software> {
    let is_address = ["http://", "https://"].iter().any(|scheme| {
        url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
    });
    if is_address && !url.contains(char::is_whitespace) {
        return Ok(Software::Ipxe(url.to_owned()));
    }
    let help = format!("`{url}` is no address such as https://boot.example.com/script.ipxe");
    Err(Refusal::field("ipxe_chain_url", help).into())
}

/// The snapshot that a new instance starts with: complete, and not larger than the plan's disk.
async fn resolve_snapshot(tx: &mut Tx, id: SnapshotId, plan: &Plan) -> Result<Software> {
    let snapshot = tx.named::<Snapshot>("snapshot_id", id).await.map_err(add_failed)?;
    if !snapshot.seen.as_ref().is_some_and(|image| image.ready) {
        let said = format!("{ADD_FAILED}Snapshot cannot be used at this time");
        return Err(Refusal::bad(said).help("wait until it is complete").into());
    }
    // Where the disk is a volume, its size is chosen with the instance.
    if plan.storage_type != StorageType::BlockStorage {
        check_fits("snapshot_id", snapshot.disk_gb, plan.disk_total())?;
    }
    Ok(Software::Snapshot(snapshot.id(), snapshot.os_id.into()))
}

/// The image that a new instance boots from: a public one, or a complete one of the caller's.
async fn resolve_iso(cx: &Cx, tx: &mut Tx, id: IsoId) -> Result<Uuid> {
    isos::usable(cx, tx, "iso_id", id).await.map_err(add_failed)?;
    Ok(id.into())
}

/// Puts the real API's words for a new instance before a refusal's own.
pub(super) fn add_failed(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.said != "Bad request." => {
            let said = format!("{ADD_FAILED}{}", refusal.said).into();
            Refusal { said, ..refusal }.into()
        }
        other => other,
    }
}
