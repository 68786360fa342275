//! Large accounts: of a site that holds more than a batch can reach only a part is read, and nothing of that shows.

use book::outbox::TicketAction::{self, Cancelled, Pending, Reserved};
use domain::{
    foreign::Sale,
    inbox::{Incoming, Message},
};
use entities::{category::Category, foreign_hold};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sea_orm::{EntityTrait, QueryOrder};
use tests::{TestApp, both, sites::apply, sites::sale};

use super::model::Model;

both! {
    what_is_taken_from_a_large_account_is_the_models,
    a_batch_reaches_past_what_is_read_at_first,
}

const SITES: [&str; 2] = ["there", "elsewhere"];

/// More than are read at first of an account, in each.
const HOLDS: usize = 200;
const BATCHES: usize = 8;
const BATCH: usize = 60;

fn said(action: TicketAction, quantity: i32, sender: &str, reference: Option<&str>) -> Sale {
    let sale = sale(action, 1, Category::One, quantity, Some(sender));
    Sale { reference: reference.map(str::to_owned), ..sale }
}

/// A name that a few holds share, or none.
fn reference(random: &mut StdRng) -> Option<String> {
    random.random_bool(0.7).then(|| format!("hold-{}", random.random_range(0..60)))
}

async fn hear(app: &TestApp, model: &mut Model, sales: Vec<Sale>) {
    let records: Vec<Incoming> = sales.iter().map(|sale| app.next(Message::Sale(sale.clone()))).collect();
    apply(app, &records).await;
    for sale in sales {
        model.hear(sale);
    }
}

/// What others hold, oldest first: sender, name of the hold, quantity.
async fn held(app: &TestApp) -> Vec<(String, Option<String>, i32)> {
    let rows = foreign_hold::Entity::find().order_by_asc(foreign_hold::Column::Id).all(&app.db).await;
    let rows = rows.expect("holds of other sites can be read");
    rows.into_iter().map(|hold| (hold.sender, hold.reference, hold.quantity)).collect()
}

fn of(site: &str, held: impl IntoIterator<Item = (String, Option<String>, i32)>) -> Vec<(Option<String>, i32)> {
    let of_site = held.into_iter().filter(|hold| hold.0 == site);
    of_site.map(|(_, reference, quantity)| (reference, quantity)).collect()
}

async fn what_is_taken_from_a_large_account_is_the_models(app: &TestApp) {
    app.stock(1, Category::One, 10_000).await;
    let mut model = Model::default();
    model.give(&[((1, Category::One), 10_000)]);
    let mut random = StdRng::seed_from_u64(64);
    let opened: Vec<Sale> = (0..SITES.len() * HOLDS)
        .map(|number| said(Pending, random.random_range(1..=2), SITES[number % 2], reference(&mut random).as_deref()))
        .collect();
    hear(app, &mut model, opened).await;

    for _ in 0..BATCHES {
        let batch = (0..random.random_range(1..=BATCH))
            .map(|_| {
                let action = [Pending, Reserved, Cancelled, Cancelled][random.random_range(0..4)];
                let site = SITES[random.random_range(0..2)];
                said(action, random.random_range(1..=2), site, reference(&mut random).as_deref())
            })
            .collect();
        hear(app, &mut model, batch).await;

        let (rows, expected) = (held(app).await, model.elsewhere());
        let expected: Vec<_> =
            expected.into_iter().map(|(_, sender, name, quantity)| (sender, name, quantity)).collect();
        for site in SITES {
            assert_eq!(of(site, rows.clone()), of(site, expected.clone()), "{site}");
        }
        let counts = app.counts(1, Category::One).await;
        let expected = model.counts((1, Category::One));
        assert_eq!((counts.foreign_pending, counts.available), (expected.foreign_pending, expected.available));
    }
    assert!(held(app).await.len() > HOLDS / 2, "the accounts are not large any more");
}

/// The newest holds are named while those before them are used up one by one.
async fn a_batch_reaches_past_what_is_read_at_first(app: &TestApp) {
    app.stock(1, Category::One, 10_000).await;
    let mut opened: Vec<Sale> = (0..HOLDS).map(|_| said(Pending, 1, "there", Some("old"))).collect();
    opened.extend((0..3).map(|_| said(Pending, 2, "there", Some("new"))));
    let records: Vec<Incoming> = opened.into_iter().map(|sale| app.next(Message::Sale(sale))).collect();
    apply(app, &records).await;

    let mut batch: Vec<Sale> = (0..HOLDS / 2).map(|_| said(Cancelled, 1, "there", None)).collect();
    batch.extend((0..2).map(|_| said(Cancelled, 2, "there", Some("new"))));
    batch.push(said(Reserved, 1, "there", Some("old")));
    let records: Vec<Incoming> = batch.into_iter().map(|sale| app.next(Message::Sale(sale))).collect();
    apply(app, &records).await;

    let left = of("there", held(app).await);
    assert_eq!(left.len(), HOLDS / 2 - 1 + 1);
    assert_eq!(left.last(), Some(&(Some("new".to_owned()), 2)));
}
