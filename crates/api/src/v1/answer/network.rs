//! Names, addresses, networks, firewalls and load balancers.

use crate::Time;
use crate::v1::define::answers;

answers! {
    /// A domain.
    Domain {
        domain: String, "Its name.";
        date_created: Time, "When it was added.";
    }

    /// A record of a domain.
    DnsRecord {
        record "RECORDID": u64, "Its number.";
        kind "type": String, "Its type: `A`.";
        name: String, "The name before the domain; empty for the domain itself.";
        data: String, "What it says.";
        priority: Option<u64>, "Which one comes first, where that means something.";
        ttl: Option<u64>, "For how many seconds it may be remembered.";
    }

    /// Who is responsible for a domain.
    Soa {
        nsprimary: String, "The first name server.";
        email: String, "Whom to write to.";
    }

    /// A firewall group.
    FirewallGroup {
        group "FIREWALLGROUPID": String, "Which one.";
        description: String, "What it is said to be.";
        date_created: Time, "When it was made.";
        date_modified: Time, "When it was last changed.";
        instance_count: u64, "How many servers have it.";
        rule_count: u64, "How many rules it has.";
        max_rule_count: u64, "How many it may have.";
    }

    /// A firewall group that was just made.
    NewFirewallGroup {
        group "FIREWALLGROUPID": String, "Which one.";
    }

    /// A rule of a firewall group.
    FirewallRule {
        rulenumber: u64, "Its number in the group.";
        action: String, "`accept`.";
        protocol: String, "`icmp`, `tcp`, `udp` or `gre`.";
        port: String, "A port, or two with a colon or a dash; empty for protocols without.";
        subnet: String, "The network it is for.";
        subnet_size: u64, "The bits of that.";
        source: Option<String>, "What it is for instead of a network.";
        notes: Option<String>, "What is said about it.";
    }

    /// A rule that was just made.
    NewFirewallRule {
        rulenumber: u64, "Its number in the group.";
    }

    /// A private network.
    Network {
        network "NETWORKID": String, "Which one.";
        dcid: u64, "The number of its region.";
        date_created: Time, "When it was made.";
        description: String, "What it is said to be.";
        v4_subnet: String, "Its addresses.";
        v4_subnet_mask: u64, "The bits of that.";
    }

    /// A private network that was just made.
    NewNetwork {
        network "NETWORKID": String, "Which one.";
    }

    /// An address that stays.
    ReservedIp {
        subid: u64, "Its number.";
        dcid: u64, "The number of its region.";
        ip_type: String, "`v4` or `v6`.";
        subnet: String, "The address.";
        subnet_size: u64, "Its bits.";
        label: String, "Its label.";
        server "attached_SUBID": Option<u64>, "The server that has it.";
    }

    /// A load balancer.
    LoadBalancer {
        subid: u64, "Its number.";
        date_created: Time, "When it was ordered.";
        dcid: u64, "The number of its region.";
        location: String, "The name of its region.";
        label: String, "Its label.";
        status: String, "`pending` or `active`.";
        ipv4: Option<String>, "Its address; empty until it has one.";
        ipv6: Option<String>, "Its address of IPv6.";
    }

    /// All that is set of a load balancer.
    Balancing {
        generic "generic_info": BalancingBasics, "What holds for it as a whole.";
        health_check "health_checks_info": HealthCheck, "How it finds out which servers are well.";
        has_ssl: bool, "Whether it has a certificate.";
        forward_rules "forward_rule_list": Vec<ForwardRule>, "What it passes on.";
        servers "instance_list": Vec<u64>, "The servers behind it.";
    }

    /// What holds for a load balancer as a whole.
    BalancingBasics {
        balancing_algorithm: String, "`roundrobin` or `leastconn`.";
        ssl_redirect: bool, "Whether callers without TLS are sent to where there is.";
        sticky_sessions: StickySessions, "How a caller comes to the same server again.";
        proxy_protocol: bool, "Whether servers are told who called.";
    }

    /// How a caller comes to the same server again.
    StickySessions {
        cookie_name: String, "The name of the cookie; empty: they do not.";
    }

    /// How a load balancer finds out which servers are well.
    HealthCheck {
        protocol: String, "`http`, `https` or `tcp`.";
        port: u64, "The port it asks at.";
        path: String, "The path it asks for.";
        check_interval: u64, "Seconds from one question to the next.";
        response_timeout: u64, "Seconds it waits for an answer.";
        unhealthy_threshold: u64, "After how many failures a server is left out.";
        healthy_threshold: u64, "After how many successes it is back.";
    }

    /// What a load balancer passes on, and where to.
    ForwardRule {
        rule "RULEID": String, "Which one.";
        frontend_protocol: String, "The protocol of callers.";
        frontend_port: u64, "The port they call.";
        backend_protocol: String, "The protocol of servers.";
        backend_port: u64, "Their port.";
    }

    /// All that a load balancer passes on.
    ForwardRules {
        rules "forward_rule_list": Vec<ForwardRule>, "The rules.";
    }

    /// A rule that was just made.
    NewForwardRule {
        rule "RULEID": String, "Which one.";
    }

    /// The servers behind a load balancer.
    BalancedServers {
        servers "instance_list": Vec<u64>, "Their numbers.";
    }

    /// Whether a load balancer has a certificate.
    SslInfo {
        has_ssl: bool, "Whether it has.";
    }
}
