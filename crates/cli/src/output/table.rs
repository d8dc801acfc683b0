//! Tables: on a terminal in columns that share its width, in a pipe parted by tabs and never cut.

use std::io::{self, Write};
use std::net::IpAddr;

use presentation::columns::{Column, How};
use presentation::text::clean;
use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;

/// A text that has to give way keeps at least so much.
const NARROWEST: usize = 12;
/// With so few columns, cutting is better than leaving out another.
const FEWEST: usize = 2;
pub(super) const GAP: usize = 2;

/// A column with what stands in it.
struct Filled {
    heading: String,
    cells: Vec<String>,
    /// Numbers stand at the right.
    right: bool,
    width: usize,
    /// What it can be cut to and still be of use.
    least: usize,
}

/// Which columns a table has.
pub(super) struct Layout<'a> {
    pub(super) columns: &'a [Column],
    /// Whether somebody asked for just these, so that none is left out.
    pub(super) fixed: bool,
    /// Whether their headings stand above them.
    pub(super) header: bool,
}

/// Writes a line per item. Answers with the headings of columns that had no room.
pub(super) fn list(
    items: &[Value],
    layout: &Layout<'_>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<Vec<String>> {
    let Some(width) = style.columns else {
        pipe(items, layout, out)?;
        return Ok(Vec::new());
    };
    let filled = fill(items, layout.columns, layout.header);
    let (filled, left_out) = fit(filled, width, layout.fixed);
    write(&filled, items.len(), layout.header, style, 0, out)?;
    Ok(left_out)
}

/// Writes the table below something else, if it has room there as it is.
pub(super) fn inner(
    items: &[Value],
    columns: &[Column],
    style: Style,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let filled = fill(items, columns, true);
    let has_room = style.columns.is_none_or(|width| whole(&filled) + indent <= width);
    if has_room {
        write(&filled, items.len(), true, style, indent, out)?;
    }
    Ok(has_room)
}

fn pipe(items: &[Value], layout: &Layout<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = layout.columns;
    if layout.header {
        let headings: Vec<String> = columns.iter().map(|c| clean(&c.heading)).collect();
        writeln!(out, "{}", headings.join("\t"))?;
    }
    for item in items {
        let cells: Vec<String> = columns.iter().map(|c| c.cell(item, How::Raw)).collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

fn write(
    columns: &[Filled],
    rows: usize,
    header: bool,
    style: Style,
    indent: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if header {
        let headings = line(columns.iter().map(|c| (c, c.heading.as_str())), indent);
        writeln!(out, "{}", style.bold(&headings))?;
    }
    for row in 0..rows {
        writeln!(out, "{}", line(columns.iter().map(|c| (c, c.cells[row].as_str())), indent))?;
    }
    Ok(())
}

fn line<'a>(cells: impl Iterator<Item = (&'a Filled, &'a str)>, indent: usize) -> String {
    let mut text = " ".repeat(indent);
    for (column, cell) in cells {
        let cell = cut(cell, column.width);
        let space = " ".repeat(column.width.saturating_sub(cell.width()));
        let (before, after) =
            if column.right { (space.as_str(), "") } else { ("", space.as_str()) };
        text.extend([before, &cell, after, "  "]);
    }
    text.truncate(text.trim_end().len());
    text
}

fn fill(items: &[Value], columns: &[Column], header: bool) -> Vec<Filled> {
    let column = |(place, column): (usize, &Column)| {
        let heading = if header { clean(&column.heading) } else { String::new() };
        let cells: Vec<String> = items.iter().map(|i| column.cell(i, How::Readable)).collect();
        let number =
            |item: &Value| column.is_number(item) || column.cell(item, How::Raw).is_empty();
        let right = place > 0 && !items.is_empty() && items.iter().all(number);
        let widest = cells.iter().map(|c| c.width()).max().unwrap_or_default();
        let width = widest.max(heading.width());
        // The first column tells one thing from the others.
        let is_whole = right || place == 0 || cells.iter().all(|cell| is_useless_in_parts(cell));
        let least = if is_whole { width } else { widest.min(NARROWEST).max(heading.width()) };
        Filled { heading, cells, right, width, least }
    };
    columns.iter().enumerate().map(column).collect()
}

/// Ids, addresses and dates are copied, or compared: a part of one helps nobody.
fn is_useless_in_parts(cell: &str) -> bool {
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    cell.len() <= NARROWEST
        || uuid::Uuid::try_parse(cell).is_ok()
        || is_address(cell.split('/').next().unwrap_or_default())
        || cell.bytes().all(|b| b.is_ascii_digit() || b"-: ".contains(&b))
}

fn whole(columns: &[Filled]) -> usize {
    columns.iter().map(|c| c.width + GAP).sum::<usize>().saturating_sub(GAP)
}

/// As many columns as the width holds, the first ones first; and the headings of the others. Columns in
/// which nothing stands are the first to go.
fn fit(mut columns: Vec<Filled>, width: usize, fixed: bool) -> (Vec<Filled>, Vec<String>) {
    // What stands alone is what somebody came for: the terminal breaks its lines.
    if whole(&columns) <= width || columns.len() == 1 {
        return (columns, Vec::new());
    }
    let headings: Vec<String> = columns.iter().map(|c| c.heading.clone()).collect();
    let needed = |columns: &[Filled]| {
        columns.iter().map(|c| c.least + GAP).sum::<usize>().saturating_sub(GAP)
    };
    let may_go = |columns: &[Filled]| columns.len() > FEWEST && !fixed;
    while whole(&columns) > width && may_go(&columns) {
        let is_empty = |column: &Filled| column.cells.iter().all(String::is_empty);
        let Some(empty) = columns.iter().rposition(is_empty) else { break };
        columns.remove(empty);
    }
    while needed(&columns) > width && may_go(&columns) {
        columns.pop();
    }
    let is_gone = |heading: &String| columns.iter().all(|c| c.heading != *heading);
    let left_out: Vec<String> = headings.into_iter().filter(is_gone).collect();
    if needed(&columns) > width {
        if fixed {
            // More than there is room for was asked for: the terminal breaks the lines.
            return (columns, left_out);
        }
        for column in &mut columns {
            column.least = column.least.min(NARROWEST);
        }
        if needed(&columns) > width && columns.len() == FEWEST {
            columns[0].least = columns[0].least.min(width.saturating_sub(GAP) / 2);
            columns[1].least = width.saturating_sub(GAP + columns[0].least);
        }
    }
    share(&mut columns, width);
    (columns, left_out)
}

/// Gives every column the same most, as far as it needs that much, and what is left to the first ones.
fn share(columns: &mut [Filled], width: usize) {
    let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
    let at = |most: usize, c: &Filled| c.width.min(most.max(c.least));
    let used = |columns: &[Filled], most| columns.iter().map(|c| at(most, c)).sum::<usize>();
    let most = (1..=width).rev().find(|most| used(columns, *most) <= room).unwrap_or_default();
    let mut left = room.saturating_sub(used(columns, most));
    for column in columns {
        let given = at(most, column);
        let more = left.min(column.width - given);
        left -= more;
        column.width = given + more;
    }
}

/// At most `width` columns of text, with a mark where something is gone.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let head = text.chars().take_while(|c| {
        used += c.width().unwrap_or_default();
        used <= width
    });
    head.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(items: &[Value], columns: &str, width: Option<usize>) -> (String, Vec<String>) {
        let columns: Vec<Column> = columns.split(' ').map(Column::parse).collect();
        let layout = Layout { columns: &columns, fixed: false, header: true };
        let style = Style { columns: width, colour: false };
        let mut out = Vec::new();
        let left_out = list(items, &layout, style, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), left_out)
    }

    fn machines() -> Vec<Value> {
        let machine = |n: usize, label: &str| {
            json!({
                "cpu": n, "id": format!("cb676a46-66fd-4dfb-b839-443f2e6c0b{n:02}"), "region": "ewr",
                "label": label, "tags": ["a", "b"], "note": "", "ip": "198.51.100.200",
                "os": "Debian 12 x64 (bookworm)", "ram": 1024 * n
            })
        };
        vec![machine(1, "web"), machine(12, "a label that nobody would ever want to read in full")]
    }

    const ALL: &str = "id label note ip region os ram tags";

    #[test]
    fn a_table_fits_its_terminal() {
        for width in [20, 40, 60, 80, 100, 120, 200] {
            let (text, left_out) = shown(&machines(), ALL, Some(width));
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            assert!(text.starts_with("ID"), "{text}");
            let all = text.lines().next().unwrap().split_whitespace().count() + left_out.len();
            assert_eq!(all, 8, "what is not shown is told: {text}");
            assert!(width < 60 || text.contains("cb676a46-66fd-4dfb-b839-443f2e6c0b01"), "{text}");
        }
    }

    #[test]
    fn texts_are_cut_before_a_column_goes_and_ids_and_addresses_never() {
        let (text, left_out) = shown(&machines(), ALL, Some(80));
        assert_eq!(
            text,
            "ID                                    LABEL               IP              REGION\n\
             cb676a46-66fd-4dfb-b839-443f2e6c0b01  web                 198.51.100.200  ewr\n\
             cb676a46-66fd-4dfb-b839-443f2e6c0b12  a label that nobo…  198.51.100.200  ewr\n"
        );
        assert_eq!(left_out, ["NOTE", "OS", "RAM", "TAGS"], "what is empty goes first");
    }

    #[test]
    fn nothing_is_cut_for_a_column_in_which_nothing_is() {
        let (text, left_out) = shown(&machines()[..1], "id os ip note", Some(78));
        assert!(text.contains("Debian 12 x64 (bookworm)  198"), "{text}");
        assert_eq!(left_out, ["NOTE"]);
    }

    #[test]
    fn a_pipe_gets_the_same_columns_whole_and_parted_by_tabs() {
        let (text, left_out) = shown(&machines()[1..], "label note ram tags", None);
        let label = "a label that nobody would ever want to read in full";
        assert_eq!(text, format!("LABEL\tNOTE\tRAM\tTAGS\n{label}\t\t12288\ta,b\n"));
        assert!(left_out.is_empty());
    }

    #[test]
    fn what_was_asked_for_stays_and_a_single_column_is_never_cut() {
        let columns = ["id", "label", "ip", "region", "os"].map(Column::parse);
        let layout = Layout { columns: &columns, fixed: true, header: true };
        let fixed = |width| {
            let mut out = Vec::new();
            let style = Style { columns: Some(width), colour: false };
            assert!(list(&machines(), &layout, style, &mut out).unwrap().is_empty());
            String::from_utf8(out).unwrap()
        };
        let text = fixed(90);
        assert!(text.contains("198.51.100.200  ewr     Debian 12 x6…"), "{text}");
        assert!(text.lines().all(|line| line.width() <= 90), "{text}");
        let text = fixed(40);
        assert!(
            text.contains("want to read in full  198.51.100.200  ewr     Debian 12 x64"),
            "{text}"
        );
        let (text, _) = shown(&machines(), "label", Some(20));
        assert!(text.contains("ever want to read in full\n"), "{text}");
    }

    #[test]
    fn numbers_stand_at_the_right() {
        let (text, _) = shown(&machines(), "label ram", Some(80));
        assert!(
            text.starts_with("LABEL                                                  RAM\n"),
            "{text}"
        );
        assert!(text.contains("  1 GB\n") && text.contains(" 12 GB\n"), "{text}");
    }

    #[test]
    fn wide_characters_are_counted_and_control_characters_removed() {
        let items = [json!({"id": "日本語", "name": "a\u{1b}[31mb\nc\td"}), json!({"id": "x"})];
        let (text, _) = shown(&items, "id name", Some(80));
        assert_eq!(text, "ID      NAME\n日本語  a [31mb c d\nx\n");
        let (text, _) = shown(&items, "id name", None);
        assert_eq!(text, "ID\tNAME\n日本語\ta [31mb c d\nx\t\n");
        assert_eq!(cut("日本語", 5), "日本…");
    }
}
