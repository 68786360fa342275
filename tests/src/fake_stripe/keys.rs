//! Idempotency keys, by Stripe's rules: what was answered under a key once it was begun is answered again, whatever it
//! was; a key names one request; and while that is under way, nobody else may use it.

use std::collections::HashMap;

use super::shown::{Reply, Trouble};

/// What was asked under a key, and what was answered, once that is known.
struct Entry {
    asked: String,
    reply: Option<Reply>,
}

/// The keys that were used.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, Entry>);

impl Keys {
    /// Takes a key for what is asked; gives the answer that is kept under it.
    pub(super) fn take(&mut self, key: &str, asked: &str) -> Result<Option<Reply>, Trouble> {
        match self.0.get(key) {
            None => {
                self.0.insert(key.to_owned(), Entry { asked: asked.to_owned(), reply: None });
                Ok(None)
            }
            Some(entry) if entry.asked != asked => Err(Trouble::idempotency()),
            Some(Entry { reply: None, .. }) => Err(Trouble::key_in_use()),
            Some(entry) => Ok(entry.reply.clone()),
        }
    }

    /// Keeps an answer under its key.
    pub(super) fn keep(&mut self, key: &str, reply: &Reply) {
        if let Some(entry) = self.0.get_mut(key) {
            entry.reply = Some(reply.clone());
        }
    }

    /// Lets go of a key under which nothing was begun.
    pub(super) fn forget(&mut self, key: &str) {
        self.0.remove(key);
    }
}
