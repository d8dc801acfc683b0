//! What can be installed on a server, and whether its plan has room for it.
//!
//! Only reads: the catalogue, and the images that the request names.

use api::id::{IsoId, SnapshotId};
use uuid::Uuid;

use super::Software;
use super::life::check_can_be;
use super::plans::NEWER;
use crate::catalog::{
    ApplicationType, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT, Room, System,
};
use crate::copies::check_fits;
use crate::snapshots::Snapshot;
use crate::{Cx, Error, Refusal, Result, Tx, isos};

/// How the real API's refusals of a create begin.
pub(crate) const ADD_FAILED: &str = "Server add failed: ";

/// What a request names to be installed; 0 and the empty word name nothing.
#[derive(Debug, Default)]
pub(crate) struct Named<'a> {
    pub(crate) os: Option<u32>,
    pub(crate) app: Option<u32>,
    pub(crate) image: Option<&'a str>,
    pub(crate) snapshot: Option<SnapshotId>,
    pub(crate) iso: Option<IsoId>,
    pub(crate) ipxe: Option<&'a str>,
    /// Whether something that no field here names starts a custom system: a PXE script, or what
    /// the server has already.
    pub(crate) starts_by_itself: bool,
}

/// What is chosen of [`Named`]: exactly one thing.
enum Choice<'a> {
    Os(i64),
    App(i64),
    Image(&'a str),
    Snapshot(SnapshotId),
    Iso(IsoId),
    Ipxe(&'a str),
}

impl<'a> Named<'a> {
    /// Everything that is named, each with its field. A system is left out where it only says that
    /// something else is installed.
    fn choices(&self) -> Vec<(&'static str, Choice<'a>)> {
        let number = |id: Option<u32>| id.filter(|id| *id != 0).map(i64::from);
        let text = |text: Option<&'a str>| text.filter(|text| !text.is_empty());
        let (app, image, ipxe) = (number(self.app), text(self.image), text(self.ipxe));
        let stands_in = |os: &i64| match *os {
            OS_CUSTOM => self.iso.is_some() || ipxe.is_some(),
            OS_SNAPSHOT => self.snapshot.is_some(),
            OS_APPLICATION => app.is_some() || image.is_some(),
            _ => false,
        };
        let os = number(self.os).filter(|os| !stands_in(os));
        let fields = [
            ("os_id", os.map(Choice::Os)),
            ("app_id", app.map(Choice::App)),
            ("image_id", image.map(Choice::Image)),
            ("snapshot_id", self.snapshot.map(Choice::Snapshot)),
            ("iso_id", self.iso.map(Choice::Iso)),
            ("ipxe_chain_url", ipxe.map(Choice::Ipxe)),
        ];
        let named = fields.into_iter().filter_map(|(field, choice)| Some((field, choice?)));
        named.collect()
    }

    /// What a new server starts with: exactly one thing; `fields` are those that can name it.
    ///
    /// # Errors
    /// 400 for none, for several, for one that is not there, and for a plan that is too small.
    pub(crate) async fn of_new(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        room: Room<'_>,
        fields: &str,
    ) -> Result<Software> {
        match self.only()? {
            Some(Choice::Os(OS_CUSTOM)) if !self.starts_by_itself => Err(nothing_to_start().into()),
            Some(choice) => {
                let software = choice.software(cx, tx, room, ADD_FAILED).await?;
                check_can_be(cx, &software)?;
                Ok(software)
            }
            None => {
                let help = format!("give one of {fields}");
                Err(Refusal::bad("Bad request.").help(help).into())
            }
        }
    }

    /// What is to be installed instead, if anything is named.
    ///
    /// # Errors
    /// As [`Named::of_new`].
    pub(crate) async fn of_change(
        &self,
        cx: &Cx,
        tx: &mut Tx,
        room: Room<'_>,
    ) -> Result<Option<Software>> {
        match self.only()? {
            Some(Choice::Os(OS_CUSTOM)) if !self.starts_by_itself => Err(nothing_to_start().into()),
            Some(choice) => {
                let software = choice.software(cx, tx, room, "").await?;
                check_can_be(cx, &software)?;
                Ok(Some(software))
            }
            None => Ok(None),
        }
    }

    fn only(&self) -> Result<Option<Choice<'a>>> {
        let mut choices = self.choices();
        if choices.len() > 1 {
            let fields: Vec<_> = choices.iter().map(|(field, _)| *field).collect();
            let help = format!("only one of these can be installed: {}", fields.join(", "));
            return Err(Refusal::bad("Bad request.").help(help).into());
        }
        Ok(choices.pop().map(|(_, choice)| choice))
    }
}

/// A custom system is what an image or a script starts; without either there is nothing.
fn nothing_to_start() -> Refusal {
    let said = "Please upload select a valid ISO or specify a valid iPXE Chain URL";
    let help = format!("os_id: {OS_CUSTOM} needs iso_id, ipxe_chain_url or a script of type pxe");
    Refusal::bad(said).help(help)
}

impl Choice<'_> {
    async fn software(
        self,
        cx: &Cx,
        tx: &mut Tx,
        room: Room<'_>,
        prefix: &str,
    ) -> Result<Software> {
        match self {
            Self::Os(id) => system(cx, id, room, prefix),
            Self::App(id) => one_click(cx, id),
            Self::Image(image) => marketplace(cx, image),
            Self::Snapshot(id) => resolve_snapshot(tx, id, room).await,
            Self::Iso(id) => resolve_iso(cx, tx, id).await.map(Software::Iso),
            Self::Ipxe(url) => ipxe(url),
        }
    }
}

fn system(cx: &Cx, id: i64, room: Room<'_>, prefix: &str) -> Result<Software> {
    let refuse = |help: &str| Refusal::bad("Invalid OS.").help(format!("os_id: {help}"));
    let field = match id {
        OS_CUSTOM => return Ok(Software::Nothing),
        OS_SNAPSHOT => "snapshot_id",
        OS_APPLICATION => "app_id or image_id",
        OS_BACKUP => "the instance's own restore",
        _ => {
            let found = cx.catalog().system(id);
            let unknown = || {
                let meant = cx.catalog().nearest_system(id);
                let meant = meant.map(|near| format!("; did you mean {}, {}?", near.id, near.name));
                let meant = meant.unwrap_or_else(|| "; see /v2/os.".into());
                refuse(&format!("{id} is no operating system{meant} {NEWER}"))
            };
            check_room(found.ok_or_else(unknown)?, room, prefix)?;
            return Ok(Software::Os(id));
        }
    };
    Err(refuse(&format!("{id} is no system by itself; use {field}")).into())
}

/// Refuses a plan that is too small for a system.
fn check_room(system: &System, room: Room<'_>, prefix: &str) -> Result<()> {
    if system.fits(room) {
        return Ok(());
    }
    let (name, min_ram) = (&system.name, system.min_ram_mb.unwrap_or_default());
    let need = match room.ram_mb < min_ram {
        true => format!("{min_ram} MB memory"),
        false => format!("{} GB disk", system.min_disk_gb.unwrap_or_default()),
    };
    let said = format!("{prefix}{name} requires a plan with at least {need}.");
    let disk = room.disk_gb.unwrap_or_default();
    let has = format!("plan: `{}` has {} MB and {disk} GB", room.plan, room.ram_mb);
    Err(Refusal::bad(said).help(has).into())
}

/// Whether what an instance has would still fit: a system only, the rest has no limits.
pub(crate) fn check_kept(cx: &Cx, software: &Software, room: Room<'_>) -> Result<()> {
    match software {
        Software::Os(id) => match cx.catalog().system(*id) {
            Some(system) => check_room(system, room, ""),
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
            Err(refuse(format!("app_id: {id} is deployed as image_id `{}`", app.image_id)).into())
        }
        None => {
            let meant = cx.catalog().nearest_application(id);
            let meant = meant.map(|app| format!("; did you mean {}, {}?", app.id, app.name));
            let meant = meant.unwrap_or_else(|| "; see /v2/applications.".into());
            Err(refuse(format!("app_id: {id} is no application{meant} {NEWER}")).into())
        }
    }
}

fn marketplace(cx: &Cx, image: &str) -> Result<Software> {
    if cx.catalog().application_by_image(image).is_some() {
        return Ok(Software::Image(image.to_owned()));
    }
    let meant = cx.catalog().nearest_image(image);
    let meant = meant.map(|id| format!("; did you mean `{id}`?"));
    let meant = meant.unwrap_or_else(|| "; see /v2/applications.".into());
    let help = format!("image_id: `{image}` is no marketplace application{meant} {NEWER}");
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

/// The snapshot that a new server starts with: complete, and not larger than the plan's disk.
async fn resolve_snapshot(tx: &mut Tx, id: SnapshotId, room: Room<'_>) -> Result<Software> {
    let snapshot = tx.named::<Snapshot>("snapshot_id", id).await.map_err(add_failed)?;
    if snapshot.seen.complete().is_none() {
        let said = format!("{ADD_FAILED}Snapshot cannot be used at this time");
        return Err(Refusal::bad(said).help("wait until it is complete").into());
    }
    if let Some(disk_gb) = room.disk_gb {
        check_fits("snapshot_id", snapshot.disk_gb, disk_gb)?;
    }
    Ok(Software::Snapshot(snapshot.id(), snapshot.os_id.into()))
}

/// The image that a new server boots from: a public one, or a complete one of the caller's.
async fn resolve_iso(cx: &Cx, tx: &mut Tx, id: IsoId) -> Result<Uuid> {
    isos::usable(cx, tx, "iso_id", id).await.map_err(add_failed)?;
    Ok(id.into())
}

/// Puts the real API's words for a new server before a refusal's own.
pub(crate) fn add_failed(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.said != "Bad request." => {
            Refusal { said: format!("{ADD_FAILED}{}", refusal.said).into(), ..refusal }.into()
        }
        other => other,
    }
}
