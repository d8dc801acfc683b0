//! Operations and their handlers. What HTTP library carries them is the server's affair.

mod parts;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::sync::{Arc, RwLock};

use api::form::Form;
use api::wire::{self, Fields, Map, Problem};
use api::{ApiError, Endpoint, Listing, Op, Page};
use bytes::Bytes;
use futures_util::TryFutureExt;
use futures_util::future::{BoxFuture, ready};
use store::{Facet, Row};
use uuid::Uuid;

use crate::Control;
use crate::catalog::Catalog;
use crate::cx::{Cx, slice};
use crate::kept::Kept;
use crate::kind::{Doc, Kind, Part, Shown};
use crate::refusal::{Error, Refusal, Result, failure};
use crate::rendered::Json;
use crate::sent::{body, tell_unknown};
use crate::tx::Tx;

/// How many bytes of answers of a fixed list are kept.
const KEPT: usize = 4 << 20;
/// What keeping an answer takes beside its bytes.
const AROUND: usize = 256;

/// A request whose operation is known.
#[derive(Clone, Default)]
pub struct Request {
    /// The path's parameters, decoded.
    pub path: Vec<(String, String)>,
    /// The query, as it was sent.
    pub query: String,
    /// The body.
    pub body: Bytes,
}

/// The body of a success.
pub type Answer = std::result::Result<Bytes, ApiError>;

/// Reads the request from its fields and carries it out, once.
type Once = Arc<dyn Fn(Cx, Arc<Fields>) -> BoxFuture<'static, Result<Bytes>> + Send + Sync>;
/// Answers of a fixed list, by path and query.
type Answers = Kept<(Vec<(String, String)>, String), Bytes>;

/// One operation with its handler.
#[derive(Clone)]
pub struct Route {
    /// The operation.
    pub op: Op,
    form: &'static Form,
    once: Once,
    kept: Option<Arc<RwLock<Answers>>>,
    /// Of which kind it tells one or several, and how one is told.
    tells: Option<Tells>,
}

/// Shows what a row holds as its owner sees it.
pub type Tell = fn(Cx, Row) -> BoxFuture<'static, Result<Json>>;

/// A kind, and how one of it is told.
#[derive(Clone, Copy)]
struct Tells {
    kind: &'static str,
    tell: Tell,
}

impl Route {
    /// Answers a request. The caller's permission is checked here.
    ///
    /// # Errors
    /// What the caller is to see.
    pub async fn serve(&self, cx: Cx, request: Request) -> Answer {
        if let Err(refusal) = cx.caller.may(self.op.access) {
            return Err(refusal.answer(cx.behave().is_helpful()));
        }
        let Some(kept) = &self.kept else { return self.run(cx, request).await };
        let key = (request.path.clone(), request.query.clone());
        if let Some(answer) = kept.read().expect("no panic while held").get(&key) {
            return Ok(answer);
        }
        let answer = self.run(cx, request).await?;
        let (path, query) = &key;
        let path = path.iter().map(|(name, value)| name.len() + value.len());
        let weight = AROUND + path.sum::<usize>() + query.len() + answer.len();
        kept.write().expect("no panic while held").put(key, answer.clone(), weight);
        Ok(answer)
    }

    /// Carries it out. Of what would have changed something and was refused, there is a record.
    async fn run(&self, cx: Cx, request: Request) -> Answer {
        let control = cx.control.clone();
        // On the heap: it is handed on several times before it starts, and is not to be copied each time.
        let noted = Box::pin(self.noted(cx, request));
        control.chance.for_request(&control.clock, noted).await
    }

    async fn noted(&self, cx: Cx, request: Request) -> Answer {
        let is_own = self.op.access == api::Access::Owner;
        let is_told = self.op.method != api::Method::GET && cx.caller.account != 0 && !is_own;
        let cx = if is_told { cx.asking(&self.op, &request) } else { cx };
        let answer = self.carry_out(&cx, request).await;
        if let (true, Err(error)) = (is_told, &answer) {
            Box::pin(cx.tell_refused(error)).await;
        }
        answer
    }

    /// Carries it out, again and again where others changed what it relied on.
    async fn carry_out(&self, cx: &Cx, request: Request) -> Answer {
        // What is Kettle's own has no real API to follow.
        let helpful = cx.behave().is_helpful() || self.op.access == api::Access::Owner;
        let fields = match self.fields(cx, request) {
            Ok(fields) => Arc::new(fields),
            Err(refusal) => return Err(refusal.answer(helpful)),
        };
        let mut patience = cx.control.store.patience();
        loop {
            match (self.once)(cx.clone(), fields.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(Error::Stale(hot)) if patience.again(&hot).await => {}
                Err(error) => {
                    if matches!(error, Error::Gone) {
                        cx.control.keyring.forget(); // it remembers who is gone
                    }
                    let error = match error {
                        // An earlier part of it is done.
                        Error::Unavailable(error) if cx.has_written() => {
                            Error::Internal(error.into())
                        }
                        other => other,
                    };
                    return Err(failure(self.op.id, error, helpful));
                }
            }
        }
    }

    /// What was sent, within its limits.
    fn fields(&self, cx: &Cx, request: Request) -> std::result::Result<Fields, Refusal> {
        let json = if self.op.has_body { body(&request.body)? } else { Map::new() };
        if cx.behave().is_helpful() {
            tell_unknown(cx, self.form, &json);
        }
        let query = form_urlencoded::parse(request.query.as_bytes()).into_owned();
        let query = query.filter(|_| !self.op.has_body);
        let texts = request.path.into_iter().chain(query);
        Fields::new(texts, json, self.form).map_err(Refusal::from)
    }
}

impl Control {
    /// How a kind is told to its owner, and by which operation; none for what is told with others only.
    pub(crate) fn tells(&self, kind: &str) -> Option<(&'static str, Tell)> {
        let mut all = self.families.iter().flat_map(|family| &family.routes.0);
        all.find_map(|route| {
            let tells = route.tells.filter(|tells| tells.kind == kind)?;
            Some((route.op.id, tells.tell))
        })
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let said = if problem.is_uuid() { api::id::INVALID_UUID } else { "Bad request." };
        Self::bad(said).help(problem.to_string().replacen(api::id::INVALID_UUID, "no UUID:", 1))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

/// The operations of a family, each with its handler; those of one kind of resource are begun with
/// [`Routes::of`], those of a list within one with [`Routes::parts`].
#[derive(Clone)]
pub struct Routes<About = ()>(pub Vec<Route>, PhantomData<fn() -> About>);

/// [`Routes`] about one kind of resource.
pub struct Of<K>(PhantomData<K>);
/// [`Routes`] about one kind of part.
pub struct Parts<P>(PhantomData<P>);

/// How one is changed where that needs others, too, and what is answered. What it puts is written
/// along with the one.
type Change<K, U> =
    for<'a> fn(&'a mut Tx, &'a mut Doc<K>, U) -> BoxFuture<'a, Result<<U as Endpoint>::Response>>;

/// How one is made where that needs others, too. What it puts is written along with the one.
type New<K, C> = for<'a> fn(&'a mut Tx, C) -> BoxFuture<'a, Result<Doc<K>>>;

/// What is done before one goes, or refuses that.
type Before<K> = for<'a> fn(&'a mut Tx, &'a mut Doc<K>) -> BoxFuture<'a, Result<()>>;

impl Default for Routes {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl Routes {
    /// The operations of one kind of resource.
    pub fn of<K: Kind>() -> Routes<Of<K>> {
        Routes(Vec::new(), PhantomData)
    }

    /// The operations of a list that its owner's row holds.
    pub fn parts<P: Part>() -> Routes<Parts<P>> {
        Routes(Vec::new(), PhantomData)
    }
}

impl<About> Routes<About> {
    /// Adds an operation: which one, is told by the handler's argument.
    #[must_use]
    pub fn on<E, H, F>(self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + Send + 'static,
    {
        self.written(handler, E::encode_response)
    }

    /// Adds a list whose handler answers with items that are rendered.
    #[must_use]
    pub fn listed<E, H, F>(self, handler: H) -> Self
    where
        E: Listing,
        H: Fn(Cx, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Page<Json>>> + Send + 'static,
    {
        self.written(handler, |page| wire::write::rendered(&E::OP, page))
    }

    /// Adds what is told of one, whose handler answers with what is rendered.
    #[must_use]
    pub fn told<E, H, F>(self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Json>> + Send + 'static,
    {
        self.written(handler, |one| wire::write::rendered_one(&E::OP, one.as_ref()))
    }

    fn written<E, H, F, T>(mut self, handler: H, write: fn(&T) -> Vec<u8>) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
        T: 'static,
    {
        let once: Once = Arc::new(move |cx: Cx, fields: Arc<Fields>| match fields.read::<E>() {
            Ok(request) => {
                Box::pin(handler(cx, request).map_ok(move |answer| write(&answer).into()))
            }
            Err(problem) => Box::pin(ready(Err(problem.into()))),
        });
        self.0.push(Route { op: E::OP, form: E::FORM, once, kept: None, tells: None });
        self
    }

    /// Adds a public operation whose answer follows from its query alone as long as the server
    /// runs: made once, then handed out as bytes. Those that are asked for most are kept.
    #[must_use]
    pub fn fixed<E, H, F>(self, handler: H) -> Self
    where
        E: Endpoint,
        H: Fn(Cx, E) -> F + Send + Sync + 'static,
        F: Future<Output = Result<E::Response>> + Send + 'static,
    {
        let mut routes = self.on(handler);
        if let Some(route) = routes.0.last_mut() {
            route.kept = Some(Arc::new(RwLock::new(Kept::new(KEPT))));
        }
        routes
    }

    /// Adds a public list of what the catalogue has, as far as its filters let it through.
    #[must_use]
    pub fn catalogued<L: Listing>(self, items: fn(&Catalog, &L) -> Result<Vec<L::Item>>) -> Self
    where
        L::Item: Clone,
    {
        self.fixed(move |cx: Cx, mut list: L| async move {
            let items = items(cx.catalog(), &list)?;
            slice(&items, *list.per_page(), list.cursor().as_deref())
        })
    }

    /// These operations, whatever they are about.
    #[must_use]
    pub fn done(self) -> Routes {
        Routes(self.0, PhantomData)
    }

    /// Adds other operations.
    #[must_use]
    pub fn and<J>(mut self, other: Routes<J>) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// The one that is found, where it stands in the lists that its path names.
fn found<K: Kind + Shown>(doc: Doc<K>, lists: &[Facet], cx: &Cx) -> Result<Doc<K>> {
    let own = if lists.is_empty() { Vec::new() } else { doc.lists() };
    let is_there = lists.iter().all(|list| own.contains(list));
    if is_there { Ok(doc) } else { Err(cx.unknown::<K>(doc.id()).into()) }
}

/// What stands in a path before the one that it names.
fn before(path: &[String]) -> &[String] {
    path.split_last().map_or(&[], |(_, before)| before)
}

impl Cx {
    /// The one that stands last in the path of a request.
    ///
    /// # Errors
    /// 404 with its kind's words, or those of what it should be found within.
    pub async fn in_path<K: Kind + Shown>(&self, path: &[String]) -> Result<Doc<K>> {
        let lists = K::within(&mut self.begin(), before(path)).await?;
        found(self.get(K::called(self, path).await?).await?, &lists, self)
    }
}

impl Tx {
    /// The one that stands last in the path of a request, to be changed.
    ///
    /// # Errors
    /// 404 with its kind's words, or those of what it should be found within.
    pub async fn in_path<K: Kind + Shown>(&mut self, path: &[String]) -> Result<Doc<K>> {
        let cx = self.cx().clone();
        let lists = K::within(self, before(path)).await?;
        found(self.get(K::called(&cx, path).await?).await?, &lists, &cx)
    }
}

/// What stands first in the path of a request.
fn first<E: Endpoint>(request: &E) -> Vec<String> {
    request.path().into_iter().take(1).collect()
}

/// The id that stands first in the path of a request: whose the rest is.
pub fn owner_in<E: Endpoint>(request: &E) -> Uuid {
    request.path().first().and_then(|id| id.parse().ok()).unwrap_or_default()
}

impl<K: Kind> Routes<Of<K>> {
    /// Adds what one tells of itself, which stands first in the path.
    #[must_use]
    pub fn read<G: Endpoint>(self, tell: fn(&Cx, Doc<K>, G) -> Result<G::Response>) -> Self {
        self.on(move |cx: Cx, read: G| async move {
            let doc = cx.get::<K>(K::called(&cx, &first(&read)).await?).await?;
            tell(&cx, doc, read)
        })
    }

    /// Adds a change of one, which stands first in the path.
    #[must_use]
    pub fn alter<U: Endpoint>(
        self,
        alter: fn(&mut Tx, &mut Doc<K>, U) -> Result<U::Response>,
    ) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            let mut tx = cx.begin();
            let mut doc = tx.get::<K>(K::called(&cx, &first(&update)).await?).await?;
            let answer = alter(&mut tx, &mut doc, update)?;
            tx.save(&doc).await?;
            Ok(answer)
        })
    }

    /// The same where others are read for it, too.
    #[must_use]
    pub fn change<U: Endpoint>(self, change: Change<K, U>) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            let mut tx = cx.begin();
            let mut doc = tx.get::<K>(K::called(&cx, &first(&update)).await?).await?;
            let answer = change(&mut tx, &mut doc, update).await?;
            tx.save(&doc).await?;
            Ok(answer)
        })
    }
}

impl<About> Routes<About> {
    /// Says that what was added last tells one or several of a kind, and how one is told.
    #[must_use]
    pub fn telling_by(mut self, kind: &'static str, tell: Tell) -> Self {
        if let Some(route) = self.0.last_mut() {
            route.tells = Some(Tells { kind, tell });
        }
        self
    }

    /// The same for a kind that is shown so.
    #[must_use]
    pub fn telling<K: Kind, S: Shown<K>>(self) -> Self {
        self.telling_by(K::KIND, |cx, row| {
            Box::pin(async move { Ok(Json::of(&S::show(&cx, Doc::<K>::read(row)?).await?)) })
        })
    }
}

impl<K: Kind + Shown> Routes<Of<K>> {
    /// Adds the list of all of the kind.
    #[must_use]
    pub fn list<L: Listing<Item = K::View>>(self) -> Self {
        self.list_of::<L>(|_| Vec::new())
    }

    /// Adds the list of those that stand in all of the lists that a request asks for.
    #[must_use]
    pub fn list_of<L: Listing<Item = K::View>>(self, lists: fn(&L) -> Vec<Facet>) -> Self {
        self.listed(move |cx: Cx, mut list: L| async move {
            let (per_page, cursor) = (*list.per_page(), list.cursor().take());
            let mut within = K::within(&mut cx.begin(), &list.path()).await?;
            within.extend(lists(&list));
            cx.listed::<K, K>(within, per_page, cursor.as_deref()).await
        })
        .telling::<K, K>()
    }

    /// Adds the same list without pages: there can be `most`.
    #[must_use]
    pub fn list_whole<L: Endpoint<Response = Page<K::View>>>(self, most: usize) -> Self {
        self.on(move |cx: Cx, list: L| async move {
            let within = K::within(&mut cx.begin(), &list.path()).await?;
            let list = within.into_iter().next().unwrap_or_default();
            let docs = cx.all::<K>(list, most).await?;
            let with = K::with(&cx, &docs).await?;
            Ok(Page::whole(docs.iter().map(|doc| K::view(doc, &with, &cx)).collect()))
        })
        .telling::<K, K>()
    }

    /// Adds that of one, which stands last in the path.
    #[must_use]
    pub fn get<G: Endpoint<Response = K::View>>(self) -> Self {
        self.on(async |cx: Cx, get: G| {
            let doc = cx.in_path::<K>(&get.path()).await?;
            K::show(&cx, doc).await
        })
        .telling::<K, K>()
    }

    /// Adds the creation of one: what is to be made follows from the request alone.
    #[must_use]
    pub fn create<C: Endpoint<Response = K::View>>(self, make: fn(&Cx, C) -> Result<K>) -> Self {
        self.on(move |cx: Cx, create: C| async move { cx.begin().create(make(&cx, create)?).await })
    }

    /// The same where that needs others, too.
    #[must_use]
    pub fn create_with<C: Endpoint<Response = K::View>>(self, make: New<K, C>) -> Self {
        self.on(move |cx: Cx, create: C| async move {
            let mut tx = cx.begin();
            let doc = make(&mut tx, create).await?;
            tx.save(&doc).await?;
            K::show(&cx, doc).await
        })
    }

    /// Adds a change of one that needs nothing but itself, and answers nothing.
    #[must_use]
    pub fn update<U: Endpoint<Response = ()>>(
        self,
        change: fn(&Cx, &mut Doc<K>, U) -> Result<()>,
    ) -> Self {
        self.on(
            move |cx: Cx, update: U| async move { changed(&cx, update, change).await.map(drop) },
        )
    }

    /// The same where the changed thing is the answer.
    #[must_use]
    pub fn update_shown<U: Endpoint<Response = K::View>>(
        self,
        change: fn(&Cx, &mut Doc<K>, U) -> Result<()>,
    ) -> Self {
        self.on(move |cx: Cx, update: U| async move {
            let doc = changed(&cx, update, change).await?;
            K::show(&cx, doc).await
        })
    }

    /// Adds the end of one that nothing else refers to.
    #[must_use]
    pub fn delete<D: Endpoint<Response = ()>>(self) -> Self {
        self.on(async |cx: Cx, delete: D| {
            let mut tx = cx.begin();
            let doc = tx.in_path::<K>(&delete.path()).await?;
            tx.delete(doc);
            tx.commit().await
        })
    }

    /// The same where something is done first.
    #[must_use]
    pub fn delete_with<D: Endpoint<Response = ()>>(self, before: Before<K>) -> Self {
        self.on(move |cx: Cx, delete: D| async move {
            let mut tx = cx.begin();
            let mut doc = tx.in_path::<K>(&delete.path()).await?;
            before(&mut tx, &mut doc).await?;
            tx.delete(doc);
            tx.commit().await
        })
    }

    /// Adds the end of one to which all of a list refer. These are let go of first, many in
    /// commits of their own and the last with it: changed, or deleted by [`Tx::delete`].
    #[must_use]
    pub fn delete_after<D: Endpoint<Response = ()>, R: Kind>(
        self,
        referring: fn(Uuid) -> Facet,
        let_go: fn(&mut Tx, Doc<R>),
    ) -> Self {
        self.on(move |cx: Cx, delete: D| async move {
            let doc = cx.in_path::<K>(&delete.path()).await?;
            cx.in_batches::<R>(referring(doc.id()), let_go).await?;
            let mut tx = cx.begin();
            let doc = tx.in_path::<K>(&delete.path()).await?;
            for other in tx.rest::<R>(referring(doc.id())).await? {
                let_go(&mut tx, other);
            }
            tx.delete(doc);
            tx.commit().await
        })
    }
}

async fn changed<K: Kind + Shown, U: Endpoint>(
    cx: &Cx,
    update: U,
    change: fn(&Cx, &mut Doc<K>, U) -> Result<()>,
) -> Result<Doc<K>> {
    let mut tx = cx.begin();
    let mut doc = tx.in_path::<K>(&update.path()).await?;
    change(cx, &mut doc, update)?;
    tx.save(&doc).await?;
    Ok(doc)
}
