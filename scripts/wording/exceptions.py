"""The list of exceptions: how many each file may have. A count may only shrink."""

from typing import NamedTuple

HEAD = """\
# How many turns of phrase of scripts/wording/patterns.py each file still has: a count, and the file.
# A count may only shrink. `scripts/check-wording lower` writes what is left after you have reworded something.
"""


class Complaint(NamedTuple):
    path: str
    is_more: bool
    text: str

    def __str__(self):
        return f"{self.path}: {self.text}"


def read(text):
    """Counts by path."""
    allowed = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            count, path = line.split(maxsplit=1)
            allowed[path] = int(count)
    return allowed


def written(allowed):
    return HEAD + "".join(f"{count:4} {path}\n" for path, count in sorted(allowed.items()))


def compare(allowed, counts):
    """What is wrong: a file with more than it may have, and one with fewer, whose count is to be lowered."""
    complaints = []
    for path in sorted(allowed.keys() | counts.keys()):
        may, has = allowed.get(path, 0), counts.get(path, 0)
        if has > may:
            complaints.append(Complaint(path, True, f"has {has} where {may} are allowed"))
        elif has < may:
            text = f"has {has} where {may} are allowed: run `scripts/check-wording lower`"
            complaints.append(Complaint(path, False, text))
    return complaints


def lowered(allowed, counts):
    """The list with the counts that shrank; those that grew stay as they are."""
    both = {path: min(may, counts.get(path, 0)) for path, may in allowed.items()}
    return {path: count for path, count in both.items() if count}
