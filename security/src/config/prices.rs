//! Prices: what the fields of our schema cost, and how long its lists are, where the settings do not say otherwise.
//!
//! A unit is about the work of one field that is in memory already. Invariant: whatever the settings leave out has its
//! price from here, so that setting one price forgets no other.

use transport::config::Documents;

/// Work beyond what is selected below the field.
pub const FIELDS: [(&str, u64); 75] = [
    // Argon2id takes a core for tens of milliseconds: one in a document.
    ("Mutation.signUp", 10_000),
    ("Mutation.signIn", 10_000),
    ("Mutation.changePassword", 10_000),
    ("Mutation.resetPassword", 10_000),
    // The same, and a transaction that holds the locks of all matches.
    ("Mutation.deleteAccount", 10_000),
    // All that is known of an account.
    ("Mutation.exportMyData", 10_000),
    // A place in the desk's queue and a durable transaction: four in a document.
    ("Mutation.reserve", 4_000),
    ("Mutation.extendReservation", 4_000),
    ("Mutation.cancelReservation", 4_000),
    ("Mutation.orderListing", 4_000),
    ("Mutation.createListing", 4_000),
    ("Mutation.updateListing", 4_000),
    ("Mutation.withdrawListing", 4_000),
    ("Mutation.payReservation", 4_000),
    ("Mutation.createPaymentIntent", 4_000),
    ("Mutation.refundReservation", 4_000),
    ("Mutation.refreshSession", 4_000),
    ("Mutation.requestPasswordReset", 4_000),
    ("Mutation.requestEmailVerification", 4_000),
    ("Mutation.verifyEmail", 4_000),
    ("Mutation.transferTicket", 4_000),
    // A durable transaction on a row that no other request waits for; a batch is a hundred of them.
    ("Mutation.checkIn", 1_000),
    ("Mutation.checkInBatch", 10_000),
    ("Mutation.signOut", 1_000),
    // Every match is ranked; of a signed-in fan two reads come to it.
    ("Query.recommendations", 50),
    // A look at all names, and a read of the listings that are shown; what a query takes beyond that is owed when it is settled.
    ("Query.search", 150),
    ("Mutation.updateProfile", 1_000),
    ("Mutation.setPersonalisation", 1_000),
    ("Mutation.cancelTicketTransfer", 1_000),
    ("Mutation.acceptTicketTransfer", 1_000),
    ("Mutation.freezeTickets", 1_000),
    ("Mutation.unfreezeTickets", 1_000),
    ("Mutation.setAddressRule", 1_000),
    ("Mutation.removeAddressRule", 1_000),
    // A round trip to Redis, or to a provider.
    ("Mutation.solveCaptcha", 4_000),
    // A round trip to the database.
    ("Query.me", 100),
    ("Query.myReservations", 100),
    ("Query.reservation", 100),
    ("Query.myTickets", 100),
    ("Query.ticketTransfer", 100),
    ("Query.revokedTickets", 100),
    ("Query.myOrders", 100),
    ("Query.listing", 100),
    ("Query.listings", 100),
    ("Query.myListings", 100),
    ("Query.payouts", 100),
    ("Query.node", 100),
    ("Query.addressRules", 100),
    ("Query.securityEvents", 100),
    // Fifteen counts.
    ("Query.accountDeletion", 500),
    // Two digests.
    ("Query.captchaChallenge", 10),
    // Read for all of a list at once; what is read alone is owed when it is settled.
    ("Reservation.payment", 20),
    ("Reservation.tickets", 20),
    ("Reservation.listing", 20),
    // From four tables.
    ("Reservation.history", 80),
    ("Ticket.reservation", 20),
    ("Ticket.transfer", 20),
    ("Payment.refunds", 20),
    ("Payment.refundedAmount", 20),
    // A signature, and a drawing of it.
    ("Ticket.code", 5),
    ("Ticket.qr", 50),
    // Four of them, and one over all payments.
    ("Query.reconciliation", 4_000),
    ("Subscription.reservation", 100),
    ("Subscription.listingsChanged", 100),
    // As many a second.
    ("Subscription.securityEvents", 1_000),
    // Leaves of the schema's own description. GraphiQL asks for all of them, in the program's memory, once.
    ("name", 0),
    ("kind", 0),
    ("description", 0),
    ("ofType", 0),
    ("isDeprecated", 0),
    ("deprecationReason", 0),
    ("defaultValue", 0),
    ("specifiedByURL", 0),
    ("isRepeatable", 0),
    ("locations", 0),
];

/// Lengths of lists without page arguments, or where they are left out.
pub const LISTS: [(&str, u64); 36] = [
    ("matches", 100),
    ("myReservations", 100),
    ("myTickets", 100),
    ("tickets", 2),
    ("revokedTickets", 100),
    ("checkIns", 100),
    ("myOrders", 100),
    ("listings", 100),
    ("recommendations", 10),
    ("becauseOf", 3),
    ("search", 20),
    ("highlights", 3),
    ("pieces", 5),
    ("facets", 8),
    ("values", 20),
    ("myListings", 100),
    ("payouts", 100),
    ("addressRules", 100),
    ("securityEvents", 100),
    ("categories", 3),
    ("buckets", 4),
    ("history", 12),
    // Kinds.
    ("obstacles", 7),
    ("kept", 8),
    ("locales", 10),
    ("payments", 1),
    ("testCards", 20),
    // A ticket each.
    ("refunds", 2),
    // As long as it gets would cost more than a request may ask for; it is empty while all is well.
    ("reconciliation", 100),
    // The schema's own description.
    ("types", 50),
    ("fields", 10),
    ("args", 2),
    ("inputFields", 5),
    ("enumValues", 5),
    ("possibleTypes", 3),
    ("directives", 6),
];

/// Gives everything its price that has none yet.
pub fn complete(documents: &mut Documents) {
    for (field, price) in FIELDS {
        documents.field_costs.entry(field.to_owned()).or_insert(price);
    }
    for (field, length) in LISTS {
        documents.list_sizes.entry(field.to_owned()).or_insert(length);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use async_graphql::{
        Positioned,
        parser::{
            parse_query, parse_schema,
            types::{Selection, SelectionSet, TypeKind, TypeSystemDefinition},
        },
    };
    use futures_util::FutureExt;
    use transport::document::{Documents, RawRequest};

    use super::*;

    fn priced() -> transport::config::Documents {
        let mut documents = transport::config::Documents::default();
        complete(&mut documents);
        documents
    }

    fn cost(text: &str) -> Result<u64, String> {
        cost_of(RawRequest::new(text))
    }

    fn cost_of(request: RawRequest) -> Result<u64, String> {
        let documents = Documents::new(priced()).expect("no manifest is configured");
        let prepared = documents.prepare(request).now_or_never().expect("nothing is waited for");
        prepared.map(|operation| operation.cost()).map_err(|rejection| rejection.message)
    }

    /// A mutation that does the same many times over.
    fn flood(count: usize, call: &str) -> String {
        let calls: Vec<String> = (0..count).map(|number| format!("a{number}: {call}")).collect();
        format!("mutation {{ {} }}", calls.join(" "))
    }

    const RESERVE: &str = "reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } }";
    const SIGN_IN: &str = r#"signIn(input: {email: "a@example.com", password: "correct horse"}) { accessToken }"#;

    const EVERYTHING: &str = "query($first: Int) { matches(first: $first) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount edges { cursor node { ...all } }
        nodes { ...all } } }
      fragment all on Match { id matchNumber roundNumber dateUtc location homeTeam awayTeam group version
        categories { category price { amount currency } available pending sellable status } }";

    #[test]
    fn a_page_of_everything_about_matches_is_within_the_budget() {
        let bare = cost("{ matches { nodes { id } } }").expect("it is within");
        assert_eq!(bare, 1 + 100 * 2, "a page that is not bounded is as long as pages get");

        let everything = cost(EVERYTHING).expect("it is within");
        assert!((5_000..20_000).contains(&everything), "{everything}");
        let again: String = (0..5).map(|number| format!("a{number}: matches {{ nodes {{ ...all }} }} ")).collect();
        let refused =
            cost(&EVERYTHING.replace("{ matches", &format!("{{ {again} matches"))).expect_err("it is a flood");
        assert!(refused.contains("limit of cost"), "{refused}");
    }

    #[test]
    fn floods_of_what_is_dear_are_refused_and_a_few_of_it_are_not() {
        for (call, allowed) in [(RESERVE, 4), (SIGN_IN, 1)] {
            assert!(cost(&flood(allowed, call)).is_ok(), "{allowed} times {call}");
            let refused = cost(&flood(allowed + 1, call)).expect_err("it is a flood");
            assert!(refused.contains("limit of cost"), "{refused}");
        }
    }

    #[test]
    fn graphiql_may_ask_for_the_schema_and_nobody_may_ask_for_it_in_circles() {
        let introspection = include_str!("../../../transport/src/document/tests/introspection.graphql");
        cost(introspection).expect("it is within");

        let circle = |inner: &str| format!("{{ __schema {{ types {{ fields {{ type {{ {inner} }} }} }} }} }}");
        assert!(cost(&circle("name")).is_ok());
        assert!(cost(&circle("fields { type { fields { type { name } } } }")).is_err());
    }

    #[test]
    fn every_example_of_graphiql_is_within_the_budget() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/graphiql/src/examples");
        let files = fs::read_dir(folder).expect("the examples are there");
        let mut seen = 0;
        for file in files {
            let file = file.expect("it can be listed").path();
            let text = fs::read_to_string(&file).expect("it is text");
            let mut rest = &*text;
            while let Some((line, after)) = rest.split_once('\n') {
                // Its variables stand before its selection, on lines of their own where they are many.
                let (begins, head) = (operation_name(line), rest.split('{').next().unwrap_or_default());
                rest = after;
                let Some(name) = begins else { continue };
                let variables = head.split('$').skip(1).filter_map(|rest| rest.split(':').next());
                let values = variables.map(|variable| (async_graphql::Name::new(variable), 1.into()));
                let mut request = RawRequest { operation_name: Some(name.to_owned()), ..RawRequest::new(&*text) };
                request.variables =
                    async_graphql::Variables::from_value(async_graphql::Value::Object(values.collect()));

                assert_eq!(cost_of(request).err(), None, "{name} of {}", file.display());
                seen += 1;
            }
        }
        assert!(seen >= 8, "{seen}");
    }

    /// The name in a line such as `mutation Reserve($input: ReserveInput!) {`.
    fn operation_name(line: &str) -> Option<&str> {
        let (kind, rest) = line.split_once(' ')?;
        let is_operation = ["query", "mutation", "subscription"].contains(&kind);
        is_operation.then(|| rest.split(|end: char| !end.is_ascii_alphanumeric()).next())?
    }

    /// Root fields that cost no more than what is selected below them: what they show is in memory.
    const FREE: [&str; 6] =
        ["Query.match", "Query.matches", "Query.site", "Query.now", "Query.rateLimit", "Subscription.availability"];

    /// What gives a list in pages: its length is that of the field that leads to it.
    const IN_PAGES: [&str; 2] = ["nodes", "edges"];

    /// A field of the contract.
    struct Listed {
        of: String,
        name: String,
        ty: String,
        takes_first: bool,
    }

    impl Listed {
        fn is_list(&self) -> bool {
            self.ty.starts_with('[')
        }

        fn is_connection(&self) -> bool {
            self.ty.ends_with("Connection!")
        }

        fn is_at_a_root(&self) -> bool {
            ["Query", "Mutation", "Subscription"].contains(&self.of.as_str())
        }
    }

    /// The fields of the contract's objects.
    fn contract() -> Vec<Listed> {
        let document = parse_schema(schema::sdl()).expect("the schema describes itself in its own language");
        let mut found = Vec::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = definition.node.kind else { continue };
            found.extend(object.fields.into_iter().map(|Positioned { node, .. }| Listed {
                of: definition.node.name.node.to_string(),
                name: node.name.node.to_string(),
                ty: node.ty.to_string(),
                takes_first: node.arguments.iter().any(|argument| argument.node.name.node == "first"),
            }));
        }
        found
    }

    /// Names of the fields that `GraphiQL` asks the schema for.
    fn introspected() -> BTreeSet<String> {
        let text = include_str!("../../../transport/src/document/tests/introspection.graphql");
        let document = parse_query(text).expect("the query is well formed");
        let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
        let mut waiting: Vec<&SelectionSet> = operations.chain(fragments).collect();
        let mut names = BTreeSet::new();
        while let Some(set) = waiting.pop() {
            for selection in &set.items {
                if let Selection::Field(Positioned { node: field, .. }) = &selection.node {
                    names.insert(field.name.node.to_string());
                    waiting.push(&field.selection_set.node);
                }
            }
        }
        names
    }

    #[test]
    fn every_field_at_a_root_has_a_price_or_is_free() {
        let roots = contract().into_iter().filter(Listed::is_at_a_root);
        let roots: BTreeSet<String> = roots.map(|field| format!("{}.{}", field.of, field.name)).collect();

        let is_at_a_root = |name: &&str| roots.iter().any(|root| root.split('.').next() == name.split('.').next());
        let priced = FIELDS.iter().map(|(name, _)| *name).filter(is_at_a_root);
        let listed: Vec<String> = priced.chain(FREE).map(str::to_owned).collect();
        let known: BTreeSet<String> = listed.iter().cloned().collect();

        assert_eq!(known, roots, "on the left what has a price or is free, on the right what there is");
        assert_eq!(known.len(), listed.len(), "nothing is both");
    }

    #[test]
    fn every_list_has_a_length_or_pages() {
        let has_length = |field: &Listed| LISTS.iter().any(|(name, _)| *name == field.name);
        let mut endless = Vec::new();
        for field in contract() {
            let is_bounded = match field.is_connection() {
                true => field.takes_first && has_length(&field),
                false => has_length(&field) || field.takes_first || IN_PAGES.contains(&field.name.as_str()),
            };
            if (field.is_list() || field.is_connection()) && !is_bounded {
                endless.push(format!("{}.{}", field.of, field.name));
            }
            let is_in_pages = field.is_list() && IN_PAGES.contains(&field.name.as_str());
            assert!(!is_in_pages || field.of.ends_with("Connection"), "{} is no page", field.of);
        }

        assert_eq!(endless, [""; 0], "nobody knows how long these get");
    }

    #[test]
    fn prices_are_of_fields_that_are_there() {
        let (contract, introspected) = (contract(), introspected());
        let is_there = |name: &str| match name.split_once('.') {
            Some((of, name)) => contract.iter().any(|field| field.of == of && field.name == name),
            None => introspected.contains(name),
        };
        for (name, _) in FIELDS {
            assert!(is_there(name), "there is no {name}");
        }
        for (name, _) in LISTS {
            let is_of = |field: &Listed| field.name == name && (field.is_list() || field.is_connection());
            assert!(contract.iter().any(is_of) || introspected.contains(name), "there is no list {name}");
        }
    }
}
