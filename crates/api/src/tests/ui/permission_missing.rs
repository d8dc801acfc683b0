use api_macros::Endpoint;

#[derive(Endpoint)]
#[endpoint(GET "/v2/cups" -> 204, AnyKey)]
struct ListCups {}

fn main() {}
