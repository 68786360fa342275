//! Print: tickets on paper, as PDFs that any printer prints and any reader reads out.
//!
//! Nobody else knows what a PDF, a font or a QR code on a page is made of. Who may have a page, and how many are written at
//! the same time, is the server's business.

mod facts;
mod fonts;
pub mod page;
mod shapes;
mod tagging;
pub mod text;
