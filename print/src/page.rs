//! The page: a ticket as a fan prints it, A4, one ticket a page.
//!
//! Everything that gets a fan in stands in the upper half, so that the page can be folded once and carried. What is
//! drawn is also told (PDF/UA): who listens to the page hears the match, when and where it is, and whose ticket it is.

use domain::tickets::Pass;
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
use localization::{locale::Locale, t, t_plain, words::Words};
use qrcode::{EcLevel, QrCode};

use super::{
    facts::{Facts, NOTHING},
    fonts::Weight,
    shapes::{circle, color, line, modules, rectangle, rounded, stroke},
    tagging::{Told, adorned},
    text::{Fonts, Style, fill},
};

/// Fluent files, by language.
pub const WORDS: &[(Locale, &str)] = localization::sources!["ticket"];

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
/// Between what stands between the teams and the second of them.
const GAP: f32 = 8.0;

const INK: (u8, u8, u8) = (22, 28, 45);
const GREY: (u8, u8, u8) = (104, 112, 130);
const LINE: (u8, u8, u8) = (205, 210, 220);
const NIGHT: (u8, u8, u8) = (18, 38, 74);
const GRASS: (u8, u8, u8) = (16, 122, 87);
const WHITE: (u8, u8, u8) = (255, 255, 255);

/// What its holder has to know, each a head and a sentence.
const AT_THE_GATE: [(&str, &str); 4] = [
    ("ticket-show", "ticket-show-text"),
    ("ticket-opens-once", "ticket-opens-once-text"),
    ("ticket-in-time", "ticket-in-time-text"),
    ("ticket-newest", "ticket-newest-text"),
];

/// What is not a page.
#[derive(Debug, thiserror::Error)]
pub enum Unprintable {
    #[error("the code is too long for a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    #[error("no PDF could be written: {0:?}")]
    Pdf(KrillaError),
}

/// Writes tickets as a PDF, a page each; what a page says and where it begins is of the language of `words`.
///
/// # Errors
/// A ticket's code fits no QR code, or no PDF could be made.
pub fn write(fonts: &Fonts, words: Words<'_>, site: &str, passes: &[Pass]) -> Result<Vec<u8>, Unprintable> {
    let accessible = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let accessible = accessible.expect("PDF/UA is of the version that is written");
    match write_as(accessible, fonts, words, site, passes) {
        // A page that says too little of itself still opens the gate.
        Err(Unprintable::Pdf(KrillaError::Validation(reasons))) => {
            tracing::error!(?reasons, "a ticket is printed that screen readers can't read");
            write_as(Configuration::default(), fonts, words, site, passes)
        }
        written => written,
    }
}

fn write_as(
    configuration: Configuration,
    fonts: &Fonts,
    words: Words<'_>,
    site: &str,
    passes: &[Pass],
) -> Result<Vec<u8>, Unprintable> {
    let language = words.locale.tag().to_owned();
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let (mut tags, mut outline) = (TagTree::new().with_lang(Some(language.clone())), Outline::new());
    let site = fonts.printable(site).unwrap_or_else(|| NOTHING.to_owned());
    let mut title = t_plain!(words, "ticket-document");
    for (index, pass) in passes.iter().enumerate() {
        let facts = Facts::of(fonts, words, &site, pass);
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).expect("A4 is larger than nothing");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut sheet = Sheet { surface: &mut surface, fonts, words, told: Told::page(index) };
        sheet.card();
        sheet.band(&site);
        sheet.what(&facts);
        sheet.who(pass, &facts);
        sheet.code(pass, &facts)?;
        sheet.fold();
        sheet.at_the_gate();
        sheet.foot(&facts);
        tags.push(sheet.told.end());
        surface.finish();
        page.finish();
        let name = t_plain!(words, "ticket-outline", title = facts.title.as_str(), seat = pass.ticket.seat);
        outline.push_child(OutlineNode::new(name, XyzDestination::new(index, Point::from_xy(0.0, 0.0))));
        if index == 0 {
            title = facts.title;
        }
    }
    let direction = if words.locale.is_rtl() { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
    let metadata = Metadata::new().title(title).language(language).creator("Matchday".to_owned());
    document.set_metadata(metadata.text_direction(direction));
    document.set_outline(outline);
    document.set_tag_tree(tags);
    document.finish().map_err(Unprintable::Pdf)
}

/// A page that is drawn. Distances across it are from the side at which reading begins.
struct Sheet<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'a Fonts,
    words: Words<'a>,
    told: Told,
}

impl Sheet<'_, '_> {
    fn say(&self, key: &str) -> String {
        t!(self.words, key).into_owned()
    }

    /// The left edge of what is `width` wide and begins at `x`.
    fn left(&self, x: f32, width: f32) -> f32 {
        if self.words.locale.is_rtl() { PAGE.0 - x - width } else { x }
    }

    /// Writes a line whose letters stand on `y`, at most `width` wide, and says how wide it is.
    fn write(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) -> f32 {
        let line = self.fonts.line(text, width, style);
        let left = self.left(x, line.width);
        self.told.say(self.surface, &line, (left, y));
        line.width
    }

    /// Writes a line that ends at `x`.
    fn write_to(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) {
        let line = self.fonts.line(text, width, style);
        let left = self.left(x - line.width, line.width);
        self.told.say(self.surface, &line, (left, y));
    }

    /// Writes a line around `x`.
    fn write_around(&mut self, text: &str, (x, y): (f32, f32), width: f32, style: Style) {
        let line = self.fonts.line(text, width, style);
        let left = self.left(x - line.width / 2.0, line.width);
        self.told.say(self.surface, &line, (left, y));
    }

    fn card(&mut self) {
        let (x, y, width, height) = CARD;
        let perforation = self.left(x + width - STUB, 0.0);
        adorned(self.surface, |surface| {
            surface.set_fill(Some(fill(color(WHITE))));
            surface.set_stroke(Some(stroke(LINE, 0.9, None)));
            surface.draw_path(&rounded((x, y, width, height), 12.0));
            // The perforation of the stub.
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 1.0, Some((3.0, 4.0)))));
            surface.draw_path(&line((perforation, y + BAND + 8.0), (perforation, y + height - 8.0)));
        });
    }

    fn band(&mut self, site: &str) {
        let (x, y, width, height) = CARD;
        let spot = (self.left(x + width - STUB, 0.0), y + BAND / 2.0);
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
        let kind = self.say("ticket-kind");
        self.write_to(&kind, (x + width - INNER, y + 34.0), 120.0, style);
    }

    /// The match: who plays, when and where.
    fn what(&mut self, facts: &Facts) {
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND, CARD.2 - STUB - 2.0 * INNER);
        let versus = self.say("ticket-versus");
        self.told.heading(1, &format!("{} {versus} {}", facts.home, facts.away));
        let large = Style { weight: Weight::Bold, size: 27.0, color: color(INK) };
        self.write(&facts.home, (left, top + 62.0), width, large);
        let small = Style { size: 17.0, color: color(GREY), ..large };
        let versus = self.write(&versus, (left, top + 94.0), width, small) + GAP;
        self.write(&facts.away, (left + versus, top + 94.0), width - versus, large);

        self.told.paragraph();
        let small = Style { weight: Weight::Regular, size: 9.5, color: color(GREY) };
        self.write(&facts.stage, (left, top + 29.0), width, small);

        self.labelled("ticket-kick-off", &facts.day, (left, top + 130.0), 190.0);
        self.labelled("ticket-time", &facts.clock, (left + 204.0, top + 130.0), width - 204.0);
        self.labelled("ticket-venue", &facts.venue, (left, top + 172.0), width);
    }

    /// The ticket: whose it is, for what, and what it cost.
    fn who(&mut self, pass: &Pass, facts: &Facts) {
        let row = &pass.ticket;
        let (left, top, width) = (CARD.0 + INNER, CARD.1 + BAND + 214.0, CARD.2 - STUB - 2.0 * INNER);
        self.labelled("ticket-holder", &facts.holder, (left, top), width);
        let seat = t!(self.words, "ticket-seat-number", seat = row.seat);
        self.labelled("ticket-category", &row.category.number().to_string(), (left, top + 42.0), 80.0);
        self.labelled("ticket-seat", &seat, (left + 92.0, top + 42.0), 98.0);
        self.labelled("ticket-price", &facts.price, (left + 204.0, top + 42.0), width - 204.0);
    }

    /// Writes a value below its label.
    fn labelled(&mut self, label: &str, value: &str, (x, y): (f32, f32), width: f32) {
        let label = self.say(label);
        self.told.paragraph();
        let style = Style { weight: Weight::Bold, size: 6.8, color: color(GRASS) };
        self.write(&label, (x, y), width, style);
        let style = Style { weight: Weight::Bold, size: 12.5, color: color(INK) };
        self.write(value, (x, y + 15.5), width, style);
    }

    fn code(&mut self, pass: &Pass, facts: &Facts) -> Result<(), Unprintable> {
        let drawn = QrCode::with_error_correction_level(&pass.code, EcLevel::M)?;
        let stub = CARD.0 + CARD.2 - STUB / 2.0;
        let (x, y) = (self.left(stub - QR / 2.0, QR), CARD.1 + BAND + 34.0);
        let text = t_plain!(self.words, "ticket-code-text", title = facts.title.as_str());
        self.told.figure(self.surface, text, (x, y, QR, QR), |surface| {
            surface.set_stroke(None);
            surface.set_fill(Some(fill(color((0, 0, 0)))));
            surface.draw_path(&modules(&drawn, (x, y), QR));
        });
        let (scan, once) = (self.say("ticket-scan"), self.say("ticket-once"));
        self.told.paragraph();
        let style = Style { weight: Weight::Bold, size: 10.5, color: color(INK) };
        self.write_around(&scan, (stub, y + QR + 22.0), STUB - 20.0, style);
        let style = Style { weight: Weight::Regular, size: 8.0, color: color(GREY) };
        for (text, below) in [(&once, 37.0), (&facts.version, 55.0)] {
            self.told.paragraph();
            self.write_around(text, (stub, y + QR + below), STUB - 20.0, style);
        }
        Ok(())
    }

    fn fold(&mut self) {
        let y = PAGE.1 / 2.0;
        let style = Style { weight: Weight::Regular, size: 7.0, color: color(GREY) };
        let fold = self.say("ticket-fold");
        let words = self.fonts.line(&fold, 120.0, style);
        let left = self.left(PAGE.0 - MARGIN - words.width, words.width);
        adorned(self.surface, |surface| {
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 0.8, Some((6.0, 5.0)))));
            surface.draw_path(&line((0.0, y), (PAGE.0, y)));
            words.draw(surface, (left, y - 4.0));
        });
    }

    fn at_the_gate(&mut self) {
        let (left, width) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0);
        let mut y = PAGE.1 / 2.0 + 44.0;
        let title = self.say("ticket-gate");
        self.told.heading(2, &title);
        let style = Style { weight: Weight::Bold, size: 16.0, color: color(NIGHT) };
        self.write(&title, (left, y), width, style);
        y += 32.0;
        for (number, (head, text)) in AT_THE_GATE.into_iter().enumerate() {
            let (head, text) = (self.say(head), self.say(text));
            let spot = (self.left(left + 10.0, 0.0), y - 3.8);
            adorned(self.surface, |surface| {
                surface.set_stroke(None);
                surface.set_fill(Some(fill(color(GRASS))));
                surface.draw_path(&circle(spot, 10.0));
            });
            self.told.paragraph();
            let style = Style { weight: Weight::Bold, size: 10.5, color: color(WHITE) };
            self.write_around(&(number + 1).to_string(), (left + 10.0, y), 16.0, style);
            let style = Style { weight: Weight::Bold, size: 11.5, color: color(INK) };
            self.write(&head, (left + 32.0, y), width - 32.0, style);
            let style = Style { weight: Weight::Regular, size: 10.0, color: color(GREY) };
            y += 16.0;
            let fonts = self.fonts;
            for line in fonts.lines(&text, width - 40.0, style, self.words.locale.is_rtl()) {
                let left = self.left(left + 32.0, line.width);
                self.told.say(self.surface, &line, (left, y));
                y += style.size * 1.45;
            }
            y += 16.0;
        }
    }

    fn foot(&mut self, facts: &Facts) {
        let (left, width, y) = (MARGIN + 4.0, PAGE.0 - 2.0 * MARGIN - 8.0, PAGE.1 - MARGIN);
        adorned(self.surface, |surface| {
            surface.set_fill(None);
            surface.set_stroke(Some(stroke(LINE, 0.8, None)));
            surface.draw_path(&line((left, y - 14.0), (left + width, y - 14.0)));
        });
        self.told.paragraph();
        let style = Style { weight: Weight::Regular, size: 7.5, color: color(GREY) };
        self.write(&facts.foot, (left, y), width, style);
    }
}

#[cfg(test)]
mod tests;
