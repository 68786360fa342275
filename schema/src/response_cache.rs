//! The response cache: whole responses to public queries, kept for as long as nothing that they show has changed.
//!
//! An answer is executed once for all who ask the same at the same time, encoded once, and handed out as bytes.
//!
//! Invariant: an answer is at least as new as the view was when it was asked for.

use std::sync::Arc;

use async_graphql::Response;
use bytes::Bytes;
use domain::{App, resale::market};
use metrics::{Counter, counter};
use quick_cache::sync::Cache;
use resolvers::{
    context::CacheDependencies,
    json_plan,
    models::{ClientCountry, Models},
};
use tokio::sync::Mutex;

use crate::{
    Schema,
    parsed_operation::{OperationKey, ParsedOperation},
};

/// Different queries kept at once; the least used give way.
const QUERIES: usize = 256;

/// An answer longer than this is not kept: with the next, this bounds the memory of all of them.
const LONGEST: usize = 128 * 1024;

/// A query longer than this, its variables included, is executed each time.
const LONGEST_QUERY: usize = 16 * 1024;

/// Root fields that show everybody the same.
const PUBLIC: [&str; 7] = ["site", MARKET, "matches", "match", "__typename", "__schema", "__type"];

/// The root field that shows the market.
const MARKET: &str = "listings";

/// The root field that shows everybody the same who is not signed in, of one country.
const RECOMMENDATIONS: &str = "recommendations";

/// Fields below it that show one person something else.
const PERSONAL: [&str; 1] = ["ticketId"];

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Users with a session.
    Users,
    /// Callers without one, of this country where it is known.
    Visitors(Option<ClientCountry>),
}

/// A query that a whole audience is answered alike.
pub struct PublicQuestion<'a> {
    parsed: &'a ParsedOperation<'a>,
    /// Where the answer differs by it.
    country: Option<ClientCountry>,
}

impl<'a> PublicQuestion<'a> {
    /// The question of this audience, where all of it are answered alike.
    pub fn of(parsed: &'a ParsedOperation<'a>, audience: Audience) -> Option<Self> {
        let (mut shows_market, mut recommends) = (false, false);
        let are_public = parsed.root_fields_all(|field| {
            let name = field.name.node.as_str();
            shows_market |= name == MARKET || name == RECOMMENDATIONS;
            recommends |= name == RECOMMENDATIONS;
            name == RECOMMENDATIONS || PUBLIC.contains(&name)
        });
        // What is selected is named by the text, be it in a fragment and under another key.
        let is_personal = shows_market && PERSONAL.iter().any(|name| parsed.text.contains(name));
        let country = match audience {
            _ if !are_public || is_personal => return None,
            Audience::Users if recommends => return None,
            Audience::Visitors(country) if recommends => country,
            Audience::Users | Audience::Visitors(_) => None,
        };
        Some(Self { parsed, country })
    }

    fn key(&self) -> OperationKey {
        self.parsed.key().of_country(self.country)
    }
}

/// Whole responses to public queries, handed out as `K`, which is made once for each.
pub struct ResponseCache<K> {
    app: Arc<App>,
    schema: Schema,
    models: Arc<Models>,
    bytes_max: usize,
    entries: Cache<OperationKey, Slot<K>>,
    from_cache: Counter,
    from_execution: Counter,
}

type Slot<K> = Arc<Mutex<Option<Entry<K>>>>;

/// A response, and the editions of what it shows.
struct Entry<K> {
    dependencies: Arc<CacheDependencies>,
    /// The view's generation before the execution began.
    generation: u64,
    encoded: K,
}

/// What a query was answered with.
pub enum CacheResult<K> {
    /// From the cache or on its way there.
    Encoded(K),
    /// Not to be kept: it has errors, or is too long to be sent.
    Response(Box<Response>),
}

impl<K: Clone + From<Bytes> + AsRef<[u8]>> ResponseCache<K> {
    /// Make it after the metrics recorder is installed, which its counters are resolved from. An answer has `bytes_max`.
    pub fn new(app: Arc<App>, schema: Schema, models: Arc<Models>, bytes_max: usize) -> Self {
        let answers = |from: &'static str| counter!("matchday_answers_total", "from" => from);
        Self {
            app,
            schema,
            models,
            bytes_max,
            entries: Cache::new(QUERIES),
            from_cache: answers("cache"),
            from_execution: answers("execution"),
        }
    }

    /// The answer to a public query, if one is kept and as new as the view.
    pub fn find(&self, question: &PublicQuestion<'_>) -> Option<K> {
        let wanted = self.app.view.generation();
        let slot = self.entries.get(&question.key())?;
        // Who holds the slot is executing the query: there is nothing newer to be had without waiting for it.
        let entry = slot.try_lock().ok()?;
        self.current(entry.as_ref(), wanted)
    }

    /// Answers a public query.
    pub async fn answer(&self, question: &PublicQuestion<'_>) -> CacheResult<K> {
        let wanted = self.app.view.generation();
        let key = question.key();
        // Before the view is filled a query may wait for it, which clients should not do in turns.
        if key.bytes() > LONGEST_QUERY || !self.app.view.is_filled() {
            return self.execute(question, &Arc::default()).await;
        }
        let slot = match self.entries.get(&key) {
            Some(slot) => slot,
            None => self
                .entries
                .get_or_insert_with(&key, || Ok::<_, std::convert::Infallible>(Arc::default()))
                .unwrap_or_default(),
        };

        let mut entry = slot.lock().await;
        if let Some(encoded) = self.current(entry.as_ref(), wanted) {
            return CacheResult::Encoded(encoded);
        }
        let generation = self.app.view.generation();
        let dependencies = Arc::new(CacheDependencies::default());
        let result = self.execute(question, &dependencies).await;
        if let CacheResult::Encoded(encoded) = &result
            && encoded.as_ref().len() <= LONGEST
        {
            *entry = Some(Entry { dependencies, generation, encoded: encoded.clone() });
        }
        result
    }

    async fn execute(&self, question: &PublicQuestion<'_>, dependencies: &Arc<CacheDependencies>) -> CacheResult<K> {
        self.from_execution.increment(1);
        let collected = match question.parsed.collect() {
            Ok(collected) => collected,
            Err(refusal) => return CacheResult::Response(refusal),
        };
        let mut request = collected.request().data(Arc::clone(dependencies));
        if let Some(country) = question.country {
            request = request.data(country);
        }
        let mut response = self.schema.execute(request).await;
        collected.complete(&mut response);
        match self.encoded(&response) {
            Some(encoded) => CacheResult::Encoded(encoded),
            None => CacheResult::Response(Box::new(response)),
        }
    }

    /// A response as bytes; `None` where it has errors, or is too long to be sent.
    pub fn encoded(&self, response: &Response) -> Option<K> {
        let encoded = response.errors.is_empty().then(|| json_plan::encoded(response, self.bytes_max));
        encoded.flatten().map(|encoded| K::from(encoded.into()))
    }

    fn current(&self, entry: Option<&Entry<K>>, wanted: u64) -> Option<K> {
        let entry = entry.filter(|entry| self.holds(entry, wanted))?;
        self.from_cache.increment(1);
        Some(entry.encoded.clone())
    }

    /// Whether nothing that the answer shows has changed since, or it is as new as what was there to be asked for.
    fn holds(&self, entry: &Entry<K>, wanted: u64) -> bool {
        self.is_ranked(entry) && self.lasts(entry) && self.shows_market(entry) && self.shows_matches(entry, wanted)
    }

    /// Whether nothing that the answer shows has ended by the clock.
    fn lasts(&self, entry: &Entry<K>) -> bool {
        entry.dependencies.until().is_none_or(|until| self.app.clock.now() < until)
    }

    /// Whether what the answer is ranked by is still in use, if it is ranked.
    fn is_ranked(&self, entry: &Entry<K>) -> bool {
        entry.dependencies.model().is_none_or(|generation| generation == self.models.generation())
    }

    /// Whether the market is as the answer shows it, if it shows any of it.
    fn shows_market(&self, entry: &Entry<K>) -> bool {
        let Some(shown) = entry.dependencies.market() else { return true };
        self.app.market.note_asked();
        self.app.market.holds(shown.state, market::state(&self.app), shown.until)
    }

    fn shows_matches(&self, entry: &Entry<K>, wanted: u64) -> bool {
        entry.generation >= wanted
            || (!entry.dependencies.all()
                && entry
                    .dependencies
                    .matches()
                    .iter()
                    .all(|(number, shown)| self.app.view.get(*number).map(|state| state.edition()) == *shown))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::types::OperationType;

    use super::*;
    use crate::{
        contract::{self, Composite},
        shared_rendering,
    };

    /// Fields below the public roots and the shared subscription. Each of them shows everybody the same, for these are
    /// executed without a viewer, and shows nothing that may change while the edition of its match or the version of its listing does not: facts and
    /// counts of [`book::match_state::MatchState`], what is worked out of those alone, and what does not change while the
    /// program runs.
    #[rustfmt::skip]
    const VERSIONED: [(&str, &str); 21] = [
        // Rows of the market, without what is their seller's alone.
        ("Listing", "id state match category title description price fee seller isOutside lockedUntil withdrawing createdAt \
                     version"),
        ("ListingConnection", "pageInfo edges nodes"),
        ("ListingEdge", "node cursor"),
        ("Seller", "id displayName"),
        ("Match", "id matchNumber roundNumber dateUtc location timeZone homeTeam awayTeam group version categories"),
        ("MatchAvailability", "matchNumber version categories match"),
        // Lists are kept until any match changes.
        ("MatchConnection", "pageInfo edges nodes totalCount"),
        ("MatchEdge", "cursor node"),
        ("Money", "amount currency"),
        ("PageInfo", "hasPreviousPage hasNextPage startCursor endCursor"),
        // Ranked by the model and by the states of all matches.
        ("Recommendation", "match category listing becauseOf"),
        ("RecommendationConnection", "nodes model"),
        ("RecommendationModel", "version trainedAt bookings"),
        ("RecommendationReason", "kind team country match"),
        // The site's settings.
        ("ExtensionTerms", "times holdSeconds orderSeconds"),
        ("RefundTerms", "cutoffHours"),
        ("ResaleTerms", "feePercent priceCapPercent priceFloorPercent holdSeconds outsideTickets maxOrders maxOrdersPerMatch"),
        ("Site", "name currency locales holdSeconds extension maxTicketsPerReservation maxTicketsPerMatch needsConfirmedEmail payments \
                  publishableKey testCards captcha refunds resale ticketTransfers"),
        ("TransferTerms", "hours maxPerTicket"),
        ("TestCard", "paymentMethod outcome declineCode"),
        ("TicketCategory", "category price available pending sellable status"),
    ];

    fn reach(of: &'static Composite, reached: &mut BTreeSet<String>) {
        for (name, ty) in of.fields() {
            if reached.insert(format!("{}.{name}", of.name()))
                && let Some(below) = contract::composite(ty)
            {
                reach(below, reached);
            }
        }
    }

    #[test]
    fn what_is_kept_for_everybody_is_proven_to_show_everybody_the_same() {
        let public = PUBLIC.iter().chain([&RECOMMENDATIONS]);
        let of_query = public.filter(|name| !name.starts_with("__")).map(|name| (OperationType::Query, *name));
        let mut reached = BTreeSet::new();
        for (root, name) in of_query.chain([(OperationType::Subscription, shared_rendering::FIELD)]) {
            let ty = contract::root(root).field(name).expect("the root has the field");
            reach(contract::composite(ty).expect("it has fields"), &mut reached);
        }
        let is_personal = |field: &str| PERSONAL.iter().any(|name| field.ends_with(&format!(".{name}")));
        reached.retain(|field| !field.ends_with(".__typename") && !is_personal(field));

        let listed =
            VERSIONED.iter().flat_map(|(of, fields)| fields.split(' ').map(move |name| format!("{of}.{name}")));

        assert_eq!(reached, listed.collect(), "on the left what is reached, on the right what is proven");
    }
}
