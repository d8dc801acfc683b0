//! What a machine finds in its files: name, keys, network, and what is to run at its first boot.
//!
//! What has to run does so within the machine, never on the host.

use std::fmt::Write;
use std::net::IpAddr;

use driver_net::{End, RESOLVERS};
use drivers::{Error, MachineSpec, Result};
use uuid::Uuid;

use crate::tree::Tree;

/// Where the first boot's programs lie.
const HOME: &str = "var/lib/kettle";
const UNITS: &str = "etc/systemd/system";
const NETWORKS: &str = "etc/systemd/network";
const OURS: &str = "10-kettle-";
const SEED: &str = "var/lib/cloud/seed/nocloud";
const SSHD: &str = "usr/sbin/sshd";
const CLOUD_INIT: &str = "usr/bin/cloud-init";
const CLOUD_SETTINGS: &str = "etc/cloud/cloud.cfg.d/90-kettle.cfg";
const CLOUD_OFF: &str = "etc/cloud/cloud-init.disabled";
/// The administrator where that is not root.
const LIMITED: &str = "linuxuser";

/// What has nothing to do in a container, which has no devices of its own, and what delays a machine that is
/// waited for.
const IDLE_UNITS: [&str; 8] = [
    "dev-hugepages.mount",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "systemd-network-generator.service",
    "systemd-pstore.service",
    "systemd-remount-fs.service",
    "systemd-update-utmp-runlevel.service",
];
const IDLE_GENERATORS: [&str; 5] =
    ["cryptsetup", "gpt-auto", "hibernate-resume", "integritysetup", "veritysetup"];

/// By what cloud-init knows the images of Vultr's own.
const VULTR: &str = "etc/vultr";
/// The program that sets up the network while cloud-init asks for the metadata.
const EARLY: &str = "var/lib/kettle/network";

/// Whether a machine of these files is set up by cloud-init's Vultr source, as the real ones are, and by
/// nobody else.
pub fn is_vultrs(tree: &Tree) -> bool {
    tree.has(CLOUD_INIT) && tree.has(VULTR)
}

/// Whether a machine of these files lets people log in by ssh.
pub fn has_ssh(tree: &Tree) -> bool {
    tree.has(SSHD)
}

/// Writes what a new installation starts with; the network is another matter: see [`network`].
///
/// # Errors
/// When user data cannot be had with this base, or the files cannot be written.
pub fn system(tree: &Tree, id: Uuid, install: u64, spec: &MachineSpec) -> Result<()> {
    tree.put("etc/machine-id", format!("{}\n", id.simple()), 0o444)?;
    let resolvers = RESOLVERS.iter().map(|at| format!("nameserver {at}\n"));
    tree.put("etc/resolv.conf", resolvers.collect::<String>(), 0o644)?;
    // Those of the machine that a copy was made of.
    for name in tree.names("etc/ssh").iter().filter(|name| name.starts_with("ssh_host_")) {
        tree.forget(&format!("etc/ssh/{name}"))?;
    }
    let allows = match spec.is_limited {
        true => "PermitRootLogin no\nPasswordAuthentication yes\n",
        false => "PermitRootLogin yes\nPasswordAuthentication yes\n",
    };
    tree.put("etc/ssh/sshd_config.d/10-kettle.conf", allows, 0o644)?;
    match is_vultrs(tree) {
        true => leave_to_cloud_init(tree)?,
        false => set_up(tree, id, install, spec)?,
    }
    enable(tree, "systemd-networkd.service", "/usr/lib/systemd/system/systemd-networkd.service")
}

/// Writes name, keys and what is to run, with cloud-init for user data alone.
fn set_up(tree: &Tree, id: Uuid, install: u64, spec: &MachineSpec) -> Result<()> {
    let user_script = user_data(tree, id, install, spec, tree.has(CLOUD_INIT))?;
    tree.put("etc/hostname", format!("{}\n", spec.hostname), 0o644)?;
    let hosts = format!(
        "127.0.0.1 localhost\n127.0.1.1 {}\n::1 localhost ip6-localhost ip6-loopback\n",
        spec.hostname
    );
    tree.put("etc/hosts", hosts, 0o644)?;
    let keys: String = spec.ssh_keys.iter().map(|key| format!("{}\n", key.trim())).collect();
    if !spec.is_limited {
        tree.put("root/.ssh/authorized_keys", &keys, 0o600)?;
    }
    first_boot(tree, spec, &keys)?;
    let scripts = [("script", &spec.script), ("user-data", &user_script)];
    scripts.into_iter().try_for_each(|(name, script)| once(tree, name, script))
}

/// Has cloud-init find everything in the metadata but the network: that is there while it looks, since nobody
/// answers DHCP.
fn leave_to_cloud_init(tree: &Tree) -> Result<()> {
    // What a machine had of Kettle's that this one is a copy of.
    for name in ["first", "script", "user-data"] {
        tree.forget(&format!("{HOME}/{name}-done"))?;
        for target in ["sysinit", "multi-user"] {
            tree.forget(&format!("{UNITS}/{target}.target.wants/kettle-{name}.service"))?;
        }
    }
    tree.forget(CLOUD_OFF)?;
    let settings = "datasource_list: [Vultr, None]\nnetwork: {config: disabled}\nlocale: false\n\
                    ssh_genkeytypes: [ed25519, ecdsa]\n";
    tree.put(CLOUD_SETTINGS, settings, 0o644)?;
    // The socket would keep for networkd what comes and goes here, and it would believe that long after.
    tree.link(&format!("{UNITS}/systemd-networkd.socket"), "/dev/null")?;
    let around = format!(
        "[Service]\nExecStartPre=-/bin/sh /{EARLY} up\nExecStartPost=-/bin/sh /{EARLY} down\n"
    );
    tree.put(&format!("{UNITS}/cloud-init-local.service.d/10-kettle.conf"), around, 0o644)
}

/// Has nothing started that has nothing to do in a container. What the image has of its own there stays.
///
/// # Errors
/// When the files cannot be written.
pub(crate) fn still(tree: &Tree) -> Result<()> {
    let units = IDLE_UNITS.iter().map(|unit| format!("{UNITS}/{unit}"));
    let generators = IDLE_GENERATORS
        .iter()
        .map(|name| format!("etc/systemd/system-generators/systemd-{name}-generator"));
    let mut all: Vec<_> = units.chain(generators).collect();
    // Nobody tells logind of logins without this module: it starts once it is asked for something.
    let libraries = tree.names("usr/lib").into_iter().map(|name| format!("usr/lib/{name}"));
    let libraries = libraries.chain(["usr/lib64".to_owned(), "usr/lib".to_owned()]);
    let tells = |at: String| tree.has(&format!("{at}/security/pam_systemd.so"));
    if !libraries.into_iter().any(tells) {
        all.push(format!("{UNITS}/multi-user.target.wants/systemd-logind.service"));
    }
    for path in all.iter().filter(|path| !tree.has(path)) {
        tree.link(path, "/dev/null")?;
    }
    Ok(())
}

/// Hands user data over to cloud-init; without it, gives back the script that it is.
fn user_data(
    tree: &Tree,
    id: Uuid,
    install: u64,
    spec: &MachineSpec,
    has_cloud_init: bool,
) -> Result<Vec<u8>> {
    if !has_cloud_init {
        return match spec.user_data.starts_with(b"#!") || spec.user_data.is_empty() {
            true => Ok(spec.user_data.clone()),
            false => Err(Error::Unsupported(
                "the image has no cloud-init, so user data must be a script that begins with #!"
                    .into(),
            )),
        };
    }
    if spec.user_data.is_empty() {
        // There is nothing that it could do, and it would take a second or two for that.
        tree.put(CLOUD_OFF, "Kettle has set up this machine; there is no user data.\n", 0o644)?;
        return Ok(Vec::new());
    }
    tree.forget(CLOUD_OFF)?;
    let facts = format!(
        "instance-id: {id}-{install}\nlocal-hostname: {}\n",
        serde_json::Value::from(spec.hostname.as_str())
    );
    tree.put(&format!("{SEED}/meta-data"), facts, 0o644)?;
    tree.put(&format!("{SEED}/user-data"), &spec.user_data, 0o600)?;
    // Keys, password, host name and network are there already.
    let settings = "datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\ndisable_root: false\n\
                    ssh_pwauth: true\nssh_deletekeys: false\nlocale: false\nusers: []\n";
    tree.put(CLOUD_SETTINGS, settings, 0o644)?;
    Ok(Vec::new())
}

/// What is done before anybody can log in: keys of its own, the administrator, and their password.
fn first_boot(tree: &Tree, spec: &MachineSpec, keys: &str) -> Result<()> {
    let admin = if spec.is_limited { LIMITED } else { "root" };
    // RSA's take a second to find, and nobody needs them who knows the other two.
    let mut script = String::from(
        "#!/bin/sh\nfor kind in ed25519 ecdsa; do\n  \
           ssh-keygen -q -t $kind -N '' -f /etc/ssh/ssh_host_${kind}_key </dev/null &\ndone\n",
    );
    if spec.is_limited {
        tree.put(&format!("{HOME}/keys"), keys, 0o600)?;
        let _ = write!(
            script,
            "groups=$(getent group sudo wheel | cut -d: -f1 | head -n 1)\n\
             id {LIMITED} >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ${{groups:+--groups $groups}} {LIMITED}\n\
             home=$(getent passwd {LIMITED} | cut -d: -f6)\n\
             install -d -m 700 -o {LIMITED} \"$home/.ssh\"\n\
             install -m 600 -o {LIMITED} /{HOME}/keys \"$home/.ssh/authorized_keys\"\n\
             if [ -d /etc/sudoers.d ]; then\n  \
               echo '{LIMITED} ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-kettle\n  \
               chmod 440 /etc/sudoers.d/90-kettle\nfi\n"
        );
    }
    if !spec.password.is_empty() {
        tree.put(
            &format!("{HOME}/password"),
            format!("{admin}:{}\n", spec.password.as_str()),
            0o600,
        )?;
        let _ = writeln!(script, "chpasswd </{HOME}/password && rm -f /{HOME}/password");
    }
    let _ = writeln!(script, "wait\ntouch /{HOME}/first-done");
    tree.forget(&format!("{HOME}/first-done"))?;
    tree.put(&format!("{HOME}/first"), script, 0o700)?;
    let unit = format!(
        "[Unit]\nDescription=Kettle: keys and password of a new machine\nDefaultDependencies=no\n\
         After=local-fs.target systemd-sysusers.service\nBefore=ssh.service sshd.service cloud-init.service sysinit.target\n\
         ConditionPathExists=!/{HOME}/first-done\n\n\
         [Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/{HOME}/first\n"
    );
    tree.put(&format!("{UNITS}/kettle-first.service"), unit, 0o644)?;
    let wants = format!("{UNITS}/sysinit.target.wants/kettle-first.service");
    tree.link(&wants, "../kettle-first.service")
}

/// Has a script run once, when the machine is up; none: takes away what another installation had.
fn once(tree: &Tree, name: &str, script: &[u8]) -> Result<()> {
    let service = format!("kettle-{name}.service");
    let wants = format!("{UNITS}/multi-user.target.wants/{service}");
    tree.forget(&format!("{HOME}/{name}-done"))?;
    if script.is_empty() {
        return tree.forget(&wants);
    }
    tree.put(&format!("{HOME}/{name}"), script, 0o700)?;
    // It is marked before it runs: one that restarts the machine runs once, too.
    let unit = format!(
        "[Unit]\nDescription=Kettle: the {name} of a new machine\nWants=network-online.target\n\
         After=network.target network-online.target ssh.service sshd.service cloud-config.service\n\
         ConditionPathExists=!/{HOME}/{name}-done\n\n\
         [Service]\nType=oneshot\nRemainAfterExit=yes\nEnvironment=HOME=/root\nWorkingDirectory=/root\n\
         ExecStartPre=/bin/sh -c 'touch /{HOME}/{name}-done'\n\
         ExecStart=/bin/sh -c 'exec /{HOME}/{name} >>/var/log/kettle-{name}.log 2>&1'\n\
         TimeoutStartSec=infinity\n"
    );
    tree.put(&format!("{UNITS}/{service}"), unit, 0o644)?;
    tree.link(&wants, &format!("../{service}"))
}

fn enable(tree: &Tree, unit: &str, file: &str) -> Result<()> {
    let wants = format!("{UNITS}/multi-user.target.wants/{unit}");
    match tree.has(&wants) || !tree.has(file) {
        true => Ok(()),
        false => tree.link(&wants, file),
    }
}

/// Writes how each interface is to be set up: exactly these.
pub fn network(tree: &Tree, ends: &[End]) -> Result<()> {
    for name in tree.names(NETWORKS).iter().filter(|name| name.starts_with(OURS)) {
        tree.forget(&format!("{NETWORKS}/{name}"))?;
    }
    for (place, end) in ends.iter().enumerate() {
        tree.put(&format!("{NETWORKS}/{OURS}{place}.network"), interface(end), 0o644)?;
    }
    match is_vultrs(tree) {
        true => tree.put(EARLY, ends.iter().map(early).collect::<String>(), 0o755),
        false => Ok(()),
    }
}

/// The commands that set an interface up before networkd does, and take away again what it would trip over.
fn early(end: &End) -> String {
    let mut text = format!(
        "for link in /sys/class/net/*; do\n[ \"$(cat \"$link/address\")\" = {} ] || continue\nlink=${{link##*/}}\n\
         if [ \"$1\" = down ]; then\nip address flush dev \"$link\"\nip link set \"$link\" down\ncontinue\nfi\n\
         ip link set \"$link\" mtu {} up\n",
        end.mac, end.mtu
    );
    for (address, prefix) in &end.addresses {
        let no_check = if address.is_ipv6() { " nodad" } else { "" };
        let _ = writeln!(text, "ip address replace {address}/{prefix} dev \"$link\"{no_check}");
    }
    for (to, by) in &end.routes {
        let by = by.map(|by| format!(" via {by}")).unwrap_or_default();
        let to = format_args!("{}/{}", to.address, to.prefix);
        let _ = writeln!(text, "ip route replace {to}{by} dev \"$link\"");
    }
    for by in &end.gateway {
        let _ = writeln!(text, "ip route replace default via {by} dev \"$link\"");
    }
    text + "done\n"
}

fn interface(end: &End) -> String {
    let mut text = format!(
        "[Match]\nMACAddress={}\n\n[Link]\nMTUBytes={}\n\n[Network]\nDHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n\
         ConfigureWithoutCarrier=yes\n",
        end.mac, end.mtu
    );
    for (address, prefix) in &end.addresses {
        let _ = write!(text, "\n[Address]\nAddress={address}/{prefix}\n");
        if address.is_ipv6() {
            text.push_str("DuplicateAddressDetection=none\n");
        }
    }
    for (to, by) in &end.routes {
        let _ = write!(text, "\n[Route]\nDestination={}/{}\n", to.address, to.prefix);
        match by {
            Some(by) => gateway(&mut text, *by),
            None => text.push_str("Scope=link\n"),
        }
    }
    for by in &end.gateway {
        text.push_str("\n[Route]\n");
        gateway(&mut text, *by);
    }
    text
}

fn gateway(text: &mut String, by: IpAddr) {
    let _ = write!(text, "Gateway={by}\nGatewayOnLink=yes\n");
}

/// The machine's own keys, as ssh wants to know them, under a name; none: it has made none yet.
pub(crate) fn known_hosts(tree: &Tree, name: &str) -> Option<String> {
    let mut lines = String::new();
    for file in tree.names("etc/ssh") {
        if !(file.starts_with("ssh_host_") && file.ends_with("_key.pub")) {
            continue;
        }
        let text = tree.text(&format!("etc/ssh/{file}"))?;
        let mut words = text.split_whitespace();
        let (kind, key) = (words.next()?, words.next()?);
        let _ = writeln!(lines, "{name} {kind} {key}");
    }
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use drivers::Subnet;

    use super::*;

    fn spec() -> MachineSpec {
        MachineSpec {
            hostname: "web".into(),
            ssh_keys: vec!["ssh-ed25519 AAAA me\n".into()],
            password: "secret".to_owned().into(),
            script: b"#!/bin/sh\ntrue\n".to_vec(),
            ..MachineSpec::default()
        }
    }

    fn tree() -> (tempfile::TempDir, Tree) {
        let directory = tempfile::tempdir().unwrap();
        let tree = Tree::at(directory.path()).unwrap();
        (directory, tree)
    }

    #[test]
    fn a_machine_finds_its_name_keys_and_script() {
        let (_kept, tree) = tree();
        tree.put("etc/ssh/ssh_host_rsa_key", "of another", 0o600).unwrap();
        system(&tree, Uuid::nil(), 0, &spec()).unwrap();
        let text = |path: &str| tree.text(path).unwrap();
        assert_eq!(text("etc/hostname"), "web\n");
        assert_eq!(text("root/.ssh/authorized_keys"), "ssh-ed25519 AAAA me\n");
        assert_eq!(text("var/lib/kettle/script"), "#!/bin/sh\ntrue\n");
        assert_eq!(text("var/lib/kettle/password"), "root:secret\n");
        assert!(!tree.has("etc/ssh/ssh_host_rsa_key"));
        let wants = "etc/systemd/system/multi-user.target.wants/kettle-script.service";
        assert!(tree.has(wants));
        // Installed anew without a script, and for a user of less rights.
        let spec = MachineSpec { script: Vec::new(), is_limited: true, ..spec() };
        system(&tree, Uuid::nil(), 1, &spec).unwrap();
        assert!(!tree.has(wants));
        assert_eq!(text("var/lib/kettle/password"), "linuxuser:secret\n");
        assert!(text("var/lib/kettle/first").contains("useradd"));
    }

    #[test]
    fn nothing_is_started_that_has_nothing_to_do() {
        let (_kept, tree) = tree();
        let logind = "etc/systemd/system/multi-user.target.wants/systemd-logind.service";
        tree.put("etc/systemd/system/fstrim.timer", "the image's own", 0o644).unwrap();
        tree.put("dev/null", "", 0o666).unwrap();
        still(&tree).unwrap();
        assert!(tree.has("etc/systemd/system-generators/systemd-cryptsetup-generator"));
        assert!(tree.has("etc/systemd/system/systemd-pstore.service") && tree.has(logind));
        assert!(tree.text("etc/systemd/system/fstrim.timer").is_some_and(|text| !text.is_empty()));
        // With PAM's module logins are logind's.
        tree.forget(logind).unwrap();
        tree.put("usr/lib/x86_64-linux-gnu/security/pam_systemd.so", "", 0o644).unwrap();
        still(&tree).unwrap();
        assert!(!tree.has(logind));
    }

    #[test]
    fn user_data_needs_cloud_init_unless_it_is_a_script() {
        let (_kept, tree) = tree();
        let with = |text: &str| MachineSpec { user_data: text.into(), ..spec() };
        let error = system(&tree, Uuid::nil(), 0, &with("#cloud-config\n")).unwrap_err();
        assert!(matches!(error, Error::Unsupported(_)), "{error}");
        system(&tree, Uuid::nil(), 0, &with("#!/bin/sh\n")).unwrap();
        assert_eq!(tree.text("var/lib/kettle/user-data").as_deref(), Some("#!/bin/sh\n"));
        tree.put("usr/bin/cloud-init", "", 0o755).unwrap();
        system(&tree, Uuid::nil(), 0, &with("#cloud-config\n")).unwrap();
        assert!(tree.has("var/lib/cloud/seed/nocloud/user-data"));
        assert!(!tree.has("etc/cloud/cloud-init.disabled"));
        system(&tree, Uuid::nil(), 0, &with("")).unwrap();
        assert!(tree.has("etc/cloud/cloud-init.disabled"));
    }

    #[test]
    fn what_is_vultrs_is_left_to_cloud_init_but_for_the_network() {
        let (_kept, tree) = tree();
        // A copy of a machine that Kettle has set up.
        system(&tree, Uuid::nil(), 0, &spec()).unwrap();
        tree.put("usr/bin/cloud-init", "", 0o755).unwrap();
        tree.put("etc/vultr", "", 0o644).unwrap();
        tree.forget("etc/hostname").unwrap();
        system(&tree, Uuid::nil(), 0, &spec()).unwrap();
        assert!(!tree.has("etc/hostname") && !tree.has("etc/cloud/cloud-init.disabled"));
        for wants in ["sysinit.target.wants/kettle-first", "multi-user.target.wants/kettle-script"]
        {
            assert!(!tree.has(&format!("{UNITS}/{wants}.service")), "{wants}");
        }
        let end = End {
            interface: "k1".into(),
            mac: "56:00:00:00:00:01".into(),
            addresses: vec![([198, 18, 0, 5].into(), 23)],
            routes: vec![(Subnet { address: [169, 254, 169, 254].into(), prefix: 32 }, None)],
            gateway: vec![[198, 18, 0, 1].into()],
            mtu: 1500,
        };
        network(&tree, &[end]).unwrap();
        let text = tree.text(EARLY).unwrap();
        for line in [
            "= 56:00:00:00:00:01 ]",
            "ip address replace 198.18.0.5/23 dev \"$link\"\n",
            "ip route replace 169.254.169.254/32 dev \"$link\"\n",
            "ip route replace default via 198.18.0.1 dev \"$link\"\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn interfaces_are_set_up_by_their_hardware_addresses() {
        let (_kept, tree) = tree();
        let subnet = Subnet { address: [10, 0, 0, 0].into(), prefix: 24 };
        let end = End {
            interface: "k1".into(),
            mac: "56:00:00:00:00:01".into(),
            addresses: vec![([198, 18, 0, 5].into(), 32)],
            routes: vec![(subnet, None)],
            gateway: vec![[169, 254, 1, 1].into()],
            mtu: 1500,
        };
        network(&tree, &[end.clone(), End { mac: "5a:00:00:00:00:01".into(), ..end.clone() }])
            .unwrap();
        assert_eq!(tree.names(NETWORKS).len(), 2);
        network(&tree, &[end]).unwrap();
        let text = tree.text("etc/systemd/network/10-kettle-0.network").unwrap();
        for line in [
            "MACAddress=56:00:00:00:00:01\n",
            "Address=198.18.0.5/32\n",
            "Destination=10.0.0.0/24\nScope=link\n",
            "[Route]\nGateway=169.254.1.1\nGatewayOnLink=yes\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert_eq!(tree.names(NETWORKS).len(), 1);
    }
}
