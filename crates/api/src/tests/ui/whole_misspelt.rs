use api_macros::endpoint;

#[endpoint(GET "/v2/cups" -> 200 { cups: [String], hole }, needs AnyKey)]
struct ListCups;

fn main() {}
