"""The turns of phrase that are counted, and what is right instead."""

import re
from typing import NamedTuple


class Pattern(NamedTuple):
    words: re.Pattern
    right: str


def _pattern(words, right):
    return Pattern(re.compile(words, re.IGNORECASE), right)


# A name is one that the list of exceptions and the output use; words that Rust or GraphQL spell otherwise are no prose.
PATTERNS = {
    "somebody": _pattern(r"\b(?:somebody|someone)\b", "name the actor: another buyer, a client, an operator"),
    "nobody": _pattern(r"\b(?:nobody|no one)\b", "name the actor, and deny the verb"),
    "whoever": _pattern(r"\b(?:whoever|whomever|whosoever)\b", "name the actor"),
    "anybody": _pattern(r"\b(?:anybody|everybody|everyone)\b", "name the actors: all clients, every fan"),
    "is no": _pattern(r"(?<!there )(?<!that )\b(?:is|are|was|were) no\b(?! (?:longer|more|later|less|fewer)\b)", "is not a …"),
    "told of": _pattern(r"\b(?:told|tells?|telling|hears?|heard) of\b", "is notified of, receives"),
    "becomes of": _pattern(r"\bbec[ao]mes? of\b", "what happens to, the status of"),
    "is over": _pattern(r"\b(?:is|are|was|were) over\b", "has ended, has expired"),
    "to the letter": _pattern(r"\bto the letter\b", "exactly"),
    "of ours": _pattern(r"\b(?:of ours|ours alone)\b", "of this site, of Matchday"),
    "is worth nothing": _pattern(r"\bworth nothing\b", "stops working, is invalid"),
    "lets nobody": _pattern(r"\b(?:gives?|takes?|lets?) (?:none|nothing to)\b", "say what is refused"),
    "stays so": _pattern(r"\bstays so\b", "keeps happening"),
    "just now": _pattern(r"\bjust now\b", "right now, at the moment; or: was just"),
    "mended": _pattern(r"\bmend(?:s|ed|ing)?\b", "fix, correct"),
    "beside": _pattern(r"\bstands? beside\b", "is next to"),
}


def found_in(text):
    """Pairs of a pattern's name and the words that match it, in the order of the text."""
    found = []
    for name, pattern in PATTERNS.items():
        found.extend((match.start(), name, match.group()) for match in pattern.words.finditer(text))
    return [(name, words) for _, name, words in sorted(found)]
