//! Money.

use async_graphql::{InputValueResult, Scalar, ScalarType, SimpleObject, Value};
use entities::money;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::{
    error::ApiError,
    json_plan::{self, Below, Written},
};

/// A decimal number as clients send and read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact(pub Decimal);

/// An exact decimal number, such as "75.00". Answers contain it as a string, so that no digit is lost; inputs may be a
/// string or a number.
#[Scalar(name = "Decimal")]
impl ScalarType for Exact {
    fn parse(value: Value) -> InputValueResult<Self> {
        <Decimal as ScalarType>::parse(value).map(Self).map_err(|error| error.propagate())
    }

    fn to_value(&self) -> Value {
        self.0.to_value()
    }
}

/// An amount of money.
#[derive(SimpleObject, Debug, Clone)]
pub struct Money {
    /// The exact amount in units of the currency, such as "75.00".
    amount: Exact,
    /// The currency's ISO 4217 code.
    currency: &'static str,
}

impl Money {
    pub(crate) fn from_minor(minor: i64) -> Self {
        Self { amount: Exact(money::to_decimal(minor)), currency: money::CURRENCY }
    }
}

/// Whether a value is a decimal, so that a number can be read from it.
pub fn is_decimal(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_)) && <Decimal as ScalarType>::parse(value.clone()).is_ok()
}

/// An amount in minor units, rounded so where it has more decimals than these.
pub(crate) fn minor(name: &str, Exact(amount): Exact, rounding: RoundingStrategy) -> Result<i64, ApiError> {
    let whole = amount.checked_mul(Decimal::from(money::MINOR_PER_UNIT));
    let minor = whole.and_then(|whole| whole.round_dp_with_strategy(0, rounding).to_i64());
    minor.ok_or_else(|| ApiError::bad_input(name, format!("`{name}` is {amount}, which is not a possible price")))
}

/// What can be selected of an amount.
pub enum MoneyField {
    Amount,
    Currency,
}

/// Writes what `amount.to_string()` says, without the decimal's general arithmetic for each of its digits.
fn write_amount(amount: &Decimal, out: &mut Vec<u8>) {
    let minor = u64::try_from(amount.mantissa()).ok().filter(|_| amount.scale() == 2);
    let Some(minor) = minor else {
        return json_plan::json(out, &amount.to_string());
    };
    out.push(b'"');
    json_plan::json(out, &(minor / 100));
    out.push(b'.');
    json_plan::digits(minor % 100, 2, out);
    out.push(b'"');
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
            MoneyField::Amount => write_amount(&self.amount.0, out),
            MoneyField::Currency => json_plan::json(out, self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_the_decimal_writes_itself() {
        for minor in [0, 5, 99, 100, 7_500, 19_501, -5, -12_345, i64::MAX, i64::MIN] {
            let money = Money::from_minor(minor);
            let mut out = Vec::new();
            money.write(&MoneyField::Amount, &mut out);

            assert_eq!(String::from_utf8_lossy(&out), format!("\"{}\"", money.amount.0), "{minor}");
        }
    }
}
