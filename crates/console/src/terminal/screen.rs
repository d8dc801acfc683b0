//! What a terminal shows: a machine's bytes become rows of text with classes, of which a browser is sent
//! those that have changed. What programs ask of a terminal is answered here, too.

use std::num::NonZeroU16;

use serde_json::{Map, Value, json};
use vt100::{Callbacks, Cell, Color, Parser, Screen as Grid};

use super::lines::Lines;

/// How many rows are kept of what has gone by.
const KEPT: usize = 1000;
/// The longest title that is told, in characters.
const TITLE: usize = 120;
/// The most and the fewest columns and rows that there can be.
const COLUMNS: (u16, u16) = (2, 400);
const ROWS: (u16, u16) = (2, 150);

/// A size, as near to what is wished as there can be.
pub(crate) fn size(columns: u16, rows: u16) -> (u16, u16) {
    (columns.clamp(COLUMNS.0, COLUMNS.1), rows.clamp(ROWS.0, ROWS.1))
}

/// A terminal's screen, and what of it the browser has.
pub(crate) struct Screen {
    parser: Parser<Asked>,
    lines: Lines,
    sent: Vec<Value>,
    told: Value,
}

impl Screen {
    /// An empty one.
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let (columns, rows) = sides(columns, rows);
        let parser = Parser::new_with_callbacks(rows, columns, KEPT, Asked::default());
        Self { parser, lines: Lines::default(), sent: Vec::new(), told: Value::Null }
    }

    /// Takes what the machine has written: what the terminal has to answer.
    pub(crate) fn show(&mut self, bytes: &[u8]) -> Vec<u8> {
        let bytes = self.lines.drawn(bytes);
        self.parser.process(&bytes);
        std::mem::take(&mut self.parser.callbacks_mut().answer)
    }

    /// Makes it so large.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        let (columns, rows) = sides(columns, rows);
        self.parser.set_size(rows, columns);
    }

    /// Looks so many rows further back, or forward again.
    pub(crate) fn look_back(&mut self, rows: i64) {
        let grid = self.parser.screen_mut();
        let back = i64::try_from(grid.scrollback()).unwrap_or(i64::MAX).saturating_add(rows);
        grid.set_scrollback(usize::try_from(back).unwrap_or(0));
    }

    /// Looks at what is shown now.
    pub(crate) fn look_now(&mut self) {
        self.parser.screen_mut().set_scrollback(0);
    }

    /// Whether programs want arrows of their own, and what is pasted marked.
    pub(crate) fn wishes(&self) -> (bool, bool) {
        let grid = self.parser.screen();
        (grid.application_cursor(), grid.bracketed_paste())
    }

    /// What the browser is to be told: the rows that are not as it has them, by their numbers, and what
    /// else has changed; none: nothing has.
    pub(crate) fn news(&mut self) -> Option<Value> {
        let grid = self.parser.screen();
        let (rows, columns) = grid.size();
        let about = json!({
            "n": rows, "c": columns, "b": grid.scrollback(),
            "t": self.parser.callbacks().title,
        });
        let now: Vec<Value> = (0..rows.get()).map(|row| drawn(grid, row, columns.get())).collect();
        let changed: Map<String, Value> = (now.iter().enumerate())
            .filter(|(place, row)| self.sent.get(*place) != Some(*row))
            .map(|(place, row)| (place.to_string(), row.clone()))
            .collect();
        if changed.is_empty() && about == self.told {
            return None;
        }
        (self.sent, self.told) = (now, about.clone());
        let mut news = about;
        news["r"] = changed.into();
        Some(news)
    }
}

fn sides(columns: u16, rows: u16) -> (NonZeroU16, NonZeroU16) {
    let (columns, rows) = size(columns, rows);
    let side = |side| NonZeroU16::new(side).unwrap_or(NonZeroU16::MIN);
    (side(columns), side(rows))
}

/// How a stretch of a row looks: its classes, and its colours where no class has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look {
    classes: String,
    text: String,
    ground: String,
}

/// A row: stretches of text that look alike, `[text, classes, colour, ground]` without what is empty at
/// the end.
fn drawn(grid: &Grid, row: u16, columns: u16) -> Value {
    let is_shown = !grid.hide_cursor() && grid.scrollback() == 0;
    let cursor = grid.cursor_position();
    let mut parts: Vec<(String, Look)> = Vec::new();
    for column in 0..columns {
        let Some(cell) = grid.cell(row, column) else { break };
        if cell.is_wide_continuation() {
            continue;
        }
        // At the end of a full row it waits behind the last column.
        let at = cursor.0 == row && cursor.1.min(columns - 1) == column;
        let look = look(cell, is_shown && at);
        let text = if cell.has_contents() { cell.contents() } else { " " };
        match parts.last_mut() {
            // What is wide has a stretch of its own, so that it is as wide as it should be.
            Some((before, same)) if *same == look && !cell.is_wide() => before.push_str(text),
            _ => parts.push((text.to_owned(), look)),
        }
    }
    if let Some((text, look)) = parts.last_mut()
        && *look == Look::default()
    {
        text.truncate(text.trim_end_matches(' ').len());
        if text.is_empty() {
            parts.pop();
        }
    }
    let parts = parts.into_iter().map(|(text, look)| {
        let mut part = vec![text, look.classes, look.text, look.ground];
        while part.last().is_some_and(String::is_empty) {
            part.pop();
        }
        Value::from(part)
    });
    parts.collect()
}

fn look(cell: &Cell, is_cursor: bool) -> Look {
    let mut classes = Vec::new();
    let (mut text, mut ground) = (cell.fgcolor(), cell.bgcolor());
    if cell.inverse() {
        (text, ground) = (ground, text);
    }
    let mut colour = |kind: char, color: Color| match color {
        // What has no colour of its own has the other one's, turned round.
        Color::Default if cell.inverse() => {
            classes.push(format!("{kind}d"));
            String::new()
        }
        Color::Default => String::new(),
        Color::Idx(number @ 0..16) => {
            classes.push(format!("{kind}{number}"));
            String::new()
        }
        Color::Idx(number) => mixed(number),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    };
    let (text, ground) = (colour('f', text), colour('g', ground));
    let words = [
        (cell.bold(), "bold"),
        (cell.dim(), "dim"),
        (cell.italic(), "slant"),
        (cell.underline(), "line"),
        (cell.is_wide(), "wide"),
        (is_cursor, "cur"),
    ];
    classes.extend(words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
    Look { classes: classes.join(" "), text, ground }
}

/// The colours from 16 on: a cube of six steps a side, then greys.
fn mixed(number: u8) -> String {
    let (red, green, blue) = match number.saturating_sub(16) {
        place @ 0..216 => {
            let step = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            (step(place / 36), step(place / 6 % 6), step(place % 6))
        }
        place => {
            let grey = 8 + 10 * (place - 216);
            (grey, grey, grey)
        }
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// What programs have asked the terminal.
#[derive(Debug, Default)]
struct Asked {
    /// What it answers.
    answer: Vec<u8>,
    /// What the window is to be called.
    title: String,
}

impl Callbacks for Asked {
    fn set_window_title(&mut self, _: &mut Grid, title: &[u8]) {
        let title = String::from_utf8_lossy(title);
        self.title = title.chars().filter(|c| !c.is_control()).take(TITLE).collect();
    }

    fn unhandled_csi(
        &mut self,
        grid: &mut Grid,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let what = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        let text = match (first, last, what) {
            // What it is: one of the VT200s, with colours.
            (None, 'c', 0) => "\x1b[?62;22c".to_owned(),
            (Some(b'>'), 'c', 0) => "\x1b[>1;10;0c".to_owned(),
            (None, 'n', 5) => "\x1b[0n".to_owned(),
            // Where the cursor is.
            (None, 'n', 6) => {
                let (row, column) = grid.cursor_position();
                format!("\x1b[{};{}R", row + 1, column + 1)
            }
            (None, 't', 18) => {
                let (rows, columns) = grid.size();
                format!("\x1b[8;{rows};{columns}t")
            }
            _ => return,
        };
        self.answer.extend(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that are told, as far as they are not empty.
    fn rows(screen: &mut Screen) -> Value {
        let mut news = screen.news().unwrap();
        let rows = news["r"].take();
        rows.as_object()
            .unwrap()
            .iter()
            .filter(|(_, row)| **row != json!([]))
            .map(|(n, row)| (n.clone(), row.clone()))
            .collect::<Map<_, _>>()
            .into()
    }

    #[test]
    fn rows_are_told_as_they_change_and_no_others() {
        let mut screen = Screen::new(20, 4);
        assert_eq!(screen.show(b"one\r\n\x1b[1;31mtwo\x1b[0m <b>"), b"");
        let expected = json!({
            "0": [["one"]],
            "1": [["two", "f1 bold"], [" <b>"], [" ", "cur"]],
        });
        assert_eq!(rows(&mut screen), expected);
        assert_eq!(screen.news(), None);
        screen.show(b"\x1b[1;1Hx");
        let expected =
            json!({ "0": [["x"], ["n", "cur"], ["e"]], "1": [["two", "f1 bold"], [" <b>"]] });
        assert_eq!(rows(&mut screen), expected);
    }

    #[test]
    fn colours_are_classes_or_numbers_and_turned_round_where_a_program_says_so() {
        let mut screen = Screen::new(40, 2);
        screen.show(
            b"\x1b[?25l\x1b[38;5;196;48;2;1;2;3ma\x1b[0;7mb\x1b[32mc\x1b[0;97;104md\x1b[0;2;3;4me",
        );
        let expected = json!({ "0": [
            ["a", "", "#ff0000", "#010203"],
            ["b", "fd gd"],
            ["c", "fd g2"],
            ["d", "f15 g12"],
            ["e", "dim slant line"],
        ]});
        assert_eq!(rows(&mut screen), expected);
        assert_eq!(
            (mixed(16), mixed(231), mixed(232), mixed(255)),
            ("#000000".into(), "#ffffff".into(), "#080808".into(), "#eeeeee".into())
        );
    }

    #[test]
    fn what_is_wide_stands_alone_and_the_cursor_waits_within_a_full_row() {
        let mut screen = Screen::new(4, 2);
        screen.show("a漢b".as_bytes());
        assert_eq!(rows(&mut screen), json!({ "0": [["a"], ["漢", "wide"], ["b", "cur"]] }));
    }

    #[test]
    fn what_has_gone_by_can_be_looked_at_until_something_is_typed() {
        let mut screen = Screen::new(10, 2);
        screen.show(b"1\r\n2\r\n3\r\n4");
        screen.look_back(1);
        let news = screen.news().unwrap();
        assert_eq!(
            (&news["b"], &news["r"]["0"], &news["r"]["1"]),
            (&json!(1), &json!([["2"]]), &json!([["3"]]))
        );
        screen.look_back(i64::MAX);
        assert_eq!(screen.news().unwrap()["b"], 2);
        screen.look_back(-1);
        assert_eq!(screen.news().unwrap()["b"], 1);
        screen.look_now();
        assert_eq!(screen.news().unwrap()["b"], 0);
    }

    #[test]
    fn a_terminal_answers_what_programs_ask_it() {
        let mut screen = Screen::new(80, 24);
        assert_eq!(
            screen.show(b"\x1b[3;5H\x1b[6n\x1b[c\x1b[5n\x1b[18t"),
            b"\x1b[3;5R\x1b[?62;22c\x1b[0n\x1b[8;24;80t"
        );
        screen.show("\x1b]0;root@web: <~>\u{7}".as_bytes());
        assert_eq!(screen.news().unwrap()["t"], "root@web: <~>");
        assert_eq!(screen.show(b"\x1b[?1h\x1b[?2004h"), b"");
        assert_eq!(screen.wishes(), (true, true));
    }

    #[test]
    fn no_size_is_too_small_or_too_large() {
        let mut screen = Screen::new(0, 0);
        screen.show(b"abc");
        assert!(screen.news().is_some());
        screen.resize(u16::MAX, u16::MAX);
        let news = screen.news().unwrap();
        assert_eq!((&news["c"], &news["n"]), (&json!(COLUMNS.1), &json!(ROWS.1)));
    }
}
