//! The contract: what the repository says of it is what the program prints.

#[test]
fn the_committed_schema_is_the_one_that_the_program_has() {
    let committed = include_str!("../../../schema.graphql");

    assert_eq!(committed, schema::sdl(), "print it anew: cargo run -- schema > schema.graphql");
}
