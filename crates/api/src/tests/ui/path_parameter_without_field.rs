use api_macros::endpoint;

#[endpoint(GET "/v2/cups/{color}" -> 204, needs AnyKey)]
struct GetCup {
    id: String,
}

fn main() {}
