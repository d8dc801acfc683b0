//! Amounts of US dollars as people write them.

/// What is paid, or comes together: two decimals, and thousands apart. What is less than a cent, and
/// still not nothing, says that.
pub fn sum(dollars: f64) -> String {
    match dollars {
        _ if dollars != 0.0 && dollars.abs() < 0.01 => {
            if dollars < 0.0 {
                "> -$0.01".to_owned()
            } else {
                "< $0.01".to_owned()
            }
        }
        // What is owed to nobody is not owed back.
        _ => price(&format!("{:.2}", dollars + 0.0)),
    }
}

/// A price: all of its digits, at least two decimals, and thousands apart. `5` is `$5.00`, and `0.0075`
/// stays what it is.
pub fn price(number: &str) -> String {
    // JSON may have few as `1e-5`.
    let written = number.parse::<f64>().ok().filter(|_| number.contains(['e', 'E']));
    let written = written.map(|number| number.to_string());
    let number = written.as_deref().unwrap_or(number);
    let (sign, plain) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (whole, cents) = plain.split_once('.').unwrap_or((plain, ""));
    format!("{sign}${}.{cents:0<2}", grouped(whole))
}

/// Digits with their thousands apart.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        let left = digits.len() - place;
        if place > 0 && left.is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_two_decimals_and_nothing_that_is_paid_is_shown_as_nothing() {
        for (dollars, shown) in [
            (0.0, "$0.00"),
            (-0.0, "$0.00"),
            (0.0043, "< $0.01"),
            (0.009, "< $0.01"),
            (0.01, "$0.01"),
            (999.0, "$999.00"),
            (1234.5, "$1,234.50"),
            (1_234_567.891, "$1,234,567.89"),
            (-5.0, "-$5.00"),
            (-1234.0, "-$1,234.00"),
            (-0.001, "> -$0.01"),
        ] {
            assert_eq!(sum(dollars), shown, "{dollars}");
        }
    }

    #[test]
    fn prices_keep_their_digits() {
        for (number, shown) in [
            ("5", "$5.00"),
            ("0.007", "$0.007"),
            ("2.5", "$2.50"),
            ("-10.25", "-$10.25"),
            ("12345.6789", "$12,345.6789"),
            ("1e-5", "$0.00001"),
        ] {
            assert_eq!(price(number), shown, "{number}");
        }
    }
}
