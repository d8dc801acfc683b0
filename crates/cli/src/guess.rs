//! What somebody may have meant who typed a command or a flag that there is not: by what words
//! mean elsewhere, where clap goes by their letters. It is only told; nothing is ever run by a guess.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};
use presentation::operations::{self, Operation};
use presentation::places::{self, PLACES, Place};
use presentation::schema;
use presentation::text::{clean, quoted};

use crate::command::{NAME, flag};

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
    ("kubernetes", &["cluster", "kube", "eks", "gke"]),
    ("block", &["disk", "drive", "pv"]),
    ("object-storage", &["space", "storage", "objectstorage"]),
    ("vfs", &["filesystem", "nfs-share", "share", "efs"]),
    ("os", &["image", "system", "distro", "operating-system", "oses"]),
    ("application", &["image", "one-click"]),
    ("snapshot", &["image"]),
    ("plan", &["size", "flavor", "flavour", "type", "price", "sku"]),
    ("region", &["datacenter", "data-center", "location", "zone", "dc"]),
    ("domain", &["zone", "dns-zone"]),
    ("record", &["dns-record", "domain-record"]),
    ("reserved-ip", &["ip", "floating-ip", "elastic-ip", "primary-ip", "address"]),
    ("ssh-key", &["key", "keypair", "public-key"]),
    ("startup-script", &["user-data", "cloud-init", "init"]),
    ("load-balancer", &["balancer", "loadbalancer", "elb"]),
    ("firewall", &["fw", "security-group", "acl"]),
    ("vpc", &["subnet", "private-networking"]),
    ("pull-zone", &["cdn"]),
    ("push-zone", &["cdn"]),
    ("account", &["balance"]),
    ("billing", &["charge", "cost", "bill"]),
    ("api-key", &["token"]),
    ("user", &["member", "team"]),
];

/// Whole commands by other words, where there is no thing or nothing to do in them.
const WHOLE: &[(&str, &[&str])] = &[
    ("log", &["logs", "tail", "requests", "history"]),
    ("status", &["ps", "info", "health", "ping"]),
    ("doctor", &["check", "diagnose", "planes"]),
    ("serve", &["server", "up", "run", "start", "daemon", "listen"]),
    ("stop", &["down", "quit", "shutdown", "kill", "halt"]),
    ("reset", &["wipe", "clear", "purge", "clean"]),
    ("profile list", &["config", "configuration", "context", "contexts", "settings"]),
    ("profile add", &["login", "auth", "init", "configure", "setup"]),
    ("account get", &["whoami", "me"]),
    ("completions", &["completion", "complete"]),
    ("api", &["curl", "raw", "request", "call"]),
];

/// What Vultr has and Kettle does not serve.
const UNSERVED: &[&str] = &["iam", "role", "policy", "organization", "oidc"];

/// Words for a change of one field, and the fields that it may be: `rename web db`.
const SETS: &[(&[&str], &[&str])] = &[
    (&["rename", "label", "name"], &["label", "name", "description"]),
    (&["tag"], &["tags"]),
    (&["resize", "upgrade"], &["plan", "size_gb"]),
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
    ("database-engine", &["engine"]),
    ("database-engine-version", &["version", "engine-version"]),
    ("upgrade-version", &["version", "to"]),
    ("username", &["user", "name"]),
    ("node-quantity", &["nodes", "size", "count", "quantity", "node-count"]),
    ("storage-size", &["size", "size-gb", "gb", "capacity"]),
    ("origin-domain", &["origin", "domain", "url", "host"]),
    ("start-time", &["since", "from", "start"]),
    ("end-time", &["until", "to", "end"]),
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
            if path.is_empty() && is_unserved(wrong) {
                return vec!["Kettle does not serve that (docs/coverage.md)".into()];
            }
            let similar = error.get(ContextKind::SuggestedSubcommand).is_some();
            command(root, &path, wrong, rest, similar)
        }
        ErrorKind::UnknownArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(flag)) if flag.starts_with("--") => {
                let tips = flags(root, &path, flag).into_iter();
                return tips.map(|flag| format!("`--{flag}` says that here").into()).collect();
            }
            Some(ContextValue::String(word)) => match valued(typed, word) {
                Some(flag) => vec![format!("{flag}={word}")],
                None => too_many(root, &path, &rest),
            },
            _ => too_many(root, &path, &rest),
        },
        // `block attach data web`: the last one is no further volume.
        ErrorKind::MissingRequiredArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(missing))
                if missing.len() == 1 && missing[0].starts_with("--instance-id ") =>
            {
                with_instance(&path, &rest).into_iter().collect()
            }
            _ => Vec::new(),
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
        if let Some(line) = set(place, wrong, rest) {
            return vec![line];
        }
        let found = verbs(wrong).into_iter().filter(|verb| has(place, verb));
        let mut found: Vec<String> = found.map(|verb| line(place.path, &verb, rest)).collect();
        if found.is_empty() && !similar {
            let words = [&[wrong], rest].concat();
            let given = words.iter().filter(|word| !word.starts_with('-')).count();
            let shows = ["get", "list"].into_iter().find(|verb| takes(place, verb) == Some(given));
            found.extend(shows.map(|verb| line(place.path, verb, &words)));
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
    // Another tool's word before the thing: `compute instance list`.
    if let Some(noun) = rest.first()
        && found.is_empty()
        && !nouns(wrong).is_empty()
        && places::group(&[noun]).is_some()
    {
        found.push(line("", "", rest));
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
    if found.is_empty() {
        let whole = WHOLE.iter().filter(|(_, words)| words.contains(&wrong));
        let whole = whole.filter(|(line, _)| {
            line.split(' ').next().is_some_and(|first| root.find_subcommand(first).is_some())
        });
        found.extend(whole.filter_map(|(whole, words)| {
            let rest = match rest.split_first() {
                // `config view`, `auth login`: the second word says what is meant already.
                Some((verb, rest))
                    if words.contains(verb)
                        || verbs(verb).iter().any(|v| v == "get" || whole.ends_with(v)) =>
                {
                    rest
                }
                _ => rest,
            };
            rest.iter().all(|word| word.starts_with('-')).then(|| line(whole, "", rest))
        }));
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
        Some(_) => with_instance(path, rest).into_iter().collect(),
        // `stop` stops the server; whoever names something means that.
        None if above.is_empty() => {
            let own = command(root, &[], last, rest, true);
            own.into_iter().filter(|line| *line != format!("{NAME} {last}")).collect()
        }
        _ => Vec::new(),
    }
}

/// The line in which the last word is the instance that the command is about.
fn with_instance(path: &[&str], rest: &[&str]) -> Option<String> {
    let (command, above) = path.split_last()?;
    let place = places::group(above)?;
    let operation = operation(place, command)?;
    let schema = operation.request();
    let is_field = schema::fields(&schema).any(|(name, _)| name == "instance_id");
    let is_named = operation.path_fields().iter().any(|name| name == "instance_id");
    let words = rest.iter().take_while(|word| !word.starts_with('-')).count();
    if !is_field || is_named || words != operation.path_fields().len() + 1 {
        return None;
    }
    let (own, more) = rest.split_at(words);
    let (instance, own) = own.split_last()?;
    Some(line(place.path, command, &[own, &["--instance-id", instance], more].concat()))
}

/// The flag before a word that it takes only with `=`.
fn valued<'a>(typed: &'a [String], word: &str) -> Option<&'a str> {
    let place = typed.iter().position(|typed| typed == word)?.checked_sub(1)?;
    let flag = typed[place].as_str();
    (matches!(word, "true" | "false" | "yes" | "no") && flag.starts_with("--")).then_some(flag)
}

/// The line that changes one field, where a word says which: `rename web db`.
fn set(place: &Place, wrong: &str, rest: &[&str]) -> Option<String> {
    let [id, value] = rest else { return None };
    let (_, fields) = SETS.iter().find(|(words, _)| words.contains(&wrong))?;
    let update = operation(place, "update").filter(|update| update.path_fields().len() == 1)?;
    let schema = update.request();
    let field = fields.iter().find(|field| schema::fields(&schema).any(|(name, _)| name == *field));
    let flag = format!("--{}", flag(field?));
    Some(line(place.path, "update", &[id, &flag, value]))
}

/// Whether a word is for what Kettle does not serve.
fn is_unserved(word: &str) -> bool {
    let is =
        |name: &&str| *name == word || places::plural(name).is_some_and(|plural| plural == word);
    UNSERVED.iter().any(is) || matches!(word, "policies" | "container-registries")
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
    operation(place, command).is_some()
}

/// How many words the command of a group takes.
fn takes(place: &Place, command: &str) -> Option<usize> {
    Some(operation(place, command)?.path_fields().len())
}

fn operation(place: &Place, command: &str) -> Option<Operation> {
    operations::with_own().into_iter().find(|o| o.group.name == place.group && o.command == command)
}

/// The line to type.
fn line(path: &str, verb: &str, rest: &[&str]) -> String {
    let quoted = rest.iter().map(|word| quoted(word));
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
            ("instance rename ww foo", "kettle instance update ww --label foo"),
            ("vpc rename lan net", "kettle vpc update lan --description net"),
            ("instance tag ww a", "kettle instance update ww --tags a"),
            ("firewall rules fw1", "kettle firewall rule list fw1"),
            ("firewall rule fw1 3", "kettle firewall rule get fw1 3"),
            ("domains records shop.example", "kettle domain record list shop.example"),
            ("instance web", "kettle instance get web"),
            ("compute instance list", "kettle instance list"),
            ("fw ls", "kettle firewall list"),
            ("logs -f", "kettle log -f"),
            ("context ls", "kettle profile list"),
            ("config view", "kettle profile list"),
            ("auth login", "kettle profile add"),
            ("snapshot create ww", "kettle snapshot create --instance-id ww"),
            ("block attach data ww", "kettle block attach data --instance-id ww"),
            ("instance create --enable-ipv6 true", "--enable-ipv6=true"),
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
            ("database create --engine pg", "--database-engine"),
            ("kubernetes upgrade prod --version 1", "--upgrade-version"),
            ("vfs create --size 10", "--storage-size"),
            ("activity-log list --since today", "--start-time"),
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
    fn what_is_not_served_is_told_and_what_is_unclear_is_not_guessed_at() {
        for typed in ["role list", "organization", "iam", "oidc list"] {
            let told = told(typed);
            assert!(told.contains("tip: Kettle does not serve that (docs/coverage.md)"), "{told}");
        }
        for typed in ["instance ssh-keys x", "instance os x", "instance console x"] {
            let told = told(typed);
            assert!(!told.contains("kettle instance get"), "{told}");
        }
    }

    #[test]
    fn each_word_of_the_tables_is_a_guess_for_what_there_is() {
        let all = operations::with_own();
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
