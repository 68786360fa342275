"""The form of errors and log lines in Rust: lower case, no full stop. ARCHITECTURE.md, "What programs say", has the reasons."""

import re

from wording import texts

# Names that begin with a capital wherever they stand.
NAMES = {"Kafka", "Redis", "Stripe", "Matchday", "Postgres", "OpenTelemetry"}

# The edge writes to clients itself: bodies of answers are sentences, reasons for closing a socket have a capital.
OF_THE_EDGE = ("transport/src/limited_body.rs", "transport/src/websocket/protocol.rs")

_STRING = r'"(?P<text>(?:[^"\\]|\\.)*)"'
_ERROR = re.compile(r"#\[error\(\s*" + _STRING, re.DOTALL)
_LOG = re.compile(
    r"\btracing::(?:error|warn|info|debug)!\([^\";]*?" + _STRING + r"(?=\s*(?:,[^;]*?)?\)\s*[;,}])", re.DOTALL
)


def wrong(path, text):
    """Pairs of a line and what is wrong with the form of an error or a log line in a file of Rust."""
    if path in OF_THE_EDGE:
        return []
    tests = texts.TESTS.search(text)
    text = text[: tests.start()] if tests else text
    found = []
    for match in [*_ERROR.finditer(text), *_LOG.finditer(text)]:
        said = re.sub(r"\\\n\s*", "", match.group("text"))
        first, advice = (said.split("\\n", 1) + [""])[:2]
        line = text.count("\n", 0, match.start()) + 1
        if _is_capital(first):
            found.append((line, f"begins with a capital: {said[:60]}"))
        if first.endswith("."):
            found.append((line, f"ends with a full stop: {said[-60:]}"))
        if advice and not advice.endswith((".", "?", "}")):
            found.append((line, f"gives advice that is not a sentence: {advice[-60:]}"))
    return sorted(found)


def _is_capital(text):
    word = re.match(r"[A-Z][a-z]\w*", text)
    return bool(word) and word.group() not in NAMES
