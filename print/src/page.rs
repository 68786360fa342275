//! The page: a ticket as a fan prints it, A4, one ticket a page.
//!
//! Everything that gets a fan in stands in the upper half, so that the page can be folded once and carried. What is
//! drawn is also told (PDF/UA): who listens to the page hears the match, when and where it is, and whose ticket it is.

use chrono::{DateTime, Utc};
use domain::tickets::Pass;
use entities::money;
use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, Configuration, ConfigurationBuilder},
    destination::XyzDestination,
    error::KrillaError,
    geom::Point,
    metadata::{Metadata, TextDirection},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{FillRule, Stroke},
    surface::Surface,
    tagging::TagTree,
};
use qrcode::{EcLevel, QrCode};

use super::{
    fonts::Weight,
    shapes::{circle, color, line, modules, rectangle, rounded, stroke},
    tagging::{Told, adorned},
    text::{Fonts, Style, fill},
};

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 34.0;

/// The card, and its parts.
const CARD: (f32, f32, f32, f32) = (MARGIN, MARGIN, PAGE.0 - 2.0 * MARGIN, 348.0);
const BAND: f32 = 58.0;
const INNER: f32 = 22.0;
/// The part to the right of the perforation, with the code.
const STUB: f32 = 206.0;
const QR: f32 = 158.0;

const INK: (u8, u8, u8) = (22, 28, 45);
const GREY: (u8, u8, u8) = (104, 112, 130);
const LINE: (u8, u8, u8) = (205, 210, 220);
const NIGHT: (u8, u8, u8) = (18, 38, 74);
const GRASS: (u8, u8, u8) = (16, 122, 87);
const WHITE: (u8, u8, u8) = (255, 255, 255);

/// What is printed where there is nothing to print.
const NOTHING: &str = "–";

/// What its holder has to know.
const AT_THE_GATE: [(&str, &str); 4] = [
    (
        "Show this page",
        "on paper, or on a phone with its screen at full brightness. Hold the code flat before the reader.",
    ),
    (
        "It opens the gate once.",
        "Whoever is scanned first is in; a second scan of the same code is refused. So show it to \
      nobody before, and post no picture of it.",
    ),
    ("Come in time.", "Everybody is scanned at the gate, and most come shortly before the kick-off."),
    (
        "Only the newest page counts.",
        "A ticket that is offered for resale, sold on or given back opens nothing. If you take it \
      off sale again, download it anew.",
    ),
];

/// What is not a page.
#[derive(Debug, thiserror::Error)]
pub enum Unprintable {
    #[error("the code is too long for a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    #[error("no PDF could be written: {0:?}")]
    Pdf(KrillaError),
}

/// Writes tickets as a PDF, a page each.
///
/// # Errors
/// A ticket's code fits no QR code, or no PDF could be made.
pub fn write(fonts: &Fonts, site: &str, passes: &[Pass]) -> Result<Vec<u8>, Unprintable> {
    let accessible = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let accessible = accessible.expect("PDF/UA is of the version that is written");
    match write_as(accessible, fonts, site, passes) {
        // Nobody stands at the gate without a ticket because a page says too little of itself.
        Err(Unprintable::Pdf(KrillaError::Validation(reasons))) => {
            tracing::error!(?reasons, "a ticket is printed that can't be listened to");
            write_as(Configuration::default(), fonts, site, passes)
        }
        written => written,
    }
}

fn write_as(configuration: Configuration, fonts: &Fonts, site: &str, passes: &[Pass]) -> Result<Vec<u8>, Unprintable> {
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let (mut tags, mut outline) = (TagTree::new().with_lang(Some("en".to_owned())), Outline::new());
    let site = fonts.printable(site).unwrap_or_else(|| NOTHING.to_owned());
    for (index, pass) in passes.iter().enumerate() {
        let words = Words::of(fonts, pass);
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).expect("A4 is larger than nothing");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut sheet = Sheet { surface: &mut surface, fonts, told: Told::page(index) };
        sheet.card();
        sheet.band(&site);
        sheet.what(pass, &words);
        sheet.who(pass, &words);
        sheet.code(pass, &words)?;
        sheet.fold();
        sheet.at_the_gate();
        sheet.foot(&site, pass);
        tags.push(sheet.told.end());
        surface.finish();
        page.finish();
        let name = format!("{}, ticket {}", words.title, pass.ticket.seat);
        outline.push_child(OutlineNode::new(name, XyzDestination::new(index, Point::from_xy(0.0, 0.0))));
    }
    let title = passes.first().map_or_else(|| "Tickets".to_owned(), |pass| Words::of(fonts, pass).title);
    let metadata = Metadata::new().title(title).language("en".to_owned()).creator("Matchday".to_owned());
    document.set_metadata(metadata.text_direction(TextDirection::LeftToRight));
    document.set_outline(outline);
    document.set_tag_tree(tags);
    document.finish().map_err(Unprintable::Pdf)
}

/// What a page says in words that others chose, as they can be printed.
struct Words {
    home: String,
    away: String,
    venue: String,
    holder: String,
    title: String,
}

impl Words {
    fn of(fonts: &Fonts, pass: &Pass) -> Self {
        let text = |text: &str| fonts.printable(text).unwrap_or_else(|| NOTHING.to_owned());
        let (home, away) = (text(&pass.facts.home_team), text(&pass.facts.away_team));
        // A name in a script that no font has is said by the email: an empty line would name no holder.
        let name = pass.ticket.holder_name.as_deref().and_then(|name| fonts.printable(name));
        let email = || pass.holder_email.as_deref().and_then(|email| fonts.printable(email));
        let holder = match &pass.ticket.holder_name {
            Some(_) => name.or_else(email),
            None => None,
        };
        Self {
            title: format!("{home} v {away}, {}", day(pass.facts.date_utc)),
            venue: text(&pass.facts.location),
            holder: holder.unwrap_or_else(|| "the account that bought it".to_owned()),
            home,
            away,
        }
    }
}

fn day(time: DateTime<Utc>) -> String {
    time.format("%A, %-d %B %Y").to_string()
}

struct Sheet<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'a Fonts,
    told: Told,
}

impl Sheet<'_, '_> {
    /// Writes a line whose letters stand on `y`, at most `width` wide, and says how wide it is.
    fn write(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) -> f32 {
        let line = self.fonts.line(text, width, style);
        self.told.say(self.surface, &line, (x, y));
        line.width
    }

    /// Writes a line that ends at `x`.
    fn write_to(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) {
        let line = self.fonts.line(text, width, style);
        self.told.say(self.surface, &line, (x - line.width, y));
    }

    /// Writes a line around `x`.
    fn write_around(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) {
        let line = self.fonts.line(text, width, style);
        self.told.say(self.surface, &line, (x - line.width / 2.0, y));
    }

    fn card(&mut self) {
        let (x, y, width, height) = CARD;
        adorned(self.surface, |surface| {
            surface.set_fill(Some(fill(color(WHITE))));
            surface.set_stroke(Some(stroke(LINE, 0.9, None)));
            surface.draw_path(&rounded((x, y, width, height), 12.0));
            // The perforation of the stub.
            let left = x + width - STUB;
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 1.0, Some((3.0, 4.0)))));
            surface.draw_path(&line((left, y + BAND + 8.0), (left, y + height - 8.0)));
        });
    }

    fn band(&mut self, site: &str) {
        let (x, y, width, height) = CARD;
        // Of the card's own shape only the upper part is shown, so that their corners agree.
        self.surface.push_clip_path(&rectangle((x, y, width, BAND)), &FillRule::default());
        adorned(self.surface, |surface| {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(color(NIGHT))));
            surface.draw_path(&rounded((x, y, width, height), 12.0));
            surface.set_fill(None);
            let chalk =
                Stroke { opacity: NormalizedF32::new(0.22).unwrap_or(NormalizedF32::ONE), ..stroke(WHITE, 1.2, None) };
            surface.set_stroke(Some(chalk));
            let spot = (x + width - STUB, y + BAND / 2.0);
            for radius in [24.0, 1.6] {
                surface.draw_path(&circle(spot, radius));
            }
            surface.draw_path(&line((spot.0, y), (spot.0, y + BAND)));
        });
        self.surface.pop();
        adorned(self.surface, |surface| {
            surface.set_fill(Some(fill(color(GRASS))));
            surface.set_stroke(None);
            surface.draw_path(&rectangle((x, y + BAND, width, 3.5)));
        });

        self.told.paragraph();
        let style = Style { weight: Weight::Bold, size: 19.0, color: color(WHITE) };
        self.write(site, (x + INNER, y + 37.0), width - STUB - 70.0, style);
        let style = Style { weight: Weight::Bold, size: 11.0, color: color(WHITE) };
        self.write_to("E-TICKET", (x + width - INNER, y + 34.0), 120.0, style);
    }

    /// The match: who plays, when and where.
    fn what(&mut self, pass: &Pass, words: &Words) {
        let facts = &pass.facts;
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND, CARD.2 - STUB - 2.0 * INNER);
        self.told.heading(1, &format!("{} v {}", words.home, words.away));
        let large = Style { weight: Weight::Bold, size: 27.0, color: color(INK) };
        self.write(&words.home, (left, top + 62.0), width, large);
        let small = Style { size: 17.0, color: color(GREY), ..large };
        let versus = self.write("v  ", (left, top + 94.0), width, small);
        self.write(&words.away, (left + versus, top + 94.0), width - versus, large);

        let group = facts.group_name.as_deref().and_then(|group| self.fonts.printable(group));
        let round = match group {
            Some(group) => format!("Match {} · Round {} · Group {group}", facts.match_number, facts.round_number),
            None => format!("Match {} · Round {}", facts.match_number, facts.round_number),
        };
        self.told.paragraph();
        let small = Style { weight: Weight::Regular, size: 9.5, color: color(GREY) };
        self.write(&round, (left, top + 29.0), width, small);

        self.labelled("KICK-OFF", &day(facts.date_utc), (left, top + 130.0), 172.0);
        let time = facts.date_utc.format("%H:%M UTC").to_string();
        self.labelled("TIME", &time, (left + 186.0, top + 130.0), width - 186.0);
        self.labelled("VENUE", &words.venue, (left, top + 172.0), width);
    }

    /// The ticket: whose it is, for what, and what it cost.
    fn who(&mut self, pass: &Pass, words: &Words) {
        let row = &pass.ticket;
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND + 214.0, CARD.2 - STUB - 2.0 * INNER);
        self.labelled("HOLDER", &words.holder, (left, top), width);
        let price = format!("{} {}", money::to_decimal(row.price_minor), money::CURRENCY);
        self.labelled("CATEGORY", &row.category.number().to_string(), (left, top + 42.0), 80.0);
        self.labelled("TICKET", &format!("No. {}", row.seat), (left + 92.0, top + 42.0), 84.0);
        self.labelled("PRICE", &price, (left + 186.0, top + 42.0), width - 186.0);
    }

    fn labelled(&mut self, label: &str, value: &str, (x, y): (f32, f32), width: f32) {
        self.told.paragraph();
        let style = Style { weight: Weight::Bold, size: 6.8, color: color(GRASS) };
        self.write(label, (x, y), width, style);
        let style = Style { weight: Weight::Bold, size: 12.5, color: color(INK) };
        self.write(value, (x, y + 15.5), width, style);
    }

    fn code(&mut self, pass: &Pass, words: &Words) -> Result<(), Unprintable> {
        let drawn = QrCode::with_error_correction_level(&pass.code, EcLevel::M)?;
        let (x, y) = (CARD.0 + CARD.2 - STUB + (STUB - QR) / 2.0, CARD.1 + BAND + 34.0);
        let text = format!("QR code that opens the gate once, for {}: hold it flat before the reader.", words.title);
        self.told.figure(self.surface, text, (x, y, QR, QR), |surface| {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(color((0, 0, 0)))));
            surface.draw_path(&modules(&drawn, (x, y), QR));
        });
        let around = (CARD.0 + CARD.2 - STUB / 2.0, y + QR + 22.0);
        self.told.paragraph();
        let style = Style { weight: Weight::Bold, size: 10.5, color: color(INK) };
        self.write_around("Scan at the gate", around, STUB - 20.0, style);
        self.told.paragraph();
        let style = Style { weight: Weight::Regular, size: 8.0, color: color(GREY) };
        let below = (around.0, around.1 + 15.0);
        self.write_around("Opens once. Keep it to yourself.", below, STUB - 20.0, style);
        let last = pass.ticket.id.simple().to_string();
        let below = (around.0, around.1 + 33.0);
        let name = format!("Ticket …{} · version {}", &last[last.len() - 8..], pass.ticket.version);
        self.told.paragraph();
        self.write_around(&name, below, STUB - 20.0, style);
        Ok(())
    }

    fn fold(&mut self) {
        let y = PAGE.1 / 2.0;
        let style = Style { weight: Weight::Regular, size: 7.0, color: color(GREY) };
        let words = self.fonts.line("Fold here", 80.0, style);
        adorned(self.surface, |surface| {
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 0.8, Some((6.0, 5.0)))));
            surface.draw_path(&line((0.0, y), (PAGE.0, y)));
            words.draw(surface, (PAGE.0 - MARGIN - words.width, y - 4.0));
        });
    }

    fn at_the_gate(&mut self) {
        let (left, width) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0);
        let mut y = PAGE.1 / 2.0 + 44.0;
        self.told.heading(2, "At the gate");
        let style = Style { weight: Weight::Bold, size: 16.0, color: color(NIGHT) };
        self.write("At the gate", (left, y), width, style);
        y += 32.0;
        for (number, (head, words)) in AT_THE_GATE.into_iter().enumerate() {
            adorned(self.surface, |surface| {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(color(GRASS))));
                surface.draw_path(&circle((left + 10.0, y - 3.8), 10.0));
            });
            self.told.paragraph();
            let style = Style { weight: Weight::Bold, size: 10.5, color: color(WHITE) };
            self.write_around(&(number + 1).to_string(), (left + 10.0, y), 16.0, style);
            let style = Style { weight: Weight::Bold, size: 11.5, color: color(INK) };
            self.write(head, (left + 32.0, y), width - 32.0, style);
            let style = Style { weight: Weight::Regular, size: 10.0, color: color(GREY) };
            y += 16.0;
            for line in self.fonts.lines(words, width - 40.0, style) {
                self.told.say(self.surface, &line, (left + 32.0, y));
                y += style.size * 1.45;
            }
            y += 16.0;
        }
    }

    fn foot(&mut self, site: &str, pass: &Pass) {
        let (left, width, y) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0, PAGE.1 - MARGIN);
        adorned(self.surface, |surface| {
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 0.8, None)));
            surface.draw_path(&line((left, y - 14.0), (left + width, y - 14.0)));
        });
        let issued = pass.ticket.issued_at.format("%-d %B %Y, %H:%M UTC");
        let text = format!("Ticket {} · issued {issued} · sold by {site}", pass.ticket.id);
        self.told.paragraph();
        let style = Style { weight: Weight::Regular, size: 7.5, color: color(GREY) };
        self.write(&text, (left, y), width, style);
    }
}

#[cfg(test)]
mod tests;
