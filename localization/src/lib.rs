//! The site's languages: words with plurals, money and times as readers write them, and what they call teams, venues and
//! countries. Pages, mails and printed tickets say them alike.

pub mod countries;
pub mod locale;
pub mod matches;
pub mod money;
pub mod teams;
pub mod times;
pub mod words;
