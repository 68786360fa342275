//! Costs: what an operation may ask the schema to do, in units that the configuration gives to fields.
//!
//! A field costs its own price, plus what is selected in it times its page size. Invariant: like a survey, this is
//! linear in the document's size; run it only on documents that a survey let through, which bounds its stack.

use std::collections::HashMap;

use async_graphql::{
    Value as ConstValue, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};
use async_graphql_value::Value;

use crate::config;

/// Arguments that say how many items a list has.
const PAGE_ARGUMENTS: [&str; 2] = ["first", "last"];

/// The prices of fields, sorted for the look-up.
pub(super) struct Prices {
    by_name: HashMap<String, u64>,
    by_root: [HashMap<String, u64>; 3],
    default: u64,
    list_sizes: HashMap<String, u64>,
    default_page_size: u64,
}

impl Prices {
    pub(super) fn new(limits: &config::Documents) -> Self {
        let mut prices = Self {
            by_name: HashMap::new(),
            by_root: Default::default(),
            default: limits.default_field_cost,
            list_sizes: limits.list_sizes.clone(),
            default_page_size: limits.default_page_size,
        };
        for (field, &cost) in &limits.field_costs {
            match field.split_once('.').map(|(on, name)| (root_named(on), name)) {
                Some((Some(root), name)) => prices.by_root[index(root)].insert(name.to_owned(), cost),
                Some((None, name)) => prices.by_name.insert(name.to_owned(), cost),
                None => prices.by_name.insert(field.clone(), cost),
            };
        }
        prices
    }

    fn of(&self, field: &str, parent: Option<OperationType>) -> u64 {
        let at_root = parent.and_then(|root| self.by_root[index(root)].get(field));
        at_root.or_else(|| self.by_name.get(field)).copied().unwrap_or(self.default)
    }
}

/// An operation's cost, and whether it would be another with other variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) units: u64,
    pub(super) depends_on_variables: bool,
}

pub(super) fn of(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    prices: &Prices,
) -> Cost {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let defaults =
        definitions.filter_map(|definition| Some((definition.name.node.as_str(), definition.default_value()?)));
    let mut meter = Meter {
        document,
        defaults: defaults.collect(),
        variables,
        prices,
        fragments: HashMap::new(),
        used_variables: false,
    };
    let units = meter.selection_set(&operation.selection_set.node, Some(operation.ty));

    Cost { units, depends_on_variables: meter.used_variables }
}

struct Meter<'d> {
    document: &'d ExecutableDocument,
    defaults: HashMap<&'d str, &'d ConstValue>,
    variables: &'d Variables,
    prices: &'d Prices,
    fragments: HashMap<&'d str, u64>,
    used_variables: bool,
}

impl<'d> Meter<'d> {
    fn selection_set(&mut self, set: &'d SelectionSet, parent: Option<OperationType>) -> u64 {
        set.items.iter().fold(0, |sum: u64, selection| sum.saturating_add(self.selection(&selection.node, parent)))
    }

    fn selection(&mut self, selection: &'d Selection, parent: Option<OperationType>) -> u64 {
        match selection {
            Selection::Field(field) => {
                let own = self.prices.of(&field.node.name.node, parent);
                let inner = &field.node.selection_set.node;
                if inner.items.is_empty() {
                    return own;
                }
                let items = self.items(&field.node);
                own.saturating_add(self.selection_set(inner, None).saturating_mul(items))
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref().map(|condition| root_named(&condition.node.on.node));
                self.selection_set(&fragment.node.selection_set.node, on.unwrap_or(parent))
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
        }
    }

    fn fragment(&mut self, name: &str) -> u64 {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return 0;
        };
        if let Some(&units) = self.fragments.get(name.as_str()) {
            return units;
        }

        let on = root_named(&fragment.node.type_condition.node.on.node);
        let units = self.selection_set(&fragment.node.selection_set.node, on);
        self.fragments.insert(name, units);
        units
    }

    /// How many items a field may have: the larger of its page arguments, or the length configured for its name.
    fn items(&mut self, field: &'d Field) -> u64 {
        let mut asked = None;
        for name in PAGE_ARGUMENTS {
            if let Some(size) = field.get_argument(name).and_then(|value| self.page_size(&value.node)) {
                asked = asked.max(Some(size));
            }
        }

        asked.unwrap_or_else(|| self.prices.list_sizes.get(field.name.node.as_str()).copied().unwrap_or(1))
    }

    /// `None` where the argument is null, which is as good as absent.
    fn page_size(&mut self, value: &Value) -> Option<u64> {
        let default = self.prices.default_page_size;
        match value {
            Value::Null => None,
            Value::Number(number) => Some(whole(number).unwrap_or(default)),
            Value::Variable(name) => {
                self.used_variables = true;
                match self.variables.get(name).or_else(|| self.defaults.get(name.as_str()).copied()) {
                    Some(ConstValue::Null) => None,
                    Some(ConstValue::Number(number)) => Some(whole(number).unwrap_or(default)),
                    Some(_) | None => Some(default),
                }
            }
            _ => Some(default),
        }
    }
}

/// A negative page size selects nothing: the resolver will refuse it.
fn whole(number: &async_graphql::Number) -> Option<u64> {
    number.as_u64().or_else(|| number.as_i64().map(|_| 0))
}

fn root_named(name: &str) -> Option<OperationType> {
    match name {
        "Query" => Some(OperationType::Query),
        "Mutation" => Some(OperationType::Mutation),
        "Subscription" => Some(OperationType::Subscription),
        _ => None,
    }
}

fn index(root: OperationType) -> usize {
    match root {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }
}
