//! Money.

use async_graphql::SimpleObject;
use entities::money;
use rust_decimal::Decimal;

use crate::written::{self, Below, Written};

/// An amount of money.
#[derive(SimpleObject, Debug, Clone)]
pub struct Money {
    /// Exact, in units of the currency, such as "75.00".
    amount: Decimal,
    /// ISO 4217.
    currency: &'static str,
}

impl Money {
    pub(crate) fn from_minor(minor: i64) -> Self {
        Self { amount: money::to_decimal(minor), currency: money::CURRENCY }
    }
}

/// What can be selected of an amount.
pub enum MoneyField {
    Amount,
    Currency,
}

impl Written for Money {
    type Field = MoneyField;

    fn field(name: &str, below: &Below<'_>) -> Option<MoneyField> {
        match name {
            "amount" => below.leaf(MoneyField::Amount),
            "currency" => below.leaf(MoneyField::Currency),
            _ => None,
        }
    }

    fn write(&self, field: &MoneyField, out: &mut Vec<u8>) {
        match field {
            MoneyField::Amount => written::json(out, &self.amount.to_string()),
            MoneyField::Currency => written::json(out, self.currency),
        }
    }
}
