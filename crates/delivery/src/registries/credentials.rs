//! Credentials: each set is that of a new robot, which may only pull, or push as well.

use std::collections::BTreeMap;

use api::registries::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::handlers::{LETTERS, full};
use super::robots::DURATION_MAX;
use super::{ROBOTS_MAX, Registry, Robot};
use crate::secret::random_text;
use crate::{Cx, Doc, Result, Routes, Tx};

pub(super) fn routes() -> Routes {
    Routes::of::<Registry>().alter(docker).alter(kubernetes).done()
}

fn docker(
    tx: &mut Tx,
    registry: &mut Doc<Registry>,
    req: CreateRegistryDockerCredentials,
) -> Result<DockerCredentials> {
    new_robot(tx.cx(), registry, req.expiry_seconds, req.read_write)
}

/// Makes a robot, and tells with what it logs in.
fn new_robot(
    cx: &Cx,
    registry: &mut Doc<Registry>,
    expiry_seconds: Option<u64>,
    read_write: Option<bool>,
) -> Result<DockerCredentials> {
    let now = cx.now();
    if registry.robots.len() >= ROBOTS_MAX {
        // Those whose time is over make room.
        registry.robots.retain(|robot| robot.ends().is_none_or(|ends| ends > now));
    }
    full("robots", ROBOTS_MAX).unless(registry.robots.len() < ROBOTS_MAX)?;
    // A client was seen to send an address of its memory: what is too long is as good as never.
    let duration = match expiry_seconds.unwrap_or_default() {
        0 => -1,
        seconds => i64::try_from(seconds).map_or(DURATION_MAX, |s| s.min(DURATION_MAX)),
    };
    let actions = if read_write == Some(true) { &["pull", "push"][..] } else { &["pull"] };
    let suffix = random_text(b"abcdefghijklmnopqrstuvwxyz0123456789", 10);
    let robot = Robot {
        name: format!("robot-{}-{suffix}", registry.name),
        description: String::new(),
        secret: random_text(LETTERS, 32).into(),
        disable: false,
        duration,
        created: now,
        may: actions.iter().map(|action| ((*action).into(), "repository".into())).collect(),
    };
    let auth = STANDARD.encode(format!("{}:{}", robot.name, robot.secret.as_str())).into();
    registry.robots.push(robot);
    let host = registry.place(cx).map(|place| place.hostname.clone()).unwrap_or_default();
    Ok(DockerCredentials { auths: BTreeMap::from([(host, DockerAuth { auth })]) })
}

fn kubernetes(
    tx: &mut Tx,
    registry: &mut Doc<Registry>,
    req: CreateRegistryKubernetesCredentials,
) -> Result<String> {
    let config = new_robot(tx.cx(), registry, req.expiry_seconds, req.read_write)?;
    let config = STANDARD.encode(serde_json::to_vec(&config)?);
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: vcr-credentials\ndata:\n  \
         .dockerconfigjson: {config}\ntype: kubernetes.io/dockerconfigjson\n"
    );
    match req.base64_encode {
        Some(true) => Ok(STANDARD.encode(secret)),
        _ => Ok(secret),
    }
}
