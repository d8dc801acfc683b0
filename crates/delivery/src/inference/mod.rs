//! Subscriptions to inference. Nobody serves models here: nothing is ever used.

use api::Secret;
use api::inference::{self as wire, *};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use store::Tally;

use crate::billing::{self, Charged, Rate};
use crate::catalog::{Catalog, PriceItem};
use crate::secret::random_text;
use crate::{Cx, Doc, Family, Kind, Refusal, Result, Routes, Shown, Tx, set};

/// How many subscriptions an account can have: they are listed all at once.
const SUBSCRIPTIONS_MAX: usize = 500;
/// The tokens that a month's price includes.
const TOKENS_INCLUDED: u64 = 50_000_000;

/// A subscription as its owner wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Inference {
    /// The owner's name for it.
    pub label: String,
    /// The key that its requests carry.
    pub api_key: Secret,
}

impl Kind for Inference {
    const KIND: &'static str = "inference";
    const UNKNOWN: &'static str = "invalid inference ID";
    type Seen = ();

    fn tally(doc: &Doc<Self>) -> Option<Tally> {
        billing::tally(doc)
    }
}

impl Charged for Inference {
    type Class = ();

    fn class(_: &Doc<Self>) {}

    fn price((): &(), amount: Decimal, catalog: &Catalog) -> Rate {
        Rate::of(catalog.price(PriceItem::Inference), amount)
    }
}

impl Shown for Inference {
    type View = wire::Inference;
    type With = ();

    fn view(doc: &Doc<Self>, (): &(), cx: &Cx) -> wire::Inference {
        let (label, api_key) = (doc.label.clone(), cx.secret(doc.api_key.clone()));
        wire::Inference { id: doc.id().into(), date_created: doc.created(), label, api_key }
    }
}

/// The family.
pub fn family() -> Family {
    let subscriptions = Routes::of::<Inference>()
        .list_whole::<ListInferences>(SUBSCRIPTIONS_MAX)
        .create_with(|tx, req| Box::pin(create(tx, req)))
        .get::<GetInference>()
        .update_shown(|_, subscription, req: UpdateInference| {
            set(&mut subscription.label, req.label);
            Ok(())
        })
        .delete::<DeleteInference>()
        .read::<GetInferenceUsage>(|_, _, _| {
            let chat = InferenceChatUsage {
                monthly_allotment: TOKENS_INCLUDED,
                ..InferenceChatUsage::default()
            };
            Ok(InferenceUsage { chat, ..InferenceUsage::default() })
        });
    Family::new(subscriptions.done()).costs::<Inference>()
}

async fn create(tx: &mut Tx, req: CreateInference) -> Result<Doc<Inference>> {
    let full = format!("an account has {SUBSCRIPTIONS_MAX} at most; delete one first");
    let full = Refusal::bad("Maximum inference subscriptions exceeded").help(full);
    full.unless(tx.count_all::<Inference>().await? < SUBSCRIPTIONS_MAX as u64)?;
    let api_key = random_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 36).into();
    Ok(tx.new_doc(Inference { label: req.label, api_key }))
}
