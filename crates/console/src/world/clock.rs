//! The clock of all there is: what it shows, how it goes, and turning it.

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::{Tab, World, button, commands, form, text, time};
use crate::cx::Cx;
use crate::icon::icon;
use crate::when;

/// How far it is turned by a button.
const PRESETS: &[(&str, &str)] = &[("1h", "An hour"), ("1d", "A day"), ("30d", "30 days")];
/// How fast it is made by a button.
const RATES: &[(&str, &str)] = &[("60", "A minute a second"), ("3600", "An hour a second")];

/// What it shows, in words.
pub(super) fn shown(clock: &Value) -> String {
    when::shown(clock["time_ms"].as_i64().unwrap_or_default(), "%-d %b %Y, %H:%M:%S UTC")
}

/// How it goes, in words.
pub(super) fn goes(clock: &Value) -> String {
    let rate = clock["rate"].as_f64().unwrap_or_default();
    match text(clock, "mode") {
        "frozen" => "stands still".to_owned(),
        "running" if (rate - 1.0).abs() < 1e-9 => "runs".to_owned(),
        "running" => format!("runs {rate} seconds in one"),
        _ => "goes as the system's".to_owned(),
    }
}

/// How far it is ahead of the system's, in words; empty where it is not.
fn ahead(clock: &Value) -> String {
    let now = clock["time_ms"].as_i64().unwrap_or_default();
    let system = when::millis(text(clock, "system_time")).unwrap_or_default();
    match now - system {
        ..2000 => String::new(),
        ahead => span(ahead / 1000),
    }
}

/// A time that passes, by its two largest units: `30 days 2 h`.
fn span(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "days"), (3600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = left / length;
        left %= length;
        if count > 0 && parts.len() < 2 {
            let unit = if count == 1 && unit == "days" { "day" } else { unit };
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.join(" ")
}

/// "One step of a lifecycle was taken".
pub(super) fn steps(count: u64) -> String {
    match count {
        0 => "no lifecycle had a step to take".to_owned(),
        1 => "one step of a lifecycle was taken".to_owned(),
        many => format!("{many} steps of lifecycles were taken"),
    }
}

pub(super) async fn show(cx: Cx) -> Response {
    let world = match World::look(&cx).await {
        Ok(world) => world,
        Err(response) => return response,
    };
    let clock = &world.clock;
    let content = html! { div.cols.main {
        div.stack { (face(&cx, clock)) (turn(&cx, clock)) (pace(&cx)) }
        aside.stack aria-label="Commands" { (commands(&[
            "kettle world clock get".to_owned(),
            "kettle world clock freeze".to_owned(),
            "kettle world clock advance 30d".to_owned(),
            format!("kettle world clock set {}", example(clock)),
            "kettle world clock scale 60".to_owned(),
            "kettle world clock resume --real".to_owned(),
        ])) }
    } };
    world.page(&cx, Tab::Clock, &html! {}, &content)
}

/// A time that it could be set to: the next day's noon.
fn example(clock: &Value) -> String {
    let day = clock["time_ms"].as_i64().unwrap_or_default() + 86_400_000;
    when::shown(day, "%Y-%m-%dT12:00:00Z")
}

/// What it shows, and how it goes.
fn face(cx: &Cx, clock: &Value) -> Markup {
    let (mode, ahead) = (text(clock, "mode"), ahead(clock));
    let turned = cx.asked("steps").parse::<u64>().ok();
    let goes = goes(clock);
    html! {
        section.panel aria-labelledby="h-clock" {
            header { h2 id="h-clock" { "What it shows" } }
            div.body.stack {
                p.price { (shown(clock)) }
                dl.facts {
                    div { dt { "How it goes" } dd { "It " (goes) } }
                    @if mode != "real" {
                        div { dt { "The system's clock" } dd { (time(text(clock, "system_time"))) } }
                    }
                    @if !ahead.is_empty() { div { dt { "Ahead of it by" } dd { (ahead) } } }
                    @if let Some(turned) = turned { div.whole { dt { "As it was turned" } dd { (steps(turned)) } } }
                }
                div.row {
                    @if mode != "frozen" {
                        (button(cx, "freeze-clock", &[], "", &html! { (icon("stop")) " Freeze" }))
                    }
                    @if mode == "frozen" || goes.ends_with("in one") {
                        (button(cx, "resume-clock", &[], "", &html! { (icon("play")) " Let it run" }))
                    }
                    @if mode != "real" {
                        (button(cx, "resume-clock", &[("real", "true")], "", &html! { (icon("again")) " Go as the system's" }))
                    }
                }
                @if mode != "real" && !ahead.is_empty() {
                    p.hint { "It never goes back: a reset, or a snapshot that is restored, brings back its own time." }
                }
            }
        }
    }
}

fn turn(cx: &Cx, clock: &Value) -> Markup {
    html! {
        section.panel aria-labelledby="h-turn" {
            header { h2 id="h-turn" { "Turn it ahead" } }
            div.body.stack {
                p.muted { "Whatever becomes due on the way is done, in order: backups run, invoices close, passwords \
                     vanish, sessions and certificates end." }
                (form(cx, "advance-clock", &html! {
                    @for (duration, text) in PRESETS {
                        button.btn type="submit" name="duration" value=(duration) { (text) }
                    }
                }))
                div.grid2 {
                    div.field {
                        label for="duration" { "By" }
                        (form(cx, "advance-clock", &html! {
                            input.input.fit id="duration" name="duration" required size="12" placeholder="36h" autocomplete="off";
                            button.btn type="submit" { "Turn ahead" }
                        }))
                        span.hint { "A number and its unit: 90s, 15m, 36h, 30d, 2w." }
                    }
                    div.field {
                        label for="time" { "To" }
                        (form(cx, "set-clock", &html! {
                            input.input.fit id="time" name="time" required size="24" placeholder=(example(clock)) autocomplete="off";
                            button.btn type="submit" { "Set" }
                        }))
                        span.hint { "A time in UTC that is still to come." }
                    }
                }
            }
        }
    }
}

fn pace(cx: &Cx) -> Markup {
    html! {
        section.panel aria-labelledby="h-pace" {
            header { h2 id="h-pace" { "Its pace" } }
            div.body.row.wide {
                (form(cx, "scale-clock", &html! {
                    @for (rate, text) in RATES {
                        button.btn type="submit" name="rate" value=(rate) { (text) }
                    }
                }))
                (form(cx, "scale-clock", &html! {
                    label.sr for="rate" { "Seconds in one of the system's" }
                    input.input.fit id="rate" name="rate" required size="10" placeholder="0.5" inputmode="decimal" autocomplete="off";
                    span { "seconds in one" }
                    button.btn type="submit" { "Let it run so" }
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units() {
        for (seconds, text) in
            [(5, "5 s"), (3_660, "1 h 1 min"), (86_400, "1 day"), (2_598_000, "30 days 1 h")]
        {
            assert_eq!(span(seconds), text);
        }
    }
}
