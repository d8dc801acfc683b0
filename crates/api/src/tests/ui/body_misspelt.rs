use api_macros::endpoint;

#[endpoint(DELETE "/v2/cups" json -> 204, needs AnyKey)]
struct DeleteCups {
    color: String,
}

fn main() {}
