//! Answers: whole responses to public queries, kept for as long as nothing that they show has changed.
//!
//! An answer is executed once for all who ask the same at the same time, encoded once, and handed out as bytes.
//!
//! Invariant: an answer is at least as new as the view was when it was asked for.

use std::sync::Arc;

use async_graphql::Response;
use bytes::Bytes;
use domain::App;
use metrics::{Counter, counter};
use quick_cache::sync::Cache;
use resolvers::{context::Shown, written};
use tokio::sync::Mutex;

use crate::{
    Schema,
    asked::{Asked, Key},
    nulls,
};

/// Different queries kept at once; the least used give way.
const QUERIES: usize = 256;

/// An answer longer than this is not kept: with the next, this bounds the memory of all of them.
const LONGEST: usize = 128 * 1024;

/// A query longer than this, its variables included, is executed each time.
const LONGEST_QUERY: usize = 16 * 1024;

/// Root fields that show everybody the same.
const PUBLIC: [&str; 5] = ["matches", "match", "__typename", "__schema", "__type"];

/// Whole responses to public queries, handed out as `K`, which is made once for each.
pub struct Answers<K> {
    app: Arc<App>,
    schema: Schema,
    kept: Cache<Key, Slot<K>>,
    from_cache: Counter,
    from_execution: Counter,
}

type Slot<K> = Arc<Mutex<Option<Answer<K>>>>;

/// A response, and the versions of what it shows.
struct Answer<K> {
    shown: Arc<Shown>,
    /// The view's generation before the execution began.
    generation: u64,
    encoded: K,
}

/// What a query was answered with.
pub enum Answered<K> {
    /// From the cache or on its way there.
    Encoded(K),
    /// Not to be kept: it has errors.
    Response(Box<Response>),
}

impl<K: Clone + From<Bytes> + AsRef<[u8]>> Answers<K> {
    /// Make it after the metrics recorder is installed, which its counters are resolved from.
    pub fn new(app: Arc<App>, schema: Schema) -> Self {
        let answers = |from: &'static str| counter!("matchday_answers_total", "from" => from);
        Self {
            app,
            schema,
            kept: Cache::new(QUERIES),
            from_cache: answers("cache"),
            from_execution: answers("execution"),
        }
    }

    /// Whether every caller is shown the same, so that [`Self::answer`] may be asked.
    pub fn are_for(asked: &Asked<'_>) -> bool {
        asked.root_fields_all(|field| PUBLIC.contains(&field.name.node.as_str()))
    }

    /// The answer to a public query, if one is kept and as new as the view.
    pub fn kept(&self, asked: &Asked<'_>) -> Option<K> {
        let wanted = self.app.view.generation();
        let slot = self.kept.get(&asked.key(&Default::default()))?;
        // Who holds the slot is executing the query: there is nothing newer to be had without waiting for it.
        let kept = slot.try_lock().ok()?;
        self.current(kept.as_ref(), wanted)
    }

    /// Answers a public query.
    pub async fn answer(&self, asked: &Asked<'_>) -> Answered<K> {
        let wanted = self.app.view.generation();
        let key = asked.key(&Default::default());
        // Before the view is filled a query may wait for it, which nobody should do in turns.
        if key.bytes() > LONGEST_QUERY || !self.app.view.is_filled() {
            return self.execute(asked, &Arc::default()).await;
        }
        let slot = match self.kept.get(&key) {
            Some(slot) => slot,
            None => self
                .kept
                .get_or_insert_with(&key, || Ok::<_, std::convert::Infallible>(Arc::default()))
                .unwrap_or_default(),
        };

        let mut kept = slot.lock().await;
        if let Some(encoded) = self.current(kept.as_ref(), wanted) {
            return Answered::Encoded(encoded);
        }
        let generation = self.app.view.generation();
        let shown = Arc::new(Shown::default());
        let answered = self.execute(asked, &shown).await;
        if let Answered::Encoded(encoded) = &answered
            && encoded.as_ref().len() <= LONGEST
        {
            *kept = Some(Answer { shown, generation, encoded: encoded.clone() });
        }
        answered
    }

    async fn execute(&self, asked: &Asked<'_>, shown: &Arc<Shown>) -> Answered<K> {
        self.from_execution.increment(1);
        let mut response = self.schema.execute(asked.request().data(Arc::clone(shown))).await;
        if !response.errors.is_empty() {
            nulls::complete(&mut response, asked);
            return Answered::Response(Box::new(response));
        }
        Answered::Encoded(K::from(written::encoded(&response).into()))
    }

    fn current(&self, kept: Option<&Answer<K>>, wanted: u64) -> Option<K> {
        let answer = kept.filter(|answer| self.holds(answer, wanted))?;
        self.from_cache.increment(1);
        Some(answer.encoded.clone())
    }

    /// Whether nothing that the answer shows has changed since, or it is as new as what was there to be asked for.
    fn holds(&self, answer: &Answer<K>, wanted: u64) -> bool {
        answer.generation >= wanted
            || (!answer.shown.all()
                && answer
                    .shown
                    .matches()
                    .iter()
                    .all(|(number, version)| self.app.view.get(*number).map(|state| state.version) == *version))
    }
}
