//! Templates that instances are made from: kept and shown, never acted on.
//!
//! A template only names things; it does not keep them from being deleted, and what has gone by
//! the time it is shown reads empty.

use std::collections::BTreeMap;

use api::id::{SnapshotId, VfsId};
use api::instance_templates::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::catalog::{ApplicationType, OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT, Plan};
use crate::copies::usable;
use crate::instances::plan;
use crate::servers::options::user_data;
use crate::snapshots::Snapshot;
use crate::ssh_keys::Key;
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Tx, isos};

/// How many templates an account can have: they are listed whole.
const TEMPLATES_MAX: usize = 500;

/// A stored template.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// The plan's id.
    pub plan: String,
    /// The owner's name for it.
    pub label: String,
    /// What instances start with; none: that is said when one is made.
    pub source: Option<Source>,
    /// SSH keys that may log in.
    pub ssh_keys: Vec<Uuid>,
    /// Further settings, as they were sent.
    pub settings: BTreeMap<String, Value>,
    /// Data for the first boot, as base64 text as it was sent.
    pub user_data: String,
}

/// What instances of a template start with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An operating system.
    Os(i64),
    /// A marketplace application, by its number.
    App(i64),
    /// The image of a marketplace application, by the application's number.
    Image(i64),
    /// An ISO image.
    Iso(Uuid),
    /// A snapshot.
    Snapshot(Uuid),
}

impl Kind for Template {
    const KIND: &'static str = "instance-template";
    const UNKNOWN: &'static str = "Invalid instance template ID";
    type Seen = ();
}

/// The family's operations.
pub fn routes() -> Routes {
    Routes::default().on(list).on(create).on(get).on(update).on(delete)
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

/// What a request says about what instances start with; 0 and the empty word say nothing.
struct Sources {
    os: Option<u32>,
    app: Option<u32>,
    image: Option<u32>,
    iso: Option<Uuid>,
    snapshot: Option<SnapshotId>,
}

impl Sources {
    /// The one that is named; none: there is none.
    async fn chosen(self, cx: &Cx, tx: &mut Tx) -> Result<Option<Source>> {
        let number = |id: Option<u32>| id.filter(|id| *id != 0).map(i64::from);
        let (os, app, image) = (number(self.os), number(self.app), number(self.image));
        let named = [os.is_some(), app.is_some(), image.is_some(), self.iso.is_some()];
        let count = named.iter().filter(|is_named| **is_named).count();
        if count + usize::from(self.snapshot.is_some()) > 1 {
            let help = "give one of os_id, marketplace_app_id, marketplace_image_id, iso_id, \
                        snapshot_id";
            return Err(Refusal::bad("Bad request.").help(help).into());
        }
        if let Some(id) = os {
            return system(cx, id).map(Some);
        }
        if let Some(id) = app {
            return application(cx, "marketplace_app_id", id).map(|()| Some(Source::App(id)));
        }
        if let Some(id) = image {
            return application(cx, "marketplace_image_id", id).map(|()| Some(Source::Image(id)));
        }
        if let Some(id) = self.iso {
            isos::usable(cx, tx, "iso_id", id).await?;
            return Ok(Some(Source::Iso(id)));
        }
        match self.snapshot {
            Some(id) => {
                let snapshot = usable::<Snapshot>(tx, "snapshot_id", id).await?;
                Ok(Some(Source::Snapshot(snapshot.id())))
            }
            None => Ok(None),
        }
    }
}

fn system(cx: &Cx, id: i64) -> Result<Source> {
    let is_stand_in = [OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT].contains(&id);
    if cx.catalog().system(id).is_some() && !is_stand_in {
        return Ok(Source::Os(id));
    }
    let help = format!("os_id: {id} is no operating system to install; see /v2/os");
    Err(Refusal::bad("Invalid OS.").help(help).into())
}

fn application(cx: &Cx, field: &str, id: i64) -> Result<()> {
    match cx.catalog().application(id) {
        Some(app) if app.kind == ApplicationType::Marketplace => Ok(()),
        _ => {
            let help = format!("{field}: {id} is no marketplace application; see /v2/applications");
            Err(Refusal::bad("Invalid application.").help(help).into())
        }
    }
}

/// Shared file systems are not served: none can be named.
fn no_file_systems(ids: Option<&[VfsId]>) -> Result<()> {
    match ids.unwrap_or_default().first() {
        Some(id) => Err(Refusal::field("vfs_ids", format!("there is no {id}")).into()),
        None => Ok(()),
    }
}

async fn keys(tx: &mut Tx, ids: &[api::id::SshKeyId]) -> Result<Vec<Uuid>> {
    let mut keys = Vec::with_capacity(ids.len());
    for id in ids {
        keys.push(tx.named::<Key>("ssh_key_ids", *id).await?.id());
    }
    Ok(keys)
}

/// A template as lists show it.
fn summary(cx: &Cx, doc: &Doc<Template>, keys: &BTreeMap<Uuid, Doc<Key>>) -> InstanceTemplate {
    let known = doc.ssh_keys.iter().filter_map(|id| keys.get(id));
    let key = |key: &Doc<Key>| TemplateSshKey { id: key.id().into(), name: key.name.clone() };
    let setting = |name: &str| {
        let text = doc.settings.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let shown = InstanceTemplate {
        id: doc.id().into(),
        plan: doc.plan.clone(),
        label: doc.label.clone(),
        ssh_keys: known.map(key).collect(),
        startup_script: setting("startup_script"),
        disk_config: setting("disk_config"),
        ..InstanceTemplate::default()
    };
    let app_name = |id: i64| cx.catalog().application(id).map(|app| app.name.clone());
    match doc.source {
        None => shown,
        Some(Source::Os(id)) => {
            let os = cx.catalog().system(id).map(|system| system.name.clone());
            InstanceTemplate { os: os.unwrap_or_default(), ..shown }
        }
        Some(Source::App(id)) => {
            InstanceTemplate { marketplace_app: app_name(id).unwrap_or_default(), ..shown }
        }
        Some(Source::Image(id)) => {
            InstanceTemplate { marketplace_image: app_name(id).unwrap_or_default(), ..shown }
        }
        Some(Source::Iso(id)) => InstanceTemplate { iso: id.to_string(), ..shown },
        Some(Source::Snapshot(id)) => InstanceTemplate { snapshot: id.to_string(), ..shown },
    }
}

/// A template with all that is known about it.
async fn view(cx: &Cx, doc: &Doc<Template>) -> Result<InstanceTemplate> {
    let plan_details = cx.catalog().plan(&doc.plan).map(plan_details);
    let user_data = Some(doc.user_data.clone());
    let keys = cx.find_many(doc.ssh_keys.clone()).await?;
    Ok(InstanceTemplate { plan_details, user_data, ..summary(cx, doc, &keys) })
}

fn plan_details(plan: &Plan) -> PlanDetails {
    let gpu_count = plan.gpu_count.as_deref().unwrap_or_default();
    let price = |amount: Decimal, digits: usize| format!("{amount:.digits$}");
    PlanDetails {
        name: plan.id.clone(),
        kind: plan.kind.clone(),
        cpu_manufacturer: plan.cpu_vendor.clone(),
        cpu_count: plan.vcpu_count,
        cpu_threads: plan.vcpu_count,
        memory_mb: plan.ram,
        disk_gb: plan.disk,
        disk_type: plan.disk_type.clone(),
        disk_num: plan.disk_count,
        bandwidth_tb: f64::from(plan.bandwidth) / 1024.0,
        gpu_brand: plan.gpu_brand.clone(),
        gpu_model: plan.gpu_type.clone().unwrap_or_default(),
        // A part of one is told as a profile.
        gpu_count: gpu_count.parse().unwrap_or_default(),
        gpu_profile: if gpu_count.contains('/') { gpu_count.to_owned() } else { String::new() },
        gpu_profile_count: u32::from(gpu_count.contains('/')),
        price: price(plan.cost.monthly, 2),
        price_hr: price(plan.cost.hourly, 3),
        ..PlanDetails::default()
    }
}

async fn list(cx: Cx, _req: ListInstanceTemplates) -> Result<Vec<InstanceTemplate>> {
    let docs = cx.all::<Template>(("", String::new()), TEMPLATES_MAX).await?;
    let keys =
        cx.find_many(docs.iter().flat_map(|doc| doc.ssh_keys.iter().copied()).collect()).await?;
    Ok(docs.iter().map(|doc| summary(&cx, doc, &keys)).collect())
}

async fn create(cx: Cx, req: CreateInstanceTemplate) -> Result<InstanceTemplate> {
    no_file_systems(req.vfs_ids.as_deref())?;
    let sources = Sources {
        os: req.os_id,
        app: req.marketplace_app_id,
        image: req.marketplace_image_id,
        iso: req.iso_id.and_then(|id| id.get()).map(Into::into),
        snapshot: req.snapshot_id.and_then(|id| id.get()),
    };
    let mut tx = cx.begin();
    let template = Template {
        plan: plan(&cx, &req.plan)?.id.clone(),
        label: req.label.unwrap_or_default(),
        source: sources.chosen(&cx, &mut tx).await?,
        ssh_keys: keys(&mut tx, req.ssh_key_ids.as_deref().unwrap_or_default()).await?,
        settings: req.template.unwrap_or_default().into_iter().collect(),
        user_data: user_data(req.user_data.as_deref().unwrap_or_default())?,
    };
    if tx.count_all::<Template>().await? >= TEMPLATES_MAX as u64 {
        let help = format!("an account has {TEMPLATES_MAX} at most; delete one first");
        return Err(Refusal::bad("Maximum instance templates exceeded").help(help).into());
    }
    let template = tx.new_doc(template);
    tx.put(&template);
    tx.commit().await?;
    view(&cx, &template).await
}

async fn get(cx: Cx, req: GetInstanceTemplate) -> Result<InstanceTemplate> {
    let found = view(&cx, &cx.get(req.instancetemplate_id).await?).await?;
    Ok(InstanceTemplate { user_data: found.user_data.map(|data| cx.secret(data)), ..found })
}

/// Whether a request names nothing to change.
fn is_empty(req: &UpdateInstanceTemplate) -> bool {
    let numbers = [req.os_id, req.marketplace_app_id, req.marketplace_image_id];
    let texts = [&req.plan, &req.label, &req.user_data];
    let lists = [req.ssh_key_ids.is_none(), req.vfs_ids.is_none(), req.template.is_none()];
    numbers.iter().all(Option::is_none)
        && texts.iter().all(|text| text.is_none())
        && lists.iter().all(|is_none| *is_none)
        && req.iso_id.is_none()
        && req.snapshot_id.is_none()
}

async fn update(cx: Cx, req: UpdateInstanceTemplate) -> Result<InstanceTemplate> {
    if is_empty(&req) {
        return Err(Refusal::bad("Nothing to change").help("give at least one field").into());
    }
    no_file_systems(req.vfs_ids.as_deref())?;
    let sources = Sources {
        os: req.os_id,
        app: req.marketplace_app_id,
        image: req.marketplace_image_id,
        iso: req.iso_id.and_then(|id| id.get()).map(Into::into),
        snapshot: req.snapshot_id.and_then(|id| id.get()),
    };
    let mut tx = cx.begin();
    let mut template = tx.get::<Template>(req.instancetemplate_id).await?;
    if let Some(id) = &req.plan {
        template.plan.clone_from(&plan(&cx, id)?.id);
    }
    if let Some(source) = sources.chosen(&cx, &mut tx).await? {
        template.source = Some(source);
    }
    if let Some(label) = req.label {
        template.label = label;
    }
    if let Some(ids) = req.ssh_key_ids {
        template.ssh_keys = keys(&mut tx, &ids).await?;
    }
    if let Some(settings) = req.template {
        template.settings = settings.into_iter().collect();
    }
    if let Some(data) = &req.user_data {
        template.user_data = user_data(data)?;
    }
    tx.put(&template);
    tx.commit().await?;
    view(&cx, &template).await
}

async fn delete(cx: Cx, req: DeleteInstanceTemplate) -> Result<()> {
    let mut tx = cx.begin();
    let template = tx.get::<Template>(req.instancetemplate_id).await?;
    tx.delete(template);
    tx.commit().await
}
