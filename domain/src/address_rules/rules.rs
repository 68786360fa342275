//! The rules in force, in memory: what they say about an address.

use std::{collections::HashMap, net::IpAddr};

use chrono::{DateTime, Utc};
use entities::address_rule::{self, Effect};

use super::network::Network;

/// The rules by their networks, found by as many look-ups as there are lengths of prefixes: at most 25 for IPv4 and 110 for
/// IPv6, however many rules there are.
#[derive(Debug, Default)]
pub struct Rules {
    by_network: HashMap<Network, (Effect, Option<DateTime<Utc>>)>,
    /// Lengths that occur, for IPv4 and for IPv6.
    lengths: [Vec<u8>; 2],
}

impl Rules {
    /// Rows whose network cannot be read are left out: they were not written by this program.
    pub fn new(rows: impl IntoIterator<Item = address_rule::Model>) -> Self {
        let mut rules = Self::default();
        for row in rows {
            let Ok(network) = row.network.parse::<Network>() else {
                tracing::error!(id = %row.id, "an address rule is skipped: its network can't be read");
                continue;
            };
            let lengths = &mut rules.lengths[usize::from(!network.is_ipv4())];
            if !lengths.contains(&network.prefix_bits()) {
                lengths.push(network.prefix_bits());
            }
            rules.by_network.insert(network, (row.effect, row.expires_at));
        }
        rules
    }

    /// What the rules say about an address. Who is let in by any rule is blocked by none.
    pub fn effect(&self, address: IpAddr, now: DateTime<Utc>) -> Option<Effect> {
        let lengths = &self.lengths[usize::from(!address.to_canonical().is_ipv4())];
        let mut blocks = None;
        for bits in lengths {
            match self.by_network.get(&Network::of(address, *bits)) {
                Some((_, Some(end))) if *end <= now => {}
                Some((Effect::Allow, _)) => return Some(Effect::Allow),
                Some((Effect::Block, _)) => blocks = Some(Effect::Block),
                None => {}
            }
        }
        blocks
    }

    pub fn len(&self) -> usize {
        self.by_network.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_network.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn rules(written: &[(&str, Effect)], expires_at: Option<DateTime<Utc>>) -> Rules {
        Rules::new(written.iter().map(|(network, effect)| address_rule::Model {
            id: Uuid::now_v7(),
            network: (*network).to_owned(),
            effect: *effect,
            reason: "a test".to_owned(),
            created_by: None,
            created_at: DateTime::UNIX_EPOCH,
            expires_at,
            source: None,
        }))
    }

    fn effect(rules: &Rules, address: &str) -> Option<Effect> {
        rules.effect(address.parse().expect("it is an address"), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_rule_is_about_the_addresses_of_its_network_and_no_other() {
        let rules = rules(&[("192.0.2.0/24", Effect::Block), ("2001:db8::/32", Effect::Block)], None);

        for inside in ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7", "2001:db8:ffff::1"] {
            assert_eq!(effect(&rules, inside), Some(Effect::Block), "{inside}");
        }
        for outside in ["192.0.3.0", "192.0.1.255", "2001:db9::1", "::1"] {
            assert_eq!(effect(&rules, outside), None, "{outside}");
        }
    }

    #[test]
    fn who_is_let_in_by_one_rule_is_blocked_by_none() {
        let narrow = rules(&[("10.0.0.0/8", Effect::Block), ("10.1.0.0/16", Effect::Allow)], None);
        let wide = rules(&[("10.0.0.0/8", Effect::Allow), ("10.1.0.0/16", Effect::Block)], None);

        assert_eq!(effect(&narrow, "10.2.0.1"), Some(Effect::Block));
        assert_eq!(effect(&narrow, "10.1.0.1"), Some(Effect::Allow));
        assert_eq!(effect(&wide, "10.1.0.1"), Some(Effect::Allow));
    }

    #[test]
    fn a_rule_ends_at_its_expiry_without_anybody_removing_it() {
        let end = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        let rules = rules(&[("192.0.2.1", Effect::Block)], Some(end));
        let address = "192.0.2.1".parse().expect("it is an address");

        assert_eq!(rules.effect(address, end - TimeDelta::milliseconds(1)), Some(Effect::Block));
        assert_eq!(rules.effect(address, end), None);
    }
}
