use api_macros::Endpoint;

#[derive(Endpoint)]
#[endpoint(GET "/v2/cups/{cup-id}" -> 204, needs AnyKey)]
struct GetCup {
    id: String,
}

fn main() {}
