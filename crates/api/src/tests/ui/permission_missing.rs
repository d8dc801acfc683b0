use api_macros::endpoint;

#[endpoint(GET "/v2/cups" -> 204, AnyKey)]
struct ListCups;

fn main() {}
