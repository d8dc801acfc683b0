//! Names, addresses, networks, firewalls and load balancers.

use api::Time;

use crate::v1::define::answers;

answers! {
    /// A domain.
    Domain {
        /// Its name.
        domain "domain": String,
        /// When it was added.
        date_created "date_created": Time,
    }

    /// A record of a domain.
    DnsRecord {
        /// Its number.
        record "RECORDID": u64,
        /// Its type: `A`.
        kind "type": String,
        /// The name before the domain; empty for the domain itself.
        name "name": String,
        /// What it says.
        data "data": String,
        /// Which one comes first, where that means something.
        priority "priority": Option<u64>,
        /// For how many seconds it may be remembered.
        ttl "ttl": Option<u64>,
    }

    /// Who is responsible for a domain.
    Soa {
        /// The first name server.
        nsprimary "nsprimary": String,
        /// Whom to write to.
        email "email": String,
    }

    /// A firewall group.
    FirewallGroup {
        /// Which one.
        group "FIREWALLGROUPID": String,
        /// What it is said to be.
        description "description": String,
        /// When it was made.
        date_created "date_created": Time,
        /// When it was last changed.
        date_modified "date_modified": Time,
        /// How many servers have it.
        instance_count "instance_count": u64,
        /// How many rules it has.
        rule_count "rule_count": u64,
        /// How many it may have.
        max_rule_count "max_rule_count": u64,
    }

    /// A firewall group that was just made.
    NewFirewallGroup {
        /// Which one.
        group "FIREWALLGROUPID": String,
    }

    /// A rule of a firewall group.
    FirewallRule {
        /// Its number in the group.
        rulenumber "rulenumber": u64,
        /// `accept`.
        action "action": String,
        /// `icmp`, `tcp`, `udp` or `gre`.
        protocol "protocol": String,
        /// A port, or two with a colon or a dash; empty for protocols without.
        port "port": String,
        /// The network it is for.
        subnet "subnet": String,
        /// The bits of that.
        subnet_size "subnet_size": u64,
        /// What it is for instead of a network.
        source "source": Option<String>,
        /// What is said about it.
        notes "notes": Option<String>,
    }

    /// A rule that was just made.
    NewFirewallRule {
        /// Its number in the group.
        rulenumber "rulenumber": u64,
    }

    /// A private network.
    Network {
        /// Which one.
        network "NETWORKID": String,
        /// The number of its region.
        dcid "DCID": u64,
        /// When it was made.
        date_created "date_created": Time,
        /// What it is said to be.
        description "description": String,
        /// Its addresses.
        v4_subnet "v4_subnet": String,
        /// The bits of that.
        v4_subnet_mask "v4_subnet_mask": u64,
    }

    /// A private network that was just made.
    NewNetwork {
        /// Which one.
        network "NETWORKID": String,
    }

    /// An address that stays.
    ReservedIp {
        /// Its number.
        subid "SUBID": u64,
        /// The number of its region.
        dcid "DCID": u64,
        /// `v4` or `v6`.
        ip_type "ip_type": String,
        /// The address.
        subnet "subnet": String,
        /// Its bits.
        subnet_size "subnet_size": u64,
        /// Its label.
        label "label": String,
        /// The server that has it.
        server "attached_SUBID": Option<u64>,
    }

    /// A load balancer.
    LoadBalancer {
        /// Its number.
        subid "SUBID": u64,
        /// When it was ordered.
        date_created "date_created": Time,
        /// The number of its region.
        dcid "DCID": u64,
        /// The name of its region.
        location "location": String,
        /// Its label.
        label "label": String,
        /// `pending` or `active`.
        status "status": String,
        /// Its address; empty until it has one.
        ipv4 "ipv4": Option<String>,
        /// Its address of IPv6.
        ipv6 "ipv6": Option<String>,
    }

    /// All that is set of a load balancer.
    Balancing {
        /// What holds for it as a whole.
        generic "generic_info": BalancingBasics,
        /// How it finds out which servers are well.
        health_check "health_checks_info": HealthCheck,
        /// Whether it has a certificate.
        has_ssl "has_ssl": bool,
        /// What it passes on.
        forward_rules "forward_rule_list": Vec<ForwardRule>,
        /// The servers behind it.
        servers "instance_list": Vec<u64>,
    }

    /// What holds for a load balancer as a whole.
    BalancingBasics {
        /// `roundrobin` or `leastconn`.
        balancing_algorithm "balancing_algorithm": String,
        /// Whether callers without TLS are sent to where there is.
        ssl_redirect "ssl_redirect": bool,
        /// How a caller comes to the same server again.
        sticky_sessions "sticky_sessions": StickySessions,
        /// Whether servers are told who called.
        proxy_protocol "proxy_protocol": bool,
    }

    /// How a caller comes to the same server again.
    StickySessions {
        /// The name of the cookie; empty: they do not.
        cookie_name "cookie_name": String,
    }

    /// How a load balancer finds out which servers are well.
    HealthCheck {
        /// `http`, `https` or `tcp`.
        protocol "protocol": String,
        /// The port it asks at.
        port "port": u64,
        /// The path it asks for.
        path "path": String,
        /// Seconds from one question to the next.
        check_interval "check_interval": u64,
        /// Seconds it waits for an answer.
        response_timeout "response_timeout": u64,
        /// After how many failures a server is left out.
        unhealthy_threshold "unhealthy_threshold": u64,
        /// After how many successes it is back.
        healthy_threshold "healthy_threshold": u64,
    }

    /// What a load balancer passes on, and where to.
    ForwardRule {
        /// Which one.
        rule "RULEID": String,
        /// The protocol of callers.
        frontend_protocol "frontend_protocol": String,
        /// The port they call.
        frontend_port "frontend_port": u64,
        /// The protocol of servers.
        backend_protocol "backend_protocol": String,
        /// Their port.
        backend_port "backend_port": u64,
    }

    /// All that a load balancer passes on.
    ForwardRules {
        /// The rules.
        rules "forward_rule_list": Vec<ForwardRule>,
    }

    /// A rule that was just made.
    NewForwardRule {
        /// Which one.
        rule "RULEID": String,
    }

    /// The servers behind a load balancer.
    BalancedServers {
        /// Their numbers.
        servers "instance_list": Vec<u64>,
    }

    /// Whether a load balancer has a certificate.
    SslInfo {
        /// Whether it has.
        has_ssl "has_ssl": bool,
    }
}
