//! Bash: it parts words at `:` and `=` and knows nothing of help, so it gets its own script, which
//! hands over the line as it is, and is told each value with its help beside it, as other tools do.

use std::ffi::OsString;
use std::fmt::Write;

use clap::Command;
use presentation::text::quoted;

use super::{Offer, offers};

/// The kinds of completion that put what is offered on the line at once: no help may be there.
const INSERTING: [&str; 2] = ["37", "42"];
const TYPE: &str = "_KETTLE_TYPE";
const COLUMNS: &str = "_KETTLE_COLUMNS";

/// The script for a program. It does with Bash 3.2.
pub(super) fn script(variable: &str, name: &str, program: &str) -> String {
    let program = quoted(program);
    format!(
        r#"_{name}_complete() {{
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <({variable}=bash {TYPE}="$COMP_TYPE" {COLUMNS}="${{COLUMNS:-80}}" \
        {program} -- "${{COMP_LINE:0:COMP_POINT}}" "$2" 2>/dev/null)
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *[=/@:] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}}
complete -o nosort -F _{name}_complete {name} 2>/dev/null ||
    complete -F _{name}_complete {name}
"#
    )
}

/// Writes what may follow: `args` is the line up to the cursor, and the part of its last word that
/// bash will replace.
pub(super) fn offer(
    args: &[OsString],
    root: impl FnOnce() -> Command,
    out: &mut Vec<u8>,
) -> Option<()> {
    let [line, tail] = args else { return None };
    let (line, tail) = (line.to_str()?, tail.to_str()?);
    let words = split(line);
    let last = words.last()?;
    let (current, in_quotes) = (last.text.clone(), last.in_quotes);
    // What follows an open quote is told as it stands.
    let tail = if in_quotes { tail.to_owned() } else { split(tail).pop().unwrap_or_default().text };
    let kept = current.strip_suffix(&tail)?.to_owned();
    let index = words.len() - 1;
    let found = offers(root, words.into_iter().map(|word| word.text).collect(), index)?;
    let found = found.into_iter().filter_map(|Offer { value, help }| {
        let rest = value.strip_prefix(&kept)?;
        let value = if in_quotes { rest.to_owned() } else { escaped(rest) };
        Some(Offer { value, help })
    });
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let inserting = std::env::var(TYPE).is_ok_and(|kind| INSERTING.contains(&&*kind));
    let columns = number(COLUMNS).unwrap_or(80);
    for line in beside(found.collect(), !inserting, columns) {
        out.extend(line.bytes().chain(*b"\n"));
    }
    Some(())
}

/// Each value, with its help beside it where there are several to choose from.
fn beside(offers: Vec<Offer>, with_help: bool, columns: usize) -> Vec<String> {
    let width = offers.iter().map(|offer| offer.value.chars().count()).max().unwrap_or_default();
    let helped = with_help && offers.len() > 1;
    let line = |Offer { value, help }: Offer| {
        let room = columns.saturating_sub(width + 5);
        if !helped || help.is_empty() || room < 8 {
            return value;
        }
        let help = match help.chars().count() > room {
            true => help.chars().take(room - 1).chain(['…']).collect(),
            false => help,
        };
        format!("{value:width$}  ({help})")
    };
    offers.into_iter().map(line).collect()
}

/// A word of a line, as the program would get it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Whether it ends within quotes.
    in_quotes: bool,
}

/// Parts a line into words. The last one is empty where the line ends with a space.
pub(super) fn split(line: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    let mut quote = None;
    let mut begun = false;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let Some(word) = words.last_mut() else { break };
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some('\''), c) => word.text.push(c),
            (Some(_), '\\') => match chars.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.text.push(c),
                Some(c) => word.text.extend(['\\', c]),
                None => {}
            },
            (Some(_), c) => word.text.push(c),
            (None, '\\') => word.text.extend(chars.next()),
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c.is_whitespace() => {
                if begun {
                    words.push(Word::default());
                }
                begun = false;
                continue;
            }
            (None, c) => word.text.push(c),
        }
        begun = true;
    }
    if let Some(word) = words.last_mut() {
        word.in_quotes = quote.is_some();
    }
    words
}

/// A value as one types it. Bash parts words at colons, so those stay as they are.
fn escaped(value: &str) -> String {
    let mut typed = String::with_capacity(value.len());
    for (i, c) in value.chars().enumerate() {
        let plain = c.is_alphanumeric() || "/._-+,:=@%^".contains(c) || (c == '~' && i > 0);
        let _ = if plain { write!(typed, "{c}") } else { write!(typed, "\\{c}") };
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parted_as_bash_does() {
        let texts = |line| split(line).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert_eq!(texts("kettle  block get "), ["kettle", "block", "get", ""]);
        assert_eq!(texts(r#"k "a b"c d\ e 'f\'"#), ["k", "a bc", "d e", r"f\"]);
        assert_eq!(
            texts("k --endpoint http://[::1]:1/v2 x"),
            ["k", "--endpoint", "http://[::1]:1/v2", "x"]
        );
        let open = split("k 'my w");
        assert_eq!(open.last(), Some(&Word { text: "my w".into(), in_quotes: true }));
    }

    #[test]
    fn a_value_is_typed_so_that_it_is_one_word() {
        let typed = escaped("Debian 12 (x); $(rm)");
        assert_eq!(split(&typed).len(), 1);
        assert_eq!(split(&typed)[0].text, "Debian 12 (x); $(rm)");
        assert_eq!(escaped("2001:db8::1"), "2001:db8::1");
    }

    #[test]
    fn help_stands_beside_values_only_where_there_is_a_choice() {
        let offer = |value: &str, help: &str| Offer { value: value.into(), help: help.into() };
        let two = || vec![offer("ewr", "New Jersey"), offer("a", "")];
        assert_eq!(beside(two(), true, 80), ["ewr  (New Jersey)", "a"]);
        assert_eq!(beside(two(), true, 16), ["ewr  (New Jer…)", "a"]);
        assert_eq!(beside(two(), false, 80), ["ewr", "a"]);
        assert_eq!(beside(vec![offer("ewr", "New Jersey")], true, 80), ["ewr"]);
    }
}
