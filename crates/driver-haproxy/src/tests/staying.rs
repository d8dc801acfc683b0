//! Load balancers that go on when the process ends that has started them.

use super::*;

/// Addresses that stay when the process ends that has taken them.
#[derive(Debug, Default)]
struct Staying(Loopback);

impl Addresses for Staying {
    fn told(&self) -> String {
        "for good".to_owned()
    }

    fn take<'a>(&'a self, id: Uuid, spec: &'a BalancerSpec) -> Call<'a, Taken> {
        self.0.take(id, spec)
    }

    fn stay(&self) -> bool {
        true
    }

    fn give_back(&self, _: Uuid) -> Call<'_> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn reaches(&self, machine: IpAddr) -> bool {
        self.0.reaches(machine)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_addresses_stay_goes_on_and_is_found_as_it_was() {
    let Some(mut here) = Here::new().await else { return };
    let program = here.balancers.0.program.clone();
    let kept = here.directory.path().join("balancers");
    let next = || Balancers::new(program.clone(), Some(kept.clone()), Arc::new(Staying::default()));
    here.balancers = next();
    let servers = two().await;
    let spec = spec(&servers);
    here.create(&spec).await;
    let (number, at) = (here.number(), here.at(80));
    let configuration =
        || std::fs::read_to_string(kept.join(here.id.to_string()).join("haproxy.cfg"));
    let before = configuration().unwrap();
    here.balancers.stop().await.unwrap();
    let answer = get(TcpStream::connect(at).await.unwrap(), "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "nobody looks after it: {answer}");
    here.balancers = next();
    here.create(&spec).await;
    assert_eq!((here.number(), here.at(80)), (number, at));
    assert_eq!(configuration().unwrap(), before, "it was told nothing anew");
    here.knows(&servers[1], true).await;
    // What has changed meanwhile it is told, and it stays the same process; what can never be changes nothing.
    here.balancers.stop().await.unwrap();
    here.balancers = next();
    let never = BalancerSpec { http3: true, ..spec.clone() };
    assert!(here.things().configure(here.id, &never).await.is_err() && runs(number));
    here.configure(&BalancerSpec { timeout_s: 21, ..spec.clone() }).await;
    assert_ne!(configuration().unwrap(), before);
    assert_eq!((here.number(), here.whose(80, 4).await), (number, BTreeSet::from(['a', 'b'])));
    // One that died alone is made anew.
    here.balancers.stop().await.unwrap();
    assert!(Command::new("kill").args(["-KILL", &number.to_string()]).status().unwrap().success());
    until_ended(number).await;
    here.balancers = next();
    here.create(&spec).await;
    assert_ne!(here.number(), number);
    assert_eq!(here.whose(80, 4).await, BTreeSet::from(['a', 'b']));
    // One that nobody knows any more is ended by the next, and so is one that is not to go on.
    for is_known in [false, true] {
        here.create(&spec).await;
        let number = here.number();
        here.balancers.stop().await.unwrap();
        here.balancers = next();
        assert_eq!(here.balancers.there().await.unwrap(), [here.id]);
        if is_known {
            here.create(&spec).await;
            here.things().remove(here.id).await.unwrap();
        } else {
            here.balancers.sweep(here.id).await.unwrap();
        }
        assert!(!runs(number) && here.balancers.there().await.unwrap().is_empty());
    }
}
