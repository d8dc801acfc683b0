//! What a machine is told of itself, whoever tells it.

use std::sync::Arc;

use drivers::{MachineSpec, Nic, PublicNic};
use engine::StepError;
use hosts::bare_metals::BareMetal;
use hosts::instances::Instance;
use uuid::Uuid;

use crate::reserved_ips::Reserved;
use crate::servers::Hosted;
use crate::servers::life::{nics, public, spec};
use crate::{Control, Kind, LifeCx};

/// What a machine is told of itself.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id.
    pub id: Uuid,
    /// Its region's id.
    pub region: String,
    /// Its plan's id.
    pub plan: String,
    /// The owner's words for finding it.
    pub tags: Vec<String>,
    /// What it is to be.
    pub spec: MachineSpec,
    /// Its public interface.
    pub public: PublicNic,
    /// Its interfaces in private networks.
    pub nics: Vec<Nic>,
}

/// What the server of this id is told, or the one that has the reserved address of this id; none: it is
/// neither, or nobody has it.
///
/// # Errors
/// When the store cannot be read.
pub async fn of(control: &Arc<Control>, id: Uuid) -> Result<Option<Told>, StepError> {
    let Some(row) = control.store().get(id).await? else { return Ok(None) };
    let cx = LifeCx { cx: control.system_cx(row.account, "metadata") };
    let server = match &*row.kind {
        Reserved::KIND => cx.cx.find::<Reserved>(id).await?.and_then(|it| it.attached_to),
        _ => Some(id),
    };
    let Some(server) = server else { return Ok(None) };
    match server_of::<Instance>(server, &cx).await? {
        Some(told) => Ok(Some(told)),
        None => server_of::<BareMetal>(server, &cx).await,
    }
}

async fn server_of<K: Hosted>(id: Uuid, cx: &LifeCx) -> Result<Option<Told>, StepError> {
    let Some(doc) = cx.cx.find::<K>(id).await? else { return Ok(None) };
    Ok(Some(Told {
        id,
        region: doc.region.clone(),
        plan: doc.plan.clone(),
        tags: doc.tags.clone(),
        spec: spec(&doc, cx).await?,
        public: public(&doc, cx).await?,
        nics: nics(&doc, cx).await?,
    }))
}
