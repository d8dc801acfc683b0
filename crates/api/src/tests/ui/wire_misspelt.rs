use api_macros::part;

#[part]
struct Cup {
    #[wire(mots = 20)]
    color: String,
    #[wire(lines)]
    words: String,
}

fn main() {}
