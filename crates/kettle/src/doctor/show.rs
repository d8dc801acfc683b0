//! What `kettle doctor` found, as a table for people.

use std::fmt::Write as _;

use super::{Plane, State};

/// How wide a line may be.
const WIDE: usize = 80;
/// Where the last column begins.
const INDENT: usize = 23;

/// The table, what each row lacks below it, and what to type next.
pub(super) fn table(planes: &[Plane]) -> String {
    let mut text = row("PLANE", "HERE", "BY");
    for plane in planes {
        text += &row(plane.name, plane.state.word(), &plane.by);
        // What this program cannot do is not missing here.
        if plane.state == State::Unbuilt {
            continue;
        }
        for missing in &plane.missing {
            text += &row("", "", &format!("- {}", missing.what));
            if let Some(mend) = &missing.mend {
                // To be copied: whole, however long it is.
                let _ = writeln!(text, "{:INDENT$}    {mend}", "");
            }
        }
        for note in &plane.notes {
            text += &row("", "", &format!("({note})"));
        }
    }
    text.push('\n');
    let ready = planes.iter().filter(|plane| plane.state == State::Can);
    let mut ready: Vec<_> = ready.map(|plane| plane.option).collect();
    // Of two ways to the same plane the first: no option is given twice.
    ready.dedup_by_key(|option| option.split(' ').next());
    if ready.is_empty() {
        text += "All else is simulated, which needs nothing: kettle serve\n";
    } else {
        text += "What is not asked for is simulated. All that is ready here:\n";
        let _ = writeln!(text, "  kettle serve {}", ready.join(" "));
    }
    text
}

/// A row, whose last column is continued below itself.
fn row(plane: &str, here: &str, by: &str) -> String {
    let mut text = String::new();
    let mut line = format!("{plane:<12}{here:<11}");
    let mut is_begun = false;
    for word in by.split(' ') {
        if is_begun && line.chars().count() + 1 + word.chars().count() > WIDE {
            text += line.trim_end();
            text.push('\n');
            line = " ".repeat(if by.starts_with("- ") { INDENT + 2 } else { INDENT });
        } else if is_begun {
            line.push(' ');
        }
        line += word;
        is_begun = true;
    }
    text += line.trim_end();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::Missing;
    use super::*;

    #[test]
    fn a_table_fits_a_terminal_and_says_how_to_mend_what_is_missing() {
        let missing = |what: &str, mend: &str| Missing::new(what, Some(mend.into()));
        let long = "there is nothing here of all that would be needed to have such a thing run";
        let planes = [
            Plane::new("machines", "containers", "--behave fast")
                .lacks(vec![missing(long, "apt install x"), missing("no y", "apt install y")])
                .knows(vec![long.into()]),
            Plane::new("clusters", "an API server", "--kubernetes DIR"),
            Plane::new("", "another API server", "--kubernetes DIR"),
            Plane::new("", "virtual machines", "--machines nothing"),
        ];
        let shown = table(&planes);
        assert!(shown.lines().all(|line| line.len() <= WIDE), "{shown}");
        assert!(shown.contains("machines    missing    containers\n"), "{shown}");
        assert!(shown.contains("\n                           apt install x\n"), "{shown}");
        assert!(shown.contains("            not built  virtual machines\n"), "{shown}");
        assert!(shown.ends_with("  kettle serve --kubernetes DIR\n"), "{shown}");
    }
}
