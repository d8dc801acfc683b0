//! Links of machines: made, changed while the machine runs, removed; and the routes that lead there.

use std::collections::BTreeSet;
use std::net::IpAddr;

use drivers::{Nic, PublicNic, Result};
use serde_json::Value;
use uuid::Uuid;

use crate::names::{GROUP, PROTOCOL, bridge, bridge_mac, is_bridge, link, machine};
use crate::plan::{Owners, Plan, Plugged, ROUTER6, Route};
use crate::run::{Space, outside};
use crate::{End, Shared, State};

impl Shared {
    /// Plugs a machine in as it is to be; one that runs has its network namespace.
    pub(crate) async fn plug(
        &self,
        id: Uuid,
        public: &PublicNic,
        nics: &[Nic],
        running: Option<Space>,
    ) -> Result<Vec<End>> {
        let mut state = self.state.lock().await;
        let ends = self.plug_in(&mut state, id, public, nics, running).await?;
        self.lead(&state, nics).await?;
        Ok(ends)
    }

    /// The same, for whoever has the state already.
    pub(crate) async fn plug_in(
        &self,
        state: &mut State,
        id: Uuid,
        public: &PublicNic,
        nics: &[Nic],
        running: Option<Space>,
    ) -> Result<Vec<End>> {
        let before = state.plugged.get(id).cloned();
        self.claim(state, id, public, nics)?;
        let Some(now) = state.plugged.get(id).cloned() else { return Ok(Vec::new()) };
        self.rule(state).await?;
        self.make_bridges(&now).await?;
        let ends = now.ends(id);
        let space = running.as_ref();
        let made = match self.make_links(id, &now, &ends, before.as_ref(), space).await {
            // The kernel ends links of a machine that has stopped in its own time.
            Err(error) if running.is_none() => {
                tracing::debug!("plugging in {id} once more: {error}");
                self.make_links(id, &now, &ends, None, None).await?
            }
            made => made?,
        };
        // Routes by links that were made anew have gone with the old ones.
        if let Some(laid) = &mut state.laid {
            laid.router.retain(|route| !made.contains(&route.link));
        }
        self.lay(state).await?;
        self.remove_empty_bridges(state).await?;
        self.tend_doors(state).await?;
        Ok(ends)
    }

    /// Writes down what a machine is to be plugged into.
    fn claim(&self, state: &mut State, id: Uuid, public: &PublicNic, nics: &[Nic]) -> Result<()> {
        let same = |plugged: &&Plugged| plugged.public == *public && plugged.nics == nics;
        if state.plugged.get(id).as_ref().is_some_and(same) {
            return Ok(());
        }
        if let Some(other) = state.plugged.ids().find(|it| *it != id && machine(*it) == machine(id))
        {
            return Err(outside(format!(
                "the machines {id} and {other} would have the same links"
            )));
        }
        let last = state.plugged.iter().map(|(_, plugged)| plugged.turn).max();
        let turn = last.unwrap_or_default() + 1;
        let taps = state.plugged.get(id).is_some_and(|plugged| plugged.taps);
        state.plugged.put(id, Plugged { turn, public: public.clone(), nics: nics.to_vec(), taps })
    }

    /// Makes the links of a machine that are not there yet; tells our sides of those that were made.
    async fn make_links(
        &self,
        id: Uuid,
        now: &Plugged,
        ends: &[End],
        before: Option<&Plugged>,
        running: Option<&Space>,
    ) -> Result<Vec<String>> {
        if now.taps {
            return self.make_taps(id, now, ends).await;
        }
        let Some(space) = running else {
            self.remove_links(&self.host, |name| name.starts_with(&machine(id))).await?;
            self.remove_links(&self.router, |name| name.starts_with(&machine(id))).await?;
            return self.add_links(id, now.networks(), ends).await;
        };
        let networks = now.networks();
        let wanted: BTreeSet<_> = networks.iter().map(|network| link(id, *network).1).collect();
        let old = |name: &str| name.starts_with(&machine(id)) && !wanted.contains(name);
        self.remove_links(&self.router, old).await?;
        let there = self.router.links_up().await?;
        let inner = Inner::of(space).await?;
        let mut made = Vec::new();
        let old_ends = before.map(|before| before.ends(id)).unwrap_or_default();
        for (network, end) in networks.into_iter().zip(ends) {
            let (_, port) = link(id, network);
            let old_end = old_ends.iter().find(|old| old.interface == end.interface);
            match inner.called(&end.mac) {
                Some(name) if there.contains(&port) => {
                    change(space, &name, end, old_end).await?;
                    continue;
                }
                Some(stale) => space.ip(&[format!("link del {stale}")]).await?,
                None => {}
            }
            let ours = |name: &str| name == port || name == end.interface;
            self.remove_links(&self.host, ours).await?;
            self.remove_links(&self.router, ours).await?;
            made.extend(self.add_links(id, vec![network], std::slice::from_ref(end)).await?);
            self.move_in(space, end).await?;
        }
        Ok(made)
    }

    /// Makes pairs of links, one side in the router and the end in the host.
    async fn add_links(
        &self,
        id: Uuid,
        networks: Vec<Option<Uuid>>,
        ends: &[End],
    ) -> Result<Vec<String>> {
        let (mut host, mut router, mut settings, mut made) = (vec![], vec![], vec![], vec![]);
        for (network, end) in networks.into_iter().zip(ends) {
            let (End { interface, mac, mtu, .. }, (_, port)) = (end, link(id, network));
            host.push(format!(
                "link add {interface} address {mac} mtu {mtu} group {GROUP} type veth \
                 peer name {port} mtu {mtu} group {GROUP} netns {}",
                self.names.router
            ));
            self.wire(network, &port, &mut router, &mut settings);
            made.push(port);
        }
        self.host.ip(&host).await?;
        self.router.set(settings).await?;
        self.router.ip(&router).await?;
        Ok(made)
    }

    /// What makes our side of a link one of a network, or of the public one, once it is there.
    pub(crate) fn wire(
        &self,
        network: Option<Uuid>,
        port: &str,
        router: &mut Vec<String>,
        settings: &mut Vec<(String, &'static str)>,
    ) {
        match network {
            Some(network) => {
                settings.push((format!("ipv4/conf/{port}/forwarding"), "0"));
                if self.has_v6 {
                    settings.push((format!("ipv6/conf/{port}/disable_ipv6"), "1"));
                }
                router.push(format!("link set {port} master {}", bridge(network)));
            }
            None => {
                settings.push((format!("ipv4/neigh/{port}/proxy_delay"), "0"));
                if self.has_v6 {
                    router.push(format!("link set {port} addrgenmode none"));
                    router.push(format!("addr replace {ROUTER6}/64 dev {port} nodad"));
                }
            }
        }
        router.push(format!("link set {port} up"));
    }

    /// Moves an end that was just made into the namespace of a machine, and sets it up there.
    pub(crate) async fn move_in(&self, space: &Space, end: &End) -> Result<()> {
        let target = match space {
            Space::Host => return Ok(()),
            Space::Named(name) => name.clone(),
            Space::Process(id) => id.to_string(),
        };
        self.host.ip(&[format!("link set {} netns {target}", end.interface)]).await?;
        let taken = space.links().await?;
        let name = (0..).map(|n| format!("eth{n}")).find(|name| !taken.contains(name));
        let name = name.unwrap_or_else(|| end.interface.clone());
        let mut lines =
            vec![format!("link set {} name {name}", end.interface), format!("link set {name} up")];
        lines.extend(setup(&name, end));
        space.ip(&lines).await
    }

    /// Removes links from a namespace by their names; those that go meanwhile are gone.
    pub(crate) async fn remove_links(
        &self,
        space: &Space,
        which: impl Fn(&str) -> bool,
    ) -> Result<()> {
        for link in space.links().await?.iter().filter(|name| which(name)) {
            let removed = space.ip(&[format!("link del {link}")]).await;
            if removed.is_err() && space.links().await?.contains(link) {
                return removed;
            }
        }
        Ok(())
    }

    pub(crate) async fn unplug(&self, id: Uuid) -> Result<()> {
        let mut state = self.state.lock().await;
        let state = &mut *state;
        if !state.plugged.has(id) {
            return Ok(());
        }
        let ours = |name: &str| name.starts_with(&machine(id));
        self.remove_links(&self.router, ours).await?;
        self.remove_links(&self.host, ours).await?;
        let plugged = state.plugged.take(id);
        let gone = async {
            if let Some(laid) = &mut state.laid {
                laid.router.retain(|route| !ours(&route.link));
            }
            self.lay(state).await?;
            self.rule(state).await?;
            self.remove_empty_bridges(state).await?;
            self.tend_doors(state).await
        };
        if let Err(error) = gone.await {
            state.plugged.put_back(id, plugged);
            return Err(error);
        }
        state.plugged.remove(id)
    }
}

// Private networks.
impl Shared {
    async fn make_bridges(&self, plugged: &Plugged) -> Result<()> {
        for nic in &plugged.nics {
            let name = bridge(nic.network);
            if !self.router.links().await?.contains(&name) {
                let mac = bridge_mac(nic.network);
                let kind =
                    format!("address {mac} mtu 1450 group {GROUP} type bridge mcast_snooping 0");
                self.router.ip(&[format!("link add {name} {kind}")]).await?;
            }
            // The router is in no private network: it only answers for metadata there.
            let mut settings = vec![
                (format!("ipv4/conf/{name}/forwarding"), "0"),
                (format!("ipv4/conf/{name}/proxy_arp"), "0"),
            ];
            if self.has_v6 {
                settings.push((format!("ipv6/conf/{name}/disable_ipv6"), "1"));
            }
            self.router.set(settings).await?;
            self.router.ip(&[format!("link set {name} up")]).await?;
        }
        Ok(())
    }

    pub(crate) async fn remove_empty_bridges(&self, state: &State) -> Result<()> {
        let nics = state.plugged.iter().flat_map(|(_, plugged)| &plugged.nics);
        let needed: BTreeSet<_> = nics.map(|nic| bridge(nic.network)).collect();
        self.remove_links(&self.router, |name| is_bridge(name) && !needed.contains(name)).await
    }
}

// Routes.
impl Shared {
    /// Makes addresses and routes what they should be.
    pub(crate) async fn lay(&self, state: &mut State) -> Result<()> {
        // Whether a link is switched on takes a program to tell; nearly all are that are there.
        let there = self.router.links().await?.into_iter().collect();
        match self.lay_once(state, &there).await {
            // A link may have gone meanwhile with its machine, and its routes with it, or was never whole.
            Err(_) => self.lay_once(state, &self.router.links_up().await?).await,
            laid => laid,
        }
    }

    async fn lay_once(&self, state: &mut State, there: &BTreeSet<String>) -> Result<()> {
        let mut plan = Plan::of(&self.names, &state.plugged, &Owners::of(&state.plugged));
        if !self.has_v6 {
            plan = plan.without_v6();
        }
        let mut laid = match state.laid.take() {
            Some(laid) => laid,
            None => self.look_up().await?,
        };
        laid.router.retain(|route| there.contains(&route.link));
        // Links of machines that do not run are not there, or not whole; they get their routes when they are made.
        plan.router.retain(|route| there.contains(&route.link));
        let up = &self.names.uplink;
        let bits = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let host_gone =
            laid.host.difference(&plan.host).map(|route| format!("route del {}", route.words()));
        let addresses_gone = laid.addresses.difference(&plan.addresses);
        let addresses_gone =
            addresses_gone.map(|address| format!("addr del {address}/{} dev {up}", bits(address)));
        let router_gone = laid
            .router
            .difference(&plan.router)
            .map(|route| format!("route del {}", route.words()));
        let mut host: Vec<_> = plan
            .addresses
            .difference(&laid.addresses)
            .map(|address| {
                // Nobody else can have it: the link has one neighbour.
                let no_check = if address.is_ipv6() { " nodad" } else { "" };
                let bits = bits(address);
                format!("addr replace {address}/{bits} dev {up} noprefixroute{no_check}")
            })
            .collect();
        let replace = |route: &Route| format!("route replace {}", route.words());
        host.extend(plan.host.difference(&laid.host).map(replace));
        host.extend(host_gone.chain(addresses_gone));
        let mut router: Vec<_> = router_gone.collect();
        router.extend(plan.router.difference(&laid.router).map(replace));
        self.router.ip(&router).await?;
        self.host.ip(&host).await?;
        state.laid = Some(plan);
        Ok(())
    }

    /// What is laid.
    async fn look_up(&self) -> Result<Plan> {
        let (up, protocol) = (self.names.uplink.as_str(), PROTOCOL.to_string());
        let mut laid = Plan::default();
        let families: &[&str] = if self.has_v6 { &["-4", "-6"] } else { &["-4"] };
        for family in families {
            let told = self.host.tell(&[family, "addr", "show", "dev", up]).await?;
            let infos =
                told.as_array().into_iter().flatten().flat_map(|it| it["addr_info"].as_array());
            let addresses = infos.flatten().filter(|it| it["scope"] != "link");
            laid.addresses
                .extend(addresses.filter_map(|it| it["local"].as_str()?.parse::<IpAddr>().ok()));
            let host = ["route", "show", "dev", up, "proto", &protocol];
            let host = self.host.tell(&[&[*family][..], &host].concat()).await?;
            laid.host.extend(routes(&host, Some(up)));
            let router = self.router.tell(&[family, "route", "show", "proto", &protocol]).await?;
            laid.router.extend(routes(&router, None));
        }
        Ok(laid)
    }
}

/// Routes as `ip` tells them.
fn routes(told: &Value, link: Option<&str>) -> Vec<Route> {
    let address = |value: &Value| value.as_str().and_then(|it| it.parse::<IpAddr>().ok());
    let all = told.as_array().into_iter().flatten();
    let routes = all.filter_map(|route| {
        let to = route["dst"].as_str()?;
        let (to, prefix) = match to.split_once('/') {
            Some((to, prefix)) => (to.parse::<IpAddr>().ok()?, prefix.parse().ok()?),
            None => {
                let to: IpAddr = to.parse().ok()?;
                (to, if to.is_ipv4() { 32 } else { 128 })
            }
        };
        Some(Route {
            to: (to, prefix),
            link: route["dev"].as_str().or(link)?.to_owned(),
            metric: u32::try_from(route["metric"].as_u64().unwrap_or_default()).ok()?,
            via: address(&route["gateway"]),
            source: address(&route["prefsrc"]),
        })
    });
    routes.collect()
}

/// The interfaces within a machine: their names by their hardware addresses.
pub(crate) struct Inner(Vec<(String, String)>);

impl Inner {
    pub(crate) async fn of(space: &Space) -> Result<Self> {
        let told = space.tell(&["link", "show"]).await?;
        let all = told.as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let named = all.filter_map(|it| Some((text(&it["address"])?, text(&it["ifname"])?)));
        Ok(Self(named.collect()))
    }

    pub(crate) fn called(&self, mac: &str) -> Option<String> {
        let found = self.0.iter().find(|(address, _)| address.eq_ignore_ascii_case(mac));
        found.map(|(_, name)| name.clone())
    }
}

/// Addresses and routes of an end within a machine.
fn setup(name: &str, end: &End) -> Vec<String> {
    let mut lines = Vec::new();
    for (address, prefix) in &end.addresses {
        let no_check = if address.is_ipv6() { " nodad" } else { "" };
        lines.push(format!("addr replace {address}/{prefix} dev {name}{no_check}"));
    }
    for (to, by) in &end.routes {
        let by = by.map(|by| format!("via {by} ")).unwrap_or_default();
        lines.push(format!("route replace {}/{} {by}dev {name}", to.address, to.prefix));
    }
    lines.extend(end.gateway.iter().map(|by| format!("route replace default via {by} dev {name}")));
    lines
}

/// Changes an end that is in a machine: what was told before and is not any more goes; what the machine
/// has given itself stays.
async fn change(space: &Space, name: &str, end: &End, before: Option<&End>) -> Result<()> {
    let Some(before) = before.filter(|before| *before != end) else { return Ok(()) };
    let told = space.tell(&["addr", "show", "dev", name]).await?;
    let infos = told.as_array().into_iter().flatten().filter_map(|it| it["addr_info"].as_array());
    let there: BTreeSet<IpAddr> =
        infos.flatten().filter_map(|it| it["local"].as_str()?.parse().ok()).collect();
    let gone = before.addresses.iter().filter(|old| !end.addresses.contains(old));
    let gone = gone.filter(|(address, _)| there.contains(address));
    let gone = gone.map(|(address, prefix)| format!("addr del {address}/{prefix} dev {name}"));
    let kept = |old: &&String| !setup(name, end).contains(old);
    let old = End { addresses: Vec::new(), ..before.clone() };
    let old: Vec<_> =
        setup(name, &old).iter().filter(kept).map(|it| it.replacen("replace", "del", 1)).collect();
    // New ones first: the last address of a link takes the link's routes with it. What went may have had
    // routes that others have now.
    let new = End {
        addresses: end.addresses.iter().filter(|it| !there.contains(&it.0)).copied().collect(),
        ..end.clone()
    };
    let again = End { addresses: Vec::new(), ..end.clone() };
    let lines: Vec<_> = setup(name, &new).into_iter().chain(gone).collect();
    space.ip(&lines).await?;
    for line in old {
        // Another link, or the machine itself, may have replaced it.
        let _ = space.ip(&[line]).await;
    }
    let lines = setup(name, &again);
    space.ip(&lines).await
}
