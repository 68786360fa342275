//! The site: what pages have to know of it before they show anything. Settings, the same for everybody until the program
//! starts again.

use async_graphql::{Context, Enum, Object, SimpleObject};
use domain::{
    Settings,
    desk::MAX_QUANTITY,
    gateway::{self, Checkout, TestCardOutcome as Outcome},
    settings::{RefundRule, ResaleRules, TransferRules},
};
use entities::money;

use crate::{
    captcha::{self, CaptchaProvider},
    context::InContext,
    error::ApiError,
    time::DateTime,
};

/// What takes a buyer's money.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentProvider {
    /// Play money: `payReservation` takes one of `testCards`.
    Sandbox,
    /// `createPaymentIntent`, then Stripe's script in the buyer's browser.
    Stripe,
}

/// What becomes of a payment by a test card.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestCardOutcome {
    Pays,
    /// Its bank wants the payer's consent.
    AsksForConsent,
    Declines,
}

/// A card of play money.
#[derive(SimpleObject)]
pub struct TestCard {
    /// Send it to `payReservation`.
    payment_method: &'static str,
    outcome: TestCardOutcome,
    /// What a refusal says; set exactly when the outcome is DECLINES.
    decline_code: Option<&'static str>,
}

impl From<gateway::TestCard> for TestCard {
    fn from(gateway::TestCard { method, outcome }: gateway::TestCard) -> Self {
        let (outcome, decline_code) = match outcome {
            Outcome::Pays => (TestCardOutcome::Pays, None),
            Outcome::AsksForConsent => (TestCardOutcome::AsksForConsent, None),
            Outcome::Declines(code) => (TestCardOutcome::Declines, Some(code)),
        };
        Self { payment_method: method, outcome, decline_code }
    }
}

/// How much more time buyers may have to pay.
#[derive(SimpleObject)]
pub struct ExtensionTerms {
    /// How often `extendReservation` gives a reservation more time.
    times: i32,
    /// How much each time, for a hold.
    hold_seconds: u64,
    /// And for an order of a listing.
    order_seconds: u64,
}

impl From<&Settings> for ExtensionTerms {
    fn from(settings: &Settings) -> Self {
        Self {
            times: settings.extensions,
            hold_seconds: settings.extension_of_hold().as_secs(),
            order_seconds: settings.extension_of_order().as_secs(),
        }
    }
}

/// Which tickets their owners may give back by themselves: those that are valid, of the site's own stock.
#[derive(SimpleObject)]
pub struct RefundTerms {
    /// How many hours before kick-off that ends; null where it does not.
    cutoff_hours: Option<u64>,
}

impl From<&RefundRule> for RefundTerms {
    fn from(rule: &RefundRule) -> Self {
        Self { cutoff_hours: rule.owner_cutoff.map(|cutoff| cutoff.as_secs() / 3_600) }
    }
}

/// On which terms fans sell to fans.
#[derive(SimpleObject)]
pub struct ResaleTerms {
    /// What the site keeps of a price, in hundredths: to the nearest cent, half a cent upwards, and never the whole price.
    /// The rest is paid out to the seller.
    fee_percent: i64,
    /// The highest price, in hundredths of `TicketCategory.price`; a part of a cent is dropped.
    price_cap_percent: i64,
    /// The lowest, likewise.
    price_floor_percent: i64,
    /// How long an order locks its listing.
    hold_seconds: u64,
    /// Whether tickets can be offered that were issued elsewhere.
    outside_tickets: bool,
    /// Orders that one buyer may have unpaid at a time.
    max_orders: u64,
    /// Of them, of one match.
    max_orders_per_match: u64,
}

impl From<&ResaleRules> for ResaleTerms {
    fn from(rules: &ResaleRules) -> Self {
        Self {
            fee_percent: rules.fee_percent,
            price_cap_percent: rules.price_cap_percent,
            price_floor_percent: rules.price_floor_percent,
            hold_seconds: rules.hold.as_secs(),
            outside_tickets: rules.outside_tickets,
            max_orders: rules.live_orders,
            max_orders_per_match: rules.live_orders_of_match,
        }
    }
}

/// On which terms fans give tickets to others.
#[derive(SimpleObject)]
pub struct TransferTerms {
    /// How long a ticket is offered; it ends with the sale of its match in any case.
    hours: u64,
    /// How often one ticket may be given.
    max_per_ticket: u64,
}

impl From<&TransferRules> for TransferTerms {
    fn from(rules: &TransferRules) -> Self {
        Self { hours: rules.life.as_secs() / 3_600, max_per_ticket: rules.most_of_ticket }
    }
}

/// The site.
pub struct Site;

#[Object]
impl Site {
    /// What its visitors call it.
    async fn name(&self, ctx: &Context<'_>) -> Result<String, ApiError> {
        Ok(ctx.app()?.settings.name.clone())
    }

    /// ISO 4217: all prices are in it.
    async fn currency(&self) -> &'static str {
        money::CURRENCY
    }

    /// Its languages, as BCP 47 names them, such as "en"; the first is for those who ask for no other.
    async fn locales(&self, ctx: &Context<'_>) -> Result<Vec<String>, ApiError> {
        Ok(ctx.app()?.settings.locales.clone())
    }

    /// How long tickets are held unpaid.
    async fn hold_seconds(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(ctx.app()?.settings.hold.as_secs())
    }

    /// Null where nobody is given more time.
    async fn extension(&self, ctx: &Context<'_>) -> Result<Option<ExtensionTerms>, ApiError> {
        let settings = &ctx.app()?.settings;
        Ok((settings.extensions > 0).then(|| settings.into()))
    }

    /// Tickets that one `reserve` may ask for.
    async fn max_tickets_per_reservation(&self) -> i32 {
        MAX_QUANTITY
    }

    /// Tickets of one match that one buyer may hold and own together, of the site's own stock.
    async fn max_tickets_per_match(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(ctx.app()?.settings.purchase_cap)
    }

    /// Whether fans must have confirmed their email before they hold, order or give away tickets.
    async fn needs_confirmed_email(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(ctx.app()?.settings.verified_email_for_holds)
    }

    /// What takes money; empty where nothing can be paid.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<PaymentProvider>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Closed => Vec::new(),
            Checkout::Sandbox(_) => vec![PaymentProvider::Sandbox],
            Checkout::Stripe { .. } => vec![PaymentProvider::Stripe],
        })
    }

    /// What Stripe's script knows the site by; null where Stripe takes no money, or the site has not been given it.
    async fn publishable_key(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Stripe { publishable_key } => publishable_key.map(str::to_owned),
            Checkout::Closed | Checkout::Sandbox(_) => None,
        })
    }

    /// The cards of play money; empty where money is none.
    async fn test_cards(&self, ctx: &Context<'_>) -> Result<Vec<TestCard>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Sandbox(cards) => cards.iter().copied().map(TestCard::from).collect(),
            Checkout::Closed | Checkout::Stripe { .. } => Vec::new(),
        })
    }

    /// Whose captchas are asked for; null where nobody is asked for any.
    async fn captcha(&self, ctx: &Context<'_>) -> Option<CaptchaProvider> {
        ctx.data_opt::<captcha::Shared>()?.provider()
    }

    /// Null where only the site's staff gives money back.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Option<RefundTerms>, ApiError> {
        let rule = &ctx.app()?.settings.refunds;
        Ok(rule.owner_allowed.then(|| rule.into()))
    }

    /// Null where fans can't sell to fans.
    async fn resale(&self, ctx: &Context<'_>) -> Result<Option<ResaleTerms>, ApiError> {
        let rules = &ctx.app()?.settings.resale;
        Ok(rules.enabled.then(|| rules.into()))
    }

    /// Null where tickets are not given to others.
    async fn ticket_transfers(&self, ctx: &Context<'_>) -> Result<Option<TransferTerms>, ApiError> {
        let rules = &ctx.app()?.settings.transfers;
        Ok(rules.enabled.then(|| rules.into()))
    }
}

#[derive(Default)]
pub struct SiteQuery;

#[Object]
impl SiteQuery {
    /// What pages have to know of the site. It stays the same until the site's settings change.
    async fn site(&self) -> Site {
        Site
    }

    /// The site's clock. What counts down to a time of an answer, such as `expiresAt`, begins from this one of the same answer:
    /// the clock of a device may be wrong.
    async fn now(&self, ctx: &Context<'_>) -> Result<DateTime, ApiError> {
        Ok(ctx.app()?.clock.now().into())
    }
}
