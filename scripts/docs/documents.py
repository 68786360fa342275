"""The documents' checks: `scripts/check-docs` runs them.

A fenced block of a page is the text of a file in docs/snippets, or of a part of one, or is marked as run by nothing:

    ```ts file=apollo/client.ts              the file
    ```ts file=apollo/client.ts part=links   what stands between its lines `// #part links` and `// #end links`
    ```sh not-run                            counted in docs/snippets/not-run.txt

In docs/snippets, suites.txt says what runs each file: `path or glob <TAB> script [word of that script]`. not-run.txt has
`page <TAB> count`, which `sync` lowers and never raises.
"""

import html
import pathlib
import re
import sys
import textwrap
import urllib.parse

from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parents[2]

# Where each block has a file or a mark.
WITH_BLOCKS = ("README.md", "docs/README.md", "docs/start/*.md", "docs/guides/*.md", "docs/run/*.md")
# Folders that hold nothing of this repository's own.
FOREIGN = {"node_modules", "target", "data", "artefacts", "__pycache__"}
LISTS = ("suites.txt", "not-run.txt")
INDEX = "docs/README.md"

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
MARKER = re.compile(r"^(?:(?://|#|--) #(?P<line>part|end) (?P<line_name>[\w-]+)"
                    r"|<!-- #(?P<html>part|end) (?P<html_name>[\w-]+) -->)$")
HEADING = re.compile(r"^ {0,3}#{1,6} +(?P<text>.*?)(?: +#+)? *$")
ANCHOR = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\((?:<(?P<angle>[^>]+)>|(?P<plain>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*))(?:\s+\"[^\"]*\")?\)")
DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]: +<?(?P<target>[^\s>]+)>?")


class Fault(Exception):
    """What is wrong with a block or a list."""


@dataclass
class Block:
    page: str
    line: int  # of its opening fence, from 1
    end: int  # of its closing fence, or one past the last line
    indent: str
    words: list
    text: str

    @property
    def where(self):
        return f"{self.page}:{self.line}"

    def option(self, name):
        return next((word[len(name) + 1:] for word in self.words if word.startswith(f"{name}=")), None)


class Documents:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.snippets = self.root / "docs" / "snippets"

    # Pages

    def pages(self):
        """Each Markdown file of the repository, by its path in it."""
        found = []
        folders = [self.root]
        while folders:
            for path in folders.pop().iterdir():
                if path.name.startswith(".") or path.name in FOREIGN:
                    continue
                if path.is_dir() and not path.is_symlink():
                    folders.append(path)
                elif path.suffix == ".md":
                    found.append(self.name(path))
        return sorted(found)

    def pages_with_blocks(self):
        return [page for page in self.pages() if any(matches(page, pattern) for pattern in WITH_BLOCKS)]

    def name(self, path):
        return path.relative_to(self.root).as_posix()

    def lines(self, page):
        return (self.root / page).read_text(encoding="utf-8").split("\n")

    def blocks(self, page):
        lines = self.lines(page)
        at = 0
        while at < len(lines):
            opening = FENCE.match(lines[at])
            if opening is None:
                at += 1
                continue
            indent, fence = opening["indent"], opening["fence"]
            end = at + 1
            while end < len(lines) and not is_closing(lines[end], fence):
                end += 1
            text = "".join(line.removeprefix(indent) + "\n" for line in lines[at + 1:end])
            yield Block(page, at + 1, end + 1, indent, opening["info"].split(), text)
            at = end + 1

    # Files of blocks

    def wanted(self, block):
        """The text that a block has to have."""
        name = block.option("file")
        path = self.snippets / name
        if ".." in pathlib.PurePosixPath(name).parts or not path.is_file():
            raise Fault(f"there is no docs/snippets/{name}")
        text = path.read_text(encoding="utf-8")
        part = block.option("part")
        return without_markers(text) if part is None else part_of(text, part, name)

    def complaints_of_blocks(self, page):
        for block in self.blocks(page):
            words = set(block.words)
            if "not-run" in words:
                if block.option("file"):
                    yield f"{block.where}: a block of a file is run, so it is not `not-run`"
                continue
            if not block.option("file"):
                yield f"{block.where}: the block has neither `file=` nor `not-run`"
                continue
            try:
                wanted = self.wanted(block)
            except Fault as fault:
                yield f"{block.where}: {fault}"
                continue
            if block.text != wanted:
                yield f"{block.where}: the block is not docs/snippets/{block.option('file')}: run scripts/check-docs sync"

    def sync(self, page):
        """Writes the blocks of a page from their files; returns whether that changed it."""
        lines = self.lines(page)
        before = list(lines)
        for block in reversed(list(self.blocks(page))):
            if not block.option("file") or "not-run" in block.words:
                continue
            try:
                wanted = self.wanted(block)
            except Fault:
                continue
            lines[block.line:block.end - 1] = [block.indent + line if line else "" for line in wanted.split("\n")[:-1]]
        if lines != before:
            (self.root / page).write_text("\n".join(lines), encoding="utf-8")
        return lines != before

    # Counts

    def not_run(self, page):
        return sum("not-run" in block.words for block in self.blocks(page))

    def listed_not_run(self):
        return {page: int(count) for page, count in self.rows("not-run.txt")}

    def rows(self, name):
        path = self.snippets / name
        if not path.exists():
            return
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = re.split(r"\t+", line.strip())
            if len(cells) != 2 or (name == "not-run.txt" and not cells[1].isdecimal()):
                raise Fault(f"docs/snippets/{name}:{number}: the line is not two cells with a tab between them")
            yield cells

    def complaints_of_counts(self):
        listed = self.listed_not_run()
        pages = self.pages_with_blocks()
        for page in pages:
            found, allowed = self.not_run(page), listed.get(page, 0)
            if found > allowed:
                yield f"{page}: {found} blocks are not run, and docs/snippets/not-run.txt allows {allowed}"
            elif found < allowed:
                yield f"{page}: {found} blocks are not run; lower the {allowed} of docs/snippets/not-run.txt (scripts/check-docs sync)"
        for page in sorted(set(listed) - set(pages)):
            yield f"docs/snippets/not-run.txt: there is no page {page}"

    def lower_counts(self):
        path = self.snippets / "not-run.txt"
        if not path.exists():
            return
        pages = set(self.pages_with_blocks())
        kept = []
        for line in path.read_text(encoding="utf-8").splitlines():
            page = line.split("\t")[0]
            if not line.strip() or line.startswith("#") or page not in pages:
                kept.append(line)
                continue
            count = min(self.listed_not_run()[page], self.not_run(page))
            if count:
                kept.append(f"{page}\t{count}")
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    # Files

    def files(self):
        if not self.snippets.is_dir():
            return []
        found = (path for path in self.snippets.rglob("*") if path.is_file())
        names = (path.relative_to(self.snippets) for path in found)
        return sorted(name.as_posix() for name in names
                      if not FOREIGN & set(name.parts) and name.as_posix() not in LISTS)

    def complaints_of_files(self):
        used = {block.option("file") for page in self.pages_with_blocks() for block in self.blocks(page)}
        suites = list(self.rows("suites.txt"))
        files = self.files()
        for file in files:
            if file not in used:
                yield f"docs/snippets/{file}: no page shows it"
            if not any(matches(file, pattern) for pattern, _ in suites):
                yield f"docs/snippets/{file}: no line of docs/snippets/suites.txt says what compiles or runs it"
        for pattern, suite in suites:
            script, *words = suite.split()
            if not any(matches(file, pattern) for file in files):
                yield f"docs/snippets/suites.txt: no file is {pattern}"
            if not (self.root / script).is_file():
                yield f"docs/snippets/suites.txt: there is no {script}, which runs {pattern}"
                continue
            text = (self.root / script).read_text(encoding="utf-8")
            for word in words:
                if re.search(rf"\b{re.escape(word)}\b", text) is None:
                    yield f"docs/snippets/suites.txt: {script} has no {word}, which runs {pattern}"

    # Links

    def anchors(self, page):
        seen, anchors = {}, set()
        for line in outside_of_fences(self.lines(page)):
            anchors.update(ANCHOR.findall(line))
            heading = HEADING.match(line)
            if heading:
                slug = anchor_of(heading["text"])
                times = seen.get(slug, 0)
                seen[slug] = times + 1
                anchors.add(slug if times == 0 else f"{slug}-{times}")
        return anchors

    def links(self, page):
        """Each link of a page to a file of this repository: its line, target path and anchor."""
        for number, line in enumerate(outside_of_fences(self.lines(page)), 1):
            line = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", lambda code: "x" * len(code[0]) if "](" in code[0] else code[0], line)
            found = [match["angle"] or match["plain"] for match in LINK.finditer(line)]
            found += [match["target"] for match in [DEFINITION.match(line)] if match]
            for target in found:
                if re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.IGNORECASE):
                    continue
                path, _, anchor = target.partition("#")
                yield number, target, urllib.parse.unquote(path), urllib.parse.unquote(anchor)

    def resolved(self, page, path):
        """The path of a link in this repository; None where it leaves it."""
        folder = self.root if path.startswith("/") else (self.root / page).parent
        target = pathlib.Path(*folder.parts, *[part for part in path.split("/") if part]).resolve() if path else self.root.resolve() / page
        try:
            return target.relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return None

    def complaints_of_links(self, page):
        for number, target, path, anchor in self.links(page):
            name = self.resolved(page, path)
            if name is None or not (self.root / name).exists():
                yield f"{page}:{number}: the link {target} leads nowhere"
            elif anchor and name.endswith(".md") and anchor not in self.anchors(name):
                yield f"{page}:{number}: the link {target}: {name} has no heading #{anchor}"

    def complaints_of_reach(self):
        """Pages of docs/ that no way of links from the index leads to."""
        if not (self.root / INDEX).exists():
            yield f"{INDEX}: the index is not there"
            return
        reached, new = {INDEX}, [INDEX]
        while new:
            page = new.pop()
            for _, _, path, _ in self.links(page):
                name = self.resolved(page, path)
                if name and name.endswith(".md") and name not in reached and (self.root / name).is_file():
                    reached.add(name)
                    new.append(name)
        for page in self.pages():
            if page.startswith("docs/") and page not in reached:
                yield f"{page}: no way of links leads there from {INDEX}"

    # All

    def complaints(self, pages=()):
        for page in pages or self.pages_with_blocks():
            yield from self.complaints_of_blocks(page)
        for page in pages or self.pages():
            yield from self.complaints_of_links(page)
        if pages:
            return
        try:
            yield from self.complaints_of_counts()
            yield from self.complaints_of_files()
        except Fault as fault:
            yield str(fault)
        yield from self.complaints_of_reach()


def matches(name, pattern):
    """Like fnmatch, but `*` stays in its folder and `**` does not."""
    expression = "".join({"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}.get(part) or re.escape(part)
                         for part in re.split(r"(\*\*/|\*\*|\*)", pattern))
    return re.fullmatch(expression, name) is not None


def is_closing(line, fence):
    line = line.strip()
    return len(line) >= len(fence) and set(line) == {fence[0]}


def marker_of(line):
    """`("part" or "end", name)` of a line that marks a part, or None."""
    found = MARKER.match(line.strip())
    return found and (found["line"] or found["html"], found["line_name"] or found["html_name"])


def without_markers(text):
    return "".join(line for line in text.splitlines(keepends=True) if marker_of(line) is None)


def part_of(text, part, name):
    lines = text.splitlines(keepends=True)
    marks = [marker_of(line) for line in lines]
    if marks.count(("part", part)) != 1 or marks.count(("end", part)) != 1:
        raise Fault(f"docs/snippets/{name} does not have one part {part}, from a line `#part {part}` to a line `#end {part}`")
    begin, end = marks.index(("part", part)), marks.index(("end", part))
    return textwrap.dedent("".join(line for line, mark in list(zip(lines, marks))[begin + 1:end] if mark is None))


def outside_of_fences(lines):
    """The lines, those of blocks empty."""
    fence = None
    for line in lines:
        opening = FENCE.match(line) if fence is None else None
        if opening:
            fence = opening["fence"]
            yield ""
        elif fence is not None:
            if is_closing(line, fence):
                fence = None
            yield ""
        else:
            yield line


def anchor_of(heading):
    """The anchor that GitHub gives to a heading."""
    text = re.sub(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"(?<!\w)[*_]+|[*_]+(?!\w)", "", re.sub(r"<[^>]+>", "", text)) if "`" not in text else text
    text = html.unescape(text).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def root_of(folder):
    """The repository that a folder is in, else this script's own."""
    for candidate in (folder, *folder.parents):
        if (candidate / "docs").is_dir() and (candidate / "schema.graphql").is_file():
            return candidate
    return HERE


def main(words):
    here = pathlib.Path.cwd().resolve()
    documents = Documents(root_of(here))
    writes = words[:1] == ["sync"]
    pages = [documents.name((here / word).resolve()) for word in words[writes:]]
    absent = [page for page in pages if not (documents.root / page).is_file()]
    if absent:
        sys.exit(f"error: there is no {absent[0]}")
    if writes:
        for page in pages or documents.pages_with_blocks():
            if documents.sync(page):
                print(f"written {page}", file=sys.stderr)
        documents.lower_counts()
    complaints = list(documents.complaints(pages))
    for complaint in complaints:
        print(complaint)
    if complaints:
        sys.exit(f"error: {len(complaints)} faults in the documents")


if __name__ == "__main__":
    main(sys.argv[1:])
