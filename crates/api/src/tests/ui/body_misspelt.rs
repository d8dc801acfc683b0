use api_macros::Endpoint;

#[derive(Endpoint)]
#[endpoint(DELETE "/v2/cups" json -> 204, needs AnyKey)]
struct DeleteCups {
    color: String,
}

fn main() {}
