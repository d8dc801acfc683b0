//! Robots: what they may do, and until when. They are made with their credentials (`credentials`).

use api::Time;
use api::registries::{self as wire, *};

use super::{Registry, Robot};
use crate::{
    Cx, Doc, Part, Refusal, Result, Routes, alike, ensure, lies_in, refuse, set, set_alike,
};

/// What is written in a robot's access for what it may do, and for what it may do no more.
const ALLOW: &str = "allow";
const DENY: &str = "deny";
/// The longest that a robot can last, in seconds: what is longer is as good as never.
pub(super) const DURATION_MAX: i64 = i32::MAX as i64;

pub(super) fn routes() -> Routes {
    Routes::parts::<Robot>()
        .list::<ListRobots>()
        .get::<GetRobot>()
        .update_shown(update)
        .remove::<DeleteRobot>()
        .done()
}

impl Part for Robot {
    lies_in!(Registry, robots);
    type View = wire::Robot;
    const UNKNOWN: &'static str = "Invalid robot";

    fn is(&self, name: &str) -> bool {
        self.name == name
    }
    fn view(&self, registry: &Doc<Registry>) -> wire::Robot {
        let access = self.may.iter().map(|(action, resource)| RobotAccess {
            action: action.clone(),
            resource: resource.clone(),
            effect: ALLOW.into(),
        });
        let permission = RobotPermission {
            kind: "project".into(),
            namespace: registry.name.clone(),
            access: access.collect(),
        };
        alike!(self => wire::Robot {
            name, description, secret, disable, duration;
            creation_time: Time::from_millis(self.created),
            permissions: vec![permission],
        })
    }
    fn unknown(name: &str) -> Refusal {
        Refusal::not_found(Self::UNKNOWN).help(format!("there is no `{name}`"))
    }
}

impl Robot {
    /// When it ends, in milliseconds; none: never.
    pub(super) fn ends(&self) -> Option<i64> {
        (self.duration > 0).then(|| self.created + self.duration * 1000)
    }
}

fn update(_: &Cx, _: &Doc<Registry>, robot: &mut Robot, req: UpdateRobot) -> Result<()> {
    set_alike!(req => robot { description, disable });
    if let Some(duration) = req.duration {
        let text =
            format_args!("{duration} is not from 1 to {DURATION_MAX} seconds, nor -1 for never");
        ensure(duration == -1 || (1..=DURATION_MAX).contains(&duration), "duration", text)?;
    }
    set(&mut robot.duration, req.duration);
    let Some(RobotAccess { action, resource, effect }) = req.access else { return Ok(()) };
    // Clients send empty texts for what is not to change.
    if action.is_empty() && resource.is_empty() && effect.is_empty() {
        return Ok(());
    }
    ensure(!action.is_empty(), "access.action", "say what: `pull`, `push`, `read` or `delete`")?;
    ensure(!resource.is_empty(), "access.resource", "say to what: `repository` or `artifact`")?;
    let one = (action, resource);
    robot.may.retain(|other| *other != one);
    match effect.as_str() {
        DENY => {}
        ALLOW | "" => robot.may.push(one),
        other => {
            return refuse(
                "access.effect",
                format_args!("`{other}` is neither `{ALLOW}` nor `{DENY}`"),
            );
        }
    }
    ensure(robot.may.len() <= 50, "access", "a robot may do 50 things at most")
}
