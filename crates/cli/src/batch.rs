//! One command on one thing or on several of a kind: each is told when it is done, and what is
//! known only once, such as a password, is printed before anything is waited for.
//!
//! As a table, answers are printed as they come. As JSON, YAML or CSV there is exactly one document,
//! at the end, however that comes about: it has what the first answers told and what was seen last.

use std::time::Duration;

use api::Method;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches};
use presentation::operations::Operation;
use presentation::pointers;
use presentation::schema;
use presentation::text::{clean, quoted};
use sdk::{Client, Error};
use serde_json::{Map, Value, json};

use crate::call::{encode, once, print};
use crate::command::{NAME, TIMEOUT, WAIT, flag};
use crate::deed::{Deed, called, makes};
use crate::error::{Exit, Failure};
use crate::globals::{ENDPOINT, PROFILE};
use crate::names::{self, Known};
use crate::output::View;
use crate::stop::Stop;
use crate::wait::{self, Deadline, Target};
use crate::{Context, consent};

/// Whether the last argument of the path may be several: where the command is about what it names.
pub(crate) fn takes_several(operation: &Operation) -> bool {
    let shown = !operation.reads() || (operation.command == "get" && !operation.is_list());
    shown && operation.command != "create" && operation.op.path_params().next().is_some()
}

/// The last argument of a path.
pub(crate) fn several(operation: &Operation, arg: Arg) -> Arg {
    match takes_several(operation) {
        true => arg.num_args(1..).action(ArgAction::Append),
        false => arg,
    }
}

pub(crate) struct Batch<'a> {
    pub(crate) operation: &'a Operation,
    all: &'a [Operation],
    pub(crate) client: Client,
    each: Vec<Item>,
    known: Known,
    /// Whether several were given: then the document is a list.
    many: bool,
    /// How it ended, where one of several failed: the first of them.
    failed: Option<Exit>,
    /// Why an answer could not be printed: nothing is printed after it.
    unprinted: Option<Failure>,
}

struct Item {
    fields: Map<String, Value>,
    /// The thing, as it was before.
    before: Option<Value>,
    /// What was answered, and then what was seen last.
    answer: Value,
    /// What of it is on the screen.
    shown: Value,
    done: bool,
}

impl Batch<'_> {
    /// `several` are the ids of things that differ in nothing else.
    ///
    /// # Errors
    /// Where a request cannot be sent: nothing is then done to any of them.
    pub(crate) fn new<'a>(
        operation: &'a Operation,
        all: &'a [Operation],
        client: Client,
        fields: Map<String, Value>,
        several: Option<(String, Vec<Value>)>,
        known: Known,
    ) -> Result<Batch<'a>, Failure> {
        let item = |fields| Item {
            fields,
            before: None,
            answer: Value::Null,
            shown: Value::Null,
            done: false,
        };
        let many = several.is_some();
        let each = match several {
            None => vec![item(fields)],
            Some((own, ids)) => ids
                .into_iter()
                .map(|id| {
                    let mut fields = fields.clone();
                    fields.insert(own.clone(), id);
                    item(fields)
                })
                .collect(),
        };
        for item in &each {
            encode(operation, item.fields.clone())?;
        }
        Ok(Batch { operation, all, client, each, known, many, failed: None, unprinted: None })
    }

    /// The fields of the only request.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        self.each.first().map(|item| item.fields.clone()).unwrap_or_default()
    }

    /// Looks at what is about to change, so that its name can be told: whoever reads an id alone
    /// does not know what was meant.
    pub(crate) async fn look(&mut self) -> Result<(), Failure> {
        if makes(self.operation) {
            return Ok(());
        }
        let Some(own) = self.operation.path_fields().pop() else { return Ok(()) };
        for item in &mut self.each {
            let id = item.fields.get(&own).and_then(Value::as_str).unwrap_or_default().to_owned();
            // What was found by its name needs no second look, unless it will be gone.
            if self.known.contains_key(&id) && self.operation.op.method != Method::DELETE {
                continue;
            }
            item.before = names::look(&self.client, self.operation, self.all, &item.fields).await?;
            if let Some(label) = item.before.as_ref().and_then(pointers::label) {
                self.known.entry(id).or_insert_with(|| label.to_owned());
            }
        }
        Ok(())
    }

    /// Asks about all of them at once.
    pub(crate) fn ask(&self, context: &mut Context<'_>) -> Result<(), Failure> {
        let mut fields = self.fields();
        if let Some(own) = self.operation.path_fields().pop().filter(|_| self.many) {
            let ids = self.each.iter().filter_map(|item| item.fields.get(&own).cloned()).collect();
            fields.insert(own, Value::Array(ids));
        }
        let what = Deed::new(self.operation, &fields, self.all).wanted(&self.known);
        consent::ask(&what, &self.client, context.stdin, context.err)
    }

    /// Carries it out on each, waits where that is wanted, and prints what there is to tell. After
    /// a failure it goes on with the next one; the exit status is that of the first failure.
    pub(crate) async fn carry_out(
        mut self,
        view: &View,
        matches: &ArgMatches,
        args: &ArgMatches,
        context: &mut Context<'_>,
    ) -> Result<Exit, Failure> {
        let table = !view.is_document();
        let waits = args.try_get_one::<bool>(WAIT).ok().flatten() == Some(&true);
        let target = wait::target(self.operation, self.all).filter(|_| waits);
        // Whoever only looks has nothing to be told when it ends.
        let hears = !self.operation.reads() || target.is_some();
        let mut stop = if hears { Stop::listen() } else { Stop::deaf() };
        let mut end = self.call_each(view, &mut stop, context).await?;
        if let (Ok(()), Some(target)) = (&end, target) {
            let timeout = args.get_one::<Duration>(TIMEOUT).copied().unwrap_or_default();
            end = self.wait_each(&target, timeout, &mut stop, matches, context).await;
        }
        if !table && end.is_ok() {
            self.complete(&mut stop).await;
        }
        self.print_rest(view, context);
        match (end, self.failed, self.unprinted) {
            (Ok(()), None, Some(unprinted)) => Err(unprinted),
            (end, failed, unprinted) => {
                if let Some(unprinted) = unprinted {
                    let _ = unprinted.report(context.err);
                }
                end.map(|()| failed.unwrap_or(Exit::Ok))
            }
        }
    }

    /// The inner result is a failure after which nothing else can be done, though something was.
    async fn call_each(
        &mut self,
        view: &View,
        stop: &mut Stop,
        context: &mut Context<'_>,
    ) -> Result<Result<(), Failure>, Failure> {
        for place in 0..self.each.len() {
            let answer = match self.call(&self.each[place], stop).await {
                Ok(answer) => answer,
                Err(failure) if !self.many => return Err(failure),
                Err(failure) if failure.is_hopeless() => {
                    let maybe = matches!(failure, Failure::Interrupted { request: Some(_), .. });
                    let left = self.each.iter().skip(place + usize::from(maybe));
                    let left: Vec<_> = left.map(|item| self.called(item)).collect();
                    if !left.is_empty() {
                        let _ = writeln!(context.err, "not done: {}", left.join(", "));
                    }
                    return Ok(Err(failure));
                }
                Err(failure) => {
                    let _ = failure.report_about(&self.called(&self.each[place]), context.err);
                    self.failed.get_or_insert(failure.exit());
                    continue;
                }
            };
            if !self.operation.reads() {
                let deed = Deed::new(self.operation, &self.each[place].fields, self.all);
                // It is done, whether or not anybody hears of it; the answer is still to be printed.
                let _ = writeln!(context.err, "{}", deed.done(&answer, &self.known));
                if !view.is_document() && !answer.is_null() {
                    self.print(answer.clone(), view, context);
                    self.each[place].shown = answer.clone();
                }
            }
            self.each[place].answer = answer;
            self.each[place].done = true;
        }
        Ok(Ok(()))
    }

    async fn call(&self, item: &Item, stop: &mut Stop) -> Result<Value, Failure> {
        let request = encode(self.operation, item.fields.clone())?;
        let path = request.uri.split('?').next().unwrap_or_default();
        let request = format!("{} {path}", self.operation.op.method);
        let request = Some(request).filter(|_| !self.operation.reads());
        let call = once(&self.client, self.operation, item.fields.clone());
        stop.unless_came(request, call).await.map_err(|failure| self.as_typed(failure))
    }

    /// A refusal that begins with the name of a field, as `label: ...`, with the flag for it.
    fn as_typed(&self, failure: Failure) -> Failure {
        let Failure::Call(Error::Refused(mut refusal)) = failure else { return failure };
        let schema = self.operation.request();
        if let Some((field, text)) = refusal.error.split_once(": ")
            && schema::fields(&schema).any(|(name, _)| name == field)
        {
            refusal.error = format!("--{}: {text}", flag(field));
        }
        Error::Refused(refusal).into()
    }

    /// What an item is called.
    fn called(&self, item: &Item) -> String {
        Deed::new(self.operation, &item.fields, self.all).subject(&self.known)
    }

    /// Waits for one after the other, all within the same time. A signal ends it.
    async fn wait_each(
        &mut self,
        target: &Target<'_>,
        timeout: Duration,
        stop: &mut Stop,
        matches: &ArgMatches,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let deadline = Deadline::after(timeout);
        let (progress, kettle) = (context.terminal.progress, again(matches));
        for item in self.each.iter_mut().filter(|item| item.done) {
            let (noun, id) = target.subject(&item.fields, &item.answer);
            let waiting =
                target.wait(&self.client, &item.fields, &mut item.answer, deadline, progress);
            let end = tokio::select! {
                biased;
                by = stop.came() => {
                    let what = format!("{noun} {id}").into();
                    Err(Failure::Stopped { what, by, go_on: "".into() })
                }
                end = waiting => end,
            };
            let Err(failure) = end else {
                if !self.operation.reads() {
                    let label = pointers::label(&item.answer).map(str::to_owned);
                    let mut known = self.known.clone();
                    known.extend(label.map(|label| (id.clone(), label)));
                    let text = format!("{noun} {} is {}", called(&id, &known), target.reached());
                    let _ = writeln!(context.err, "{}", clean(&text));
                }
                continue;
            };
            let failure =
                failure.with_go_on(|more| target.go_on(&kettle, &item.fields, &item.answer, more));
            if !self.many || failure.is_hopeless() || matches!(failure, Failure::Stopped { .. }) {
                return Err(failure);
            }
            let _ = failure.report(context.err);
            self.failed.get_or_insert(failure.exit());
        }
        Ok(())
    }

    /// Where the API answers with nothing, looks at the thing as it is now, for who reads documents.
    async fn complete(&mut self, stop: &mut Stop) {
        if makes(self.operation) || self.is_gone() {
            return;
        }
        for item in self.each.iter_mut().filter(|item| item.done && item.answer.is_null()) {
            let look = names::look(&self.client, self.operation, self.all, &item.fields);
            match stop.unless_came(None, look).await {
                Ok(thing) => item.answer = thing.unwrap_or_default(),
                Err(Failure::Interrupted { by, .. }) => {
                    self.failed.get_or_insert(by);
                    return;
                }
                Err(_) => {}
            }
        }
    }

    /// Whether what the path names is gone afterwards.
    fn is_gone(&self) -> bool {
        self.operation.op.method == Method::DELETE && self.operation.pattern().ends_with("/{}")
    }

    /// What a document tells of an item: what was answered, or the thing, or at least its id.
    fn document(&self, item: &Item) -> Value {
        match (&item.answer, &item.before) {
            (Value::Null, Some(before)) if self.is_gone() => before.clone(),
            (Value::Null, _) => {
                let own = self.operation.path_fields().pop();
                let own = own.filter(|_| !makes(self.operation));
                own.and_then(|own| item.fields.get(&own)).map_or(json!({}), |id| json!({"id": id}))
            }
            (answer, _) => answer.clone(),
        }
    }

    /// Prints below what is on the screen. Somebody who reads no further, as `head` does, is no reason
    /// to leave the rest undone.
    fn print(&mut self, answer: Value, view: &View, context: &mut Context<'_>) {
        let below = self.each.iter().any(|item| !item.shown.is_null()) && !answer.is_null();
        let printed = || {
            if below {
                writeln!(context.out)?;
            }
            print(answer, view, context)
        };
        if self.unprinted.is_none() {
            self.unprinted = printed().err();
        }
    }

    fn print_rest(&mut self, view: &View, context: &mut Context<'_>) {
        let table = !view.is_document();
        let view = &match &self.each[..] {
            [one] if table && !self.many => view.since(&one.answer, &one.shown),
            _ => view.clone(),
        };
        let done = || self.each.iter().filter(|item| item.done);
        let rest: Value = match (table, self.many) {
            (false, false) => done().map(|item| self.document(item)).next().unwrap_or_default(),
            (false, true) => done().map(|item| self.document(item)).collect(),
            (true, false) => {
                let news = |item: &Item| match view.chosen() {
                    Some([]) => json!({}),
                    Some(_) => item.answer.clone(),
                    None => news(&item.answer, &item.shown),
                };
                done().map(news).next().unwrap_or_default()
            }
            (true, true) if done().all(|item| item.answer == item.shown) => Value::Null,
            (true, true) => {
                done().map(|item| item.answer.clone()).filter(|a| !a.is_null()).collect()
            }
        };
        let nothing = rest.as_object().is_some_and(Map::is_empty);
        // CSV has no way to say nothing.
        if nothing && !view.can_be_empty() {
            if self.operation.reads() && context.terminal.progress {
                // Where nobody can be told any more, there is nothing to tell.
                let _ = writeln!(context.err, "(none)");
            }
            return;
        }
        self.print(rest, view, context);
    }
}

/// What is to be said of a thing of which something is on the screen already.
fn news(answer: &Value, shown: &Value) -> Value {
    match (answer, shown) {
        (Value::Object(answer), Value::Object(shown)) => {
            let new = answer.iter().filter(|(key, value)| shown.get(*key) != Some(value));
            Value::Object(new.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        (answer, shown) if answer == shown => json!({}),
        (answer, _) => answer.clone(),
    }
}

/// How this program is called to reach the same place again.
fn again(matches: &ArgMatches) -> String {
    let given = |id| match matches.value_source(id) {
        Some(ValueSource::CommandLine) => matches.get_one::<String>(id),
        _ => None,
    };
    let mut text = NAME.to_owned();
    for (id, flag) in [(PROFILE, "--profile"), (ENDPOINT, "--endpoint")] {
        if let Some(value) = given(id) {
            text = format!("{text} {flag} {}", quoted(value));
        }
    }
    text
}
