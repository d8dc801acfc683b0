//! What makes no sense while a thing is as it is: nobody starts what runs.

use presentation::Operation;
use serde_json::Value;

use crate::link;

/// How a field of a thing stands in the way.
enum While {
    /// It is this word.
    Is(&'static str),
    /// It names something.
    Set,
    /// It names nothing.
    Unset,
}

/// Command, field of the thing, when it stands in the way, what is said then.
#[rustfmt::skip]
const LINES: &[(&str, &str, While, &str)] = &[
    ("start", "power_status", While::Is("running"), "It is running"),
    ("halt", "power_status", While::Is("stopped"), "It is stopped"),
    ("reboot", "power_status", While::Is("stopped"), "It is stopped: start it"),
    ("attach", "attached_to_instance", While::Set, "It is attached: detach it first"),
    ("detach", "attached_to_instance", While::Unset, "It is attached to nothing"),
    ("attach", "instance_id", While::Set, "It is attached: detach it first"),
    ("detach", "instance_id", While::Unset, "It is attached to nothing"),
];

/// Why an operation has no sense on a thing as it is now; none where it has, or nobody knows.
pub(crate) fn obstacle(operation: &Operation, thing: &Value) -> Option<&'static str> {
    let lines = LINES.iter().filter(|(command, ..)| *command == operation.command);
    let found = lines.filter_map(|(_, field, when, why)| Some((thing.get(field)?, when, why)));
    let mut found = found.filter(|(value, when, _)| match when {
        While::Is(word) => value.as_str() == Some(word),
        While::Set => !link::is_none(value),
        While::Unset => link::is_none(value),
    });
    found.next().map(|(_, _, why)| *why)
}

#[cfg(test)]
mod tests {
    use presentation::operations;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_makes_no_sense_now_is_known_by_the_things_state() {
        let all = operations::all();
        let why =
            |id: &str, thing: Value| obstacle(all.iter().find(|o| o.op.id == id).unwrap(), &thing);
        let (running, stopped) =
            (json!({"power_status": "running"}), json!({"power_status": "stopped"}));
        assert_eq!(why("start-instance", running.clone()), Some("It is running"));
        assert_eq!(why("halt-instance", running.clone()), None);
        assert_eq!(why("reboot-instance", running), None);
        assert_eq!(why("start-instance", stopped.clone()), None);
        assert_eq!(why("halt-instance", stopped.clone()), Some("It is stopped"));
        assert_eq!(why("reboot-instance", stopped.clone()), Some("It is stopped: start it"));
        assert_eq!(why("delete-instance", stopped), None);
        let (free, used) =
            (json!({"attached_to_instance": ""}), json!({"attached_to_instance": "x"}));
        assert_eq!(why("attach-block", free.clone()), None);
        assert_eq!(why("detach-block", free), Some("It is attached to nothing"));
        assert_eq!(why("attach-block", used.clone()), Some("It is attached: detach it first"));
        assert_eq!(why("detach-block", used), None);
        let front = json!({"instance_id": ""});
        assert_eq!(why("detach-reserved-ip", front), Some("It is attached to nothing"));
        // What says nothing of its state is offered everything.
        assert_eq!(why("halt-bare-metal", json!({"status": "active"})), None);
    }

    #[test]
    fn each_line_is_of_a_command_that_there_is() {
        let all = operations::all();
        for (command, ..) in LINES {
            assert!(all.iter().any(|o| o.command == *command), "{command}");
        }
    }
}
