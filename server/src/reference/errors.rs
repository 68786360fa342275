//! Error codes.

use error_codes::explained::{self, Explained, Retry, Shown};

use super::{
    markdown::{self, code},
    operations, rights,
};

pub(super) fn page() -> String {
    let mut text = markdown::opened(
        "Errors",
        "Every error of Matchday has a stable code in `extensions.code`: branch on it, never on `message`. If the site has a \
         public address, `extensions.docs` is the address of the code's section on this page.",
    );
    text.push_str(
        "\n## How to read a section\n\n\
         - **HTTP status**: first of answers as `application/graphql-response+json`, then as `application/json`. \"200\" in the \
         first means that other fields may have data.\n\
         - **Socket**: the code that a WebSocket closes with for the same reason. Without one, the operation gets an `error` \
         message or a result with `errors`, and the socket stays open. See [Close codes](close-codes.md).\n\
         - **Retry**: \"no\" if the same request fails again, \"later\" if it may succeed later, \"after a change\" if the client \
         must do something first.\n\
         - **Message**: whether visitors of your page understand it. Messages are English and may change; your own words are \
         better.\n\n\
         Errors on event streams and in multipart responses are those of the operation, as in the body of an answer. A batch is \
         answered with 200, and each of its results has its own errors.\n",
    );
    for explained in explained::all() {
        text.push_str(&section(explained));
    }
    text.push_str(
        "\nNext: [Handling errors](../guides/errors.md), [Close codes](close-codes.md), [Costs](costs.md).\n",
    );
    text
}

fn section(explained: &Explained) -> String {
    let Explained { code: of, meaning, causes, status, closes, retry, client, shown } = explained;
    let name = of.as_str();
    let mut text = format!("\n### {name}\n\n{meaning}\n\n");
    causes.iter().for_each(|cause| text.push_str(&format!("- {cause}\n")));
    let retry = match retry {
        Retry::No => "no",
        Retry::Later => "later",
        Retry::Changed => "after a change",
    };
    let shown = match shown {
        Shown::Yes => "can be shown to visitors",
        Shown::No => "for developers",
    };
    let status = if status[0] == status[1] { status[0].to_owned() } else { status.join(" / ") };
    let socket = markdown::listed(closes.iter().map(u16::to_string));
    text.push_str(&format!(
        "\n**What a client does**: {client}\n\n\
         | HTTP status | Socket | Retry | Message |\n|---|---|---|---|\n| {status} | {socket} | {retry} | {shown} |\n\n\
         Operations: {}.\n",
        operations_of(name)
    ));
    text
}

/// What may be answered with a code.
fn operations_of(name: &str) -> String {
    let is_of_any = operations::OF_ANY.iter().any(|code| code.as_str() == name);
    let gives = |field: &&str| operations::codes_of(field).iter().any(|code| code.as_str() == name);
    let fields: Vec<String> = rights::roots().filter(gives).map(code).collect();
    match (is_of_any, fields.is_empty()) {
        (true, false) if fields.len() < rights::roots().count() => {
            format!("any, before it runs; from its resolver: {}", fields.join(", "))
        }
        (true, _) => "any".to_owned(),
        (false, _) => markdown::listed(fields),
    }
}
