//! An image in an instance's drive.

use api::OrEmpty;
use api::id::IsoId;
use api::instances::*;

use crate::instances::Instance;
use crate::servers::life::check_can_be;
use crate::servers::{Locks, Software};
use crate::{Cx, Doc, Result, Tx, isos};

/// Clients that wait for a drive to become empty know two states only.
pub(super) fn get(_: &Cx, instance: Doc<Instance>, _: GetInstanceIso) -> Result<InstanceIso> {
    // An image that is wanted out is in until it is out.
    let machine = instance.seen.machine.as_ref();
    let iso = instance.iso.or(machine.and_then(|machine| machine.iso));
    let state = if iso.is_some() { IsoState::IsoMounted } else { IsoState::Ready };
    Ok(InstanceIso { state: state.into(), iso_id: iso.map(IsoId).into() })
}

/// One that is in the drive makes room: Terraform changes an instance's image by attaching the new one alone.
pub(super) async fn attach(
    tx: &mut Tx,
    instance: &mut Doc<Instance>,
    req: AttachInstanceIso,
) -> Result<InstanceIsoChange> {
    let cx = tx.cx().clone();
    instance.check_no_node()?;
    instance.check_touchable(&cx, "")?;
    isos::usable(&cx, tx, "iso_id", req.iso_id).await?;
    check_can_be(&cx, &Software::Iso(req.iso_id.0))?;
    instance.iso = Some(req.iso_id.0);
    Ok(change(IsoState::IsMounting, req.iso_id.into()))
}

/// An empty drive stays empty: clients ask for that before they delete an instance.
pub(super) fn detach(
    _: &mut Tx,
    instance: &mut Doc<Instance>,
    _: DetachInstanceIso,
) -> Result<InstanceIsoChange> {
    Ok(change(IsoState::IsUnmounting, instance.iso.take().map(IsoId).into()))
}

fn change(state: IsoState, iso_id: OrEmpty<IsoId>) -> InstanceIsoChange {
    InstanceIsoChange { state: state.into(), status: state.into(), iso_id }
}
