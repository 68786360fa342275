//! What a page says of a ticket, in its holder's language and at the venue's time, as far as there are fonts for it.

use chrono::{DateTime, Utc};
use domain::tickets::Pass;
use entities::money;
use localization::{matches, money::money, t, t_plain, teams, times, words::Words};

use super::text::Fonts;

/// What is printed where there is nothing to print.
pub(super) const NOTHING: &str = "–";

pub(super) struct Facts {
    pub(super) home: String,
    pub(super) away: String,
    /// The number of the match, and its group or round.
    pub(super) stage: String,
    pub(super) day: String,
    pub(super) clock: String,
    pub(super) venue: String,
    pub(super) holder: String,
    pub(super) price: String,
    /// The match and its day.
    pub(super) title: String,
    /// What tells this page from another one of the same ticket.
    pub(super) version: String,
    pub(super) foot: String,
}

impl Facts {
    pub(super) fn of(fonts: &Fonts, words: Words<'_>, site: &str, pass: &Pass) -> Self {
        let (facts, row) = (&pass.facts, &pass.ticket);
        let text = |text: &str| fonts.printable(text).unwrap_or_else(|| NOTHING.to_owned());
        let (home, away) = (text(&teams::name(&facts.home_team, words)), text(&teams::name(&facts.away_team, words)));
        let fixture = t_plain!(words, "versus-long", home = home.as_str(), away = away.as_str());
        let zone = times::zone(&pass.time_zone);
        let at = |time: DateTime<Utc>| times::at_second(time.timestamp(), &zone);
        let kick_off = at(facts.date_utc);
        let day = times::full_day(&kick_off, words);
        let issued = times::date_clock_and_offset(&at(row.issued_at), words);
        let group = facts.group_name.as_deref().and_then(|group| fonts.printable(group));
        let stage = matches::stage(group.as_deref(), i64::from(facts.round_number), words);
        let number = t!(words, "ticket-number", n = facts.match_number);
        let id = row.id.simple().to_string();

        Self {
            stage: format!("{number} · {stage}"),
            title: t_plain!(words, "ticket-title", fixture = fixture, day = day.as_str()),
            day,
            clock: times::clock_and_offset(&kick_off),
            venue: text(&matches::venue(&facts.location, words)),
            holder: holder(fonts, pass).unwrap_or_else(|| t!(words, "ticket-holder-unnamed").into_owned()),
            price: money(&money::to_decimal(row.price_minor).to_string(), money::CURRENCY, words.locale),
            version: t!(words, "ticket-version", last = &id[id.len() - 8..], version = row.version).into_owned(),
            foot: t!(words, "ticket-foot", id = row.id.to_string(), issued = issued, site = site).into_owned(),
            home,
            away,
        }
    }
}

/// A name in a script that no font has is said by the email: an empty line would name no holder.
fn holder(fonts: &Fonts, pass: &Pass) -> Option<String> {
    let name = pass.ticket.holder_name.as_deref()?;
    let email = || pass.holder_email.as_deref().and_then(|email| fonts.printable(email));
    fonts.printable(name).or_else(email)
}
