//! What is left behind: nothing.

use super::*;

/// All that can be seen of networks in the host's namespace and the router's.
async fn everything(net: &Net) -> String {
    let mut all = String::new();
    for space in [&Space::Host, &net.0.router] {
        for what in [["-o", "link"], ["-o", "addr"]] {
            all += &space.run("ip", &what, "").await.unwrap();
        }
        for family in ["-4", "-6"] {
            all += &space.run("ip", &[family, "route", "show", "table", "all"], "").await.unwrap();
        }
        all += &space.run("nft", &["list", "ruleset"], "").await.unwrap();
    }
    all + &Space::Host.run("ip", &["netns"], "").await.unwrap()
}

#[test]
fn two_hundred_plugs_and_unplugs_leave_nothing() {
    alone("leaks::two_hundred_plugs_and_unplugs_leave_nothing", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let before = everything(&net).await;
        for round in 0..20 {
            for n in 0..10 {
                let nics = [nic(id(100 + u128::from(n) / 3), n + 3)];
                net.plug(id(n.into()), &public(n + 2), &nics).await.unwrap();
            }
            assert_eq!(net.there().await.unwrap().len(), 10, "round {round}");
            for n in 0..10 {
                net.unplug(id(n)).await.unwrap();
            }
        }
        assert_eq!(everything(&net).await, before);
        assert!(net.there().await.unwrap().is_empty());
        let left = std::fs::read_dir(folder.path().join("plugged")).unwrap().count();
        assert_eq!(left, 0);
        // Whoever unplugs once more is done at once.
        net.unplug(id(1)).await.unwrap();
    });
}

#[test]
fn whenever_it_is_killed_what_is_there_is_found_and_goes() {
    alone("leaks::whenever_it_is_killed_what_is_there_is_found_and_goes", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let before = everything(&net).await;
        drop(net);
        let nics = [nic(id(101), 3)];
        let mut ended = 0;
        for n in 0..40 {
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            let work = async {
                net.plug(id(1), &public(7), &nics).await.unwrap();
                net.plug(id(2), &public(8), &nics).await.unwrap();
                net.unplug(id(1)).await.unwrap();
            };
            // Wherever it waits at that moment, it never goes on.
            let time = Duration::from_millis(3 * n);
            ended += u32::from(tokio::time::timeout(time, work).await.is_ok());
            drop(net);
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            for id in net.there().await.unwrap() {
                net.unplug(id).await.unwrap();
            }
            assert_eq!(everything(&net).await, before, "after {time:?}");
        }
        assert!(ended < 40, "nothing was ever cut off");
    });
}

#[test]
fn what_nobody_knows_is_swept_at_the_start() {
    alone("leaks::what_nobody_knows_is_swept_at_the_start", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let before = everything(&net).await;
        net.plug(id(1), &public(7), &[nic(id(101), 3)]).await.unwrap();
        drop(net);
        std::fs::remove_dir_all(folder.path()).unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        assert_eq!(everything(&net).await, before);
    });
}

#[test]
fn a_machine_that_runs_is_found_again_even_if_the_router_is_lost() {
    alone("leaks::a_machine_that_runs_is_found_again_even_if_the_router_is_lost", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let (public, nics) = (public(7), [nic(id(101), 3)]);
        let a = Machine::started(&net, id(1), &public, &nics).await;
        let router = net.0.names.router.clone();
        // As long as the router is there, another run finds everything as it is.
        let server = listen(&a.space, "0.0.0.0:80").await;
        let mut one = connect(&Space::Host, "198.18.92.7:80").await.unwrap();
        let mut other = server.accept().unwrap().0;
        drop(net);
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        net.replug(a.id, &public, &nics, a.leader()).await.unwrap();
        answers(&mut one, &mut other);
        drop(net);
        Space::Host.run("ip", &["netns", "delete", &router], "").await.unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        assert_eq!(net.there().await.unwrap(), [a.id]);
        // Metadata are told already where they can be, and in its network once that is there again.
        let mut doors = net.doors().await.unwrap();
        let first = doors.try_recv().unwrap();
        assert!(first.network.is_none() && doors.try_recv().is_err());
        net.replug(a.id, &public, &nics, a.leader()).await.unwrap();
        assert!(reaches(&Space::Host, "198.18.92.7").await);
        assert_eq!(doors.try_recv().unwrap().network, Some(id(101)));
        net.unplug(a.id).await.unwrap();
        let links = a.space.links().await.unwrap();
        assert_eq!(links, ["lo"]);
    });
}
