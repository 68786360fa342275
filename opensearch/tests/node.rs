//! A real node beside the engine in this process: both answer alike, whatever is asked and whatever happened.
//!
//!     scripts/services start-opensearch
//!     eval "$(scripts/services env)"
//!     cargo test -p opensearch -- --include-ignored

#[path = "../../search/tests/search/asked.rs"]
mod asked;
#[path = "../../search/tests/search/changes.rs"]
mod changes;
#[path = "../../search/tests/search/judged.rs"]
mod judged;
#[path = "../../search/tests/search/promised.rs"]
mod promised;
#[path = "../../search/tests/search/world.rs"]
#[expect(dead_code, reason = "tests of the engine in this process use more of it")]
mod world;

#[path = "node/alike.rs"]
mod alike;
#[path = "node/changing.rs"]
mod changing;
#[path = "node/site.rs"]
mod site;
