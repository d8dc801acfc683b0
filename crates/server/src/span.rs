//! How long something takes, as people write it: `200ms`, `30s`, `1m30s`, `100ms..2s`.

use std::time::Duration;

/// A day, and a week.
const DAY_MS: u64 = 86_400_000;
const WEEK_MS: u64 = 7 * DAY_MS;

/// A duration of so many days at most: numbers with their units (`ms`, `s`, `m`, `h`, `d`, `w`), one after
/// the other.
pub(crate) fn duration(text: &str, most_days: u32) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "`{text}` is no duration such as 200ms, 30s, 1m30s, 2h or 30d, of {most_days} days at most"
        )
    };
    let most = u64::from(most_days) * DAY_MS;
    let (mut whole, mut rest) = (Duration::ZERO, text.trim());
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let ms = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => DAY_MS,
            "w" => WEEK_MS,
            _ => return Err(wrong()),
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(ms));
        let part = Duration::from_millis(part.ok_or_else(wrong)?);
        whole = whole
            .checked_add(part)
            .filter(|all| all.as_millis() <= u128::from(most))
            .ok_or_else(wrong)?;
        rest = after;
    }
    Ok(whole)
}

/// A duration, or two with `..` between: anything between them.
pub(crate) fn spread(text: &str, most_days: u32) -> Result<(Duration, Duration), String> {
    let Some((from, to)) = text.split_once("..") else {
        return duration(text, most_days).map(|one| (one, one));
    };
    let (from, to) = (duration(from, most_days)?, duration(to, most_days)?);
    match from <= to {
        true => Ok((from, to)),
        false => Err(format!("`{text}` goes from the longer one to the shorter one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_an_end() {
        let ms = |text| duration(text, 366).map(|d| d.as_millis());
        assert_eq!(ms("200ms"), Ok(200));
        assert_eq!(ms("1m30s"), Ok(90_000));
        assert_eq!(ms("2h"), Ok(7_200_000));
        assert_eq!(ms("2w"), ms("14d"));
        assert_eq!(ms("366d"), Ok(366 * 86_400_000));
        for wrong in
            ["", "5", "s", "5 s", "5y", "-1s", "1.5h", "367d", "99999999999999999999s", "1s2"]
        {
            assert!(ms(wrong).unwrap_err().starts_with('`'), "{wrong}");
        }
    }

    #[test]
    fn a_spread_has_two_ends() {
        let ms = |text| spread(text, 1).map(|(a, b)| (a.as_millis(), b.as_millis()));
        assert_eq!(ms("1s"), Ok((1000, 1000)));
        assert_eq!(ms("100ms..2s"), Ok((100, 2000)));
        assert!(ms("2s..1s").is_err() && ms("..").is_err());
    }
}
