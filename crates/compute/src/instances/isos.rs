//! An image in an instance's drive.

use api::OrEmpty;
use api::id::IsoId;
use api::instances::*;

use crate::instances::Instance;
use crate::servers::Locks;
use crate::{Cx, Refusal, Result, Routes, isos};

pub(super) fn routes() -> Routes {
    Routes::default().on(get).on(attach).on(detach)
}

/// Clients that wait for a drive to become empty know two states only.
async fn get(cx: Cx, req: GetInstanceIso) -> Result<InstanceIso> {
    let instance = cx.get::<Instance>(req.instance_id).await?;
    // An image that is wanted out is in until it is out.
    let machine = instance.seen.machine.as_ref();
    let iso = instance.iso.or(machine.and_then(|machine| machine.iso));
    let state = if iso.is_some() { IsoState::IsoMounted } else { IsoState::Ready };
    Ok(InstanceIso { state: state.into(), iso_id: iso.map(IsoId).into() })
}

async fn attach(cx: Cx, req: AttachInstanceIso) -> Result<InstanceIsoChange> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    instance.check_touchable(&cx, "")?;
    isos::usable(&cx, &mut tx, "iso_id", req.iso_id).await?;
    match instance.iso {
        Some(iso) if iso != req.iso_id.0 => {
            let help = format!("the drive holds {iso}; detach that first");
            return Err(Refusal::field("iso_id", help).into());
        }
        Some(_) => {}
        None => {
            instance.iso = Some(req.iso_id.0);
            tx.put(&instance);
        }
    }
    tx.commit().await?;
    Ok(change(IsoState::IsMounting, req.iso_id.into()))
}

/// An empty drive stays empty: clients ask for that before they delete an instance.
async fn detach(cx: Cx, req: DetachInstanceIso) -> Result<InstanceIsoChange> {
    let mut tx = cx.begin();
    let mut instance = tx.get::<Instance>(req.instance_id).await?;
    let iso = instance.iso.take();
    if iso.is_some() {
        tx.put(&instance);
    }
    tx.commit().await?;
    Ok(change(IsoState::IsUnmounting, iso.map(IsoId).into()))
}

fn change(state: IsoState, iso_id: OrEmpty<IsoId>) -> InstanceIsoChange {
    InstanceIsoChange { state: state.into(), status: state.into(), iso_id }
}
