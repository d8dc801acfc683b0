//! A day at the console in a real browser: Chromium by its driver. Where there is none, this says so
//! loudly and shows nothing.
//!
//! It writes pictures of each page into `target/console/`, in both widths and both schemes, for people
//! to look at, and has axe-core look for what keeps people out (npm's package, where `KETTLE_AXE` names
//! its `axe.min.js` or it lies in `target/axe`).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use testkit::{KEY, Served, World};

use super::terminal::{Machines, none_runs};
use super::things::call;
use super::webdriver::Browser;

/// Keys, as WebDriver names them.
const ENTER: &str = "\u{e007}";
const SHIFT: &str = "\u{e008}";
const CONTROL: &str = "\u{e009}";
const TAB: &str = "\u{e004}";

/// Widths, heights, schemes.
const LOOKS: &[(u32, u32, &str)] =
    &[(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")];

/// The directory where everything that is built lies.
fn target() -> PathBuf {
    let built = std::env::current_exe().unwrap();
    built.ancestors().find(|place| place.ends_with("target")).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        Path::to_path_buf,
    )
}

/// axe-core's source; none where it is not on this machine.
fn axe() -> Option<String> {
    let own = target().join("axe/node_modules/axe-core/axe.min.js");
    let path = std::env::var_os("KETTLE_AXE").map_or(own, PathBuf::from);
    std::fs::read_to_string(path).ok()
}

/// A browser at a world.
struct Desk {
    browser: Browser,
    served: Served,
    axe: Option<String>,
    wrong: Vec<String>,
}

impl Desk {
    /// Where a page is.
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.served.url())
    }

    async fn open(&self, path: &str) {
        self.browser.open(&self.at(path)).await;
    }

    /// Clicks what a selector finds, also where it is drawn as something else.
    async fn choose(&self, selector: &str) {
        self.browser.find_any(selector).await;
        let script = format!("document.querySelector({selector:?}).click()");
        self.browser.run(&script).await;
    }

    async fn fill(&self, selector: &str, text: &str) {
        let field = self.browser.find(selector).await;
        self.browser.fill(&field, text).await;
    }

    /// Sends the form that the page is about.
    async fn submit(&self) {
        let button = "main form[method=post] button.primary[type=submit]:not([aria-hidden])";
        self.browser.click_at(button).await;
    }

    async fn press(&self, text: &str) {
        let buttons = "main//*[(self::button or self::a) and not(@aria-hidden)]";
        self.browser.click_text(buttons, text).await;
    }

    /// Takes pictures of the page that is open, in all looks, and has axe judge each.
    async fn judge(&mut self, name: &str) {
        let directory = target().join("console");
        std::fs::create_dir_all(&directory).unwrap();
        for (width, height, scheme) in LOOKS {
            self.browser.look(*width, *height, scheme).await;
            let place = format!("{name} at {width} pixels, {scheme}");
            let file = directory.join(format!("{name}-{width}-{scheme}.png"));
            std::fs::write(file, self.browser.picture().await).unwrap();
            let wide = "return document.documentElement.scrollWidth - window.innerWidth";
            if self.browser.run(wide).await.as_i64().is_some_and(|more| more > 0) {
                self.wrong.push(format!("{place}: it scrolls sideways"));
            }
            self.wrong.extend(self.barriers().await.into_iter().map(|b| format!("{place}: {b}")));
        }
        self.browser.look(1280, 900, "light").await;
    }

    /// What axe finds on the page.
    async fn barriers(&self) -> Vec<String> {
        let Some(axe) = &self.axe else { return Vec::new() };
        self.browser.run(axe).await;
        let run = "const done = arguments[0]; axe.run().then(r => done(r.violations.map(v => \
                   v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | '))), \
                   e => done(['axe: ' + e]))";
        let found = self.browser.run_to_its_end(run).await;
        let texts = found.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_made_watched_changed_and_destroyed_in_a_real_browser() {
    let Some(browser) = Browser::start().await else {
        eprintln!("SKIPPED: there is no chromedriver here  <-- NO BROWSER HAS SEEN THE CONSOLE");
        return;
    };
    let axe = axe();
    if axe.is_none() {
        eprintln!("SKIPPED: axe-core is not here  <-- NOBODY HAS LOOKED FOR BARRIERS");
    }
    let machines = Arc::new(Machines::default());
    let shells = machines.open.clone();
    let world = World::builder().running().terminals(machines).build().await;
    let mut desk = Desk { browser, served: world.serve(), axe, wrong: Vec::new() };
    sign_in(&mut desk).await;
    make(&mut desk).await;
    sit_at(&mut desk, &shells).await;
    let block = attach(&mut desk).await;
    change(&mut desk).await;
    newcomer(&mut desk).await;
    requests(&mut desk).await;
    others(&mut desk, &block).await;
    vanish(&mut desk, &world).await;
    destroy(&mut desk).await;
    turn(&mut desk, &world).await;
    lose(&mut desk, &world).await;
    assert!(desk.wrong.is_empty(), "{}", desk.wrong.join("\n"));
}

/// A public key.
const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMNcVnDOGTdyIuCXLr4bWJ+TrcrkAvwNqFLTrUSiOdkz a@b";

async fn sign_in(desk: &mut Desk) {
    desk.open("/").await;
    desk.browser.says("Sign in").await;
    desk.judge("sign-in").await;
    desk.fill("#key", "WRONGKEYWRONGKEYWRONGKEYWRONGKEYWRON").await;
    desk.press("Sign in").await;
    desk.browser.says("No such key here").await;
    desk.fill("#key", KEY).await;
    desk.press("Sign in").await;
    desk.browser.says("Overview").await;
    desk.judge("overview-empty").await;
}

/// Makes an instance by the form, with a mistake that is mended, and sees it come up.
async fn make(desk: &mut Desk) {
    desk.open("/console/v2/instances").await;
    desk.judge("instances-empty").await;
    desk.open("/console/op/create-instance").await;
    desk.choose("input[name=region][value=ewr]").await;
    desk.choose("input[name=plan][value=vc2-1c-1gb]").await;
    desk.choose("main input[type=radio][name$=os], main input[type=radio][name=os_id]").await;
    desk.fill("input[name=label]", "web").await;
    desk.fill("input[name=hostname]", "web 1").await;
    desk.judge("create-instance").await;
    desk.press("Create instance").await;
    desk.browser.find("[name=hostname][aria-invalid=true]").await;
    desk.judge("create-instance-refused").await;
    desk.fill("input[name=hostname]", "web-1").await;
    desk.press("Create instance").await;
    desk.browser.says("no page shows it again").await;
    desk.judge("shown-once").await;
    desk.press("Go on").await;
    // It comes up while somebody looks: the page is not loaded again.
    desk.browser.find(".status").await;
    desk.browser.run("window.stays = true").await;
    desk.browser.find("main .status.ok").await;
    desk.browser.says("Running").await;
    desk.judge("instance").await;
}

/// Sits at the console of the instance whose page is open, by keyboard alone, and comes back.
async fn sit_at(desk: &mut Desk, shells: &AtomicUsize) {
    let instance = desk.browser.address().await;
    desk.press("Console").await;
    desk.browser.says("Connected").await;
    desk.browser.says("root@web:~#").await;
    // Nobody has to find the terminal: what is typed goes there.
    desk.browser.keys(&format!("hello{ENTER}")).await;
    desk.browser.says("you said hello").await;
    desk.browser.keys(&format!("colours{ENTER}")).await;
    desk.browser.says("┌──┐").await;
    desk.judge("console").await;
    let picked = "getSelection().selectAllChildren([...document.querySelectorAll('.screen > div')] \
                  .find(d => d.textContent.includes('you said'))); return getSelection().toString()";
    assert_eq!(desk.browser.run(picked).await.as_str().map(str::trim_end), Some("you said hello"));
    desk.browser.run("getSelection().removeAllRanges()").await;
    // The window has just been made wide again, of which the machine hears a moment later.
    let script = "const line = [...document.querySelectorAll('.screen > div')] \
                  .findLast(d => /^\\d+ by \\d+/.test(d.textContent)); \
                  return line ? line.textContent.split(' by ').map(Number) : [0, 0]";
    let rows = desk
        .browser
        .until("a terminal as wide as the window", async || {
            desk.browser.keys(&format!("size{ENTER}")).await;
            let size = desk.browser.run(script).await;
            (size[0].as_u64() > Some(80)).then(|| size[1].as_u64())
        })
        .await;
    assert!(rows > Some(20), "{rows:?}");
    let paste = "const d = new DataTransfer(); d.setData('text', 'pasted'); document.querySelector('.term textarea') \
                 .dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true }))";
    desk.browser.run(paste).await;
    desk.browser.keys(ENTER).await;
    desk.browser.says("you said pasted").await;
    // Each row that has gone by can be looked at again.
    desk.browser.keys(&format!("much{ENTER}")).await;
    desk.browser.says("line 20000").await;
    let back = "document.querySelector('.screen').dispatchEvent(new WheelEvent('wheel', { deltaY: -600 }))";
    desk.browser.run(back).await;
    desk.browser.find(".screen.back").await;
    desk.browser.keys("x").await;
    desk.browser.find(".screen:not(.back)").await;
    desk.browser.keys(&format!("{SHIFT}{TAB}")).await;
    let left = "return document.activeElement.closest('.term') === null";
    assert_eq!(desk.browser.run(left).await, true, "the keyboard can leave");
    assert_eq!(shells.load(Ordering::SeqCst), 1);
    desk.browser.run("document.querySelector('.term textarea').focus()").await;
    desk.browser.keys(&format!("{CONTROL}c")).await;
    desk.browser.keys(&format!("exit{ENTER}")).await;
    desk.browser.says("What ran on this terminal has ended").await;
    desk.judge("console-ended").await;
    desk.press("Open again").await;
    desk.browser.says("Connected").await;
    desk.browser.open(&instance).await;
    none_runs(shells).await;
    let alone = "return [...document.querySelectorAll('.facts .mono')].map(e => e.textContent) \
                 .find(t => t.includes('/console/kvm/')) || ''";
    let alone = desk.browser.run(alone).await.as_str().unwrap_or_default().to_owned();
    let alone = alone.splitn(4, '/').nth(3).expect("the API tells where the console is").to_owned();
    desk.open(&format!("/{alone}")).await;
    desk.browser.says("root@web:~#").await;
    desk.judge("console-alone").await;
    desk.browser.open(&instance).await;
    desk.browser.says("Running").await;
}

/// Makes a volume and attaches it to the instance: the volume's address.
async fn attach(desk: &mut Desk) -> String {
    desk.open("/console/op/create-block").await;
    desk.choose("input[name=region][value=ewr]").await;
    desk.fill("input[name=size_gb]", "40").await;
    desk.fill("input[name=label]", "data").await;
    desk.judge("create-block").await;
    desk.submit().await;
    desk.browser.find("main .status.ok").await;
    let address = desk.browser.address().await;
    let path = address.strip_prefix(desk.served.url()).unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    desk.open(&format!("/console/op/attach-block?block_id={id}")).await;
    desk.choose("select[name=instance_id] option:last-of-type").await;
    let pick = "const s = document.querySelector('select[name=instance_id]'); \
                s.value = [...s.options].find(o => o.text.includes('web')).value";
    desk.browser.run(pick).await;
    desk.judge("attach-block").await;
    desk.submit().await;
    desk.browser.find("h1").await;
    desk.open(&path).await;
    desk.browser.says("web").await;
    desk.judge("block").await;
    path
}

async fn change(desk: &mut Desk) {
    desk.open("/console/v2/instances").await;
    desk.judge("instances").await;
    desk.press("web").await;
    desk.press("Change").await;
    desk.fill("input[name=label]", "web-a").await;
    desk.judge("change-instance").await;
    desk.submit().await;
    desk.browser.with_text("h1", "web-a").await;
}

/// Fills forms in as somebody does who has never seen the API.
async fn newcomer(desk: &mut Desk) {
    desk.open("/console/op/create-firewall-group").await;
    desk.fill("input[name=description]", "shop").await;
    desk.submit().await;
    desk.browser.with_text("h1", "shop").await;
    let address = desk.browser.address().await;
    let form = format!("/console/op/create-firewall-group-rule?firewall_group_id={}", id(&address));
    desk.open(&form).await;
    desk.submit().await;
    desk.browser.says("4 fields need a change").await;
    desk.judge("create-rule-refused").await;
    desk.open(&form).await;
    desk.fill("input[name=notes]", "mine").await;
    desk.press("SSH (22)").await;
    let holds = async |desk: &Desk, name: &str| {
        let script = format!("return document.querySelector('[name=\"{name}\"]').value");
        desk.browser.run(&script).await.as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(
        (holds(desk, "port").await, holds(desk, "subnet").await),
        ("22".into(), "0.0.0.0".into())
    );
    desk.fill("input[name=subnet]", "10.0.0.0/8").await;
    desk.fill("input[name=port]", "80").await;
    let both = (holds(desk, "subnet").await, holds(desk, "subnet_size").await);
    assert_eq!(both, ("10.0.0.0".into(), "8".into()), "what is typed is taken apart at once");
    desk.submit().await;
    desk.browser.says("10.0.0.0").await;

    desk.open("/console/op/create-instance?plan=vc2-1c-0.5gb-free&region=sea&label=typed").await;
    desk.choose("input[name=region][value=ams]").await;
    desk.browser.says("vc2-1c-0.5gb-free is not to be had in ams").await;
    let script = "return document.querySelector('[name=plan]:checked').value";
    assert_eq!(desk.browser.run(script).await, "vc2-1c-0.5gb-free");
    desk.judge("create-instance-elsewhere").await;
    desk.choose("button[name=_make][value*=sshkey_id]").await;
    desk.browser.says("you come back to").await;
    desk.judge("create-ssh-key-on-the-way").await;
    desk.fill("input[name=name]", "mia").await;
    desk.fill("[name=ssh_key]", SSH_KEY).await;
    desk.submit().await;
    desk.browser.find("[name=sshkey_id]:checked").await;
    assert_eq!(holds(desk, "label").await, "typed");
}

async fn requests(desk: &mut Desk) {
    desk.open("/console/requests").await;
    desk.browser.says("/v2/instances").await;
    desk.judge("requests").await;
    let first = desk.browser.find("main .log tbody a, main .log tbody th a").await;
    desk.browser.click(&first).await;
    desk.judge("request").await;
}

/// The pages that the day did not lead to.
async fn others(desk: &mut Desk, block: &str) {
    for (name, path) in [
        ("overview", "/console/"),
        ("network", "/console/network"),
        ("reference", "/console/reference"),
        ("reference-operation", "/console/reference/create-load-balancer"),
        ("search", "/console/search?q=web"),
        ("create-load-balancer", "/console/op/create-load-balancer"),
        ("create-database", "/console/op/create-database"),
        ("create-record", "/console/op/create-domain"),
        ("plans", "/console/v2/plans"),
        ("account", "/console/v2/account"),
        ("users", "/console/v2/users"),
        ("nothing", "/console/v2/instances/00000000-0000-4000-8000-000000000000"),
        ("destroy-block", &format!("/console/op/delete-block?block_id={}", id(block))),
    ] {
        desk.open(path).await;
        desk.browser.find("h1").await;
        desk.judge(name).await;
    }
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What is destroyed elsewhere while somebody looks at it says so, and offers nothing any more.
async fn vanish(desk: &mut Desk, world: &World) {
    let body = json!({"region": "ewr", "size_gb": 20, "label": "spare"});
    let made = call(world, "POST", "/v2/blocks", body).await;
    let path = format!("/v2/blocks/{}", made["block"]["id"].as_str().unwrap());
    desk.open(&format!("/console{path}")).await;
    desk.browser.find("[data-sign].ok").await;
    desk.browser.find("main .status.ok").await;
    call(world, "DELETE", &path, Value::Null).await;
    desk.browser.says("This block volume is gone").await;
    let left = "return document.querySelectorAll('[data-acts], dialog').length";
    assert_eq!(desk.browser.run(left).await, 0);
    desk.judge("gone").await;
    // Nothing that nobody has changed is lit by what happens elsewhere.
    desk.open("/console/").await;
    call(world, "POST", "/v2/domains", json!({"domain": "lit.example"})).await;
    desk.browser.says("lit.example").await;
    let lit = "return [...document.querySelectorAll('#x-now .changed')].map(e => e.textContent)";
    let lit = desk.browser.run(lit).await;
    assert!(lit.as_array().is_some_and(|lit| lit.len() <= 1), "{lit}");
}

/// A server that ends is told of at the top of the page.
async fn lose(desk: &mut Desk, world: &World) {
    desk.open("/console/v2/domains").await;
    desk.browser.find("[data-sign].ok").await;
    // The one that the page came from ends with this.
    desk.served = world.serve();
    desk.browser.says("The connection to the server is lost").await;
    desk.judge("lost").await;
}

/// Turns the world about: saves it, turns its clock, has things go wrong and held, and puts it back.
async fn turn(desk: &mut Desk, world: &World) {
    desk.open("/console/world").await;
    desk.judge("world-empty").await;
    desk.fill("#snapshot", "monday").await;
    desk.press("Save snapshot").await;
    desk.browser.says("Saved monday").await;
    call(world, "POST", "/v2/domains", json!({"domain": "tuesday.example"})).await;
    desk.judge("world").await;
    desk.open("/console/world/snapshots/monday").await;
    desk.browser.says("tuesday.example").await;
    desk.judge("world-differences").await;
    desk.open("/console/world/clock").await;
    desk.press("Freeze").await;
    desk.browser.says("It stands still").await;
    desk.press("An hour").await;
    desk.browser.says("As it was turned").await;
    desk.judge("world-clock").await;
    desk.open("/console/world/faults").await;
    desk.choose("button[aria-label='Add late-tags']").await;
    desk.browser.says("late-tags is in force").await;
    desk.judge("world-faults").await;
    desk.open("/console/op/add-fault").await;
    desk.judge("add-fault").await;
    desk.open("/console/world/lifecycles").await;
    desk.fill("#kind", "domain").await;
    desk.choose("form[action$=add-hold] button[type=submit]").await;
    desk.browser.says("that has a life").await;
    desk.fill("[name=kind]", "block").await;
    desk.submit().await;
    desk.browser.says("Every block").await;
    desk.judge("world-lifecycles").await;
    desk.open("/console/world/history").await;
    desk.press("Mark this place").await;
    desk.browser.says("Since request").await;
    desk.judge("world-history").await;
    desk.open("/console/op/restore-world-snapshot?name=monday").await;
    desk.judge("restore-snapshot").await;
    desk.fill("[data-must]", "monday").await;
    desk.submit().await;
    desk.browser.says("Restored monday").await;
    desk.browser.says("and the clock runs").await;
}

async fn destroy(desk: &mut Desk) {
    desk.open("/console/v2/instances").await;
    desk.press("web-a").await;
    desk.choose("[data-open]:not([data-open=code]).danger, .pop [data-open]").await;
    desk.fill("dialog[open] [data-must]", "web-a").await;
    desk.judge("destroy-instance").await;
    let go = desk.browser.find("dialog[open] button.danger[type=submit]").await;
    desk.browser.click(&go).await;
    desk.browser.says("Destroyed web-a").await;
}
