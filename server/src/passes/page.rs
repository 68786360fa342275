//! The page: a ticket as a fan prints it, A4, one ticket a page.
//!
//! Everything that gets somebody in stands in the upper half, so that the page can be folded once and carried.

use chrono::{DateTime, Utc};
use domain::tickets::Pass;
use entities::money;
use krilla::{
    Document,
    color::rgb,
    error::KrillaError,
    geom::{Path, PathBuilder, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::{FillRule, Stroke, StrokeDash},
    surface::Surface,
};
use qrcode::{Color, EcLevel, QrCode};

use super::text::{Fonts, Style, Weight, fill};

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

/// How far a curve's handles stand from its ends, for a quarter of a circle of radius 1.
const CURVE: f32 = 0.552_285;

const INK: (u8, u8, u8) = (22, 28, 45);
const GREY: (u8, u8, u8) = (104, 112, 130);
const LINE: (u8, u8, u8) = (205, 210, 220);
const NIGHT: (u8, u8, u8) = (18, 38, 74);
const GRASS: (u8, u8, u8) = (16, 122, 87);
const WHITE: (u8, u8, u8) = (255, 255, 255);

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
pub(super) enum Unprintable {
    #[error("the code is too long for a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    #[error("no PDF could be written: {0:?}")]
    Pdf(KrillaError),
}

/// Writes tickets as a PDF, a page each.
pub(super) fn write(fonts: &Fonts, site: &str, passes: &[Pass]) -> Result<Vec<u8>, Unprintable> {
    let mut document = Document::new();
    for pass in passes {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).expect("A4 is larger than nothing");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut sheet = Sheet { surface: &mut surface, fonts };
        sheet.card();
        sheet.band(site);
        sheet.what(pass);
        sheet.who(pass);
        sheet.code(pass)?;
        sheet.fold();
        sheet.at_the_gate();
        sheet.foot(site, pass);
        surface.finish();
        page.finish();
    }
    let title = passes.first().map_or_else(|| "Tickets".to_owned(), title);
    document.set_metadata(Metadata::new().title(title).language("en".to_owned()).creator("Matchday".to_owned()));
    document.finish().map_err(Unprintable::Pdf)
}

fn title(pass: &Pass) -> String {
    format!("{} v {}, {}", pass.facts.home_team, pass.facts.away_team, day(pass.facts.date_utc))
}

fn day(time: DateTime<Utc>) -> String {
    time.format("%A, %-d %B %Y").to_string()
}

struct Sheet<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'a Fonts,
}

impl Sheet<'_, '_> {
    fn card(&mut self) {
        let (x, y, width, height) = CARD;
        self.surface.set_fill(Some(fill(color(WHITE))));
        self.surface.set_stroke(Some(stroke(LINE, 0.9, None)));
        self.surface.draw_path(&rounded((x, y, width, height), 12.0));
        // The perforation of the stub.
        let left = x + width - STUB;
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke(LINE, 1.0, Some((3.0, 4.0)))));
        self.surface.draw_path(&line((left, y + BAND + 8.0), (left, y + height - 8.0)));
    }

    fn band(&mut self, site: &str) {
        let (x, y, width, height) = CARD;
        // Of the card's own shape only the upper part is shown, so that their corners agree.
        self.surface.push_clip_path(&rectangle((x, y, width, BAND)), &FillRule::default());
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(color(NIGHT))));
        self.surface.draw_path(&rounded((x, y, width, height), 12.0));
        self.surface.set_fill(None);
        let chalk =
            Stroke { opacity: NormalizedF32::new(0.22).unwrap_or(NormalizedF32::ONE), ..stroke(WHITE, 1.2, None) };
        self.surface.set_stroke(Some(chalk));
        let spot = (x + width - STUB, y + BAND / 2.0);
        for radius in [24.0, 1.6] {
            self.surface.draw_path(&circle(spot, radius));
        }
        self.surface.draw_path(&line((spot.0, y), (spot.0, y + BAND)));
        self.surface.pop();
        self.surface.set_fill(Some(fill(color(GRASS))));
        self.surface.set_stroke(None);
        self.surface.draw_path(&rectangle((x, y + BAND, width, 3.5)));

        let style = Style { weight: Weight::Bold, size: 19.0, color: color(WHITE) };
        self.fonts.write(self.surface, site, (x + INNER, y + 37.0), width - STUB - 70.0, style);
        let style = Style { weight: Weight::Bold, size: 11.0, color: color(WHITE) };
        self.fonts.write_to(self.surface, "E-TICKET", (x + width - INNER, y + 34.0), 120.0, style);
    }

    /// The match: who plays, when and where.
    fn what(&mut self, pass: &Pass) {
        let facts = &pass.facts;
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND, CARD.2 - STUB - 2.0 * INNER);
        let round = match &facts.group_name {
            Some(group) => format!("Match {} · Round {} · Group {group}", facts.match_number, facts.round_number),
            None => format!("Match {} · Round {}", facts.match_number, facts.round_number),
        };
        let small = Style { weight: Weight::Regular, size: 9.5, color: color(GREY) };
        self.fonts.write(self.surface, &round, (left, top + 29.0), width, small);
        let large = Style { weight: Weight::Bold, size: 27.0, color: color(INK) };
        self.fonts.write(self.surface, &facts.home_team, (left, top + 62.0), width, large);
        let versus = self.fonts.write(
            self.surface,
            "v  ",
            (left, top + 94.0),
            width,
            Style { size: 17.0, color: color(GREY), ..large },
        );
        self.fonts.write(self.surface, &facts.away_team, (left + versus, top + 94.0), width - versus, large);

        self.labelled("KICK-OFF", &day(facts.date_utc), (left, top + 130.0), 172.0);
        let time = facts.date_utc.format("%H:%M UTC").to_string();
        self.labelled("TIME", &time, (left + 186.0, top + 130.0), width - 186.0);
        self.labelled("VENUE", &facts.location, (left, top + 172.0), width);
    }

    /// The ticket: whose it is, for what, and what it cost.
    fn who(&mut self, pass: &Pass) {
        let row = &pass.ticket;
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND + 214.0, CARD.2 - STUB - 2.0 * INNER);
        let holder = row.holder_name.as_deref().unwrap_or("the account that bought it");
        self.labelled("HOLDER", holder, (left, top), width);
        let price = format!("{} {}", money::to_decimal(row.price_minor), money::CURRENCY);
        self.labelled("CATEGORY", &row.category.number().to_string(), (left, top + 42.0), 80.0);
        self.labelled("TICKET", &format!("No. {}", row.seat), (left + 92.0, top + 42.0), 84.0);
        self.labelled("PRICE", &price, (left + 186.0, top + 42.0), width - 186.0);
    }

    fn labelled(&mut self, label: &str, value: &str, (x, y): (f32, f32), width: f32) {
        let style = Style { weight: Weight::Bold, size: 6.8, color: color(GRASS) };
        self.fonts.write(self.surface, label, (x, y), width, style);
        let style = Style { weight: Weight::Bold, size: 12.5, color: color(INK) };
        self.fonts.write(self.surface, value, (x, y + 15.5), width, style);
    }

    fn code(&mut self, pass: &Pass) -> Result<(), Unprintable> {
        let drawn = QrCode::with_error_correction_level(&pass.code, EcLevel::M)?;
        let (x, y) = (CARD.0 + CARD.2 - STUB + (STUB - QR) / 2.0, CARD.1 + BAND + 34.0);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(color((0, 0, 0)))));
        self.surface.draw_path(&modules(&drawn, (x, y)));
        let around = (CARD.0 + CARD.2 - STUB / 2.0, y + QR + 22.0);
        let style = Style { weight: Weight::Bold, size: 10.5, color: color(INK) };
        self.fonts.write_around(self.surface, "Scan at the gate", around, STUB - 20.0, style);
        let style = Style { weight: Weight::Regular, size: 8.0, color: color(GREY) };
        let below = (around.0, around.1 + 15.0);
        self.fonts.write_around(self.surface, "Opens once. Keep it to yourself.", below, STUB - 20.0, style);
        let last = pass.ticket.id.simple().to_string();
        let below = (around.0, around.1 + 33.0);
        let name = format!("Ticket …{} · version {}", &last[last.len() - 8..], pass.ticket.version);
        self.fonts.write_around(self.surface, &name, below, STUB - 20.0, style);
        Ok(())
    }

    fn fold(&mut self) {
        let y = PAGE.1 / 2.0;
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke(LINE, 0.8, Some((6.0, 5.0)))));
        self.surface.draw_path(&line((0.0, y), (PAGE.0, y)));
        let style = Style { weight: Weight::Regular, size: 7.0, color: color(GREY) };
        self.fonts.write_to(self.surface, "Fold here", (PAGE.0 - MARGIN, y - 4.0), 80.0, style);
    }

    fn at_the_gate(&mut self) {
        let (left, width) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0);
        let mut y = PAGE.1 / 2.0 + 44.0;
        let style = Style { weight: Weight::Bold, size: 16.0, color: color(NIGHT) };
        self.fonts.write(self.surface, "At the gate", (left, y), width, style);
        y += 32.0;
        for (number, (head, words)) in AT_THE_GATE.into_iter().enumerate() {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(fill(color(GRASS))));
            self.surface.draw_path(&circle((left + 10.0, y - 3.8), 10.0));
            let style = Style { weight: Weight::Bold, size: 10.5, color: color(WHITE) };
            self.fonts.write_around(self.surface, &(number + 1).to_string(), (left + 10.0, y), 16.0, style);
            let style = Style { weight: Weight::Bold, size: 11.5, color: color(INK) };
            self.fonts.write(self.surface, head, (left + 32.0, y), width - 32.0, style);
            let style = Style { weight: Weight::Regular, size: 10.0, color: color(GREY) };
            y = self.fonts.write_words(self.surface, words, (left + 32.0, y + 16.0), width - 40.0, style) + 16.0;
        }
    }

    fn foot(&mut self, site: &str, pass: &Pass) {
        let (left, width, y) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0, PAGE.1 - MARGIN);
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke(LINE, 0.8, None)));
        self.surface.draw_path(&line((left, y - 14.0), (left + width, y - 14.0)));
        let issued = pass.ticket.issued_at.format("%-d %B %Y, %H:%M UTC");
        let text = format!("Ticket {} · issued {issued} · sold by {site}", pass.ticket.id);
        let style = Style { weight: Weight::Regular, size: 7.5, color: color(GREY) };
        self.fonts.write(self.surface, &text, (left, y), width, style);
    }
}

/// The dark modules of a QR code, those in a row as one, for between two a printer could leave a line.
fn modules(drawn: &QrCode, (x, y): (f32, f32)) -> Path {
    let (colors, width) = (drawn.to_colors(), drawn.width());
    let side = QR / in_points(width);
    let mut path = PathBuilder::new();
    for (down, row) in colors.chunks(width).enumerate() {
        let mut across = 0;
        for part in row.chunk_by(|one, next| one == next) {
            if part[0] == Color::Dark {
                let (left, top) = (x + in_points(across) * side, y + in_points(down) * side);
                // A hair taller than a module, so that it meets the one below.
                if let Some(rect) = Rect::from_xywh(left, top, in_points(part.len()) * side, side * 1.02) {
                    path.push_rect(rect);
                }
            }
            across += part.len();
        }
    }
    path.finish().expect("a QR code has dark modules")
}

/// A number of modules, which is below 200.
fn in_points(modules: usize) -> f32 {
    f32::from(u16::try_from(modules).unwrap_or(u16::MAX))
}

fn color((red, green, blue): (u8, u8, u8)) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn stroke(ink: (u8, u8, u8), width: f32, dash: Option<(f32, f32)>) -> Stroke {
    let dash = dash.map(|(on, off)| StrokeDash { array: vec![on, off], offset: 0.0 });
    Stroke { paint: color(ink).into(), width, dash, ..Stroke::default() }
}

fn line(from: (f32, f32), to: (f32, f32)) -> Path {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish().expect("two points make a line")
}

fn rectangle((x, y, width, height): (f32, f32, f32, f32)) -> Path {
    rounded((x, y, width, height), 0.0)
}

fn circle((x, y): (f32, f32), radius: f32) -> Path {
    rounded((x - radius, y - radius, 2.0 * radius, 2.0 * radius), radius)
}

fn rounded((x, y, width, height): (f32, f32, f32, f32), radius: f32) -> Path {
    let (right, bottom, handle) = (x + width, y + height, radius * (1.0 - CURVE));
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.cubic_to(right - handle, y, right, y + handle, right, y + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - handle, right - handle, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.cubic_to(x + handle, bottom, x, bottom - handle, x, bottom - radius);
    path.line_to(x, y + radius);
    path.cubic_to(x, y + handle, x + handle, y, x + radius, y);
    path.close();
    path.finish().expect("its corners are points")
}

#[cfg(test)]
mod tests {
    use entities::{
        category::Category,
        matches,
        ticket::{self, Status},
    };
    use uuid::Uuid;

    use super::*;

    fn pass(holder: Option<&str>, home: &str) -> Pass {
        let at = DateTime::from_timestamp(1_668_960_000, 0).expect("it is a time");
        Pass {
            ticket: ticket::Model {
                id: Uuid::nil(),
                reservation_id: Uuid::nil(),
                seat: 1,
                user_id: Uuid::nil(),
                match_number: 1,
                category: Category::One,
                price_minor: 7_500,
                status: Status::Valid,
                version: 1,
                holder_name: holder.map(str::to_owned),
                origin_id: None,
                issued_at: at,
                changed_at: at,
                used_at: None,
                used_by: None,
                used_nonce: None,
            },
            code: "A2".repeat(73),
            facts: matches::Model {
                match_number: 1,
                round_number: 1,
                date_utc: at,
                location: "Al Bayt Stadium".to_owned(),
                home_team: home.to_owned(),
                away_team: "Ecuador".to_owned(),
                group_name: Some("A".to_owned()),
                version: 1,
            },
        }
    }

    #[test]
    fn whatever_people_and_teams_are_called_their_tickets_are_printed() {
        let long = "Bosnia and Herzegovina ".repeat(40);
        let passes = [
            pass(Some("Ana"), "Qatar"),
            pass(None, &long),
            pass(Some("محمد 山田 👍 \u{202e}x\u{0}"), "قطر"),
            pass(Some(&"\u{301}".repeat(500)), ""),
        ];

        let pdf = write(&Fonts::read(), "matchday", &passes).expect("it can be written");

        assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 400_000, "{}", pdf.len());
    }
}
