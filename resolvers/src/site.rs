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

/// Which payment provider takes the money.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentProvider {
    /// Play money: `payReservation` takes one of `testCards`.
    Sandbox,
    /// Stripe: `createPaymentIntent`, then Stripe's script in the buyer's browser.
    Stripe,
}

/// What happens to a payment with a test card.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestCardOutcome {
    /// The payment succeeds.
    Pays,
    /// The payer's bank asks for consent.
    AsksForConsent,
    /// The card is declined.
    Declines,
}

/// A test card of the sandbox.
#[derive(SimpleObject)]
pub struct TestCard {
    /// The id to send to `payReservation` as `paymentMethod`.
    payment_method: &'static str,
    /// What happens to a payment with this card.
    outcome: TestCardOutcome,
    /// The `declineCode` of the refusal; set exactly if the outcome is `DECLINES`.
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

/// How much more time buyers can get to pay.
#[derive(SimpleObject)]
pub struct ExtensionTerms {
    /// How often `extendReservation` can give one reservation more time.
    times: i32,
    /// Seconds that each extension adds to a hold.
    hold_seconds: u64,
    /// Seconds that each extension adds to an order of a listing.
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

/// When owners can refund tickets themselves: valid tickets that they bought from the site.
#[derive(SimpleObject)]
pub struct RefundTerms {
    /// How many hours before kick-off refunds end; null if they do not end.
    cutoff_hours: Option<u64>,
}

impl From<&RefundRule> for RefundTerms {
    fn from(rule: &RefundRule) -> Self {
        Self { cutoff_hours: rule.owner_cutoff.map(|cutoff| cutoff.as_secs() / 3_600) }
    }
}

/// The rules of resale between fans.
#[derive(SimpleObject)]
pub struct ResaleTerms {
    /// The site's fee in percent of the price, rounded to the nearest cent (half a cent up) and never the whole price.
    /// The seller gets the rest.
    fee_percent: i64,
    /// The highest price in percent of `TicketCategory.price`, rounded down to a cent.
    price_cap_percent: i64,
    /// The lowest price in percent of `TicketCategory.price`, rounded down to a cent.
    price_floor_percent: i64,
    /// How many seconds an order locks its listing.
    hold_seconds: u64,
    /// Whether tickets that another seller issued can be offered.
    outside_tickets: bool,
    /// How many unpaid orders one buyer can have at a time.
    max_orders: u64,
    /// How many unpaid orders of one match one buyer can have at a time.
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

/// The rules for giving tickets to others.
#[derive(SimpleObject)]
pub struct TransferTerms {
    /// How many hours a transfer can be accepted; it ends with the sale of the match in any case.
    hours: u64,
    /// How often one ticket can be given.
    max_per_ticket: u64,
}

impl From<&TransferRules> for TransferTerms {
    fn from(rules: &TransferRules) -> Self {
        Self { hours: rules.life.as_secs() / 3_600, max_per_ticket: rules.most_of_ticket }
    }
}

/// The site.
pub struct Site;

/// The site's rules and features, the same for all visitors until the program restarts.
#[Object]
impl Site {
    /// The site's name for its visitors.
    async fn name(&self, ctx: &Context<'_>) -> Result<String, ApiError> {
        Ok(ctx.app()?.settings.name.clone())
    }

    /// The ISO 4217 code of the currency of all prices.
    async fn currency(&self) -> &'static str {
        money::CURRENCY
    }

    /// The site's languages as BCP 47 tags, such as "en"; the first is the default.
    async fn locales(&self, ctx: &Context<'_>) -> Result<Vec<String>, ApiError> {
        Ok(ctx.app()?.settings.locales.clone())
    }

    /// How many seconds tickets are held before they must be paid.
    async fn hold_seconds(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(ctx.app()?.settings.hold.as_secs())
    }

    /// How buyers get more time to pay; null if they cannot.
    async fn extension(&self, ctx: &Context<'_>) -> Result<Option<ExtensionTerms>, ApiError> {
        let settings = &ctx.app()?.settings;
        Ok((settings.extensions > 0).then(|| settings.into()))
    }

    /// How many tickets one `reserve` can hold.
    async fn max_tickets_per_reservation(&self) -> i32 {
        MAX_QUANTITY
    }

    /// How many tickets of one match one buyer can hold and own together, of the site's own stock.
    async fn max_tickets_per_match(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(ctx.app()?.settings.purchase_cap)
    }

    /// Whether fans must confirm their email before they hold, order or give away tickets.
    async fn needs_confirmed_email(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(ctx.app()?.settings.verified_email_for_holds)
    }

    /// The payment providers; empty if nothing can be paid.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<PaymentProvider>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Closed => Vec::new(),
            Checkout::Sandbox(_) => vec![PaymentProvider::Sandbox],
            Checkout::Stripe { .. } => vec![PaymentProvider::Stripe],
        })
    }

    /// The public key for Stripe's script; null if Stripe takes no money or the key is not set.
    async fn publishable_key(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Stripe { publishable_key } => publishable_key.map(str::to_owned),
            Checkout::Closed | Checkout::Sandbox(_) => None,
        })
    }

    /// The test cards of the sandbox; empty without the sandbox.
    async fn test_cards(&self, ctx: &Context<'_>) -> Result<Vec<TestCard>, ApiError> {
        Ok(match ctx.app()?.gateway.checkout() {
            Checkout::Sandbox(cards) => cards.iter().copied().map(TestCard::from).collect(),
            Checkout::Closed | Checkout::Stripe { .. } => Vec::new(),
        })
    }

    /// The provider of captchas; null if captchas are off.
    async fn captcha(&self, ctx: &Context<'_>) -> Option<CaptchaProvider> {
        ctx.data_opt::<captcha::Shared>()?.provider()
    }

    /// When owners can refund tickets themselves; null if only the site's staff can.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Option<RefundTerms>, ApiError> {
        let rule = &ctx.app()?.settings.refunds;
        Ok(rule.owner_allowed.then(|| rule.into()))
    }

    /// The rules of resale between fans; null if resale is off.
    async fn resale(&self, ctx: &Context<'_>) -> Result<Option<ResaleTerms>, ApiError> {
        let rules = &ctx.app()?.settings.resale;
        Ok(rules.enabled.then(|| rules.into()))
    }

    /// The rules for giving tickets to others; null if that is off.
    async fn ticket_transfers(&self, ctx: &Context<'_>) -> Result<Option<TransferTerms>, ApiError> {
        let rules = &ctx.app()?.settings.transfers;
        Ok(rules.enabled.then(|| rules.into()))
    }
}

#[derive(Default)]
pub struct SiteQuery;

#[Object]
impl SiteQuery {
    /// The site's rules and features, which pages need before they show anything. They change only when the program
    /// restarts.
    async fn site(&self) -> Site {
        Site
    }

    /// The site's clock. Compute a countdown to a time such as `expiresAt` from the `now` of the same answer, because
    /// the clock of a device may be wrong.
    async fn now(&self, ctx: &Context<'_>) -> Result<DateTime, ApiError> {
        Ok(ctx.app()?.clock.now().into())
    }
}
