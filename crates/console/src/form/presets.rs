//! What people mostly fill in: links that fill a form, by operation. Each is an address; with the script
//! it fills in what is there, and leaves the rest as it was typed.

use form_urlencoded::Serializer;
use maud::{Markup, html};

use crate::form::Form;
use crate::{ROOT, form::read};

/// A line of presets: what they have in common, with its fields, and what each is called, with its own.
type Line = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const SERVICES: &[(&str, &str)] = &[
    ("SSH (22)", "protocol=tcp&port=22&notes=SSH"),
    ("HTTP (80)", "protocol=tcp&port=80&notes=HTTP"),
    ("HTTPS (443)", "protocol=tcp&port=443&notes=HTTPS"),
    ("Ping (ICMP)", "protocol=icmp&port=&notes=Ping"),
    ("All of TCP", "protocol=tcp&port=1%3A65535&notes=All+of+TCP"),
    ("All of UDP", "protocol=udp&port=1%3A65535&notes=All+of+UDP"),
];

#[rustfmt::skip]
const PRESETS: &[(&str, &[Line])] = &[
    ("create-firewall-group-rule", &[
        ("From anywhere by IPv4", "ip_type=v4&subnet=0.0.0.0&subnet_size=0&source=", SERVICES),
        ("From anywhere by IPv6", "ip_type=v6&subnet=%3A%3A&subnet_size=0&source=", SERVICES),
    ]),
    ("create-load-balancer", &[("Pass on", "", &[
        ("HTTP", "forwarding_rules.0.frontend_protocol=http&forwarding_rules.0.frontend_port=80&forwarding_rules.0.backend_protocol=http&forwarding_rules.0.backend_port=80"),
        ("HTTPS, as it comes", "forwarding_rules.0.frontend_protocol=tcp&forwarding_rules.0.frontend_port=443&forwarding_rules.0.backend_protocol=tcp&forwarding_rules.0.backend_port=443"),
    ])]),
];

fn of(id: &str) -> &'static [Line] {
    PRESETS.iter().find(|(own, _)| *own == id).map_or(&[], |(_, lines)| lines)
}

/// The links above a form; nothing where there are none.
pub(crate) fn shown(form: &Form) -> Markup {
    let lines = of(form.operation.op.id);
    let mut known = Serializer::new(String::new());
    for name in form.operation.path_fields() {
        if let Some(value) = form.values.get(&name) {
            known.append_pair(&name, &read::text(value));
        }
    }
    let known = known.finish();
    let address = |common: &str, own: &str| {
        let parts = [known.as_str(), common, own].into_iter().filter(|part| !part.is_empty());
        let query = parts.collect::<Vec<_>>().join("&");
        format!("{ROOT}/op/{}?{query}", form.operation.op.id)
    };
    html! {
        @if !lines.is_empty() {
            nav.panel aria-label="Fill in" { div.body.stack.presets {
                @for (title, common, own) in lines {
                    div.row {
                        span.muted.small { (title) }
                        @for (called, fields) in *own {
                            a.btn.slim href=(address(common, fields)) data-fill
                                aria-label={ (title) ": " (called) } { (called) }
                        }
                    }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use presentation::schema;

    use super::*;

    #[test]
    fn presets_fill_fields_that_there_are_and_all_that_is_needed() {
        for (id, lines) in PRESETS {
            let operation = crate::form::operation(id).unwrap();
            let request = operation.request();
            for (_, common, own) in *lines {
                for (called, fields) in *own {
                    let query = format!("{common}&{fields}");
                    let pairs: Vec<(String, String)> =
                        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                    for (way, _) in pairs.iter().filter(|(way, _)| !way.is_empty()) {
                        let steps: Vec<String> = way.split('.').map(str::to_owned).collect();
                        assert!(schema::at(&request, &steps).is_some(), "{id} {called}: {way}");
                    }
                    let filled = read::filled(&request, &pairs);
                    assert_eq!(crate::form::needs::missing(&operation, &filled, None), []);
                }
            }
        }
    }
}
