//! Terms: what a listing may say and cost. Everything that is wrong is said at once, field by field.

use entities::{
    category::Category,
    listing, money,
    ticket::{self, Status},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{Offer, ResaleError, Rules, Subject};
use crate::{App, accounts::Viewer};

/// Characters at most.
const MAX_TITLE: usize = 100;
const MAX_DESCRIPTION: usize = 1_000;

/// What is wrong with one field of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// By its name in the input, such as `price.amount`.
    pub field: &'static str,
    pub problem: String,
}

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
pub(super) struct Words {
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
        let mut wrong = Vec::new();
        let words = texts(Some(&offer.title), offer.description.as_deref());
        let words = words.map_err(|found| wrong.extend(found)).unwrap_or_default();
        let price_minor = minor(&offer.price).map_err(|found| wrong.push(found)).ok();
        let (ticket_id, match_number, category) = match offer.subject {
            Subject::Ticket(id) => {
                let row = ticket::Entity::find_by_id(id).one(&app.db).await?;
                let row = row.filter(|row| row.user_id == viewer.user_id).ok_or(ResaleError::NoTicket)?;
                (Some(id), row.match_number, row.category)
            }
            Subject::Outside { match_number, category } => {
                if !app.settings.resale.outside_tickets {
                    wrong.push(said("outside", "names a ticket of elsewhere, and this site resells its own alone"));
                }
                let known = Category::from_number(category);
                if known.is_none() {
                    wrong.push(said("outside.category", &format!("is {category}; it must be 1, 2 or 3")));
                }
                (None, match_number, known.unwrap_or(Category::One))
            }
        };
        if !wrong.is_empty() {
            return Err(ResaleError::Invalid(wrong));
        }
        let (title, description) = (words.title.unwrap_or_default(), words.description.flatten());
        Ok(Self { ticket_id, match_number, category, title, description, price_minor })
    }

    /// Whether `row` is what this offer would make, as it was offered or as it is now.
    pub(super) fn is_that_of(&self, row: &listing::Model) -> bool {
        (row.ticket_id, row.match_number, row.category) == (self.ticket_id, self.match_number, self.category)
            && (row.version > 1 || (row.title == self.title && Some(row.price_minor) == self.price_minor))
    }
}

/// What a title and a description are changed to; none where nothing is said of one.
pub(super) fn texts(title: Option<&str>, description: Option<&str>) -> Result<Words, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let title = title.map(str::trim);
    if title.is_some_and(|title| title.is_empty() || !is_text(title, MAX_TITLE, false)) {
        wrong.push(said("title", &format!("must be 1 to {MAX_TITLE} printable characters")));
    }
    let description = description.map(str::trim);
    if description.is_some_and(|description| !is_text(description, MAX_DESCRIPTION, true)) {
        wrong.push(said(
            "description",
            &format!("must be at most {MAX_DESCRIPTION} printable characters and line breaks"),
        ));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let description = description.map(|text| Some(text.to_owned()).filter(|text| !text.is_empty()));
    Ok(Words { title: title.map(str::to_owned), description })
}

/// A price in minor units, within the cap that the site sets by what the category cost at first.
pub(super) fn price(rules: &Rules, price: &Price, face_minor: i64) -> Result<i64, Wrong> {
    let asked = minor(price)?;
    let most = cap(rules, face_minor);
    if asked > most {
        let problem = format!(
            "is {} {currency}; it may be at most {} {currency}, {} % of what the category cost at first",
            money::to_decimal(asked),
            money::to_decimal(most),
            rules.price_cap_percent,
            currency = money::CURRENCY,
        );
        return Err(said("price.amount", &problem));
    }
    Ok(asked)
}

/// What the site keeps of a price, to the nearest minor unit.
pub(super) fn fee(rules: &Rules, price_minor: i64) -> i64 {
    ((price_minor.saturating_mul(rules.fee_percent) + 50) / 100).min(price_minor - 1)
}

fn cap(rules: &Rules, face_minor: i64) -> i64 {
    face_minor.saturating_mul(rules.price_cap_percent) / 100
}

/// A price in minor units, above 0 and in the site's currency.
fn minor(price: &Price) -> Result<i64, Wrong> {
    if price.currency.as_ref().is_some_and(|currency| currency != money::CURRENCY) {
        return Err(said("price.currency", &format!("must be {}, in which this site sells", money::CURRENCY)));
    }
    let whole = price.amount.checked_mul(Decimal::from(money::MINOR_PER_UNIT));
    let whole = whole.filter(|minor| minor.fract().is_zero() && minor.is_sign_positive());
    let minor = whole.and_then(|minor| minor.to_i64()).filter(|minor| *minor > 0);
    let right = "must be above 0, and have at most two decimals";
    minor.ok_or_else(|| said("price.amount", &format!("is {}; it {right}", price.amount)))
}

fn is_text(text: &str, max: usize, may_have_lines: bool) -> bool {
    let is_fine = |sign: char| !sign.is_control() || may_have_lines && sign == '\n';
    text.chars().count() <= max && text.chars().all(is_fine)
}

fn said(field: &'static str, problem: &str) -> Wrong {
    Wrong { field, problem: problem.to_owned() }
}

/// All that is wrong in one sentence.
pub(super) fn sentence(wrong: &[Wrong]) -> String {
    let each: Vec<String> = wrong.iter().map(|wrong| format!("{} {}", wrong.field, wrong.problem)).collect();
    each.join("; ")
}

/// A ticket's status, as a sentence goes on with it.
pub(super) fn words(status: Status) -> &'static str {
    match status {
        Status::Valid => "valid",
        Status::Listed => "offered already",
        Status::Transferred => "sold",
        Status::Used => "used",
        Status::Refunded => "refunded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(amount: &str, currency: Option<&str>) -> Price {
        Price { amount: amount.parse().expect("it is a number"), currency: currency.map(str::to_owned) }
    }

    #[test]
    fn a_price_is_above_nothing_in_the_sites_currency_and_within_the_cap() {
        let rules = Rules { price_cap_percent: 110, fee_percent: 5, ..Rules::default() };

        for (amount, minor) in [("0.01", 1), ("75", 7_500), ("82.50", 8_250), ("80.5", 8_050)] {
            assert_eq!(price(&rules, &asked(amount, None), 7_500), Ok(minor), "{amount}");
            assert_eq!(price(&rules, &asked(amount, Some("USD")), 7_500), Ok(minor), "{amount}");
        }
        for amount in ["0", "-1", "0.001", "82.51", "79228162514264337593543950335"] {
            let refused = price(&rules, &asked(amount, None), 7_500).expect_err(amount);
            assert_eq!(refused.field, "price.amount", "{amount}");
        }
        let refused = price(&rules, &asked("75", Some("EUR")), 7_500).expect_err("it is another currency");
        assert_eq!(refused.field, "price.currency");
    }

    #[test]
    fn a_fee_is_to_the_nearest_cent_and_never_the_whole_price() {
        let rules = Rules { fee_percent: 5, ..Rules::default() };
        assert_eq!([1, 9, 10, 8_250, 8_251].map(|price| fee(&rules, price)), [0, 0, 1, 413, 413]);

        let most = Rules { fee_percent: 50, ..Rules::default() };
        assert!([1, 2, 3, 99].iter().all(|price| fee(&most, *price) < *price));
    }

    #[test]
    fn everything_that_is_wrong_with_the_words_is_said_at_once() {
        let long = "x".repeat(MAX_DESCRIPTION + 1);
        let wrong = texts(Some("\u{7}"), Some(&long)).expect_err("both are wrong");
        assert_eq!(wrong.iter().map(|wrong| wrong.field).collect::<Vec<_>>(), ["title", "description"]);

        let right = texts(Some(" Two rows behind the goal "), Some("")).expect("it is right");
        let title = Some("Two rows behind the goal".to_owned());
        assert_eq!(right, Words { title, description: Some(None) });
        assert_eq!(texts(None, None), Ok(Words::default()));
        assert!(texts(Some(" "), None).is_err());
    }
}
