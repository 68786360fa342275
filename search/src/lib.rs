//! Search: the word that was typed badly finds the match that was meant, as it is typed.
//!
//! Read bottom up: `words` folds texts, `typos` compares words, `lexicon` and `names` know what phrases mean, `query` reads what was typed.
//! `document` is what is searched, `index` holds it, `evidence` finds what speaks for each document, `ranking` orders them, `filter`,
//! `facets`, `cursor` and `correction` add the rest, and `engine` keeps the index like its source.
//!
//! A hit is an id. Whoever shows it reads its newest state first, drops it if it can't be bought any more, and lets the page's
//! `Highlighter` mark the texts that are shown. Knows no database, no Kafka and no GraphQL.

pub mod correction;
pub mod cost;
pub mod cursor;
pub mod divided;
pub mod document;
pub mod engine;
mod evidence;
pub mod facets;
pub mod filter;
mod fnv;
mod index;
pub mod lexicon;
pub mod names;
pub mod page;
pub mod query;
mod ranking;
pub mod request;
mod search;
pub mod store;
pub mod typos;
pub mod words;
