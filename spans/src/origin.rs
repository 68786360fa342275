//! Origins: the ids of a span, as they travel between tasks, in rows and in headers.

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};

/// The one version that there is; later ones begin alike.
const VERSION: &str = "00";
/// A version that there will never be.
const NO_VERSION: &str = "ff";

/// Which span something belongs to, here or in another program: ids, and no span that is kept open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(SpanContext);

impl Origin {
    pub(crate) fn of(context: &SpanContext) -> Self {
        Self(context.clone())
    }

    pub(crate) fn into_context(self) -> SpanContext {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn context(&self) -> &SpanContext {
        &self.0
    }

    /// The context of its children.
    pub(crate) fn as_parent(&self) -> Context {
        Context::new().with_remote_span_context(self.0.clone())
    }

    /// Reads a `traceparent` (W3C Trace Context); `None` where it is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = text.trim().split('-');
        let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let is_known = version == VERSION && fields.next().is_none();
        let is_later = version != VERSION && version != NO_VERSION && number(version, 2).is_some();
        if !is_known && !is_later {
            return None;
        }
        let trace = TraceId::from_bytes(number(trace, 32)?.to_be_bytes());
        let span = SpanId::from_bytes(u64::try_from(number(span, 16)?).ok()?.to_be_bytes());
        let flags = TraceFlags::new(u8::try_from(number(flags, 2)?).ok()?) & TraceFlags::SAMPLED;
        let context = SpanContext::new(trace, span, flags, true, TraceState::default());
        context.is_valid().then_some(Self(context))
    }

    /// As [`Self::read`] reads it.
    pub fn traceparent(&self) -> String {
        format!("{VERSION}-{}-{}-{:02x}", self.0.trace_id(), self.0.span_id(), self.0.trace_flags())
    }

    /// The trace's id, in 32 hexadecimal digits.
    pub fn trace_id(&self) -> String {
        self.0.trace_id().to_string()
    }

    /// The span's id, in 16 hexadecimal digits.
    pub fn span_id(&self) -> String {
        self.0.span_id().to_string()
    }

    /// Whether the span is kept.
    pub fn is_sampled(&self) -> bool {
        self.0.is_sampled()
    }
}

/// A number of so many hexadecimal digits, which the standard wants in lower case.
fn number(text: &str, digits: usize) -> Option<u128> {
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (text.len() == digits && is_hex).then(|| u128::from_str_radix(text, 16).ok()).flatten()
}
