//! The table that the benchmark prints.

use std::fmt;

/// What is asked of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Floor {
    AtLeast(f64),
    AtMost(f64),
    /// Told, and held to nothing.
    None,
}

/// One figure.
struct Line {
    name: String,
    value: f64,
    unit: &'static str,
    floor: Floor,
    /// What the figure comes from.
    from: String,
}

/// All figures.
#[derive(Default)]
pub(crate) struct Report(Vec<Line>);

impl Report {
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        (value, unit): (f64, &'static str),
        floor: Floor,
        from: impl Into<String>,
    ) {
        self.0.push(Line { name: name.into(), value, unit, floor, from: from.into() });
    }

    /// Whether every floor is reached.
    pub(crate) fn passes(&self) -> bool {
        self.0.iter().all(Line::passes)
    }
}

impl Line {
    fn passes(&self) -> bool {
        match self.floor {
            Floor::AtLeast(floor) => self.value >= floor,
            Floor::AtMost(most) => self.value <= most,
            Floor::None => true,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|line| line.name.chars().count()).max().unwrap_or_default();
        for line in &self.0 {
            let Line { name, value, unit, floor, from } = line;
            let figure = format!("{value:.1} {unit}");
            let floor = match floor {
                Floor::AtLeast(floor) => format!(">= {floor} {unit}"),
                Floor::AtMost(most) => format!("<= {most} {unit}"),
                Floor::None => String::new(),
            };
            let verdict = match (line.passes(), floor.is_empty()) {
                (_, true) => "",
                (true, _) => "PASS",
                (false, _) => "BELOW",
            };
            writeln!(f, "{name:width$}  {figure:>9}  {floor:10}  {verdict:5}  {from}")?;
        }
        Ok(())
    }
}

/// The middle one.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
