//! The start: what it takes, the router and its link to the host, and what is left of an earlier run.

use std::path::{Path, PathBuf};

use drivers::Result;
use tokio::sync::Mutex;

use crate::kept::Kept;
use crate::names::{GROUP, Names, is_bridge};
use crate::plan::{METADATA, ROUTER, ROUTER6, UPLINK6};
use crate::run::Space;
use crate::{Missing, Net, Reach, Shared, State};

/// Programs that are asked, the package of Debian that each is in, and how each tells that it is there.
const PROGRAMS: [(&str, &str, &str); 3] = [
    ("ip", "iproute2", "-V"),
    ("nft", "nftables", "--version"),
    ("nsenter", "util-linux", "--version"),
];

pub(crate) async fn open(directory: PathBuf, reach: Reach) -> Result<Net, Missing> {
    if !rustix::process::geteuid().is_root() {
        return Err(Missing("machines' networks take root".into()));
    }
    for (program, package, version) in PROGRAMS {
        if Space::Host.run(program, &[version], "").await.is_err() {
            let words = format!("machines' networks take `{program}` (Debian: {package})");
            return Err(Missing(words));
        }
    }
    let directory = std::path::absolute(&directory).unwrap_or(directory);
    let names = Names::of(&directory);
    let router = Space::Named(names.router.clone());
    let has_v6 = Path::new("/proc/sys/net/ipv6").exists();
    let load = || {
        let plugged = Kept::load(directory.join("plugged"))?;
        let groups = Kept::load(directory.join("firewalls"))?;
        let gateways = Kept::load(directory.join("gateways"))?;
        let (whole, laid, doors) = Default::default();
        Ok(State { plugged, groups, gateways, whole, laid, doors })
    };
    let refused = |error: drivers::Error| Missing(format!("machines' networks: {error}"));
    let state = Mutex::new(load().map_err(refused)?);
    let net = Net(Shared { names, host: Space::Host, router, has_v6, reach, state }.into());
    net.0.begin().await.map_err(refused)?;
    Ok(net)
}

impl Shared {
    /// Makes what is to be there whoever is plugged in, and removes what nobody is left for.
    async fn begin(&self) -> Result<()> {
        self.make_router().await?;
        self.make_uplink().await?;
        let mut state = self.state.lock().await;
        self.rule(&state).await?;
        self.sweep(&state).await?;
        self.lay(&mut state).await?;
        self.set_reach().await?;
        let gateways: Vec<_> = state.gateways.iter().map(|(id, spec)| (id, spec.clone())).collect();
        for (id, spec) in gateways {
            if let Err(error) = self.make_gateway(&mut state, id, &spec).await {
                tracing::warn!("the NAT gateway {id} is not there yet: {error}");
            }
        }
        Ok(())
    }

    async fn make_router(&self) -> Result<()> {
        self.make_space(&self.router, &self.names.router).await?;
        let mut settings: Vec<_> = [
            ("ipv4/ip_forward", "1"),
            ("ipv4/conf/all/rp_filter", "0"),
            ("ipv4/conf/default/rp_filter", "0"),
            ("ipv4/conf/all/arp_ignore", "0"),
            ("ipv4/conf/default/arp_ignore", "0"),
            ("ipv4/conf/all/send_redirects", "0"),
            ("ipv4/conf/default/send_redirects", "0"),
            ("ipv4/conf/default/accept_redirects", "0"),
            ("ipv4/conf/default/proxy_arp", "1"),
        ]
        .into();
        if self.has_v6 {
            settings.extend([
                ("ipv6/conf/all/disable_ipv6", "0"),
                ("ipv6/conf/default/disable_ipv6", "0"),
                ("ipv6/conf/all/forwarding", "1"),
                ("ipv6/conf/default/accept_ra", "0"),
                ("ipv6/conf/default/accept_dad", "0"),
                ("ipv6/conf/default/accept_redirects", "0"),
            ]);
        }
        if Path::new("/proc/sys/net/bridge").exists() {
            // Private networks are no business of the router's firewall.
            settings.extend([
                ("bridge/bridge-nf-call-iptables", "0"),
                ("bridge/bridge-nf-call-ip6tables", "0"),
                ("bridge/bridge-nf-call-arptables", "0"),
            ]);
        }
        self.router
            .set(settings.into_iter().map(|(name, to)| (name.to_owned(), to)).collect())
            .await?;
        let lines = ["link set lo up".to_owned(), format!("addr replace {METADATA}/32 dev lo")];
        self.router.ip(&lines).await
    }

    /// Makes a network namespace, unless it is there.
    pub(crate) async fn make_space(&self, space: &Space, name: &str) -> Result<()> {
        if space.inside(|| Ok(())).await.is_ok() {
            return Ok(());
        }
        // A name may be left of a namespace that ended with those who could see it.
        self.remove_space(name).await?;
        self.host.run("ip", &["netns", "add", name], "").await.map(drop)
    }

    /// Removes a network namespace with all that is in it.
    pub(crate) async fn remove_space(&self, name: &str) -> Result<()> {
        match Space::Named(name.to_owned()).file().is_some_and(|file| file.exists()) {
            true => self.host.run("ip", &["netns", "delete", name], "").await.map(drop),
            false => Ok(()),
        }
    }

    async fn make_uplink(&self) -> Result<()> {
        let (up, router) = (&self.names.uplink, &self.names.router);
        let (here, there) = (self.host.links().await?, self.router.links().await?);
        if !(here.contains(up) && there.contains(up)) {
            for space in [&self.host, &self.router] {
                self.remove_links(space, |name| name == up).await?;
            }
            let pair =
                format!("group {GROUP} type veth peer name {up} group {GROUP} netns {router}");
            self.host.ip(&[format!("link add {up} {pair}")]).await?;
        }
        let mut settings = vec![(format!("ipv4/conf/{up}/accept_redirects"), "0")];
        if self.has_v6 {
            settings.extend([
                (format!("ipv6/conf/{up}/disable_ipv6"), "0"),
                (format!("ipv6/conf/{up}/accept_ra"), "0"),
                (format!("ipv6/conf/{up}/accept_dad"), "0"),
            ]);
        }
        self.host.set(settings).await?;
        self.router.set(vec![(format!("ipv4/neigh/{up}/proxy_delay"), "0")]).await?;
        let mut host = vec![format!("link set {up} addrgenmode none up")];
        let mut router = vec![
            format!("link set {up} addrgenmode none up"),
            format!("addr replace {ROUTER}/32 dev {up}"),
        ];
        if self.has_v6 {
            host.push(format!("addr replace {UPLINK6}/64 dev {up} nodad"));
            router.push(format!("addr replace {ROUTER6}/64 dev {up} nodad"));
        }
        self.host.ip(&host).await?;
        self.router.ip(&router).await
    }

    /// Removes the links in the router that nothing is known to be plugged into.
    async fn sweep(&self, state: &State) -> Result<()> {
        let known: Vec<_> = state.plugged.ids().map(crate::names::machine).collect();
        let links = self.router.links().await?;
        let is_stray = |link: &&String| {
            link.starts_with("kt")
                && **link != self.names.uplink
                && !is_bridge(link)
                && !known.iter().any(|machine| link.starts_with(machine.as_str()))
        };
        for link in links.iter().filter(is_stray) {
            tracing::warn!("removing the network link {link}, which nobody knows any more");
            self.remove_links(&self.router, |name| name == link).await?;
        }
        self.remove_empty_bridges(state).await
    }
}
