//! Shapes on a page: lines, boxes, circles, and the squares of a code.

use krilla::{
    color::rgb,
    geom::{Path, PathBuilder, Rect},
    paint::{Stroke, StrokeDash},
};
use qrcode::{Color, QrCode};

/// How far a curve's handles stand from its ends, for a quarter of a circle of radius 1.
const CURVE: f32 = 0.552_285;

/// The dark modules of a QR code, those in a row as one, for between two a printer could leave a line.
pub(super) fn modules(drawn: &QrCode, (x, y): (f32, f32), across: f32) -> Path {
    let (colors, width) = (drawn.to_colors(), drawn.width());
    let side = across / in_points(width);
    let mut path = PathBuilder::new();
    for (down, row) in colors.chunks(width).enumerate() {
        let mut done = 0;
        for part in row.chunk_by(|one, next| one == next) {
            if part[0] == Color::Dark {
                let (left, top) = (x + in_points(done) * side, y + in_points(down) * side);
                // A hair taller than a module, so that it meets the one below.
                if let Some(rect) = Rect::from_xywh(left, top, in_points(part.len()) * side, side * 1.02) {
                    path.push_rect(rect);
                }
            }
            done += part.len();
        }
    }
    path.finish().expect("a QR code has dark modules")
}

/// A number of modules, which is below 200.
fn in_points(modules: usize) -> f32 {
    f32::from(u16::try_from(modules).unwrap_or(u16::MAX))
}

pub(super) fn color((red, green, blue): (u8, u8, u8)) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

pub(super) fn stroke(ink: (u8, u8, u8), width: f32, dash: Option<(f32, f32)>) -> Stroke {
    let dash = dash.map(|(on, off)| StrokeDash { array: vec![on, off], offset: 0.0 });
    Stroke { paint: color(ink).into(), width, dash, ..Stroke::default() }
}

pub(super) fn line(from: (f32, f32), to: (f32, f32)) -> Path {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish().expect("two points make a line")
}

pub(super) fn rectangle((x, y, width, height): (f32, f32, f32, f32)) -> Path {
    rounded((x, y, width, height), 0.0)
}

pub(super) fn circle((x, y): (f32, f32), radius: f32) -> Path {
    rounded((x - radius, y - radius, 2.0 * radius, 2.0 * radius), radius)
}

pub(super) fn rounded((x, y, width, height): (f32, f32, f32, f32), radius: f32) -> Path {
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
