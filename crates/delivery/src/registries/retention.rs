//! Retention: which artifacts are kept, and what becomes of the others.
//!
//! The rules are Harbor's, whose words the API has. Each rule is for some repositories. In these,
//! what any rule keeps stays, and everything else goes; a repository without a rule loses nothing.

use std::collections::BTreeSet;

use api::Time;
use api::registries::*;
use uuid::Uuid;

use super::handlers::full;
use super::{
    Artifact, REPOSITORIES_MAX, RULES_MAX, Registry, Repository, Rule, Schedule, in_registry,
};
use crate::billing::{month_end, month_start};
use crate::{Cx, Doc, Part, Result, Routes, Tx, alike, ensure, lies_in};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The kind of all patterns.
const DOUBLESTAR: &str = "doublestar";

pub(super) fn routes() -> Routes {
    let rules = Routes::parts::<Rule>()
        .list::<ListRetentionRules>()
        .get::<GetRetentionRule>()
        .create(create)
        .update_shown(|_, _, rule, req: UpdateRetentionRule| {
            rule.disabled = req.disabled;
            Ok(())
        })
        .remove::<DeleteRetentionRule>();
    let registry = Routes::of::<Registry>().alter(set_schedule).on(execute_now);
    rules.and(registry).done()
}

impl Part for Rule {
    lies_in!(Registry, rules);
    type View = RetentionRule;
    const UNKNOWN: &'static str = "Invalid retention rule";

    fn is(&self, id: &str) -> bool {
        crate::is_written(&self.id, id)
    }
    fn view(&self, _: &Doc<Registry>) -> RetentionRule {
        let (template, selects) = (self.template().to_owned(), self.selectors());
        let counts = self.rule_type != RetentionType::AlwaysRetain;
        let params = [template.clone(), "additional_prop".into()].map(|name| (name, self.count));
        alike!(self => RetentionRule {
            id, disabled;
            action: "retain".into(),
            params: params.into_iter().filter(|_| counts).collect(),
            scope_selectors: selects.clone(),
            scope_selector: selects,
            tag_selectors: vec![TagSelector {
                decoration: words(self.tag_action, ["matches", "excludes"]),
                extras: TagExtras { untagged: self.untagged },
                kind: DOUBLESTAR.into(),
                pattern: self.tag_match.clone(),
            }],
            template,
        })
    }
}

fn words(action: Matching, [matches, excludes]: [&str; 2]) -> String {
    if action == Matching::Matches { matches.into() } else { excludes.into() }
}

impl Rule {
    fn template(&self) -> &'static str {
        match self.rule_type {
            RetentionType::ArtifactsPushed => "latestPushedK",
            RetentionType::ArtifactsPulled => "latestPulledN",
            RetentionType::DaysPushed => "nDaysSinceLastPush",
            RetentionType::DaysPulled => "nDaysSinceLastPull",
            RetentionType::AlwaysRetain => "always",
        }
    }

    fn selectors(&self) -> ScopeSelectors {
        let decoration = words(self.repository_action, ["repoMatches", "repoExcludes"]);
        let pattern = self.repository_match.clone();
        let kind = DOUBLESTAR.into();
        ScopeSelectors { repository: vec![RepositorySelector { decoration, kind, pattern }] }
    }

    /// Whether it is for this repository.
    fn is_for(&self, image: &str) -> bool {
        matches(&self.repository_match, image) == (self.repository_action == Matching::Matches)
    }

    /// Whether an artifact has a tag that it is for, or none and it is for such.
    fn selects(&self, artifact: &Artifact) -> bool {
        let is_for = self.tag_action == Matching::Matches;
        match artifact.tags.is_empty() {
            true => self.untagged == is_for,
            false => artifact.tags.iter().any(|tag| matches(&self.tag_match, &tag.name) == is_for),
        }
    }

    /// The digests of what it keeps.
    fn kept<'a>(&self, repository: &'a Repository, now: i64) -> BTreeSet<&'a str> {
        // The newest first, of those of the same time, too.
        let all = repository.artifacts.iter().rev();
        let mut found: Vec<_> = all.filter(|artifact| self.selects(artifact)).collect();
        let (count, since) = (self.count as usize, now - i64::from(self.count) * DAY);
        match self.rule_type {
            RetentionType::ArtifactsPushed => {
                found.sort_by_key(|artifact| std::cmp::Reverse(artifact.pushed));
                found.truncate(count);
            }
            RetentionType::ArtifactsPulled => {
                found.sort_by_key(|artifact| std::cmp::Reverse(artifact.pulled));
                found.truncate(count);
            }
            RetentionType::DaysPushed => found.retain(|artifact| artifact.pushed >= since),
            RetentionType::DaysPulled => {
                found.retain(|artifact| artifact.pulled.is_some_and(|at| at >= since));
            }
            RetentionType::AlwaysRetain => {}
        }
        found.into_iter().map(|artifact| artifact.digest.as_str()).collect()
    }
}

/// Whether a text is as a pattern says: `*` stands for anything but `/`, `**` for anything, `?` for
/// one character but `/`, and `{a,b}` for either.
fn matches(pattern: &str, text: &str) -> bool {
    if let Some((before, rest)) = pattern.split_once('{')
        && let Some((choices, after)) = rest.split_once('}')
    {
        return choices.split(',').any(|one| matches(&format!("{before}{one}{after}"), text));
    }
    let text: Vec<char> = text.chars().collect();
    // Whether what was read of the pattern can end at a place of the text.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    let mut pattern = pattern.chars().peekable();
    while let Some(one) = pattern.next() {
        if one == '*' {
            let is_deep = pattern.next_if_eq(&'*').is_some();
            for (at, c) in text.iter().enumerate() {
                ends[at + 1] |= ends[at] && (is_deep || *c != '/');
            }
            continue;
        }
        let fits = |c: char| c == one || one == '?' && c != '/';
        for at in (0..text.len()).rev() {
            ends[at + 1] = ends[at] && fits(text[at]);
        }
        ends[0] = false;
    }
    ends[text.len()]
}

fn create(_: &Cx, registry: &mut Doc<Registry>, req: CreateRetentionRule) -> Result<Rule> {
    full("retention rules", RULES_MAX).unless(registry.rules.len() < RULES_MAX)?;
    let count = req.count.unwrap_or_default();
    let needs = req.rule_type != RetentionType::AlwaysRetain;
    ensure(!needs || count > 0, "count", "say how many artifacts, or of how many days")?;
    for (field, pattern) in
        [("repository_match", &req.repository_match), ("tag_match", &req.tag_match)]
    {
        ensure(!pattern.is_empty(), field, "no pattern; `**` matches everything")?;
        let is_short = pattern.matches('{').count() <= 2;
        ensure(is_short, field, "choose in braces twice at most")?;
    }
    registry.last_rule += 1;
    Ok(alike!(req => Rule {
        rule_type, repository_action, repository_match, tag_action, tag_match, untagged;
        id: registry.last_rule,
        disabled: false,
        count,
    }))
}

impl Schedule {
    /// When the round begins that a time is in.
    pub(super) fn last(&self, now: i64) -> i64 {
        let day = now.div_euclid(DAY);
        match self.every {
            RetentionCron::Hourly => now.div_euclid(HOUR) * HOUR,
            RetentionCron::Daily => day * DAY,
            // The first day of 1970 was a Thursday.
            RetentionCron::Weekly => (day - (day + 4).rem_euclid(7)) * DAY,
            RetentionCron::Monthly => month_start(Time::from_millis(now)).as_millis(),
        }
    }

    /// When the next one begins.
    pub(super) fn next(&self, now: i64) -> i64 {
        match self.every {
            RetentionCron::Hourly => self.last(now) + HOUR,
            RetentionCron::Daily => self.last(now) + DAY,
            RetentionCron::Weekly => self.last(now) + 7 * DAY,
            RetentionCron::Monthly => month_end(Time::from_millis(now)).as_millis(),
        }
    }

    /// The time for which rules are to be carried out by now; none where they were.
    pub(super) fn due(&self, now: i64, executed: Option<i64>) -> Option<i64> {
        Some(self.last(now)).filter(|at| *at > self.since.max(executed.unwrap_or_default()))
    }
}

fn set_schedule(
    tx: &mut Tx,
    registry: &mut Doc<Registry>,
    req: UpdateRetentionSchedule,
) -> Result<RetentionSchedule> {
    let now = tx.cx().now();
    let schedule = Schedule { every: req.cron, since: now };
    let next_scheduled_time = Time::from_millis(schedule.next(now));
    registry.schedule = Some(schedule);
    Ok(RetentionSchedule { schedule: req.cron, next_scheduled_time })
}

async fn execute_now(cx: Cx, req: ExecuteRetention) -> Result<RetentionExecution> {
    let registry = cx.get::<Registry>(req.registry_id).await?;
    if !req.dry_run {
        execute(&cx, registry.id()).await?;
    }
    let (dry_run, trigger) = (req.dry_run, "Manual".into());
    Ok(RetentionExecution { dry_run, start_time: cx.time(), end_time: cx.time(), trigger })
}

/// Deletes what no rule keeps. Done again, it changes nothing more.
pub(super) async fn execute(cx: &Cx, registry: Uuid) -> Result<()> {
    let (mut tx, now) = (cx.begin(), cx.now());
    let rules = tx.get::<Registry>(registry).await?.want.rules;
    for mut repository in tx.all::<Repository>(in_registry(registry), REPOSITORIES_MAX).await? {
        let mut rules =
            rules.iter().filter(|r| !r.disabled && r.is_for(&repository.image)).peekable();
        if rules.peek().is_none() {
            continue;
        }
        let kept: BTreeSet<String> =
            rules.flat_map(|rule| rule.kept(&repository, now)).map(str::to_owned).collect();
        if kept.len() < repository.artifacts.len() {
            repository.artifacts.retain(|artifact| kept.contains(&artifact.digest));
            repository.updated = now;
            tx.put(&repository);
        }
    }
    tx.commit().await
}
