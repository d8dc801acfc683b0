//! "Did you mean ...?": finds the known word that is closest to a mistyped one.
//!
//! It suggests and never decides: a request with a wrong id is refused all the same.

/// The candidate closest to `wrong`, if one is close enough to be what was meant: at most one
/// slip in three characters. Each candidate is a word and what to suggest for it; among equally
/// close ones the first wins.
pub fn nearest<'a, W: AsRef<str>>(
    wrong: &str,
    candidates: impl Iterator<Item = (W, &'a str)>,
) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let most = (wrong.chars().count() / 3).max(1);
    candidates
        .map(|(word, meant)| (distance(&wrong, &word.as_ref().to_lowercase()), meant))
        .filter(|&(slips, _)| slips <= most)
        .min_by_key(|&(slips, _)| slips)
        .map(|(_, meant)| meant)
}

/// Number of characters to insert, drop or change to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_slips() {
        assert_eq!(distance("ewr", "ewr"), 0);
        assert_eq!(distance("ewr", "ew"), 1);
        assert_eq!(distance("ewr", "sewr"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
