//! Icons: 16 pixels, drawn by lines, of which a page has those that it uses.

use maud::{Markup, PreEscaped, html};

/// All there are, one `<symbol>` in a line.
const SYMBOLS: &str = include_str!("../assets/icons.svg");

/// An icon beside a word that says the same.
pub(crate) fn icon(name: &str) -> Markup {
    html! { svg.i aria-hidden="true" { use href={ "#" (name) } {} } }
}

/// The mark: three birds, circling.
pub(crate) fn bird() -> Markup {
    html! { svg viewBox="0 0 32 32" aria-hidden="true" { use href="#bird" {} } }
}

/// The symbols that `page` uses.
pub(crate) fn symbols(page: &str) -> Markup {
    let name = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let used = SYMBOLS.lines().filter(|line| {
        name(line).is_some_and(|name| page.contains(&format!("<use href=\"#{name}\"")))
    });
    let used: String = used.collect();
    html! { svg width="0" height="0" hidden { (PreEscaped(used)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_symbols_that_it_uses_and_no_others() {
        let page = html! { (icon("home")) (bird()) }.into_string();
        let symbols = symbols(&page).into_string();
        assert_eq!(symbols.matches("<symbol").count(), 2, "{symbols}");
    }
}
