//! The clock of all that is here.

use std::sync::Arc;

use api::Time;
use api::world::clock::{
    AdvanceClock, ClockMode, FreezeClock, GetClock, ResumeClock, ScaleClock, SetClock, WorldClock,
};
use control::{Refusal, Result, Routes};
use engine::{Engine, Mode};

use crate::{App, span};

/// How fast and how slowly a clock can run.
const RATES: std::ops::RangeInclusive<f64> = 0.001..=1_000_000.0;
/// How far a clock can be turned in one go: a hundred years.
const FARTHEST_DAYS: u32 = 100 * 366;

pub(crate) fn routes(app: &Arc<App>) -> Routes {
    let engine = app.engine.clone();
    let [get, freeze, resume, scale, set, advance] = std::array::from_fn(|_| engine.clone());
    Routes::default()
        .on(move |_, _: GetClock| {
            let engine = get.clone();
            async move { Ok(shown(&engine, 0)) }
        })
        .on(move |_, _: FreezeClock| go(freeze.clone(), 0.0))
        .on(move |_, ask: ResumeClock| {
            let engine = resume.clone();
            async move {
                match ask.real {
                    Some(true) => as_the_system(engine).await,
                    _ => go(engine, 1.0).await,
                }
            }
        })
        .on(move |_, ask: ScaleClock| {
            let engine = scale.clone();
            async move { go(engine, rate(&ask.rate)?).await }
        })
        .on(move |_, ask: SetClock| {
            let engine = set.clone();
            async move {
                let until = time(&ask.time, engine.clock().now())?;
                turn(engine, until).await
            }
        })
        .on(move |_, ask: AdvanceClock| {
            let engine = advance.clone();
            async move {
                let ahead = span::duration(&ask.duration, FARTHEST_DAYS)
                    .map_err(|wrong| Refusal::field("duration", wrong))?;
                let ahead = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
                let until = engine.clock().now().saturating_add(ahead);
                turn(engine, until).await
            }
        })
}

/// What is told of a clock.
pub(crate) fn shown(engine: &Engine, steps: u64) -> WorldClock {
    let clock = engine.clock();
    let (mode, now) = (clock.mode(), clock.now());
    WorldClock {
        time: Time::from_millis(now),
        time_ms: now,
        mode: match mode {
            Mode::Real => ClockMode::Real,
            Mode::Frozen { .. } => ClockMode::Frozen,
            Mode::Running { .. } => ClockMode::Running,
        },
        rate: mode.rate(),
        system_time: Time::from_millis(clock.system_now()),
        steps,
    }
}

async fn go(engine: Engine, rate: f64) -> Result<WorldClock> {
    to_the_end(engine, move |engine| async move {
        engine.go(rate).await?;
        tell(&engine);
        Ok(shown(&engine, 0))
    })
    .await
}

async fn as_the_system(engine: Engine) -> Result<WorldClock> {
    to_the_end(engine, |engine| async move {
        let (shows, system) = (engine.clock().now(), engine.clock().system_now());
        if !engine.go_as_the_system().await? {
            let [shows, system] = [shows, system].map(Time::from_millis);
            let text = format!(
                "The clock shows {shows} and never goes back; the system's shows {system}. A reset, or a \
                 snapshot that is restored, brings back its time, too."
            );
            return Err(Refusal::new(409, text).into());
        }
        tell(&engine);
        Ok(shown(&engine, 0))
    })
    .await
}

async fn turn(engine: Engine, until: i64) -> Result<WorldClock> {
    to_the_end(engine, move |engine| async move {
        let advanced = engine.advance(until).await?;
        tell(&engine);
        Ok(shown(&engine, advanced.steps))
    })
    .await
}

/// Does it to the end, even if who asked goes away: a clock that is stopped on its way would stay so.
async fn to_the_end<F>(
    engine: Engine,
    work: impl FnOnce(Engine) -> F + Send + 'static,
) -> Result<WorldClock>
where
    F: Future<Output = Result<WorldClock>> + Send + 'static,
{
    tokio::spawn(work(engine)).await.map_err(|error| control::Error::Internal(error.into()))?
}

fn tell(engine: &Engine) {
    let (time, mode) = (Time::from_millis(engine.clock().now()), engine.clock().mode());
    tracing::info!(%time, ?mode, "the clock was turned, as its owner asked");
}

fn rate(text: &str) -> Result<f64> {
    let rate = text.parse::<f64>().ok().filter(|rate| RATES.contains(rate));
    let help = || {
        let (least, most) = (RATES.start(), RATES.end());
        Refusal::field("rate", format!("`{text}` is no number from {least} to {most}, such as 60"))
    };
    rate.ok_or_else(|| help().into())
}

/// The time that a clock is to be set to.
fn time(text: &str, now: i64) -> Result<i64> {
    let help = |help: String| Refusal::field("time", help);
    let Ok(time) = text.parse::<jiff::Timestamp>() else {
        return Err(help(format!("`{text}` is no time such as 2026-12-24T18:00:00Z")).into());
    };
    let time = time.as_millisecond();
    let [shown, shows] = [time, now].map(Time::from_millis);
    if time < now {
        let text = format!("the clock shows {shows} and never goes back; {shown} is before that");
        return Err(help(text).into());
    }
    if time - now > i64::from(FARTHEST_DAYS) * 86_400_000 {
        return Err(help(format!("{shown} is more than a hundred years ahead of {shows}")).into());
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_are_within_reason() {
        assert_eq!(rate("60").ok(), Some(60.0));
        for wrong in ["0", "-1", "NaN", "inf", "fast", "1e9"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(time("1970-01-01T00:00:02Z", 1_000).ok(), Some(2_000));
        for wrong in ["1970-01-01T00:00:00Z", "2170-01-01T00:00:00Z", "tomorrow"] {
            assert!(time(wrong, 1_000).is_err(), "{wrong}");
        }
    }
}
