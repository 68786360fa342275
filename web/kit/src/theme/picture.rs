//! Pictures: a logo and an icon, drawn in SVG.
//!
//! Invariant: a picture is a drawing and nothing else. It runs nothing and asks for nothing, also where a browser opens it by
//! itself.

use roxmltree::{Document, Node};
use sha2::{Digest, Sha256};

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

const BYTES_MAX: usize = 32 * 1024;

/// How many times as wide as high a logo may be: beside the languages there is no more room on a phone.
const WIDEST: f64 = 8.0;

/// What draws, beside the primitives of filters, whose names begin with `fe`. Left out on purpose is what runs (`script`, `set`,
/// `animate`), embeds (`foreignObject`, `image`, `feImage`) or leads elsewhere (`a`).
const DRAWS: [&str; 27] = [
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "filter",
    "switch",
];
const DRAWS_NOT: &str = "feImage";
const PRIMITIVE: &str = "fe";

/// A picture, as browsers are given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// With a digest of what is in it.
    pub(super) name: String,
    pub(super) svg: String,
    /// Pixels, where it is as high as was wanted.
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Picture {
    /// Reads a logo that is shown so many pixels high.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub(super) fn logo(stem: &str, svg: String, height: u32) -> Result<Self, String> {
        let ratio = drawn(&svg)?;
        if ratio > WIDEST {
            return Err(format!("it is {ratio:.1} times as wide as high, and may be {WIDEST} times"));
        }
        Ok(Self::new(stem, svg, ratio, height))
    }

    /// Reads an icon, which is as wide as high.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub(super) fn icon(svg: String) -> Result<Self, String> {
        let ratio = drawn(&svg)?;
        if (ratio - 1.0).abs() > 0.01 {
            return Err("an icon is as wide as high: give it a square viewBox, such as \"0 0 32 32\"".to_owned());
        }
        Ok(Self::new("icon", svg, ratio, 32))
    }

    fn new(stem: &str, svg: String, ratio: f64, height: u32) -> Self {
        let digest = hex::encode(&Sha256::digest(svg.as_bytes())[..5]);
        // The widest is some hundred pixels.
        #[expect(clippy::cast_possible_truncation, reason = "both numbers are small and positive")]
        let width = (f64::from(height) * ratio).round().max(1.0) as u32;
        Self { name: format!("{stem}-{digest}.svg"), svg, width, height }
    }
}

/// How many times as wide as high a drawing is, if it is one.
fn drawn(svg: &str) -> Result<f64, String> {
    if svg.len() > BYTES_MAX {
        return Err(format!("it has {} bytes, and may have {BYTES_MAX}", svg.len()));
    }
    let document = Document::parse(svg).map_err(|error| format!("it is not SVG: {error}"))?;
    for node in document.descendants() {
        draws(node).map_err(|wrong| format!("line {}: {wrong}", document.text_pos_at(node.range().start).row))?;
    }
    let root = document.root_element();
    if root.tag_name().name() != "svg" {
        return Err("it is not SVG: its outermost element is not <svg>".to_owned());
    }
    let wanted = "it has no size: give <svg> a viewBox, such as \"0 0 160 40\"";
    let sides: Vec<&str> = match root.attribute("viewBox") {
        Some(view) => view.split([' ', ',', '\n', '\t']).filter(|side| !side.is_empty()).skip(2).collect(),
        None => [root.attribute("width"), root.attribute("height")].into_iter().flatten().collect(),
    };
    let sides: Option<Vec<f64>> = sides.into_iter().map(|side| side.trim_end_matches("px").parse().ok()).collect();
    match sides.as_deref() {
        Some([width, height]) if *width > 0.0 && *height > 0.0 && (width / height).is_finite() => Ok(width / height),
        _ => Err(wanted.to_owned()),
    }
}

/// Whether a node of a document does nothing but draw.
fn draws(node: Node<'_, '_>) -> Result<(), String> {
    if let Some(instruction) = node.pi() {
        return Err(format!("<?{} …?> tells programs what to do: leave it out", instruction.target));
    }
    if node.is_text() && node.parent_element().is_some_and(|parent| parent.has_tag_name("style")) {
        return styles(node.text().unwrap_or_default()).map_err(|wrong| format!("in <style> {wrong}"));
    }
    if !node.is_element() {
        return Ok(());
    }
    let (name, of) = (node.tag_name().name(), node.tag_name().namespace());
    let is_drawing = DRAWS.contains(&name) || (name.starts_with(PRIMITIVE) && name != DRAWS_NOT);
    if of != Some(SVG) {
        return Err(format!("<{name}> is not of SVG (xmlns=\"{SVG}\"): save the drawing as plain or optimised SVG"));
    }
    if !is_drawing {
        return Err(format!("<{name}> is not drawing: a picture of the site runs, embeds and links nothing"));
    }
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        let is_link = name == "href" && matches!(attribute.namespace(), None | Some(XLINK));
        if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on")) {
            return Err(format!("{name} runs a script: leave it out"));
        }
        if (is_link && !value.trim_start().starts_with('#')) || name == "base" {
            return Err(format!(
                "{name}=\"{value}\" leads out of the drawing: it may name a part of it, such as \"#part\""
            ));
        }
        styles(value).map_err(|wrong| format!("{name} {wrong}"))?;
    }
    Ok(())
}

/// Whether a text that may be read as CSS asks for nothing from outside.
fn styles(text: &str) -> Result<(), String> {
    let text = text.to_ascii_lowercase();
    if text.contains("@import") || text.contains('\\') {
        return Err("has an @import or a backslash: write its styles out".to_owned());
    }
    let targets = text.split("url(").skip(1).map(|rest| rest.trim_start_matches([' ', '\n', '\t', '"', '\'']));
    match targets.into_iter().find(|target| !target.starts_with('#')) {
        Some(_) => {
            Err("asks for something outside of the drawing: url() may name a part of it, such as url(#part)".to_owned())
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inner: &str) -> String {
        format!("<svg xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\" viewBox=\"0 0 160 40\">{inner}</svg>")
    }

    #[test]
    fn a_drawing_is_taken_with_the_size_that_it_is_shown_at() {
        let inner = "<defs><linearGradient id=\"a\"><stop offset=\"0\"/></linearGradient><style>.b{fill:url(#a)}</style></defs>\
                     <path class=\"b\" d=\"M0 0h9\" filter=\"url('#c')\"/><use xlink:href=\"#a\"/><feGaussianBlur/>";
        let logo = Picture::logo("logo", svg(inner), 36).expect("it draws");

        assert_eq!((logo.width, logo.height), (144, 36));
        assert!(
            logo.name.starts_with("logo-") && logo.name.ends_with(".svg") && logo.name.len() == 19,
            "{}",
            logo.name
        );
        let other = Picture::logo("logo", svg("<g/>"), 36).expect("it draws");
        assert_ne!(logo.name, other.name, "a name never means another picture");
        let sized = format!("<svg xmlns=\"{SVG}\" width=\"32px\" height=\"32\"/>");
        assert!(Picture::icon(sized).is_ok());
    }

    #[test]
    fn whatever_is_more_than_a_drawing_is_refused_with_its_line() {
        for (inner, told) in [
            ("<script>alert(1)</script>", "<script> is not drawing"),
            ("<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\"/>", "<script> is not of SVG"),
            ("<foreignObject/>", "<foreignObject> is not drawing"),
            ("<image href=\"data:image/png;base64,AA==\"/>", "<image> is not drawing"),
            ("<feImage href=\"#a\"/>", "<feImage> is not drawing"),
            ("<a href=\"#a\"/>", "<a> is not drawing"),
            ("<set attributeName=\"href\" to=\"javascript:1\"/>", "<set> is not drawing"),
            ("\n<g onload=\"alert(1)\"/>", "line 2: onload runs a script"),
            ("<g ONCLICK=\"alert(1)\"/>", "ONCLICK runs a script"),
            ("<use href=\"https://evil.example/a.svg#a\"/>", "leads out of the drawing"),
            ("<use xlink:href=\"//evil.example/a.svg#a\"/>", "leads out of the drawing"),
            ("<g xml:base=\"https://evil.example/\"/>", "leads out of the drawing"),
            ("<rect fill=\"url(https://evil.example/a.svg#a)\"/>", "fill asks for something outside"),
            ("<rect style=\"fill:URL( 'https://evil.example/a' )\"/>", "style asks for something outside"),
            ("<rect style=\"fill:u\\72l(x)\"/>", "a backslash"),
            ("<style>@import 'https://evil.example/a.css';</style>", "in <style> has an @import"),
            ("<?xml-stylesheet href=\"https://evil.example/a.css\"?>", "<?xml-stylesheet"),
            ("<g>", "it is not SVG"),
        ] {
            let refused = Picture::logo("logo", svg(inner), 36).expect_err("it is more than a drawing");
            assert!(refused.contains(told), "{inner}: {refused}");
        }
    }

    #[test]
    fn a_file_that_is_no_picture_of_a_site_is_refused() {
        let drawing = |attributes: &str| format!("<svg xmlns=\"{SVG}\" {attributes}/>");
        for (svg, told) in [
            ("<html/>".to_owned(), "<html> is not of SVG"),
            (format!("<g xmlns=\"{SVG}\"/>"), "outermost element is not <svg>"),
            ("<svg viewBox=\"0 0 9 9\"/>".to_owned(), "<svg> is not of SVG (xmlns="),
            (format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", drawing("viewBox=\"0 0 9 9\"")), "it is not SVG"),
            (drawing(""), "it has no size"),
            (drawing("viewBox=\"0 0 0 9\""), "it has no size"),
            (drawing("width=\"100%\" height=\"9\""), "it has no size"),
            (drawing("viewBox=\"0 0 90 9\""), "it is 10.0 times as wide as high"),
            (drawing(&format!("viewBox=\"0 0 9 9\" id=\"{}\"", "a".repeat(BYTES_MAX))), "and may have 32768"),
        ] {
            let refused = Picture::logo("logo", svg.clone(), 36).expect_err("it is no logo");
            assert!(refused.contains(told), "{svg:.80}: {refused}");
        }
        assert!(Picture::icon(drawing("viewBox=\"0 0 16 9\"")).expect_err("it is wide").contains("as wide as high"));
    }
}
