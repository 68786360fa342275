//! A mail as a page: one column that a phone shows whole, without pictures, scripts or anything that is fetched.
//!
//! Programs that read mail drop style sheets or keep parts of them, so every element has its own style, and what the sheet
//! adds (dark screens) may be lost without harm.

use localization::{t, words::Words};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Colours, Site, letter::Letter, part::Part};

const DARK: &str = "@media (prefers-color-scheme:dark){.b{background:#0d1424!important}.c{background:#161f33!important;\
    color:#e8ecf4!important;border-color:#2b3650!important}.f{background:#0f1729!important;border-color:#2b3650!important}\
    .n{color:#a3aec2!important}}";

const BODY: &str = "margin:0;padding:24px 12px;background:#f3f5f8;\
    font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;color:#161c2d";
const BAND: &str =
    "max-width:560px;margin:0 auto;padding:18px 24px;font-weight:700;font-size:18px;border-radius:12px 12px 0 0";
const CARD: &str = "max-width:560px;margin:0 auto;padding:12px 24px 20px;background:#ffffff;border:1px solid #dde2ea;\
    border-top:0;border-radius:0 0 12px 12px";
const FACTS: &str = "margin:16px 0;padding:14px 16px;background:#f3f5f8;border:1px solid #dde2ea;border-radius:8px";
const BUTTON: &str = "display:inline-block;padding:12px 20px;font-weight:700;text-decoration:none;border-radius:8px";
const CODE: &str = "display:inline-block;padding:10px 14px;background:#f3f5f8;border:1px solid #dde2ea;border-radius:8px;\
    color:#161c2d;font:16px/1.4 ui-monospace,Menlo,Consolas,monospace;word-break:break-all";
const NOTE: &str = "color:#5a6478;font-size:14px";
const FOOT: &str = "max-width:560px;margin:12px auto 0;padding:0 24px;color:#5a6478;font-size:13px";

pub(crate) fn write(site: &Site, words: Words<'_>, letter: &Letter) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.locale.tag()) dir=(words.locale.direction()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (crate::plain(&letter.subject)) }
                style { (PreEscaped(DARK)) }
            }
            body.b style=(BODY) {
                div style=(band(&site.colours)) { bdi { (site.name) } }
                div.c style=(CARD) { @for part in &letter.parts { (of_part(part, &site.colours)) } }
                @if let Some(support) = &site.support {
                    p.n style=(FOOT) { (t!(words, "mail-support")) " " (contact(support)) }
                }
            }
        }
    }
}

fn band(Colours { band, on_band, band_line, .. }: &Colours) -> String {
    format!("{BAND};background:{band};color:{on_band};border-bottom:4px solid {band_line}")
}

fn button(Colours { accent, on_accent, .. }: &Colours) -> String {
    format!("{BUTTON};background:{accent};color:{on_accent}")
}

fn of_part(part: &Part, colours: &Colours) -> Markup {
    html! {
        @match part {
            Part::Paragraph(text) => p { (text) },
            Part::Facts { fixture, lines } => {
                p.f style=(FACTS) {
                    strong { (fixture) }
                    @for line in lines { br; (line) }
                }
            }
            Part::Link { label, url } => p { a href=(url) style=(button(colours)) { (label) } },
            Part::Code(code) => p { code dir="ltr" style=(CODE) { (code) } },
            Part::Note(text) => p.n style=(NOTE) { (text) },
        }
    }
}

/// An email, or the address of a page.
fn contact(support: &str) -> Markup {
    let is_page = support.starts_with("https://") || support.starts_with("http://");
    let address = if is_page { support.to_owned() } else { format!("mailto:{support}") };
    html! { a href=(address) style="color:inherit" dir="ltr" { (support) } }
}
