//! The whole crate: what is found, in which order, and what stays true whatever happens to the index.

#[path = "search/asked.rs"]
mod asked;
#[path = "search/changes.rs"]
mod changes;
#[path = "search/cursors.rs"]
mod cursors;
#[path = "search/divided.rs"]
mod divided;
#[path = "search/facets.rs"]
mod facets;
#[path = "search/found.rs"]
mod found;
#[path = "search/highlights.rs"]
mod highlights;
#[path = "search/histories.rs"]
mod histories;
#[path = "search/hostile.rs"]
mod hostile;
#[path = "search/judged.rs"]
mod judged;
#[path = "search/judgements.rs"]
mod judgements;
#[path = "search/processor.rs"]
mod processor;
#[path = "search/promised.rs"]
mod promised;
#[path = "search/simple_store.rs"]
mod simple_store;
#[path = "search/world.rs"]
mod world;
