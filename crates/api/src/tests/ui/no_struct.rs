use api_macros::endpoint;

#[endpoint(GET "/v2/cups" -> 204, needs AnyKey)]
enum Cups {
    Small,
    Large,
}

fn main() {}
