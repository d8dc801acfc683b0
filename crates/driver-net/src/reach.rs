//! How far machines reach: to each other and this host, or, where that was asked for, to all that the
//! host reaches by IPv4. Only then anything of the host's own is changed.

use drivers::Result;

use crate::Shared;
use crate::plan::HOST;
use crate::run::outside;

/// How far machines reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Each other and this host: no packet of theirs leaves it.
    #[default]
    Host,
    /// By IPv4 all that this host reaches, in its name.
    World,
}

impl Shared {
    /// Opens the way out, or closes what an earlier run opened.
    pub(crate) async fn set_reach(&self) -> Result<()> {
        let (up, name) = (&self.names.uplink, &self.names.router);
        let gone = format!("table ip {name}\ndelete table ip {name}\n");
        let way = format!("default via {HOST} dev {up} onlink");
        if self.reach == Reach::Host {
            let routes = self.router.tell(&["-4", "route", "show", "default"]).await?;
            if routes.as_array().is_some_and(|routes| !routes.is_empty()) {
                self.router.ip(&[format!("route del {way}")]).await?;
            }
            self.host.set(vec![(format!("ipv4/conf/{up}/forwarding"), "0")]).await?;
            let there = self.host.run("nft", &["list", "tables", "ip"], "").await?;
            let is_there = there.lines().any(|line| line.trim() == format!("table ip {name}"));
            return if is_there { self.host.nft(&gone).await } else { Ok(()) };
        }
        let routes = self.host.tell(&["-4", "route", "show", "default"]).await?;
        let links = routes.as_array().into_iter().flatten().filter_map(|it| it["dev"].as_str());
        let mut settings: Vec<_> =
            links.map(|link| (format!("ipv4/conf/{link}/forwarding"), "1")).collect();
        if settings.is_empty() {
            return Err(outside(
                "this host has no way out by IPv4 that machines could take".into(),
            ));
        }
        for (setting, _) in &settings {
            tracing::info!("machines reach the world: {setting} is switched on");
        }
        settings.push((format!("ipv4/conf/{up}/forwarding"), "1"));
        // Answers come back; nobody from outside begins anything.
        let rules = format!(
            "{gone}table ip {name} {{\n\
             chain forward {{\ntype filter hook forward priority filter; policy accept\n\
             oifname \"{up}\" ct state established,related accept\noifname \"{up}\" drop\n}}\n\
             chain postrouting {{\ntype nat hook postrouting priority srcnat; policy accept\n\
             iifname \"{up}\" oifname != \"{up}\" masquerade\n}}\n}}\n"
        );
        self.host.nft(&rules).await?;
        self.host.set(settings).await?;
        self.router.ip(&[format!("route replace {way}")]).await
    }
}
