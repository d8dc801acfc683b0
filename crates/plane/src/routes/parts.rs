//! Operations of lists that their owners' rows hold.

use api::{Endpoint, Listing, Page};
use futures_util::future::BoxFuture;

use super::{Parts, Routes};
use crate::cx::{Cx, slice};
use crate::kind::{Doc, Part};
use crate::refusal::Result;
use crate::tx::Tx;

/// How a part is made where that needs more than its owner.
type Make<P, C> =
    for<'a> fn(&'a mut Tx, &'a mut Doc<<P as Part>::Owner>, C) -> BoxFuture<'a, Result<P>>;

/// How a part is changed where that needs more than its owner.
type Remake<P, U> =
    for<'a> fn(&'a mut Tx, &'a Doc<<P as Part>::Owner>, &'a mut P, U) -> BoxFuture<'a, Result<()>>;

/// The place of the part that the path names.
fn place<P: Part>(owner: &P::Owner, path: &[String]) -> Result<usize> {
    let place = P::all(owner).iter().position(|part| part.is_at(path));
    let id = path.last().map(String::as_str).unwrap_or_default();
    place.ok_or_else(|| P::unknown(id).into())
}

/// What changes a part as a request wants it, or refuses.
type ChangePart<P, U> = fn(&Cx, &Doc<<P as Part>::Owner>, &mut P, U) -> Result<()>;

async fn changed_part<P: Part, U: Endpoint>(
    cx: &Cx,
    update: U,
    change: ChangePart<P, U>,
) -> Result<(Doc<P::Owner>, usize)> {
    let (mut tx, path) = (cx.begin(), update.path());
    let mut owner = P::owner(&mut tx, &path).await?;
    let place = place::<P>(&owner, &path)?;
    let mut part = P::all(&owner)[place].clone();
    change(cx, &owner, &mut part, update)?;
    P::all_mut(&mut owner)[place] = part;
    save::<P>(tx, &mut owner).await?;
    Ok((owner, place))
}

/// Writes an owner whose parts have changed.
async fn save<P: Part>(tx: Tx, owner: &mut Doc<P::Owner>) -> Result<()> {
    P::changed(owner, tx.cx());
    tx.save(owner).await
}

/// Adds a part behind the others, and shows it.
async fn add<P: Part>(tx: Tx, mut owner: Doc<P::Owner>, part: P) -> Result<P::View> {
    P::all_mut(&mut owner).push(part.clone());
    save::<P>(tx, &mut owner).await?;
    Ok(part.view(&owner))
}

impl<P: Part> Routes<Parts<P>> {
    /// Adds the list of an owner's parts.
    #[must_use]
    pub fn list<L: Listing<Item = P::View>>(self) -> Self {
        self.on(async |cx: Cx, mut list: L| {
            let owner = P::owner(&mut cx.begin(), &list.path()).await?;
            let page = slice(P::all(&owner), *list.per_page(), list.cursor().as_deref())?;
            Ok(page.map(|part| part.view(&owner)))
        })
    }

    /// Adds the same list without pages, for clients that read no further than the first.
    #[must_use]
    pub fn list_whole<L: Endpoint<Response = Page<P::View>>>(self) -> Self {
        self.on(async |cx: Cx, list: L| {
            let owner = P::owner(&mut cx.begin(), &list.path()).await?;
            Ok(Page::whole(P::all(&owner).iter().map(|part| part.view(&owner)).collect()))
        })
    }

    /// Adds that of one part.
    #[must_use]
    pub fn get<G: Endpoint<Response = P::View>>(self) -> Self {
        self.on(async |cx: Cx, get: G| {
            let path = get.path();
            let owner = P::owner(&mut cx.begin(), &path).await?;
            Ok(P::all(&owner)[place::<P>(&owner, &path)?].view(&owner))
        })
    }

    /// Adds a new part behind the others: what it is, follows from its owner and the request.
    #[must_use]
    pub fn create<C: Endpoint<Response = P::View>>(
        self,
        make: fn(&Cx, &mut Doc<P::Owner>, C) -> Result<P>,
    ) -> Self {
        self.on(move |cx: Cx, create: C| async move {
            let mut tx = cx.begin();
            let mut owner = P::owner(&mut tx, &create.path()).await?;
            let part = make(&cx, &mut owner, create)?;
            add(tx, owner, part).await
        })
    }

    /// The same where it needs more than its owner.
    #[must_use]
    pub fn create_with<C: Endpoint<Response = P::View>>(self, make: Make<P, C>) -> Self {
        self.on(move |cx: Cx, create: C| async move {
            let mut tx = cx.begin();
            let mut owner = P::owner(&mut tx, &create.path()).await?;
            let part = make(&mut tx, &mut owner, create).await?;
            add(tx, owner, part).await
        })
    }

    /// Adds a change of one part that needs nothing but its owner, and answers nothing.
    #[must_use]
    pub fn update<U: Endpoint<Response = ()>>(self, change: ChangePart<P, U>) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            changed_part(&cx, update, change).await.map(drop)
        })
    }

    /// The same where the changed part is the answer.
    #[must_use]
    pub fn update_shown<U: Endpoint<Response = P::View>>(self, change: ChangePart<P, U>) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            let (owner, place) = changed_part(&cx, update, change).await?;
            Ok(P::all(&owner)[place].view(&owner))
        })
    }

    /// The same where it needs more than its owner.
    #[must_use]
    pub fn update_shown_with<U: Endpoint<Response = P::View>>(self, change: Remake<P, U>) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            let (mut tx, path) = (cx.begin(), update.path());
            let mut owner = P::owner(&mut tx, &path).await?;
            let place = place::<P>(&owner, &path)?;
            let mut part = P::all(&owner)[place].clone();
            change(&mut tx, &owner, &mut part, update).await?;
            P::all_mut(&mut owner)[place] = part.clone();
            save::<P>(tx, &mut owner).await?;
            Ok(part.view(&owner))
        })
    }

    /// Adds the removal of one part.
    #[must_use]
    pub fn remove<D: Endpoint<Response = ()>>(self) -> Self {
        self.remove_if::<D>(|_, _| Ok(()))
    }

    /// The same where that may be refused.
    #[must_use]
    pub fn remove_if<D: Endpoint<Response = ()>>(
        self,
        check: fn(&Doc<P::Owner>, &P) -> Result<()>,
    ) -> Self {
        self.on(move |cx: Cx, remove: D| async move {
            let (mut tx, path) = (cx.begin(), remove.path());
            let mut owner = P::owner(&mut tx, &path).await?;
            let place = place::<P>(&owner, &path)?;
            check(&owner, &P::all(&owner)[place])?;
            P::all_mut(&mut owner).remove(place).removed(&owner, &mut tx);
            save::<P>(tx, &mut owner).await
        })
    }
}
