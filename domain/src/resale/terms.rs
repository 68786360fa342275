//! Terms: what a listing may say and cost. Everything that is wrong with an input is said at once, field by field.

use entities::{category::Category, listing, money, ticket};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{Change, Offer, ResaleError, Subject};
use crate::{
    App,
    accounts::Viewer,
    field_errors::FieldError,
    idempotency::{self, MAX_KEY_LENGTH},
    matches,
    settings::ResaleRules,
    text::{self, Kind},
};

/// A price as its seller wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// In units of the currency.
    pub amount: Decimal,
    /// ISO 4217; the site's own where none is named.
    pub currency: Option<String>,
}

/// What is said of a listing: its words in order, none where nothing is said of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ListingText {
    pub(super) title: Option<String>,
    /// Some of none takes the description away.
    pub(super) description: Option<Option<String>>,
}

/// An offer whose words are in order, and what it is about.
pub(super) struct Offered {
    pub(super) ticket_id: Option<Uuid>,
    pub(super) match_number: i32,
    pub(super) category: Category,
    pub(super) title: String,
    pub(super) description: Option<String>,
    price_minor: Option<i64>,
}

impl Offered {
    /// Reads an offer, and everything that is wrong with it.
    pub(super) async fn read(app: &App, viewer: Viewer, offer: &Offer) -> Result<Self, ResaleError> {
        let mut errors = Vec::new();
        let text = listing_text(Some(&offer.title), offer.description.as_deref());
        let text = text.map_err(|found| errors.extend(found)).unwrap_or_default();
        let price_minor = minor(&offer.price).map_err(|found| errors.extend(found)).ok();
        if offer.idempotency_key.as_deref().is_some_and(|key| !idempotency::is_key(key)) {
            errors.push(FieldError::new(
                "idempotencyKey",
                format!("must have 1 to {MAX_KEY_LENGTH} visible ASCII characters"),
            ));
        }
        let place = match &offer.subject {
            Ok(Subject::Ticket(id)) => {
                let row = ticket::Entity::find_by_id(*id).one(&app.db).await?;
                match row.filter(|row| row.user_id == viewer.user_id) {
                    Some(row) => Some((Some(*id), row.match_number, row.category)),
                    None if errors.is_empty() => return Err(ResaleError::NoTicket),
                    None => {
                        errors.push(FieldError::new("ticketId", "must be the id of one of your tickets"));
                        None
                    }
                }
            }
            Ok(Subject::Outside { match_number, category }) => {
                if !app.settings.resale.outside_tickets {
                    errors.push(FieldError::new("outside", "must be left out: this site resells only its own tickets"));
                }
                let known = Category::from_number(*category);
                if known.is_none() {
                    errors.push(FieldError::new("outside.category", format!("must be 1, 2 or 3, but is {category}")));
                }
                known.map(|known| (None, *match_number, known))
            }
            Err(found) => {
                errors.push(found.clone());
                None
            }
        };
        let Some((ticket_id, match_number, category)) = place.filter(|_| errors.is_empty()) else {
            if let Some((_, match_number, category)) = place {
                errors.extend(beyond(app, &offer.price, (match_number, category)).await?);
            }
            return Err(ResaleError::Invalid(errors));
        };
        let (title, description) = (text.title.unwrap_or_default(), text.description.flatten());
        Ok(Self { ticket_id, match_number, category, title, description, price_minor })
    }

    /// Whether `row` is what this offer would make, as it was offered or as it is now.
    pub(super) fn is_that_of(&self, row: &listing::Model) -> bool {
        (row.ticket_id, row.match_number, row.category) == (self.ticket_id, self.match_number, self.category)
            && (row.version > 1 || (row.title == self.title && Some(row.price_minor) == self.price_minor))
    }
}

/// Judges a change of a listing.
///
/// # Errors
/// Everything that is wrong with it; where nothing else is, its price is judged under the lock.
pub(super) async fn changed(
    app: &App,
    row: Option<&listing::Model>,
    id: Option<FieldError>,
    change: &Change,
) -> Result<ListingText, ResaleError> {
    let mut errors: Vec<FieldError> = id.into_iter().collect();
    let text = listing_text(change.title.as_deref(), change.description.as_deref());
    let text = text.map_err(|found| errors.extend(found)).unwrap_or_default();
    if let Some(price) = &change.price {
        errors.extend(minor(price).err().unwrap_or_default());
        if let Some(row) = row.filter(|_| !errors.is_empty()) {
            errors.extend(beyond(app, price, (row.match_number, row.category)).await?);
        }
    }
    if errors.is_empty() { Ok(text) } else { Err(ResaleError::Invalid(errors)) }
}

/// How a price that can be read is beyond the bounds of its category, as far as that is known outside the lock.
async fn beyond(app: &App, asked: &Price, (number, category): (i32, Category)) -> Result<Vec<FieldError>, ResaleError> {
    if minor(asked).is_err() {
        return Ok(Vec::new());
    }
    let state = matches::find(app, number).await?;
    let stock = state.as_ref().and_then(|state| state.categories.iter().find(|stock| stock.category == category));
    let judged = stock.map(|stock| price(&app.settings.resale, asked, stock.price_minor));
    Ok(judged.and_then(Result::err).unwrap_or_default())
}

/// What a title and a description are changed to; none where nothing is said of one.
pub(super) fn listing_text(title: Option<&str>, description: Option<&str>) -> Result<ListingText, Vec<FieldError>> {
    let mut errors = Vec::new();
    let title = title.map(str::trim);
    if title.is_some_and(|title| title.is_empty() || text::check(Kind::Title, title).is_err()) {
        errors.push(FieldError::new("title", format!("must have 1 to {} printable characters", Kind::Title.most())));
    }
    let description = description.map(str::trim);
    if description.is_some_and(|description| text::check(Kind::Description, description).is_err()) {
        let most = Kind::Description.most();
        errors.push(FieldError::new(
            "description",
            format!("must have at most {most} printable characters or line breaks"),
        ));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let description = description.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
    Ok(ListingText { title: title.map(str::to_owned), description })
}

/// A price in minor units, between the bounds that the site sets by what the category cost at first: a ticket that goes for
/// nothing here is paid for elsewhere.
pub(super) fn price(rules: &ResaleRules, price: &Price, face_minor: i64) -> Result<i64, Vec<FieldError>> {
    let asked = minor(price)?;
    let part = |percent: i64| face_minor.saturating_mul(percent) / 100;
    let (least, most) = (part(rules.price_floor_percent), part(rules.price_cap_percent));
    let (word, bound, percent) = match asked {
        asked if asked > most => ("most", most, rules.price_cap_percent),
        asked if asked < least => ("least", least, rules.price_floor_percent),
        asked => return Ok(asked),
    };
    let problem = format!(
        "is {} {currency}; it must be at {word} {} {currency}, {percent} % of what the category cost at first",
        money::to_decimal(asked),
        money::to_decimal(bound),
        currency = money::CURRENCY,
    );
    Err(vec![FieldError::new("price.amount", problem)])
}

/// What the site keeps of a price, to the nearest minor unit.
pub(super) fn fee(rules: &ResaleRules, price_minor: i64) -> i64 {
    ((price_minor.saturating_mul(rules.fee_percent) + 50) / 100).min(price_minor - 1)
}

/// A price in minor units, above 0 and in the site's currency.
fn minor(price: &Price) -> Result<i64, Vec<FieldError>> {
    let mut errors = Vec::new();
    if price.currency.as_ref().is_some_and(|currency| currency != money::CURRENCY) {
        errors.push(FieldError::new("price.currency", format!("must be {}, this site's currency", money::CURRENCY)));
    }
    let whole = price.amount.checked_mul(Decimal::from(money::MINOR_PER_UNIT));
    let whole = whole.filter(|minor| minor.fract().is_zero() && minor.is_sign_positive());
    let minor = whole.and_then(|minor| minor.to_i64()).filter(|minor| *minor > 0);
    if minor.is_none() {
        let right = "above 0 with at most two decimals";
        errors.push(FieldError::new("price.amount", format!("must be {right}, but is {}", price.amount)));
    }
    minor.filter(|_| errors.is_empty()).ok_or(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(amount: &str, currency: Option<&str>) -> Price {
        Price { amount: amount.parse().expect("it is a number"), currency: currency.map(str::to_owned) }
    }

    fn fields(errors: &[FieldError]) -> Vec<&'static str> {
        errors.iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_price_is_in_the_sites_currency_and_between_the_floor_and_the_cap() {
        let rules = ResaleRules { price_cap_percent: 110, price_floor_percent: 20, ..ResaleRules::default() };

        for (amount, minor) in [("15", 1_500), ("75", 7_500), ("82.50", 8_250), ("80.5", 8_050)] {
            assert_eq!(price(&rules, &asked(amount, None), 7_500), Ok(minor), "{amount}");
            assert_eq!(price(&rules, &asked(amount, Some("USD")), 7_500), Ok(minor), "{amount}");
        }
        let gift = ResaleRules { price_floor_percent: 0, ..rules.clone() };
        assert_eq!(price(&gift, &asked("0.01", None), 7_500), Ok(1));
        for amount in ["0", "-1", "0.001", "0.01", "14.99", "82.51", "79228162514264337593543950335"] {
            let refused = price(&rules, &asked(amount, None), 7_500).expect_err(amount);
            assert_eq!(fields(&refused), ["price.amount"], "{amount}");
        }
        let refused = price(&rules, &asked("75", Some("EUR")), 7_500).expect_err("it is another currency");
        assert_eq!(fields(&refused), ["price.currency"]);
        let refused = price(&rules, &asked("-75", Some("EUR")), 7_500).expect_err("both are wrong");
        assert_eq!(fields(&refused), ["price.currency", "price.amount"]);
    }

    #[test]
    fn a_fee_is_to_the_nearest_cent_and_never_the_whole_price() {
        let rules = ResaleRules { fee_percent: 5, ..ResaleRules::default() };
        assert_eq!([1, 9, 10, 8_250, 8_251].map(|price| fee(&rules, price)), [0, 0, 1, 413, 413]);

        let most = ResaleRules { fee_percent: 50, ..ResaleRules::default() };
        assert!([1, 2, 3, 99].iter().all(|price| fee(&most, *price) < *price));
    }

    #[test]
    fn everything_that_is_wrong_with_the_words_is_said_at_once() {
        let long = "x".repeat(Kind::Description.most() + 1);
        let errors = listing_text(Some("\u{7}"), Some(&long)).expect_err("both are wrong");
        assert_eq!(fields(&errors), ["title", "description"]);

        let right = listing_text(Some(" Two rows behind the goal "), Some("")).expect("it is right");
        let title = Some("Two rows behind the goal".to_owned());
        assert_eq!(right, ListingText { title, description: Some(None) });
        assert_eq!(listing_text(None, None), Ok(ListingText::default()));
        assert!(listing_text(Some(" "), None).is_err());
    }
}
