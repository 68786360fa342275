//! What a page tells those who listen to it: its parts in the order in which they are read, whatever the order in which
//! they are drawn. What only adorns the page is none of them.

use std::num::NonZeroU16;

use krilla::{
    geom::Rect,
    surface::Surface,
    tagging::{Artifact, ArtifactType, BBox, ContentTag, Node, SpanTag, Tag, TagGroup},
};

use super::text::Line;

/// The parts of a page.
pub(super) struct Told {
    page: TagGroup,
    part: Option<TagGroup>,
    index: usize,
}

impl Told {
    /// Of the page that has so many before it.
    pub(super) fn page(index: usize) -> Self {
        Self { page: TagGroup::new(Tag::Section), part: None, index }
    }

    /// What is said from here on is a paragraph.
    pub(super) fn paragraph(&mut self) {
        self.begin(Some(TagGroup::new(Tag::P)));
    }

    /// What is said from here on is a heading.
    pub(super) fn heading(&mut self, level: u16, title: &str) {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        self.begin(Some(TagGroup::new(Tag::Hn(level, Some(title.to_owned())))));
    }

    /// Draws a line, and says it: as it is read, where it is drawn in another order.
    pub(super) fn say(&mut self, surface: &mut Surface<'_>, line: &Line<'_>, place: (f32, f32)) {
        let drawn = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        line.draw(surface, place);
        surface.end_tagged();
        let part = self.part.get_or_insert_with(|| TagGroup::new(Tag::P));
        if line.turns {
            let span = Tag::Span.with_actual_text(Some(line.read()));
            part.push(TagGroup::with_children(span, vec![Node::from(drawn)]));
        } else {
            part.push(drawn);
        }
    }

    /// Draws a picture, and says what it is.
    pub(super) fn figure(
        &mut self,
        surface: &mut Surface<'_>,
        text: String,
        (x, y, width, height): (f32, f32, f32, f32),
        draw: impl FnOnce(&mut Surface<'_>),
    ) {
        let shown = surface.start_tagged(ContentTag::Other);
        draw(surface);
        surface.end_tagged();
        let place = Rect::from_xywh(x, y, width, height).map(|rect| BBox::new(self.index, rect));
        let figure = Tag::Figure(Some(text)).with_bbox(place);
        self.begin(Some(TagGroup::with_children(figure, vec![Node::from(shown)])));
    }

    pub(super) fn end(mut self) -> TagGroup {
        self.begin(None);
        self.page
    }

    fn begin(&mut self, next: Option<TagGroup>) {
        if let Some(part) = std::mem::replace(&mut self.part, next) {
            self.page.push(part);
        }
    }
}

/// Draws what only adorns the page.
pub(super) fn adorned(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    draw(surface);
    surface.end_tagged();
}
