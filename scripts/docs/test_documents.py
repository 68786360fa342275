"""Each check of the documents against a small repository that breaks it, and against one that does not."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from documents import Documents, anchor_of, matches, part_of

HERE = pathlib.Path(__file__).resolve().parent

CLIENT = """\
// #part address
export const url = '/graphql';
// #end address

export function client() {
  // #part inner
  if (url) {
    return url;
  }
  // #end inner
}
"""
WHOLE = "export const url = '/graphql';\n\nexport function client() {\n  if (url) {\n    return url;\n  }\n}\n"
INNER = "if (url) {\n  return url;\n}\n"

START = f"""\
# Fetch

Then [run it](run.md#start-it), or see [the schema](../../schema.graphql).

```ts file=fetch/client.ts
{WHOLE}```

1. In a list:

   ```ts file=fetch/client.ts part=inner
   if (url) {{
     return url;
   }}
   ```

```text not-run
printed
```
"""
RUN = "# Run\n\n## Start it\n\nNext: [fetch](fetch.md).\n"
FILES = {
    "schema.graphql": "type Query { a: Int }\n",
    "README.md": "# Front\n\n[Documents](docs/README.md)\n",
    "docs/README.md": "# Index\n\n- [Run](start/run.md)\n",
    "docs/start/fetch.md": START,
    "docs/start/run.md": RUN,
    "docs/snippets/fetch/client.ts": CLIENT,
    "docs/snippets/suites.txt": "fetch/*.ts\ttests/run.mjs snippets\n",
    "docs/snippets/not-run.txt": "docs/start/fetch.md\t1\n",
    "tests/run.mjs": "const suites = { snippets: 1 };\n",
}


class Checks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def replace(self, name, old, new):
        self.assertIn(old, self.read(name))
        self.write(name, self.read(name).replace(old, new))

    def complaints(self, *pages):
        return list(Documents(self.root).complaints(pages))

    def assert_complains(self, *parts):
        complaints = self.complaints()
        for part in parts:
            self.assertTrue(any(part in complaint for complaint in complaints), (part, complaints))
        self.assertEqual(len(complaints), len(parts), complaints)

    def test_a_right_repository_has_no_faults(self):
        self.assertEqual(self.complaints(), [])

    def test_a_block_that_is_not_its_file_is_found_and_mended_by_sync(self):
        self.replace("docs/snippets/fetch/client.ts", "return url", "return `${url}`")
        self.assert_complains("fetch.md:5: the block is not docs/snippets/fetch/client.ts", "fetch.md:17: the block is not")

        self.assertTrue(Documents(self.root).sync("docs/start/fetch.md"))

        self.assertEqual(self.complaints(), [])
        self.assertIn("\n     return `${url}`;\n   }\n   ```\n", self.read("docs/start/fetch.md"))
        self.assertFalse(Documents(self.root).sync("docs/start/fetch.md"))

    def test_a_block_without_a_file_or_a_mark_is_found(self):
        self.replace("docs/start/run.md", "Next", "```sh\nls\n```\n\nNext")
        self.assert_complains("run.md:5: the block has neither")

    def test_a_block_of_the_front_page_has_a_file_too(self):
        self.write("README.md", self.read("README.md") + "\n~~~\nls\n~~~\n")
        self.assert_complains("README.md:5: the block has neither")

    def test_a_block_of_a_file_that_is_not_there_is_found(self):
        self.replace("docs/start/fetch.md", "file=fetch/client.ts part", "file=fetch/other.ts part")
        self.assert_complains("there is no docs/snippets/fetch/other.ts")

    def test_a_block_of_a_file_outside_of_the_snippets_is_found(self):
        self.replace("docs/start/fetch.md", "file=fetch/client.ts part", "file=../../schema.graphql part")
        self.assert_complains("there is no docs/snippets/../../schema.graphql")

    def test_a_part_that_is_not_there_or_twice_there_is_found(self):
        self.replace("docs/start/fetch.md", "part=inner", "part=outer")
        self.assert_complains("does not have one part outer")
        self.replace("docs/start/fetch.md", "part=outer", "part=inner")
        self.write("docs/snippets/fetch/client.ts", CLIENT + "// #part inner\n// #end inner\n")
        self.assert_complains("does not have one part inner")

    def test_a_block_can_not_have_both_a_file_and_the_mark(self):
        self.replace("docs/start/fetch.md", "```ts file=fetch/client.ts\n", "```ts file=fetch/client.ts not-run\n")
        self.replace("docs/snippets/not-run.txt", "\t1", "\t2")
        self.assert_complains("so it is not `not-run`")

    def test_more_blocks_that_are_not_run_than_listed_are_found_and_sync_does_not_allow_them(self):
        self.replace("docs/start/run.md", "Next", "```sh not-run\nls\n```\n\nNext")
        Documents(self.root).lower_counts()
        self.assert_complains("docs/start/run.md: 1 blocks are not run, and docs/snippets/not-run.txt allows 0")

    def test_fewer_blocks_that_are_not_run_than_listed_are_found_and_sync_lowers_the_count(self):
        self.replace("docs/snippets/not-run.txt", "\t1", "\t3")
        self.assert_complains("1 blocks are not run; lower the 3")
        Documents(self.root).lower_counts()
        self.assertEqual(self.read("docs/snippets/not-run.txt"), "docs/start/fetch.md\t1\n")

    def test_a_count_of_a_page_that_is_not_there_is_found(self):
        self.write("docs/snippets/not-run.txt", FILES["docs/snippets/not-run.txt"] + "docs/start/gone.md\t1\n")
        self.assert_complains("there is no page docs/start/gone.md")

    def test_a_line_of_a_list_without_a_tab_is_found(self):
        self.write("docs/snippets/not-run.txt", "docs/start/fetch.md 1\n")
        self.assert_complains("not-run.txt:1: the line is not two cells")

    def test_a_file_that_no_page_shows_is_found(self):
        self.write("docs/snippets/fetch/other.ts", "")
        self.assert_complains("docs/snippets/fetch/other.ts: no page shows it")

    def test_a_file_that_no_suite_touches_is_found(self):
        self.write("docs/snippets/fetch/more/client.ts", "a\n")
        self.write("docs/start/run.md", RUN + "\n```ts file=fetch/more/client.ts\na\n```\n")
        self.assert_complains("docs/snippets/fetch/more/client.ts: no line of docs/snippets/suites.txt")
        self.replace("docs/snippets/suites.txt", "fetch/*.ts", "fetch/**/*.ts")
        self.assertEqual(self.complaints(), [])

    def test_a_suite_that_is_not_there_or_runs_no_file_is_found(self):
        self.write("docs/snippets/suites.txt", "fetch/*.ts\ttests/gone.mjs\n")
        self.assert_complains("there is no tests/gone.mjs")
        self.write("docs/snippets/suites.txt", "fetch/*.ts\ttests/run.mjs other\n")
        self.assert_complains("tests/run.mjs has no other")
        self.write("docs/snippets/suites.txt", FILES["docs/snippets/suites.txt"] + "fetch/*.py\ttests/run.mjs\n")
        self.assert_complains("no file is fetch/*.py")

    def test_a_link_that_leads_nowhere_is_found(self):
        self.replace("docs/start/fetch.md", "../../schema.graphql", "../schema.graphql")
        self.assert_complains("docs/start/fetch.md:3: the link ../schema.graphql leads nowhere")

    def test_a_link_out_of_the_repository_is_found(self):
        self.replace("docs/start/fetch.md", "../../schema.graphql", "../../../../../../etc/passwd")
        self.assert_complains("leads nowhere")

    def test_a_link_of_a_page_that_is_not_in_docs_is_checked_too(self):
        self.write("deploy/chart/README.md", "# Chart\n\n[index](../../docs/README.md#gone) ![](gone.png)\n")
        self.assert_complains("has no heading #gone", "the link gone.png leads nowhere")

    def test_an_anchor_that_is_not_there_is_found(self):
        self.replace("docs/start/fetch.md", "#start-it", "#start")
        self.assert_complains("docs/start/run.md has no heading #start")

    def test_an_anchor_of_the_page_itself_is_checked(self):
        self.write("docs/start/run.md", RUN + "[up](#start-it) [down](#down)\n")
        self.assert_complains("the link #down")

    def test_headings_and_links_within_code_are_text(self):
        self.write("docs/start/run.md", RUN + "\n```text not-run\n# Down\n[a](gone.md)\n```\n`[a](gone.md)` [down](#down)\n")
        self.write("docs/snippets/not-run.txt", FILES["docs/snippets/not-run.txt"] + "docs/start/run.md\t1\n")
        self.assert_complains("the link #down")

    def test_a_page_that_the_index_does_not_lead_to_is_found(self):
        self.write("docs/guides/lost.md", "# Lost\n")
        self.assert_complains("docs/guides/lost.md: no way of links leads there")

    def test_an_index_that_is_not_there_is_found(self):
        (self.root / "docs" / "README.md").unlink()
        self.assert_complains("README.md:3: the link docs/README.md leads nowhere", "docs/README.md: the index is not there")

    def test_one_page_is_checked_by_itself(self):
        self.replace("docs/snippets/fetch/client.ts", "return url", "return 1")
        self.write("docs/guides/lost.md", "# Lost\n\n[a](gone.md)\n")
        self.assertEqual(len(self.complaints("docs/guides/lost.md")), 1)
        self.assertEqual(len(self.complaints("docs/start/run.md")), 0)

    def test_the_command_checks_the_repository_that_it_is_called_in(self):
        command = [sys.executable, str(HERE / "documents.py")]
        folder = self.root / "docs" / "start"
        fine = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((fine.returncode, fine.stdout), (0, ""), fine.stderr)

        self.replace("docs/snippets/fetch/client.ts", "return url", "return 1")
        wrong = subprocess.run([*command, "fetch.md"], cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((wrong.returncode, len(wrong.stdout.splitlines())), (1, 2), wrong.stderr)
        synced = subprocess.run([*command, "sync"], cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual((synced.returncode, synced.stdout), (0, ""), synced.stderr)
        absent = subprocess.run([*command, "gone.md"], cwd=folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(absent.returncode, 1)


class Texts(unittest.TestCase):
    def test_a_part_loses_its_indentation_and_the_marks_within_it(self):
        self.assertEqual(part_of(CLIENT, "inner", "client.ts"), INNER)
        nested = "# #part all\na = 1\n# #part b\nb = 2\n# #end b\n# #end all\n"
        self.assertEqual(part_of(nested, "all", "a.py"), "a = 1\nb = 2\n")
        self.assertEqual(part_of("-- #part b\nselect 1;\n-- #end b\n", "b", "a.sql"), "select 1;\n")
        self.assertEqual(part_of("<!-- #part b -->\n<p>\n<!-- #end b -->\n", "b", "a.html"), "<p>\n")

    def test_anchors_are_those_of_github(self):
        anchors = {
            "Start it": "start-it",
            "What's next?": "whats-next",
            "`Query.me` and `snake_case`": "queryme-and-snake_case",
            "2. A *second* tab": "2-a-second-tab",
            "[Linked](a.md) — dash": "linked--dash",
            "CORS & cookies": "cors--cookies",
            "R&amp;D": "rd",
        }
        for heading, anchor in anchors.items():
            self.assertEqual(anchor_of(heading), anchor)

    def test_a_star_stays_in_its_folder_and_two_do_not(self):
        self.assertTrue(matches("a/b.ts", "a/*.ts"))
        self.assertFalse(matches("a/b/c.ts", "a/*.ts"))
        self.assertTrue(matches("a/b/c.ts", "a/**/*.ts"))
        self.assertTrue(matches("a/c.ts", "a/**/*.ts"))
        self.assertTrue(matches("a/b/c.ts", "a/**"))


if __name__ == "__main__":
    unittest.main()
