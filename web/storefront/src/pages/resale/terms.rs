//! On which terms fans sell to fans, as the site says them.

use kit::{
    amount::{hundredths, of_hundredths},
    layout::{Page, Section},
    t,
    visit::Visit,
};
use maud::html;

/// What the site says of its resale. A part of a price is in hundredths of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) fee_percent: i64,
    /// Of what the category costs.
    pub(super) cap_percent: i64,
    pub(super) floor_percent: i64,
    /// For how long an order is held.
    pub(super) hold_minutes: i64,
    pub(super) allows_outside: bool,
}

/// The terms of a document that asks for all of them; none where fans can't sell to fans.
macro_rules! terms {
    ($site:expr) => {
        $site.resale.as_ref().map(|resale| Terms {
            fee_percent: resale.fee_percent,
            cap_percent: resale.price_cap_percent,
            floor_percent: resale.price_floor_percent,
            hold_minutes: resale.hold_seconds / 60,
            allows_outside: resale.outside_tickets,
        })
    };
}

pub(super) use terms;

/// What stands where fans can't sell to fans.
pub(super) fn closed(visit: &Visit<'_>) -> Page {
    let words = visit.words;
    let main = html! {
        div.narrow.stack {
            h1 { (t!(words, "resale-closed")) }
            p { (t!(words, "resale-closed-text")) }
            p { a.button.quiet href=(visit.link("/")) { (t!(words, "back-to-matches")) } }
        }
    };
    Page::new(Section::Resale, t!(words, "resale-closed"), main)
}

impl Terms {
    /// What the site keeps of a price: to the nearest hundredth, a half upwards, and never all of it.
    pub(super) fn fee(&self, price: &str) -> Option<String> {
        let price = hundredths(price)?;
        let fee = (price.checked_mul(self.fee_percent)? + 50) / 100;
        Some(of_hundredths(fee.min(price - 1)))
    }

    /// The lowest and the highest price of a ticket whose category costs `face`; a part of a hundredth is dropped.
    pub(super) fn bounds(&self, face: &str) -> Option<(String, String)> {
        let face = hundredths(face)?;
        let part = |percent: i64| face.checked_mul(percent).map(|part| of_hundredths(part / 100));
        Some((part(self.floor_percent)?, part(self.cap_percent)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms =
        Terms { fee_percent: 5, cap_percent: 110, floor_percent: 20, hold_minutes: 15, allows_outside: false };

    #[test]
    fn a_fee_is_what_the_site_will_say_that_it_is() {
        for (price, fee) in
            [("80.00", "4.00"), ("82.50", "4.13"), ("82.51", "4.13"), ("0.10", "0.01"), ("0.01", "0.00")]
        {
            assert_eq!(TERMS.fee(price).as_deref(), Some(fee), "{price}");
        }
        let most = Terms { fee_percent: 50, ..TERMS };
        assert_eq!(most.fee("0.01").as_deref(), Some("0.00"), "never the whole price");
    }

    #[test]
    fn a_price_has_bounds_by_what_the_category_costs() {
        assert_eq!(TERMS.bounds("75.00"), Some(("15.00".to_owned(), "82.50".to_owned())));
        assert_eq!(TERMS.bounds("0.99"), Some(("0.19".to_owned(), "1.08".to_owned())));
    }
}
