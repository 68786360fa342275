//! Rules about addresses.

use async_graphql::{
    Context, Enum, ID, InputObject, Object, SimpleObject,
    connection::{Connection, Edge},
};
use domain::address_rules::{
    self, NewRule,
    network::{Network, NotANetwork},
};
use entities::address_rule;

use crate::{
    context::InContext,
    error::ApiError,
    ids::NodeId,
    pagination::{self, NetworkCursor},
    time::DateTime,
};

/// What becomes of an address.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "address_rule::Effect")]
pub enum AddressRuleEffect {
    /// Its requests are refused with the code BLOCKED, and its open connections end.
    Block,
    /// No other rule blocks it, and nothing it does makes it suspect.
    Allow,
}

/// What holds for the addresses of one network.
pub struct AddressRule(address_rule::Model);

#[Object]
impl AddressRule {
    /// Such as `192.0.2.0/24` or `2001:db8::/32`; a single address ends in `/32` or `/128`.
    async fn network(&self) -> &str {
        &self.0.network
    }

    async fn effect(&self) -> AddressRuleEffect {
        self.0.effect.into()
    }

    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The user who made it; null where it came from a list.
    async fn created_by(&self) -> Option<ID> {
        self.0.created_by.map(|id| NodeId::User(id).into())
    }

    /// The list that it came from, as who imported it named that; null where it came from none.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it ends by itself; null where it does not.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }
}

#[derive(InputObject)]
pub struct SetAddressRuleInput {
    /// A network such as "192.0.2.0/24", or a single address. At least 8 bits of IPv4 or 19 of IPv6 are fixed.
    network: String,
    effect: AddressRuleEffect,
    /// For whoever asks later, 1 to 500 characters.
    reason: String,
    expires_at: Option<DateTime>,
}

#[derive(InputObject)]
pub struct RemoveAddressRuleInput {
    network: String,
}

#[derive(SimpleObject)]
pub struct SetAddressRulePayload {
    rule: AddressRule,
}

#[derive(SimpleObject)]
pub struct RemoveAddressRulePayload {
    /// As it was.
    rule: AddressRule,
}

type AddressRuleConnection = Connection<NetworkCursor, AddressRule>;

#[derive(Default)]
pub struct AddressRuleQuery;

#[Object]
impl AddressRuleQuery {
    /// For admins: which addresses are blocked or always let in, by their networks, at most 100 a page.
    async fn address_rules(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<AddressRuleConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let after = pagination::cursor::<NetworkCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = address_rules::page(ctx.app()?, viewer, after.as_deref(), limit).await?;

        let mut connection = Connection::new(after.is_some(), page.more);
        let edge = |row: address_rule::Model| Edge::new(NetworkCursor(row.network.clone()), AddressRule(row));
        connection.edges.extend(page.items.into_iter().map(edge));

        Ok(connection)
    }
}

#[derive(Default)]
pub struct AddressRuleMutation;

#[Object]
impl AddressRuleMutation {
    /// For admins: block a network or always let it in, on every instance within a second. It takes the place of the
    /// rule that the network has.
    async fn set_address_rule(
        &self,
        ctx: &Context<'_>,
        input: SetAddressRuleInput,
    ) -> Result<SetAddressRulePayload, ApiError> {
        let SetAddressRuleInput { network, effect, reason, expires_at } = input;
        let rule = NewRule {
            network: parse(&network)?,
            effect: effect.into(),
            reason,
            expires_at: expires_at.map(|time| time.0),
        };
        let rule = address_rules::put(ctx.app()?, ctx.viewer()?, rule).await?;
        Ok(SetAddressRulePayload { rule: AddressRule(rule) })
    }

    /// For admins: remove the rule of a network, on every instance within a second.
    async fn remove_address_rule(
        &self,
        ctx: &Context<'_>,
        input: RemoveAddressRuleInput,
    ) -> Result<RemoveAddressRulePayload, ApiError> {
        let rule = address_rules::remove(ctx.app()?, ctx.viewer()?, parse(&input.network)?).await?;
        Ok(RemoveAddressRulePayload { rule: AddressRule(rule) })
    }
}

fn parse(network: &str) -> Result<Network, ApiError> {
    network.parse().map_err(|error: NotANetwork| ApiError::bad_input("network", error.to_string()))
}
