use api_macros::Endpoint;

#[derive(Endpoint)]
struct ListCups {}

fn main() {}
