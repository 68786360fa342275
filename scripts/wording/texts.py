"""The texts that users see: pieces of files, with the line that each begins in."""

import re
import subprocess

# Which files are read, and how; the first that fits counts. A file that none fits is not read.
KINDS = [
    (re.compile(r"^(?:README|CHANGELOG|CONTRIBUTING|SECURITY|SUPPORT)\.md$"), "markdown"),
    (re.compile(r"^(?:docs|deploy)/.*\.(?:md|txt)$"), "markdown"),
    (re.compile(r"^docs/snippets/"), "whole"),
    (re.compile(r"^(?:schema\.graphql|matchday\.example\.toml)$"), "whole"),
    (re.compile(r"^deploy/.*\.(?:ya?ml|json|tpl|env|service)$"), "whole"),
    (re.compile(r"(?:^|/)locales/en/.*\.ftl$"), "fluent"),
    (re.compile(r"^server/graphiql/src/.*\.(?:js|mjs|html|css)$"), "script"),
    (re.compile(r"^web/browser/src/.*\.ts$"), "script"),
    (re.compile(r"(?:^|/)(?:tests|benches|examples)(?:/|\.rs$)|(?:^|/)build\.rs$|^(?:testkit|bench|migration)/"), None),
    (re.compile(r"^server/src/cli\.rs$"), "clap"),
    (re.compile(r"\.rs$"), "rust"),
]

_TOKEN = re.compile(
    r"""
    (?P<line>//[^\n]*)
  | (?P<block>/\*.*?\*/)
  | b?c?r(?P<hashes>\#*)"(?P<raw>.*?)"(?P=hashes)
  | [bc]?"(?P<string>(?:[^"\\]|\\.)*)"
  | (?P<char>b?'(?:[^'\\\n]|\\(?:x..|u\{[^}]*\}|.))')
    """,
    re.VERBOSE | re.DOTALL,
)

TESTS = re.compile(r"^#\[cfg\(test\)\]\n(?:#\[[^\n]*\]\n|#\[[a-z_]+\(\n.*?\n\)\]\n)*mod \w+ \{", re.MULTILINE | re.DOTALL)

# What a proof or a reason says is read by engineers alone.
_PROOF = re.compile(r"(?:\.expect\(|\breason = |\bother\(|\b(?:debug_)?(?:assert|panic|unreachable)\w*!\([^\";]*)\s*$")

_SCRIPT_TOKEN = re.compile(
    r"""
    (?P<comment>/\*.*?\*/|(?<![:"'`\\])//[^\n]*)
  | (?P<text>`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    """,
    re.VERBOSE | re.DOTALL,
)


def paths(root):
    """All files that are read: those that are committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    )
    return [path for path in sorted(set(listed.stdout.splitlines())) if kind_of(path) and (root / path).is_file()]


def of(root):
    """Pairs of a path and its pieces, each a line and a text."""
    for path in paths(root):
        yield path, pieces(kind_of(path), (root / path).read_text(encoding="utf-8"))


def kind_of(path):
    return next((kind for words, kind in KINDS if words.search(path)), None)


def pieces(kind, text):
    return {
        "whole": _whole, "markdown": _markdown, "fluent": _fluent, "script": _script, "rust": rust_strings, "clap": _clap,
    }[kind](text)


def _whole(text):
    return list(enumerate(text.splitlines(), 1))


def _markdown(text):
    """Sentences may be broken by lines, so paragraphs are pieces; what stands in fences is another file's or a program's."""
    found, paragraph, first, fence = [], [], 0, None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(`{3,}|~{3,})", line)
        if mark:
            fence = None if fence and line.strip() == fence else fence or mark.group(1)
        if line.strip() and not fence and not mark:
            first = first if paragraph else number
            paragraph.append(line.strip())
        elif paragraph:
            found.append((first, " ".join(paragraph)))
            paragraph = []
    return found + ([(first, " ".join(paragraph))] if paragraph else [])


def _fluent(text):
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if not line.startswith("#")]


def _script(text):
    found = []
    for match in _SCRIPT_TOKEN.finditer(text):
        if match.group("text"):
            found.append((_line(text, match.start()), match.group("text")))
    return found


def rust_strings(text):
    """The strings of a file of Rust, without its tests, proofs and reasons."""
    tests = TESTS.search(text)
    text = text[: tests.start()] if tests else text
    found = []
    for match in _TOKEN.finditer(text):
        string = match.group("string") if match.group("string") is not None else match.group("raw")
        if string is not None and not _PROOF.search(text[max(0, match.start() - 200) : match.start()]):
            found.append((_line(text, match.start()), re.sub(r"\\\n\s*", "", string)))
    return found


def _clap(text):
    """Strings, and the comments that the command line turns into its help."""
    tests = TESTS.search(text)
    comments = []
    for number, line in enumerate((text[: tests.start()] if tests else text).splitlines(), 1):
        comment = re.match(r"\s*///(.*)", line)
        if comment:
            comments.append((number, comment.group(1)))
    return sorted(rust_strings(text) + comments)


def _line(text, position):
    return text.count("\n", 0, position) + 1
