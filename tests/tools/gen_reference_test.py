"""The reference pages say what their sources say, and a stale page is noticed."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))
from error_slugs import catalogue, find_slugs  # noqa: E402
from reference_pages import api_page, subcommands, type_words  # noqa: E402


def tree(files: dict) -> tempfile.TemporaryDirectory:
    folder = tempfile.TemporaryDirectory()
    for name, text in files.items():
        path = Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


class Slugs(unittest.TestCase):
    def test_errors_with_code_and_place(self):
        with tree({"src/dataset/a.cpp": 'return Error(ErrorCode::kConflict, "dataset.in_use", "x");\nReason{"dataset.gone", ""};',
                   "src/dataset/b.cpp": 'open("dataset.json"); row["owner.name"];',
                   "src/dataset/a_test.cpp": 'EXPECT_ERROR(r, "dataset.only_tested");'}) as root:
            found = find_slugs(Path(root))
        self.assertEqual(sorted(found), ["dataset.gone", "dataset.in_use"])
        self.assertEqual(found["dataset.in_use"], {"codes": {"kConflict"}, "files": {"src/dataset/a.cpp"}})

    def test_words_of_rejects(self):
        with tree({"src/sample/a.cpp": 'return refuse("bbox_empty", text); reject.slug = "line_too_long";'}) as root:
            self.assertEqual(sorted(find_slugs(Path(root))), ["bbox_empty", "line_too_long"])

    def test_catalogue(self):
        with tree({"errors.ts": 'export const errors = {\n  title: "x",\n  slug: {\n    user: {\n      busy: "Say \\"again\\"",\n'
                                '    },\n    db: {\n      full: "Full",\n    },\n  },\n};\n'}) as root:
            self.assertEqual(catalogue(Path(root) / "errors.ts"), {"user.busy": 'Say "again"', "db.full": "Full"})


class Pages(unittest.TestCase):
    def test_types_in_words(self):
        self.assertEqual(type_words({"type": "array", "items": {"$ref": "#/components/schemas/Run"}}), "list of [Run](#run)")
        self.assertEqual(type_words({"enum": ["a", "b"]}), "`a` or `b`")
        self.assertEqual(type_words({"type": "integer", "minimum": 1}), "integer (≥ 1)")

    def test_operations_by_tag(self):
        page = api_page({"info": {"version": "1"}, "paths": {"/x": {"get": {"summary": "See x", "tags": ["xs"], "security": []}}}})
        self.assertIn("## xs\n\n### GET /x\n\nSee x.\n\n- needs no login", page)

    def test_subcommands(self):
        self.assertEqual(subcommands("Usage: a\n\nSubcommands:\n  one      First\n  two      Second\n                more\n"), ["one", "two"])

    def test_a_stale_page_fails(self):
        with tree({"ava": '#!/bin/sh\ncase "$*" in *--json) echo \'{"items":[]}\' ;; *) echo "Usage: ava" ;; esac\n'}) as root:
            program = Path(root) / "ava"
            program.chmod(0o755)
            done = subprocess.run([str(ROOT / "tools" / "gen_reference"), "--check", "--ava", str(program)],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("docs/reference/cli.md is old", done.stdout)


if __name__ == "__main__":
    unittest.main()
