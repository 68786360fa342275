//! What the browser's elements are told on pages that show what is left.

pub(crate) use kit::words::plural;
use kit::{t_plain, words::Words};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The words of `md-availability`, `md-local-time` and the live sign.
pub(crate) fn words(words: Words<'_>, hold_minutes: i64) -> Value {
    json!({
        "live": words.say("live"),
        "factsChanged": words.say("facts-changed"),
        "changed": t_plain!(words, "live-changed", ago = "{ago}"),
        "reconnecting": words.say("reconnecting"),
        "offline": words.say("offline"),
        "left": plural(words, "left"),
        "held": words.say("on-hold"),
        "soldOut": words.say("sold-out"),
        "closed": words.say("sale-closed"),
        "noteHeld": t_plain!(words, "note-held", minutes = hold_minutes),
        "noteSoldOut": words.say("note-sold-out"),
        "noteClosed": words.say("note-closed"),
        "noteAvailable": "",
        "announce": t_plain!(words, "announce", fixture = "{match}", category = "{category}", state = "{state}"),
        "announceMany": plural(words, "announce-many"),
        "localTime": t_plain!(words, "local-time", time = "{time}"),
        "sending": words.say("sending"),
    })
}

/// The words of a page that has elements of two kinds.
pub(crate) fn together(mut words: Value, others: Value) -> Value {
    if let (Value::Object(words), Value::Object(others)) = (&mut words, others) {
        words.extend(others);
    }
    words
}

/// The live sign, true as it is printed: the script says more once it listens.
pub(crate) fn sign(words: Words<'_>) -> Markup {
    html! { span.live data-live data-state="still" { (words.say("as-of-now")) } }
}
