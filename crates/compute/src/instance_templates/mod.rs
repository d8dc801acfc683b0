//! Templates that instances are made from: kept and shown, never acted on.
//!
//! A template only names things; it does not keep them from being deleted, and what has gone by
//! the time it is shown reads empty.

use std::collections::BTreeMap;

use api::OrEmpty;
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
use crate::vfs::FileSystem;
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, Tx, alike, isos, set};

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
    /// File systems that instances share.
    pub file_systems: Vec<Uuid>,
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
    let templates = Routes::of::<Template>().on(list).on(create).on(get);
    let templates = templates.telling::<Template, Template>();
    let templates = templates.change(|tx, template, req| Box::pin(update(tx, template, req)));
    templates.delete::<DeleteInstanceTemplate>().done()
}

/// The family.
pub fn family() -> Family {
    Family::new(routes())
}

/// What instances are to start with, if a request says so; 0 and the empty word say nothing.
async fn source(tx: &mut Tx, req: &UpdateInstanceTemplate) -> Result<Option<Source>> {
    let cx = tx.cx().clone();
    let number = |id: Option<u32>| id.filter(|id| *id != 0).map(i64::from);
    let (os, app) = (number(req.os_id), number(req.marketplace_app_id));
    let image = number(req.marketplace_image_id);
    let iso = req.iso_id.and_then(OrEmpty::get);
    let snapshot = req.snapshot_id.and_then(OrEmpty::get);
    let named = [os.is_some(), app.is_some(), image.is_some(), iso.is_some(), snapshot.is_some()];
    let several = named.into_iter().filter(|is_named| *is_named).count() > 1;
    let fields = "os_id, marketplace_app_id, marketplace_image_id, iso_id, snapshot_id";
    Refusal::bad("Bad request.").help(format!("give one of {fields}")).unless(!several)?;
    Ok(Some(if let Some(id) = os {
        system(&cx, id)?
    } else if let Some(id) = app {
        Source::App(application(&cx, "marketplace_app_id", id)?)
    } else if let Some(id) = image {
        Source::Image(application(&cx, "marketplace_image_id", id)?)
    } else if let Some(id) = iso {
        isos::usable(&cx, tx, "iso_id", id).await?;
        Source::Iso(id.into())
    } else if let Some(id) = snapshot {
        Source::Snapshot(usable::<Snapshot>(tx, "snapshot_id", id).await?.id())
    } else {
        return Ok(None);
    }))
}

fn system(cx: &Cx, id: i64) -> Result<Source> {
    let is_stand_in = [OS_APPLICATION, OS_BACKUP, OS_CUSTOM, OS_SNAPSHOT].contains(&id);
    let is_one = cx.catalog().system(id).is_some() && !is_stand_in;
    let help = format!("os_id: {id} is no operating system to install; see /v2/os");
    Refusal::bad("Invalid OS.").help(help).unless(is_one)?;
    Ok(Source::Os(id))
}

fn application(cx: &Cx, field: &str, id: i64) -> Result<i64> {
    let app = cx.catalog().application(id);
    let is_one = app.is_some_and(|app| app.kind == ApplicationType::Marketplace);
    let help = format!("{field}: {id} is no marketplace application; see /v2/applications");
    Refusal::bad("Invalid application.").help(help).unless(is_one)?;
    Ok(id)
}

/// Changes what a request names, and leaves the rest.
async fn change(tx: &mut Tx, template: &mut Template, req: UpdateInstanceTemplate) -> Result<()> {
    if let Some(id) = &req.plan {
        template.plan.clone_from(&plan(tx.cx(), id)?.id);
    }
    template.source = source(tx, &req).await?.or(template.source);
    set(&mut template.label, req.label);
    if let Some(ids) = req.ssh_key_ids {
        template.ssh_keys.clear();
        for id in ids {
            template.ssh_keys.push(tx.named::<Key>("ssh_key_ids", id).await?.id());
        }
    }
    if let Some(ids) = req.vfs_ids {
        template.file_systems.clear();
        for id in ids {
            template.file_systems.push(tx.named::<FileSystem>("vfs_ids", id).await?.id());
        }
    }
    set(&mut template.settings, req.template.map(|settings| settings.into_iter().collect()));
    set(&mut template.user_data, req.user_data.as_deref().map(user_data).transpose()?);
    Ok(())
}

impl Shown for Template {
    type View = InstanceTemplate;
    /// The keys that may log in, and the file systems.
    type With = (BTreeMap<Uuid, Doc<Key>>, BTreeMap<Uuid, Doc<FileSystem>>);

    async fn with(cx: &Cx, docs: &[Doc<Self>]) -> Result<Self::With> {
        let ids =
            |of: fn(&Self) -> &Vec<Uuid>| docs.iter().flat_map(|doc| of(doc)).copied().collect();
        let keys = cx.find_many(ids(|template| &template.ssh_keys)).await?;
        Ok((keys, cx.find_many(ids(|template| &template.file_systems)).await?))
    }

    /// As lists show it.
    fn view(doc: &Doc<Self>, (keys, file_systems): &Self::With, cx: &Cx) -> InstanceTemplate {
        let known = doc.ssh_keys.iter().filter_map(|id| keys.get(id));
        let key = |key: &Doc<Key>| TemplateSshKey { id: key.id().into(), name: key.name.clone() };
        let shared = doc.file_systems.iter().filter_map(|id| file_systems.get(id));
        let vfs =
            |vfs: &Doc<FileSystem>| TemplateVfs { id: vfs.id().into(), label: vfs.label.clone() };
        let setting = |name: &str| {
            let text = doc.settings.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let mut shown = alike!(doc => InstanceTemplate {
            plan, label;
            id: doc.id().into(),
            ssh_keys: known.map(key).collect(),
            vfs_subscriptions: shared.map(vfs).collect(),
            startup_script: setting("startup_script"),
            disk_config: setting("disk_config"),
            ..InstanceTemplate::default()
        });
        let catalog = cx.catalog();
        let os = |id: i64| catalog.system(id).map(|system| system.name.clone()).unwrap_or_default();
        let app = |id: i64| catalog.application(id).map(|app| app.name.clone()).unwrap_or_default();
        match doc.source {
            None => {}
            Some(Source::Os(id)) => shown.os = os(id),
            Some(Source::App(id)) => shown.marketplace_app = app(id),
            Some(Source::Image(id)) => shown.marketplace_image = app(id),
            Some(Source::Iso(id)) => shown.iso = id.to_string(),
            Some(Source::Snapshot(id)) => shown.snapshot = id.to_string(),
        }
        shown
    }

    /// With all that is known about it.
    async fn show(cx: &Cx, doc: Doc<Self>) -> Result<InstanceTemplate> {
        let keys = Self::with(cx, std::slice::from_ref(&doc)).await?;
        let plan_details = cx.catalog().plan(&doc.plan).map(plan_details);
        let shown = Self::view(&doc, &keys, cx);
        Ok(InstanceTemplate { plan_details, user_data: Some(doc.want.user_data), ..shown })
    }
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

async fn list(cx: Cx, _: ListInstanceTemplates) -> Result<Vec<InstanceTemplate>> {
    let docs = cx.all::<Template>(("", String::new()), TEMPLATES_MAX).await?;
    let keys = Template::with(&cx, &docs).await?;
    Ok(docs.iter().map(|doc| Template::view(doc, &keys, &cx)).collect())
}

async fn create(cx: Cx, req: CreateInstanceTemplate) -> Result<InstanceTemplate> {
    let wish = alike!(req => UpdateInstanceTemplate {
        label, os_id, marketplace_app_id, marketplace_image_id, iso_id, snapshot_id, ssh_key_ids,
        vfs_ids, template, user_data;
        plan: Some(req.plan.clone()),
        instancetemplate_id: InstanceTemplateId::default(),
    });
    let mut tx = cx.begin();
    let mut template = Template::default();
    change(&mut tx, &mut template, wish).await?;
    let help = format!("an account has {TEMPLATES_MAX} at most; delete one first");
    let full = Refusal::bad("Maximum instance templates exceeded").help(help);
    full.unless(tx.count_all::<Template>().await? < TEMPLATES_MAX as u64)?;
    tx.create(template).await
}

async fn get(cx: Cx, req: GetInstanceTemplate) -> Result<InstanceTemplate> {
    let found = Template::show(&cx, cx.get(req.instancetemplate_id).await?).await?;
    Ok(InstanceTemplate { user_data: found.user_data.map(|data| cx.secret(data)), ..found })
}

async fn update(
    tx: &mut Tx,
    template: &mut Doc<Template>,
    req: UpdateInstanceTemplate,
) -> Result<InstanceTemplate> {
    // One field says which template it is.
    let fields = serde_json::to_value(&req)?;
    let sent = fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Refusal::bad("Nothing to change").help("give at least one field").unless(sent.count() > 1)?;
    change(tx, template, req).await?;
    Template::show(tx.cx(), template.clone()).await
}
