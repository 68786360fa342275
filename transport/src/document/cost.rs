//! Costs: what an operation may ask the schema to do, in units that the configuration gives to fields.
//!
//! A field costs its own price, plus what is selected in it times its page size; of a connection, what is selected in its
//! `nodes` and `edges` is, and all else is there once. An alias costs a unit for each KiB that it adds to the answer: it is
//! repeated for each item. Invariant: like measuring, this is linear in the document's size; run it
//! only on documents that were measured, which bounds its stack.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Pos, Positioned, Value as ConstValue, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};
use async_graphql_value::Value;

use crate::config;

/// Arguments that say how many items a list has.
const PAGE_ARGUMENTS: [&str; 2] = ["first", "last"];

/// Where the items of a page are. What else a connection has, such as `totalCount`, is there once.
const ITEMS_OF_A_PAGE: [&str; 2] = ["nodes", "edges"];

/// Bytes of aliases in an answer that cost one unit.
const ALIAS_BYTES_A_UNIT: u64 = 1024;

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

/// The field that most of an operation's cost is for.
pub(super) struct Dearest {
    /// Keys of the answer, with dots between.
    pub(super) path: String,
    pub(super) units: u64,
    pub(super) at: Pos,
}

pub(super) fn of(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    prices: &Prices,
) -> Cost {
    let mut meter = Meter::new(document, operation, variables, prices);
    let units = meter.selection_set(&operation.selection_set.node, Some(operation.ty)).times(1).in_units();

    Cost { units, depends_on_variables: meter.used_variables }
}

/// What fields come to, all the items of their lists together; sums saturate rather than overflow.
#[derive(Debug, Default, Clone, Copy)]
struct Price {
    units: u64,
    alias_bytes: u64,
}

impl Price {
    fn plus(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            alias_bytes: self.alias_bytes.saturating_add(other.alias_bytes),
        }
    }

    fn times(self, items: u64) -> Self {
        Self { units: self.units.saturating_mul(items), alias_bytes: self.alias_bytes.saturating_mul(items) }
    }

    fn in_units(self) -> u64 {
        self.units.saturating_add(self.alias_bytes / ALIAS_BYTES_A_UNIT)
    }
}

/// What a selection comes to.
#[derive(Debug, Default, Clone, Copy)]
struct Selected {
    /// Of the items of a page; none where it is not the selection of a connection.
    items: Option<Price>,
    other: Price,
}

impl Selected {
    fn plus(self, other: Self) -> Self {
        let items = match (self.items, other.items) {
            (Some(one), Some(two)) => Some(one.plus(two)),
            (one, two) => one.or(two),
        };
        Self { items, other: self.other.plus(other.other) }
    }

    fn of_field(name: &str, price: Price) -> Self {
        match is_items(name) {
            true => Self { items: Some(price), other: Price::default() },
            false => Self { items: None, other: price },
        }
    }

    /// All of it, where what it is selected of has so many items.
    fn times(self, items: u64) -> Price {
        match self.items {
            Some(price) => price.times(items).plus(self.other),
            None => self.other.times(items),
        }
    }
}

fn is_items(name: &str) -> bool {
    ITEMS_OF_A_PAGE.contains(&name)
}

/// The fields of a selection, with what each costs.
#[derive(Default)]
struct Fields<'d> {
    found: Vec<(u64, &'d Positioned<Field>)>,
    spread: HashSet<&'d str>,
}

/// The dearest field of an operation, or one below it that is most of that.
pub(super) fn dearest(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    prices: &Prices,
) -> Option<Dearest> {
    let mut meter = Meter::new(document, operation, variables, prices);
    let (mut set, mut parent) = (&operation.selection_set.node, Some(operation.ty));
    // How often the selection is there, and how many items what it is selected of has.
    let (mut times, mut items) = (1_u64, 1_u64);
    let mut dearest: Option<Dearest> = None;
    loop {
        let mut fields = Fields::default();
        meter.fields(set, parent, &mut fields);
        let is_page = fields.found.iter().any(|(_, field)| is_items(&field.node.name.node));
        let items_of = |field: &Field| if is_page && !is_items(&field.name.node) { 1 } else { items };
        let found = fields.found.into_iter().map(|(units, field)| (units.saturating_mul(items_of(&field.node)), field));
        let Some((units, field)) = found.max_by_key(|(units, _)| *units) else { return dearest };
        let units = units.saturating_mul(times);
        let path = match &dearest {
            Some(above) if units < above.units / 2 => return dearest,
            Some(above) => format!("{}.{}", above.path, field.node.response_key().node),
            None => field.node.response_key().node.to_string(),
        };
        dearest = Some(Dearest { path, units, at: field.pos });
        times = times.saturating_mul(items_of(&field.node));
        items = meter.items(&field.node);
        (set, parent) = (&field.node.selection_set.node, None);
    }
}

struct Meter<'d> {
    document: &'d ExecutableDocument,
    defaults: HashMap<&'d str, &'d ConstValue>,
    variables: &'d Variables,
    prices: &'d Prices,
    fragments: HashMap<&'d str, Selected>,
    used_variables: bool,
}

impl<'d> Meter<'d> {
    fn new(
        document: &'d ExecutableDocument,
        operation: &'d OperationDefinition,
        variables: &'d Variables,
        prices: &'d Prices,
    ) -> Self {
        let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
        let defaults =
            definitions.filter_map(|definition| Some((definition.name.node.as_str(), definition.default_value()?)));
        Self {
            document,
            defaults: defaults.collect(),
            variables,
            prices,
            fragments: HashMap::new(),
            used_variables: false,
        }
    }

    /// The fields of a selection and what each costs; those of a fragment once, however often it is spread.
    fn fields(&mut self, set: &'d SelectionSet, parent: Option<OperationType>, into: &mut Fields<'d>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => into.found.push((self.field(&field.node, parent).in_units(), field)),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| root_named(&condition.node.on.node));
                    self.fields(&fragment.node.selection_set.node, on.unwrap_or(parent), into);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let document = self.document;
                    if into.spread.insert(name.as_str())
                        && let Some(fragment) = document.fragments.get(name)
                    {
                        let on = root_named(&fragment.node.type_condition.node.on.node);
                        self.fields(&fragment.node.selection_set.node, on, into);
                    }
                }
            }
        }
    }

    fn selection_set(&mut self, set: &'d SelectionSet, parent: Option<OperationType>) -> Selected {
        set.items.iter().fold(Selected::default(), |sum, selection| sum.plus(self.selection(&selection.node, parent)))
    }

    fn field(&mut self, field: &'d Field, parent: Option<OperationType>) -> Price {
        let alias = field.alias.as_ref().map_or(0, |alias| alias.node.len());
        let own = Price {
            units: self.prices.of(&field.name.node, parent),
            alias_bytes: u64::try_from(alias).unwrap_or(u64::MAX),
        };
        let inner = &field.selection_set.node;
        if inner.items.is_empty() {
            return own;
        }
        let items = self.items(field);
        own.plus(self.selection_set(inner, None).times(items))
    }

    fn selection(&mut self, selection: &'d Selection, parent: Option<OperationType>) -> Selected {
        match selection {
            Selection::Field(field) => Selected::of_field(&field.node.name.node, self.field(&field.node, parent)),
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref().map(|condition| root_named(&condition.node.on.node));
                self.selection_set(&fragment.node.selection_set.node, on.unwrap_or(parent))
            }
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
        }
    }

    fn fragment(&mut self, name: &str) -> Selected {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Selected::default();
        };
        if let Some(&price) = self.fragments.get(name.as_str()) {
            return price;
        }

        let on = root_named(&fragment.node.type_condition.node.on.node);
        let price = self.selection_set(&fragment.node.selection_set.node, on);
        self.fragments.insert(name, price);
        price
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
