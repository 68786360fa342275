"""The sentences that the program logs, read from its sources, and those that the page on logs names."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "run" / "logs.md"
# They never run in the program.
BESIDE = {"bench", "tests", "testkit", "target"}

CALL = re.compile(r"\btracing::(error|warn|info)!\(")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)


def logged():
    """Each sentence with its level; of a sentence with a value in it, its name in braces."""
    found = {}
    for path in sorted(ROOT.glob("**/src/**/*.rs")):
        if BESIDE & set(path.relative_to(ROOT).parts):
            continue
        source = path.read_text(encoding="utf-8").split("#[cfg(test)]\nmod tests {")[0]
        for call in CALL.finditer(source):
            texts = TEXT.findall(arguments(source, call.end()))
            if texts:
                found[re.sub(r"\\\n\s*", "", texts[-1])] = call[1]
    return found


def arguments(source, at):
    """What stands between the parentheses of a call that opens before `at`."""
    depth, end = 1, at
    while depth:
        text = TEXT.match(source, end)
        if text:
            end = text.end()
            continue
        depth += {"(": 1, ")": -1}.get(source[end], 0)
        end += 1
    return source[at:end - 1]


def named():
    """The sentences of the page by the heading that their table stands under."""
    found, heading = {}, None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("| `"):
            found.setdefault(heading, []).extend(re.findall(r"`([^`]+)`", line.split(" | ")[0]))
    return found
