//! Rules about addresses.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::address_rules::{
    self, NewRule,
    network::{Network, NotANetwork},
};
use entities::address_rule;

use crate::{
    connections::connection,
    context::InContext,
    error::ApiError,
    ids::NodeId,
    pagination::{self, NetworkCursor},
    time::DateTime,
};

/// What a rule does with requests from its network.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "address_rule::Effect")]
pub enum AddressRuleEffect {
    /// Requests are refused with the code `BLOCKED`, and open connections end.
    Block,
    /// No other rule blocks the network, and its requests are not judged by signs of a bot.
    Allow,
}

/// What holds for the addresses of one network.
pub struct AddressRule(address_rule::Model);

/// A rule for the addresses of one network.
#[Object]
impl AddressRule {
    /// The network, such as `192.0.2.0/24` or `2001:db8::/32`; a single address ends in `/32` or `/128`.
    async fn network(&self) -> &str {
        &self.0.network
    }

    /// What the rule does with requests from the network.
    async fn effect(&self) -> AddressRuleEffect {
        self.0.effect.into()
    }

    /// Why the rule was made, for other admins.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The user who made the rule; null if it was imported from a list.
    async fn created_by(&self) -> Option<ID> {
        self.0.created_by.map(|id| NodeId::User(id).into())
    }

    /// The name of the list that the rule was imported from; null if a user made it.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// When the rule was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When the rule ends by itself; null if it stays until it is removed.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(Into::into)
    }
}

/// A network, and what its rule does.
#[derive(InputObject)]
pub struct SetAddressRuleInput {
    /// A network such as "192.0.2.0/24", or a single address. The prefix has at least 8 bits for IPv4 or 19 for IPv6.
    network: String,
    /// What the rule does with requests from the network.
    effect: AddressRuleEffect,
    /// The reason, shown to other admins, 1 to 500 characters.
    reason: String,
    /// When the rule ends by itself; it stays until it is removed if left out.
    expires_at: Option<DateTime>,
}

/// The network whose rule is to be removed.
#[derive(InputObject)]
pub struct RemoveAddressRuleInput {
    /// The network or address, as `addressRules` shows it.
    network: String,
}

/// The result of `setAddressRule`.
#[derive(SimpleObject)]
pub struct SetAddressRulePayload {
    /// The rule that is in force now.
    rule: AddressRule,
}

/// The result of `removeAddressRule`.
#[derive(SimpleObject)]
pub struct RemoveAddressRulePayload {
    /// The removed rule.
    rule: AddressRule,
}

connection!(AddressRuleConnection, AddressRuleEdge, AddressRule, "rule", "rules");

#[derive(Default)]
pub struct AddressRuleQuery;

#[Object]
impl AddressRuleQuery {
    /// The rules for networks, in the order of the networks, at most 100 a page. For admins.
    async fn address_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return, 0 to 100; 100 by default.")] first: Option<i32>,
        #[graphql(desc = "The cursor after which the page begins.")] after: Option<String>,
    ) -> Result<AddressRuleConnection, ApiError> {
        let viewer = ctx.viewer()?;
        let after = pagination::cursor::<NetworkCursor>("after", after.as_deref())?.map(|cursor| cursor.0);
        let limit = pagination::size("first", first)?;
        let page = address_rules::page(ctx.app()?, viewer, after.as_deref(), limit).await?;

        let items = page.items.into_iter().map(|row| (NetworkCursor(row.network.clone()), AddressRule(row)));
        Ok(AddressRuleConnection::new(after.is_some(), page.more, items))
    }
}

#[derive(Default)]
pub struct AddressRuleMutation;

#[Object]
impl AddressRuleMutation {
    /// Block a network or always allow it, on every instance within a second. For admins. Replaces the rule that the
    /// network has.
    async fn set_address_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The network, and what the rule does.")] input: SetAddressRuleInput,
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

    /// Remove the rule of a network, on every instance within a second. For admins.
    async fn remove_address_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The network whose rule is to be removed.")] input: RemoveAddressRuleInput,
    ) -> Result<RemoveAddressRulePayload, ApiError> {
        let rule = address_rules::remove(ctx.app()?, ctx.viewer()?, parse(&input.network)?).await?;
        Ok(RemoveAddressRulePayload { rule: AddressRule(rule) })
    }
}

fn parse(network: &str) -> Result<Network, ApiError> {
    network.parse().map_err(|error: NotANetwork| ApiError::bad_input("network", error.to_string()))
}
