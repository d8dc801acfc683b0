//! Mistakes in `#[endpoint(...)]` are told where they were made, in words that say what is right.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("src/tests/ui/*.rs");
}
