//! Links of machines, public and private.

use super::*;

#[test]
fn machines_reach_each_other_and_the_host_by_both_protocols() {
    alone("machines::machines_reach_each_other_and_the_host_by_both_protocols", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let a = Machine::started(&net, id(1), &public(7), &[]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        // In the same network, and to the host as the gateway.
        assert!(a.pings("198.18.92.8").await);
        assert!(b.pings("198.18.92.7").await);
        assert!(a.pings("198.18.92.1").await);
        assert!(pings(&Space::Host, "198.18.92.7").await);
        let v6 = public(8).ipv6[0].address.to_string();
        assert!(a.pings(&v6).await);
        assert!(pings(&Space::Host, &v6).await);
        assert!(a.pings(&crate::HOST6.to_string()).await);
        // Elsewhere there is nothing, and whoever asks is told so.
        assert!(!a.pings("203.0.113.7").await);
        assert!(!pings(&Space::Host, "198.18.92.99").await);
    });
}
