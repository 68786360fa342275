//! The toy's schema: names as in Matchday's contract, and a few fields that only tests need.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use async_graphql::{Context, Error, ErrorExtensions, ID, InputObject, Object, Result, SimpleObject, Subscription};
use futures_util::{Stream, StreamExt, stream};

use super::world::{Stock, World};

/// Who asks.
pub(crate) struct Viewer(pub(crate) Option<String>);

pub(crate) struct Query;
pub(crate) struct Mutation;
pub(crate) struct Subscription;

#[derive(SimpleObject)]
struct MatchConnection {
    edges: Vec<MatchEdge>,
}

#[derive(SimpleObject)]
struct MatchEdge {
    node: Match,
}

#[derive(SimpleObject)]
#[graphql(name = "Match")]
struct Match {
    match_number: i32,
    home_team: String,
    categories: Vec<TicketCategory>,
}

#[derive(SimpleObject)]
struct TicketCategory {
    category: i32,
    available: i32,
    pending: i32,
    sellable: i32,
}

#[derive(SimpleObject)]
struct MatchAvailability {
    match_number: i32,
    version: i32,
    categories: Vec<TicketCategory>,
    /// As many bytes as asked for.
    padding: String,
}

#[derive(SimpleObject)]
struct User {
    id: ID,
}

#[derive(SimpleObject)]
struct SessionPayload {
    user: User,
    access_token: String,
}

#[derive(InputObject)]
struct SignUpInput {
    email: String,
    password: String,
}

#[derive(InputObject)]
struct ReserveInput {
    match_number: i32,
    category: i32,
    quantity: i32,
}

#[derive(SimpleObject)]
struct Reservation {
    id: ID,
    status: &'static str,
    category: i32,
    quantity: i32,
}

#[derive(SimpleObject)]
struct ReservePayload {
    reservation: Reservation,
}

#[Object]
impl Query {
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.data::<Viewer>()?.0.clone().map(|user| User { id: user.into() }))
    }

    async fn matches(&self, ctx: &Context<'_>, #[graphql(default = 100)] first: usize) -> Result<MatchConnection> {
        let stock = ctx.data::<Arc<World>>()?.stock();
        let edges =
            stock.iter().take(first).map(|(&number, &stock)| MatchEdge { node: fixture(number, stock) }).collect();
        Ok(MatchConnection { edges })
    }

    /// Answers when the test lets it.
    async fn slow(&self, ctx: &Context<'_>) -> Result<bool> {
        ctx.data::<Arc<World>>()?.released().await;
        Ok(true)
    }

    /// Cannot be answered now.
    async fn busy(&self, seconds: Option<u64>) -> Result<bool> {
        let busy = coded("come back in a moment", "SERVICE_UNAVAILABLE");
        Err(match seconds {
            Some(seconds) => busy.extend_with(|_, extensions| extensions.set("retryAfter", seconds)),
            None => busy,
        })
    }

    /// Is asked for too often.
    async fn often(&self, seconds: Option<u64>) -> Result<bool> {
        let limited = coded("ask less often", "RATE_LIMITED");
        Err(match seconds {
            Some(seconds) => limited.extend_with(|_, extensions| extensions.set("retryAfter", seconds)),
            None => limited,
        })
    }

    async fn fails(&self) -> Result<bool> {
        Err(coded("it always fails", "CONFLICT"))
    }
}

#[Object]
impl Mutation {
    async fn sign_up(&self, input: SignUpInput) -> Result<SessionPayload> {
        if input.password.is_empty() {
            return Err(coded("a password is needed", "BAD_USER_INPUT"));
        }
        Ok(SessionPayload { user: User { id: input.email.clone().into() }, access_token: input.email })
    }

    async fn reserve(&self, ctx: &Context<'_>, input: ReserveInput) -> Result<ReservePayload> {
        let viewer = ctx.data::<Viewer>()?.0.as_ref();
        let viewer = viewer.ok_or_else(|| coded("sign in first", "UNAUTHENTICATED"))?;
        let ReserveInput { match_number, category, quantity } = input;
        if !ctx.data::<Arc<World>>()?.hold(match_number, quantity) {
            return Err(coded("sold out", "SOLD_OUT"));
        }
        let id = ID(format!("{viewer}-{match_number}"));
        Ok(ReservePayload { reservation: Reservation { id, status: "PENDING", category, quantity } })
    }

    /// Ends the viewer's right to be there.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<bool> {
        let viewer = ctx.data::<Viewer>()?.0.as_ref();
        ctx.data::<Arc<World>>()?.dismiss(viewer.ok_or_else(|| coded("sign in first", "UNAUTHENTICATED"))?);
        Ok(true)
    }
}

#[Subscription]
impl Subscription {
    /// The newest state of each match asked for, then of each that changed.
    async fn availability(
        &self,
        ctx: &Context<'_>,
        match_numbers: Option<Vec<i32>>,
        #[graphql(default)] padding: usize,
    ) -> Result<impl Stream<Item = MatchAvailability> + use<>> {
        let world = Arc::clone(ctx.data::<Arc<World>>()?);
        let numbers = match_numbers.unwrap_or_else(|| world.stock().keys().copied().collect());
        let state = (world.live(), world.changes(), world, numbers, HashMap::<i32, i32>::new());

        Ok(stream::unfold(state, move |(live, mut changes, world, numbers, mut known)| async move {
            loop {
                let newer = |number: &i32| {
                    let stock = *world.stock().get(number)?;
                    (known.get(number) != Some(&stock.version)).then_some((*number, stock))
                };
                if let Some((number, stock)) = numbers.iter().find_map(newer) {
                    known.insert(number, stock.version);
                    world.pulled.fetch_add(1, Ordering::SeqCst);
                    let state = availability(number, stock, padding);
                    return Some((state, (live, changes, world, numbers, known)));
                }
                changes.changed().await.ok()?;
            }
        }))
    }

    /// Always has one more.
    async fn ticks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] padding: usize,
    ) -> Result<impl Stream<Item = String> + use<>> {
        let world = Arc::clone(ctx.data::<Arc<World>>()?);
        let live = world.live();
        Ok(stream::iter(0_u64..).map(move |tick| {
            let _ = &live;
            world.pulled.fetch_add(1, Ordering::SeqCst);
            format!("{tick}{:padding$}", "")
        }))
    }

    async fn three(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=3)
    }

    /// Never says anything.
    async fn silence(&self, ctx: &Context<'_>) -> Result<impl Stream<Item = bool> + use<>> {
        let live = ctx.data::<Arc<World>>()?.live();
        Ok(stream::pending().map(move |()| {
            let _ = &live;
            true
        }))
    }

    /// Says one thing, and then that it can't go on.
    async fn breaks(&self) -> impl Stream<Item = Result<i32>> + use<> {
        stream::iter([Ok(1), Err(coded("it broke", "INTERNAL"))])
    }

    async fn forbidden(&self) -> Result<stream::Pending<bool>> {
        Err(coded("not for you", "FORBIDDEN"))
    }
}

fn fixture(match_number: i32, stock: Stock) -> Match {
    Match { match_number, home_team: format!("Team {match_number}"), categories: categories(stock) }
}

fn availability(match_number: i32, stock: Stock, padding: usize) -> MatchAvailability {
    let padding = "x".repeat(padding);
    MatchAvailability { match_number, version: stock.version, categories: categories(stock), padding }
}

fn categories(stock: Stock) -> Vec<TicketCategory> {
    let Stock { available, pending, .. } = stock;
    vec![TicketCategory { category: 1, available, pending, sellable: available - pending }]
}

fn coded(message: &str, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
