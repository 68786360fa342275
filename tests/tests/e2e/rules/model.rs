//! A small model of the site, written from the words of the design and from nothing of the code.
//!
//! It keeps lists and adds them up; it has no counts to keep right.

use std::collections::{BTreeSet, HashMap};

use book::outbox::TicketAction;
use domain::{
    desk::error::{HoldError, RefundRefused},
    foreign::Sale,
};
use entities::{
    category::Category,
    reservation::{CancelReason, Status},
};

pub(crate) const CAP: i32 = 4;

/// Seconds.
pub(crate) const HOLD: i64 = 100;
pub(crate) const FOREIGN_HOLD: i64 = 250;

/// A match and a category.
pub(crate) type Place = (i32, Category);

#[derive(Debug, Default)]
pub(crate) struct Model {
    now: i64,
    given: HashMap<Place, i32>,
    claims: Vec<Claim>,
    elsewhere: Vec<Elsewhere>,
    sold_elsewhere: HashMap<Place, i32>,
    keys: HashMap<(usize, String), usize>,
    parked: Vec<Sale>,
    /// What ends could not take from holds of their names, which open with that much less.
    early: Vec<Elsewhere>,
}

#[derive(Debug)]
struct Claim {
    fan: usize,
    place: Place,
    quantity: i32,
    /// Its tickets that were given back, by their seats.
    returned: BTreeSet<usize>,
    until: i64,
    status: Status,
    reason: Option<CancelReason>,
}

#[derive(Debug)]
struct Elsewhere {
    place: Place,
    sender: Option<String>,
    reference: Option<String>,
    quantity: i32,
    until: i64,
}

/// What the row of a category must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) available: i32,
    pub(crate) held: i32,
    pub(crate) foreign_pending: i32,
    pub(crate) sold: i32,
    pub(crate) foreign_sold: i32,
    pub(crate) deficit: i32,
}

/// What a fan is told: the number of their reservation, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Claim(usize),
    No(&'static str),
}

/// The refusals that the model tells apart.
pub(crate) fn name(error: &RefundRefused) -> &'static str {
    use HoldError as E;

    match error {
        RefundRefused::NotPaid => "not paid",
        RefundRefused::Hold(E::UnknownMatch(_)) => "unknown",
        RefundRefused::Hold(E::SoldOut(..)) => "sold out",
        RefundRefused::Hold(E::TemporarilyUnavailable { .. }) => "held",
        RefundRefused::Hold(E::PurchaseLimit { .. }) => "cap",
        RefundRefused::Hold(E::KeyReused) => "key",
        RefundRefused::Hold(E::HoldExpired) => "expired",
        RefundRefused::Hold(E::AlreadyPaid) => "paid",
        RefundRefused::Hold(E::AlreadyCancelled(_)) => "cancelled",
        _ => "something else",
    }
}

impl Model {
    /// The organiser gives a match; what waited for it is applied. A second time changes nothing.
    pub(crate) fn give(&mut self, stock: &[(Place, i32)]) {
        for (place, given) in stock {
            self.given.entry(*place).or_insert(*given);
        }
        for sale in std::mem::take(&mut self.parked) {
            self.hear(sale);
        }
    }

    pub(crate) fn hold(&mut self, fan: usize, place: Place, quantity: i32, key: Option<&str>) -> Answer {
        if let Some(key) = key
            && let Some(number) = self.keys.get(&(fan, key.to_owned()))
        {
            let claim = &self.claims[*number];
            return if (claim.place, claim.quantity) == (place, quantity) {
                Answer::Claim(*number)
            } else {
                Answer::No("key")
            };
        }
        if !self.given.contains_key(&place) {
            return Answer::No("unknown");
        }
        let counts = self.counts(place);
        let sellable = counts.available - counts.held - counts.foreign_pending;
        let refused = Answer::No(if counts.available == 0 { "sold out" } else { "held" });
        if sellable <= 0 {
            return refused;
        }
        let has = self.sum(|claim| claim.fan == fan && claim.place.0 == place.0 && claim.status != Status::Cancelled);
        if has + quantity > CAP {
            return Answer::No("cap");
        }
        if sellable < quantity {
            return refused;
        }
        self.claims.push(Claim {
            fan,
            place,
            quantity,
            returned: BTreeSet::new(),
            until: self.now + HOLD,
            status: Status::Pending,
            reason: None,
        });
        let number = self.claims.len() - 1;
        if let Some(key) = key {
            self.keys.insert((fan, key.to_owned()), number);
        }
        Answer::Claim(number)
    }

    pub(crate) fn cancel(&mut self, number: usize) -> Answer {
        match self.end(number, Status::Cancelled, Some(CancelReason::User)) {
            Answer::No("cancelled") if self.claims[number].reason == Some(CancelReason::User) => Answer::Claim(number),
            answer => answer,
        }
    }

    pub(crate) fn pay(&mut self, number: usize) -> Answer {
        self.end(number, Status::Reserved, None)
    }

    /// The ticket of one seat is given back, or all that are left; what is back already stays so.
    pub(crate) fn refund(&mut self, number: usize, seat: Option<usize>) -> Answer {
        let claim = &mut self.claims[number];
        match (claim.status, claim.reason) {
            (Status::Reserved, _) => {}
            (Status::Cancelled, Some(CancelReason::Refunded)) => return Answer::Claim(number),
            (Status::Cancelled, Some(CancelReason::Expired)) => return Answer::No("expired"),
            (Status::Cancelled, _) => return Answer::No("cancelled"),
            _ => return Answer::No("not paid"),
        }
        let seats = 1..=usize::try_from(claim.quantity).expect("a claim has one or two tickets");
        match seat {
            Some(seat) => drop(claim.returned.insert(seat)),
            None => claim.returned.extend(seats.clone()),
        }
        if claim.returned.len() == seats.count() {
            claim.status = Status::Cancelled;
            claim.reason = Some(CancelReason::Refunded);
        }
        Answer::Claim(number)
    }

    /// How many tickets a claim is for.
    pub(crate) fn quantity(&self, number: usize) -> usize {
        usize::try_from(self.claims[number].quantity).expect("a claim has one or two tickets")
    }

    fn end(&mut self, number: usize, status: Status, reason: Option<CancelReason>) -> Answer {
        let now = self.now;
        let claim = &mut self.claims[number];
        match (claim.status, claim.reason) {
            (Status::Reserved, _) => return Answer::No("paid"),
            (Status::Cancelled, Some(CancelReason::Expired)) => return Answer::No("expired"),
            (Status::Cancelled, _) => return Answer::No("cancelled"),
            _ => {}
        }
        if claim.until <= now {
            claim.status = Status::Cancelled;
            claim.reason = Some(CancelReason::Expired);
            return Answer::No("expired");
        }
        claim.status = status;
        claim.reason = reason;

        Answer::Claim(number)
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += seconds;
    }

    /// Somebody looks at the clock.
    pub(crate) fn sweep(&mut self) {
        let now = self.now;
        for claim in &mut self.claims {
            if claim.status == Status::Pending && claim.until <= now {
                claim.status = Status::Cancelled;
                claim.reason = Some(CancelReason::Expired);
            }
        }
        self.elsewhere.retain(|hold| hold.until > now);
        self.early.retain(|early| early.until > now);
    }

    /// Another site says something.
    pub(crate) fn hear(&mut self, sale: Sale) {
        let place = (sale.match_number, sale.category);
        if !self.given.keys().any(|given| given.0 == place.0) {
            self.parked.push(sale);
            return;
        }
        match sale.action {
            TicketAction::Pending => self.open(place, sale),
            TicketAction::Cancelled => self.take(place, &sale),
            TicketAction::Reserved => {
                self.take(place, &sale);
                *self.sold_elsewhere.entry(place).or_default() += sale.quantity;
                self.give_way(place);
            }
        }
    }

    /// Opens a hold with what was not ended before it came.
    fn open(&mut self, place: Place, sale: Sale) {
        let Sale { sender, reference, mut quantity, .. } = sale;
        for early in &mut self.early {
            if early.place == place && early.sender == sender && early.reference == reference {
                let ended = early.quantity.min(quantity);
                early.quantity -= ended;
                quantity -= ended;
            }
        }
        self.early.retain(|early| early.quantity > 0);
        if quantity > 0 {
            let until = self.now + FOREIGN_HOLD;
            self.elsewhere.push(Elsewhere { place, sender, reference, quantity, until });
        }
    }

    /// Takes what is resolved from the hold of that name, then from the sender's oldest.
    fn take(&mut self, place: Place, sale: &Sale) {
        let of_sender = |hold: &Elsewhere| hold.place == place && hold.sender == sale.sender;
        let named = self
            .elsewhere
            .iter()
            .position(|hold| of_sender(hold) && sale.reference.is_some() && hold.reference == sale.reference);
        let by_age = (0..self.elsewhere.len()).filter(|number| of_sender(&self.elsewhere[*number]));
        let order: Vec<usize> = named.into_iter().chain(by_age).collect();
        let mut missing = sale.quantity;
        for number in order {
            let hold = &mut self.elsewhere[number];
            let part = missing.min(hold.quantity);
            hold.quantity -= part;
            missing -= part;
        }
        self.elsewhere.retain(|hold| hold.quantity > 0);
        if missing > 0 && sale.reference.is_some() {
            let (sender, reference) = (sale.sender.clone(), sale.reference.clone());
            // Kept for as long as a hold that would begin now.
            self.early.push(Elsewhere { place, sender, reference, quantity: missing, until: self.now + FOREIGN_HOLD });
        }
    }

    fn give_way(&mut self, place: Place) {
        while self.counts(place).held > self.counts(place).available {
            let newest = (self.claims.iter_mut())
                .rev()
                .find(|claim| claim.place == place && claim.status == Status::Pending)
                .expect("what is held is held by somebody");
            newest.status = Status::Cancelled;
            newest.reason = Some(CancelReason::Oversold);
        }
    }

    pub(crate) fn counts(&self, place: Place) -> Counts {
        let of = |status| self.sum(|claim| claim.place == place && claim.status == status);
        let sold = of(Status::Reserved);
        let foreign_sold = self.sold_elsewhere.get(&place).copied().unwrap_or(0);
        let left = self.given[&place] - sold - foreign_sold;
        Counts {
            available: left.max(0),
            held: of(Status::Pending),
            foreign_pending: (self.elsewhere.iter()).filter(|hold| hold.place == place).map(|hold| hold.quantity).sum(),
            sold,
            foreign_sold,
            deficit: (-left).max(0),
        }
    }

    /// What others hold, in no order: place, sender, name of the hold, quantity.
    pub(crate) fn elsewhere(&self) -> Vec<(Place, String, Option<String>, i32)> {
        let hold = |hold: &Elsewhere| {
            (hold.place, hold.sender.clone().unwrap_or_default(), hold.reference.clone(), hold.quantity)
        };
        self.elsewhere.iter().map(hold).collect()
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.given.keys().copied()
    }

    pub(crate) fn claims(&self) -> usize {
        self.claims.len()
    }

    pub(crate) fn parked(&self) -> usize {
        self.parked.len()
    }

    pub(crate) fn fan(&self, number: usize) -> usize {
        self.claims[number].fan
    }

    /// What became of a claim, and how many of its tickets were given back.
    pub(crate) fn claim(&self, number: usize) -> (Status, Option<CancelReason>, i32) {
        let claim = &self.claims[number];
        (claim.status, claim.reason, claim.quantity - claim.left())
    }

    fn sum(&self, which: impl Fn(&Claim) -> bool) -> i32 {
        (self.claims.iter()).filter(|claim| which(claim)).map(Claim::left).sum()
    }
}

impl Claim {
    fn left(&self) -> i32 {
        self.quantity - i32::try_from(self.returned.len()).expect("a claim has one or two tickets")
    }
}
