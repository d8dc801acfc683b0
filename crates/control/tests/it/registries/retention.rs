//! Retention of what was pushed to registries: rules, executions, schedules.

use super::*;

fn run(registry_id: RegistryId, dry_run: bool) -> ExecuteRetention {
    ExecuteRetention { registry_id, dry_run }
}

#[tokio::test]
async fn a_retention_rule_is_shown_in_the_registrys_words() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    let made = CreateRetentionRule {
        repository_match: "shop/*".into(),
        tag_action: Matching::Excludes,
        tag_match: "v1.*".into(),
        ..rule(registry_id, RetentionType::ArtifactsPulled, 10)
    };
    let made = world.done(made).await;
    let repository =
        json!([{ "decoration": "repoMatches", "kind": "doublestar", "pattern": "shop/*" }]);
    let expected = json!({
        "id": 1, "disabled": false, "action": "retain",
        "params": { "additional_prop": 10, "latestPulledN": 10 },
        "scope_selectors": { "repository": repository },
        "scope_selector": { "repository": repository },
        "tag_selectors": [{
            "decoration": "excludes", "extras": { "untagged": true }, "kind": "doublestar",
            "pattern": "v1.*",
        }],
        "template": "latestPulledN",
    });
    assert_eq!(serde_json::to_value(&made).unwrap(), expected);
    let off = UpdateRetentionRule { registry_id, retention_rule_id: 1, disabled: true };
    assert!(world.done(off).await.disabled);
    world.done(DeleteRetentionRule { registry_id, retention_rule_id: 1 }).await;
    let always =
        CreateRetentionRule { count: None, ..rule(registry_id, RetentionType::AlwaysRetain, 0) };
    let always = world.done(always).await;
    assert_eq!((always.id, always.params.len()), (2, 0), "a number is not used again");
    let uri = format!("/v2/registry/{registry_id}/retention/rules");
    let bad = |words: &str| format!("Bad request. {words}");
    world
        .refuses_with(rule(registry_id, RetentionType::DaysPushed, 0), &bad("count: say how"))
        .await;
    let no_pattern = CreateRetentionRule {
        tag_match: String::new(),
        ..rule(registry_id, RetentionType::DaysPushed, 1)
    };
    world.refuses_with(no_pattern, &bad("tag_match: no pattern; `**`")).await;
    let braces = CreateRetentionRule {
        repository_match: "{a}{b}{c}".into(),
        ..rule(registry_id, RetentionType::DaysPushed, 1)
    };
    world.refuses_with(braces, &bad("repository_match: choose in braces twice")).await;
    world.refuses_raw("POST", &uri, r#"{"rule_type": "newest"}"#, "rule_type").await;
    for _ in 0..control::registries::RULES_MAX - 1 {
        world.done(rule(registry_id, RetentionType::DaysPushed, 1)).await;
    }
    let full = bad("the registry has 15 retention rules, the most there can be");
    world.refuses_with(rule(registry_id, RetentionType::DaysPushed, 1), &full).await;
}

#[tokio::test]
async fn each_rule_keeps_what_it_says_and_the_rest_goes() {
    type Type = RetentionType;
    for (rule_type, count, untagged, kept) in [
        (Type::ArtifactsPushed, 2, true, vec!["-", "v3"]),
        (Type::ArtifactsPushed, 2, false, vec!["v2", "v3"]),
        (Type::ArtifactsPulled, 1, false, vec!["v1"]),
        (Type::DaysPushed, 1, false, vec!["v3"]),
        (Type::DaysPushed, 2, true, vec!["v2", "-", "v3"]),
        (Type::DaysPulled, 3, true, vec!["v1"]),
        (Type::AlwaysRetain, 1, false, vec!["v1", "v2", "v3"]),
    ] {
        let world = World::new().await;
        let id = registry(&world).await;
        for tag in ["v1", "v2"] {
            push(&world, id, "web", Some(tag)).await;
            world.advance(DAY + Duration::from_secs(60)).await;
        }
        push(&world, id, "web", None).await;
        push(&world, id, "web", Some("v3")).await;
        tell(&world, "pulled", id, json!({ "repository": "web", "tag": "v1" })).await;
        world.done(CreateRetentionRule { untagged, ..rule(id, rule_type, count) }).await;
        let before = tags(&world, id, "web").await;
        assert!(world.done(run(id, true)).await.dry_run);
        assert_eq!(tags(&world, id, "web").await, before, "it only looked");
        let ran = world.done(run(id, false)).await;
        assert_eq!((&*ran.trigger, ran.start_time), ("Manual", ran.end_time));
        assert_eq!(tags(&world, id, "web").await, kept, "{rule_type:?} {count} {untagged}");
    }
}

#[tokio::test]
async fn rules_are_for_the_repositories_and_tags_that_match() {
    let world = World::new().await;
    let id = registry(&world).await;
    for image in ["web", "shop/web", "shop/a/b"] {
        for tag in ["v1.0", "v1.1", "dev"] {
            push(&world, id, image, Some(tag)).await;
        }
    }
    // Without a rule that is switched on nothing goes.
    let off = world.done(rule(id, RetentionType::ArtifactsPushed, 1)).await.id;
    let disabled = UpdateRetentionRule { registry_id: id, retention_rule_id: off, disabled: true };
    world.done(disabled).await;
    world.done(run(id, false)).await;
    let only = CreateRetentionRule {
        repository_match: "shop/*".into(),
        tag_match: "v1.{0,7}".into(),
        ..rule(id, RetentionType::AlwaysRetain, 1)
    };
    world.done(only.clone()).await;
    world.done(run(id, false)).await;
    assert_eq!(tags(&world, id, "shop/web").await, ["v1.0"]);
    assert_eq!(tags(&world, id, "shop/a/b").await.len(), 3, "a star goes no deeper");
    assert_eq!(tags(&world, id, "web").await.len(), 3, "what no rule is for stays");
    let others = CreateRetentionRule {
        repository_action: Matching::Excludes,
        tag_action: Matching::Excludes,
        tag_match: "v?.**".into(),
        ..only
    };
    world.done(others).await;
    world.done(run(id, false)).await;
    assert_eq!(tags(&world, id, "web").await, ["dev"]);
    assert_eq!(tags(&world, id, "shop/web").await, ["v1.0"]);
}

#[tokio::test]
async fn a_schedule_carries_rules_out_when_its_time_comes() {
    let world = World::new().await;
    let registry_id = registry(&world).await;
    // A Saturday, half past nine.
    for (cron, next) in [
        (RetentionCron::Hourly, "2026-11-21T10:00:00+00:00"),
        (RetentionCron::Daily, "2026-11-22T00:00:00+00:00"),
        (RetentionCron::Weekly, "2026-11-22T00:00:00+00:00"),
        (RetentionCron::Monthly, "2026-12-01T00:00:00+00:00"),
        (RetentionCron::Daily, "2026-11-22T00:00:00+00:00"),
    ] {
        let shown = world.done(UpdateRetentionSchedule { registry_id, cron }).await;
        assert_eq!((shown.schedule, shown.next_scheduled_time.to_string()), (cron, next.into()));
    }
    world.done(rule(registry_id, RetentionType::ArtifactsPushed, 1)).await;
    for day in 0..2 {
        for tag in ["a", "b"] {
            push(&world, registry_id, "web", Some(&format!("{tag}{day}"))).await;
        }
        world.advance(Duration::from_secs(14 * 3600)).await;
        // Looked at for another reason, it carries out nothing before its time.
        world.done(CreateRegistryDockerCredentials::from(registry_id)).await;
        world.settle().await;
        assert_eq!(tags(&world, registry_id, "web").await.len(), 2 + day, "before midnight");
        world.advance(Duration::from_secs(10 * 3600)).await;
        let left = tags(&world, registry_id, "web").await;
        assert_eq!(left, [format!("b{day}")], "after midnight");
    }
}
