"""What the pages say is there: links, files of this repository, commands of `ava` and their options."""
import re
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.M | re.S)
COMMAND = re.compile(r"(?:^|[\s/;&|(`])ava ((?:[a-z]+(?: |$|(?=`)))+)")
# Folders whose files are named in backticks as they are, or without `src/`.
TREES = ("", "src/", "web/", "apps/ava/", "web/src/", "tests/")


def pages() -> list:
    """Markdown pages under version control, but for the generated ones and the manual's prose."""
    out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
                         check=True, capture_output=True).stdout.decode()
    return [Path(n) for n in out.split("\0") if n and (ROOT / n).is_file()]


def commands() -> dict:
    """{words of a command: its help} from the reference page."""
    text = (ROOT / "docs/reference/cli.md").read_text()
    return {words: body for words, body in re.findall(r"^## ava ?([a-z -]*)\n\n```\n(.*?)^```", text, re.M | re.S)}


class Docs(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for page in pages():
            text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.S)
            for target in LINK.findall(text):
                if "://" in target or target.startswith("mailto:") or target.endswith(".png"):
                    continue  # the manual's pictures are taken from a running server
                with self.subTest(page=str(page), target=target):
                    self.assertTrue((ROOT / page.parent / target).exists(), f"{page} links to {target}")

    def test_named_files_exist(self):
        for page in pages():
            if page.parts[:2] != ("docs", "design"):
                continue
            for name in re.findall(r"`([a-z][\w./-]*/[\w.-]+\.(?:cpp|hpp|py|tsx|ts|sql|toml|service))`", (ROOT / page).read_text()):
                if name.startswith(("run/", "config/", "params/", "cache/", "sock/")):
                    continue  # files of a user, not of this repository
                with self.subTest(page=str(page), file=name):
                    self.assertTrue(any((ROOT / (tree + name)).exists() for tree in TREES), f"{page} names {name}")

    def test_commands_and_options_exist(self):
        known = commands()
        self.assertIn("data format", known)
        for page in pages():
            if page.parts[:2] in (("docs", "reference"), ("docs", "adr")) or page.name.startswith("add-"):
                continue  # pages of how-to/ show commands a reader is about to add
            for block in FENCE.findall((ROOT / page).read_text()):
                for line in block.replace("\\\n", " ").splitlines():
                    for part in re.split(r"&&|;|\||#", line):
                        self.check_command(page, part, known)

    def check_command(self, page, part, known):
        found = re.match(r"\s*(?:[A-Z_]+=\S+ )*(?:\$AVA|ava|[\w./]*bin/ava) ([a-z][a-z -]*?)(?=\s+[^a-z\s]|\s*$|\s+\S*[^a-z\s-])", part + " ")
        if not found:
            return
        words = found.group(1).split()
        while words and " ".join(words) not in known:
            words.pop()
        with self.subTest(page=str(page), command=part.strip()):
            self.assertTrue(words, f"{page}: no such command: {part.strip()}")
            if words[0] == "data" or len(words) > 1 or words[0] in ("server", "worker", "login"):
                for option in re.findall(r"(?<=\s)--[a-z][a-z-]*", part):
                    self.assertIn(option, known[" ".join(words)], f"{page}: {part.strip()}")


if __name__ == "__main__":
    unittest.main()
