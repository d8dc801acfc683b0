//! What somebody may have meant who typed a command or a flag that there is not: by what words
//! mean elsewhere, where clap goes by their letters. It is only told; nothing is ever run by a guess.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};

use crate::command::NAME;
use crate::operations;
use crate::places::{self, PLACES, Place};
use crate::text::clean;

/// Words for what commands do, as other tools have them.
const VERBS: &[(&str, &[&str])] = &[
    ("list", &["all", "find", "search", "ps", "dir"]),
    ("get", &["info", "inspect", "view", "status", "cat", "read", "display"]),
    ("create", &["add", "new", "make", "launch", "run", "provision", "deploy", "import", "up"]),
    (
        "update",
        &[
            "set", "modify", "change", "rename", "resize", "label", "tag", "upgrade", "patch",
            "edit",
        ],
    ),
    ("delete", &["remove", "del", "terminate", "kill", "drop", "erase", "unset"]),
    ("halt", &["stop", "shutdown", "poweroff", "power-off", "off", "suspend", "pause"]),
    ("start", &["poweron", "power-on", "boot", "on", "resume", "unpause"]),
    ("reboot", &["restart", "reset", "powercycle", "power-cycle", "bounce"]),
    ("reinstall", &["rebuild", "reimage", "re-install", "wipe"]),
    ("restore", &["rollback", "revert", "recover"]),
    ("attach", &["assign", "bind", "mount", "connect"]),
    ("detach", &["unassign", "unbind", "unmount", "umount", "disconnect", "eject"]),
    ("convert", &["reserve", "keep"]),
    ("availability", &["available", "plans"]),
    ("regenerate-keys", &["rotate-keys", "reset-keys", "regenerate"]),
];

/// Words for things, as other tools have them, by group.
const NOUNS: &[(&str, &[&str])] = &[
    (
        "instance",
        &["droplet", "linode", "machine", "node", "host", "vps", "compute", "virtual-machine"],
    ),
    ("bare-metal", &["metal", "dedicated"]),
    ("block", &["disk", "drive", "pv"]),
    ("object-storage", &["space", "storage", "objectstorage"]),
    ("os", &["image", "system", "distro", "operating-system", "oses"]),
    ("application", &["image", "marketplace", "one-click"]),
    ("snapshot", &["image"]),
    ("plan", &["size", "flavor", "flavour", "type", "price", "sku"]),
    ("region", &["datacenter", "data-center", "location", "zone", "dc"]),
    ("domain", &["zone", "dns-zone"]),
    ("record", &["dns-record", "domain-record"]),
    ("reserved-ip", &["ip", "floating-ip", "elastic-ip", "primary-ip", "address"]),
    ("ssh-key", &["key", "keypair", "public-key"]),
    ("startup-script", &["user-data", "cloud-init", "init"]),
    ("load-balancer", &["balancer", "loadbalancer", "elb"]),
    ("firewall", &["security-group", "acl"]),
    ("vpc", &["subnet", "private-networking"]),
    ("account", &["balance", "billing", "invoice"]),
    ("api-key", &["token"]),
    ("user", &["member", "team"]),
];

/// Whole commands by other words, where there is no thing or nothing to do in them.
const WHOLE: &[(&str, &[&str])] = &[
    ("log", &["logs", "tail", "requests", "history"]),
    ("status", &["ps", "info", "health", "ping"]),
    ("serve", &["server", "up", "run", "start", "daemon", "listen"]),
    ("stop", &["down", "quit", "shutdown", "kill", "halt"]),
    ("reset", &["wipe", "clear", "purge", "clean"]),
    ("profile list", &["config", "configuration", "context", "contexts", "settings"]),
    ("profile add", &["login", "auth", "init", "configure", "setup"]),
    ("account get", &["whoami", "me"]),
    ("completions", &["completion", "complete"]),
    ("api", &["curl", "raw", "request", "call"]),
];

/// Flags by other words.
const FLAGS: &[(&str, &[&str])] = &[
    ("label", &["name", "title", "display-name"]),
    ("description", &["name", "label", "title"]),
    ("name", &["label", "title"]),
    ("plan", &["size", "type", "flavor", "machine-type"]),
    ("size-gb", &["size", "gb", "capacity"]),
    ("os-id", &["os", "image", "system"]),
    ("region", &["location", "datacenter", "zone", "dc"]),
    ("sshkey-id", &["ssh-key", "ssh-keys", "key", "keys", "sshkey", "sshkeys"]),
    ("script-id", &["script", "startup-script"]),
    ("firewall-group-id", &["firewall", "firewalls"]),
    ("attach-vpc", &["vpc", "network", "vpc-id", "vpc-ids"]),
    ("instance-id", &["instance", "server", "vm", "to"]),
    ("instances", &["targets", "servers", "backends"]),
    ("bucket-name", &["name", "bucket"]),
    ("frontend-port", &["port"]),
    ("subnet", &["cidr", "source", "network"]),
    ("data", &["value", "content", "target"]),
    ("domain", &["name"]),
    ("yes", &["force", "assume-yes", "auto-approve", "no-confirm"]),
    ("output", &["format", "out"]),
    ("enable-ipv6", &["ipv6"]),
    ("tags", &["tag-names", "labels"]),
    ("wait", &["wait-for", "sync"]),
];

/// Reads the command line. What is no command is told with what may have been meant.
///
/// # Errors
/// When it is none, or asks for help or the version: the error shows it.
pub fn parse(
    mut root: Command,
    line: impl IntoIterator<Item = OsString>,
) -> Result<ArgMatches, clap::Error> {
    let line: Vec<OsString> = line.into_iter().collect();
    root.try_get_matches_from_mut(&line).map_err(|mut error| {
        let typed: Vec<String> =
            line.iter().skip(1).map(|word| clean(&word.to_string_lossy())).collect();
        let tips = tips(&error, &root, &typed);
        if !tips.is_empty() {
            error.remove(ContextKind::SuggestedSubcommand);
            error.remove(ContextKind::SuggestedArg);
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
        error
    })
}

fn tips(error: &clap::Error, root: &Command, typed: &[String]) -> Vec<StyledStr> {
    let (path, rest) = reached(root, typed);
    let meant = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let Some((wrong, rest)) = rest.split_first() else { return Vec::new() };
            let similar = error.get(ContextKind::SuggestedSubcommand).is_some();
            command(root, &path, wrong, rest, similar)
        }
        ErrorKind::UnknownArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(flag)) if flag.starts_with("--") => {
                let tips = flags(root, &path, flag).into_iter();
                return tips.map(|flag| format!("`--{flag}` says that here").into()).collect();
            }
            _ => too_many(root, &path, &rest),
        },
        _ => Vec::new(),
    };
    let tip = |line: String| StyledStr::from(format!("did you mean `{line}`?"));
    meant.into_iter().map(tip).collect()
}

/// The commands that were reached, by their names, and the words after them.
fn reached<'a>(root: &'a Command, typed: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut at, mut path, mut words) = (root, Vec::new(), typed.iter());
    while let Some(word) = words.next() {
        if word.starts_with('-') {
            let named = |arg: &&clap::Arg| {
                arg.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long))
                    || arg.get_short().is_some_and(|short| *word == format!("-{short}"))
            };
            let takes = root.get_arguments().chain(at.get_arguments()).find(named);
            if takes.is_some_and(|arg| arg.get_action().takes_values()) {
                words.next();
            }
            continue;
        }
        match at.find_subcommand(word) {
            Some(inner) => {
                path.push(inner.get_name());
                at = inner;
            }
            None => {
                let rest = std::iter::once(word).chain(words).map(String::as_str).collect();
                return (path, rest);
            }
        }
    }
    (path, Vec::new())
}

/// What may have been meant by a word that is no command here.
fn command(
    root: &Command,
    path: &[&str],
    wrong: &str,
    rest: &[&str],
    similar: bool,
) -> Vec<String> {
    if let Some(place) = places::group(path) {
        let found = verbs(wrong).into_iter().filter(|verb| has(place, verb));
        let mut found: Vec<String> = found.map(|verb| line(place.path, &verb, rest)).collect();
        if found.is_empty() && !similar && has(place, "get") {
            found.push(line(place.path, "get", &[&[wrong], rest].concat()));
        }
        return found;
    }
    if !path.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    // The verb first: `create instance`.
    if let Some((noun, rest)) = rest.split_first() {
        for place in nouns(noun) {
            let verbs = verbs(wrong).into_iter().filter(|verb| has(place, verb));
            found.extend(verbs.map(|verb| line(place.path, &verb, rest)));
        }
    }
    // Another word for a thing, and perhaps for what is to be done with it.
    if found.is_empty() {
        for place in nouns(wrong) {
            let (verb, rest) = rest.split_first().map_or(("", rest), |(verb, rest)| (*verb, rest));
            let meant = verbs(verb).into_iter().find(|verb| has(place, verb));
            let verb = meant.unwrap_or_else(|| verb.to_owned());
            found.push(line(place.path, &verb, rest));
        }
    }
    // A word for a whole command, where nothing stands with it.
    if found.is_empty() && rest.is_empty() {
        let whole = WHOLE.iter().filter(|(_, words)| words.contains(&wrong));
        let whole = whole.filter(|(line, _)| {
            line.split(' ').next().is_some_and(|first| root.find_subcommand(first).is_some())
        });
        found.extend(whole.map(|(whole, _)| line(whole, "", &[])));
    }
    // What is to be done, and no word for a thing: instances are what most have.
    if found.is_empty() {
        let most = PLACES.iter().find_map(|place| {
            let verb = verbs(wrong).into_iter().find(|verb| has(place, verb))?;
            Some(line(place.path, &verb, rest))
        });
        found.extend(most);
    }
    found
}

/// What may have been meant where a command takes no further word.
fn too_many(root: &Command, path: &[&str], rest: &[&str]) -> Vec<String> {
    let Some((last, above)) = path.split_last() else { return Vec::new() };
    match places::group(above) {
        Some(place) if *last == "list" && has(place, "get") => vec![line(place.path, "get", rest)],
        // `stop` stops the server; whoever names something means that.
        None if above.is_empty() => {
            let own = command(root, &[], last, rest, true);
            own.into_iter().filter(|line| *line != format!("{NAME} {last}")).collect()
        }
        _ => Vec::new(),
    }
}

/// Flags of the command that mean what this one means elsewhere.
fn flags(root: &Command, path: &[&str], flag: &str) -> Vec<&'static str> {
    let command = path.iter().try_fold(root, |at, word| at.find_subcommand(word));
    let flag = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
    let is_there = |long: &str| {
        let own = command.into_iter().flat_map(Command::get_arguments);
        own.chain(root.get_arguments()).any(|arg| arg.get_long() == Some(long))
    };
    let meant = FLAGS.iter().filter(|(_, words)| words.contains(&flag));
    meant.map(|(flag, _)| *flag).filter(|flag| is_there(flag)).take(1).collect()
}

/// The commands of operations that a word may mean: itself, if it is one, first.
fn verbs(word: &str) -> Vec<String> {
    let same = |(of, words): &&(&str, &[&str])| *of == word || words.contains(&word);
    let known = places::VERBS.iter().chain(VERBS).filter(same).map(|(verb, _)| *verb);
    let mut verbs = vec![word.to_owned()];
    verbs.extend(known.filter(|verb| *verb != word).map(str::to_owned));
    verbs
}

/// The groups that a word may mean: by its names, at the top or below another, or another tool's.
fn nouns(word: &str) -> Vec<&'static Place> {
    let is = |name: &str| name == word || places::plural(name).is_some_and(|plural| plural == word);
    let known = |place: &Place| {
        let last = place.path.rsplit(' ').next().unwrap_or_default();
        is(last) || is(place.group) || place.aliases.iter().any(|alias| is(alias))
    };
    let found: Vec<_> = PLACES.iter().filter(|place| known(place)).collect();
    if !found.is_empty() {
        return found;
    }
    let meant = NOUNS.iter().filter(|(_, words)| words.iter().any(|word| is(word)));
    meant.filter_map(|(group, _)| PLACES.iter().find(|place| place.group == *group)).collect()
}

/// Whether the group has this command.
fn has(place: &Place, command: &str) -> bool {
    operations::all().iter().any(|o| o.group.name == place.group && o.command == command)
}

/// The line to type.
fn line(path: &str, verb: &str, rest: &[&str]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c);
    let quoted = rest.iter().map(|word| match !word.is_empty() && word.chars().all(plain) {
        true => (*word).to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    });
    let words = [NAME, path, verb].into_iter().map(str::to_owned).chain(quoted);
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let root = crate::command()
            .subcommand(Command::new("serve"))
            .subcommand(Command::new("log"))
            .subcommand(Command::new("stop"));
        let words = std::iter::once(NAME).chain(line.split(' ')).map(OsString::from);
        parse(root, words).expect_err(line).render().to_string()
    }

    #[test]
    fn what_was_meant_is_told_by_meaning() {
        for (typed, meant) in [
            ("instance stop", "kettle instance halt"),
            ("instance stop web", "kettle instance halt web"),
            ("vm restart web --wait", "kettle instance reboot web --wait"),
            ("stop web", "kettle instance halt web"),
            ("logs", "kettle log"),
            ("create instance", "kettle instance create"),
            ("create vm --label web", "kettle instance create --label web"),
            ("-o json delete volumes data", "kettle block delete data"),
            ("list", "kettle instance list"),
            ("add dns-record", "kettle domain record create"),
            ("droplets list", "kettle instance list"),
            ("droplet stop web", "kettle instance halt web"),
            ("rule list front", "kettle firewall rule list front"),
            ("rule list front", "kettle load-balancer rule list front"),
            ("images", "kettle os"),
            ("server web", "kettle instance get web"),
            ("instance list web", "kettle instance get web"),
            ("firewall rule add office", "kettle firewall rule create office"),
            ("start", "kettle serve"),
            ("start web", "kettle instance start web"),
            ("whoami", "kettle account get"),
            ("instance rename 'my", r"kettle instance update ''\''my'"),
        ] {
            let told = told(typed);
            assert!(told.contains(&format!("did you mean `{meant}`?")), "{typed}: {told}");
        }
    }

    #[test]
    fn flags_are_told_by_meaning() {
        for (typed, meant) in [
            ("instance create --name web", "--label"),
            ("instance create --size big", "--plan"),
            ("instance create --image=debian", "--os-id"),
            ("block create --size 10", "--size-gb"),
            ("vpc create --name lan", "--description"),
            ("instance delete web --force", "--yes"),
            ("instance list --format json", "--output"),
        ] {
            let told = told(typed);
            assert!(told.contains(&format!("`{meant}` says that here")), "{typed}: {told}");
        }
    }

    #[test]
    fn letters_are_left_to_clap_and_nothing_is_made_up() {
        for (typed, similar) in [("instance crate", "'create'"), ("instnace list", "'instance'")] {
            let told = told(typed);
            assert!(told.contains(similar) && !told.contains("did you mean"), "{told}");
        }
        let told = told("xyzzy");
        assert!(!told.contains("tip:") && !told.contains("did you mean"), "{told}");
    }

    #[test]
    fn each_word_of_the_tables_is_a_guess_for_what_there_is() {
        let all = operations::all();
        for (verb, words) in VERBS {
            assert!(all.iter().any(|o| o.command == *verb), "{verb}");
            assert!(!words.is_empty());
        }
        for (group, _) in NOUNS {
            assert!(PLACES.iter().any(|place| place.group == *group), "{group}");
        }
        let mut root = crate::command();
        root.build();
        let mut commands = vec![&root];
        let mut flags = std::collections::BTreeSet::new();
        while let Some(command) = commands.pop() {
            flags.extend(command.get_arguments().filter_map(clap::Arg::get_long));
            commands.extend(command.get_subcommands());
        }
        for (flag, _) in FLAGS {
            assert!(flags.contains(flag), "{flag}");
        }
    }
}
