#!/usr/bin/python3
"""The shell: help with an example for every command, JSON that parses, exit codes as the design lists them."""
import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import AVA, PASSWORD, Server  # noqa: E402
from support.pictures import classes, png, tar_of  # noqa: E402


def run(*args):
    return subprocess.run([AVA, *args], capture_output=True, text=True, timeout=60, check=False)


def commands(prefix=()):
    """Every command of the program, found by asking it."""
    text = run(*prefix, "--help").stdout
    part = re.search(r"^(?:Subcommands|SUBCOMMANDS):\n((?:  .*\n|\n)*)", text, re.M)
    names = re.findall(r"^  ([a-z][a-z-]*)\b", part.group(1), re.M) if part else []
    if not names:
        return [prefix]
    return [c for name in names for c in commands((*prefix, name))]


class Help(unittest.TestCase):
    def test_every_command_explains_itself_with_an_example(self):
        found = commands()
        self.assertGreater(len(found), 30)
        for command in found:
            with self.subTest(" ".join(command)):
                done = run(*command, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, r"Examples?:\n\s+ava " + " ".join(command))

    def test_bad_usage_is_2(self):
        for args in ((), ("dance",), ("dataset",), ("dataset", "import"), ("dataset", "list", "--nonsense"),
                     ("data", "format"), ("server", "--workers", "0")):
            done = run(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertTrue(done.stderr or done.stdout, args)


class Shell(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.tar = cls.server.folder / "图片.tar"
        cls.tar.write_bytes(tar_of(classes(12)))
        cls.import_done = cls.server.cli("dataset", "import", "signs", cls.tar, "--wait", "--json")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ok(self, *args):
        done = self.server.cli(*args, "--json")
        self.assertEqual(done.returncode, 0, (args, done.stderr))
        return json.loads(done.stdout)

    def fails(self, code, slug, *args, **more):
        done = self.server.cli(*args, "--json", **more)
        self.assertEqual(done.returncode, code, (args, done.stdout, done.stderr))
        self.assertEqual(json.loads(done.stderr.strip().splitlines()[-1])["slug"], slug, done.stderr)

    def test_import_format_and_look(self):
        self.assertEqual(self.import_done.returncode, 0, self.import_done.stderr)
        made = json.loads(self.import_done.stdout)
        self.assertEqual((made["state"], made["item_count"], made["source"]["filename"]), ("success", 12, "图片.tar"))
        self.assertEqual(self.ok("dataset", "show", "signs")["id"], made["id"])
        self.assertEqual(self.ok("dataset", "stats", "signs")["file_count"], 12)
        batch = self.ok("dataset", "format", "signs", "--to", "recordio,raw", "--train", "75", "--val", "25", "--wait")
        self.assertEqual(sorted((s["format"], s["split"], s["sample_count"]) for s in batch["items"]),
                         [("raw", "train", 9), ("raw", "val", 3), ("recordio", "train", 9), ("recordio", "val", 3)])
        self.assertEqual(len(self.ok("dataset", "sets", "signs")["items"]), 4)
        for command in (("whoami",), ("bucket", "list"), ("dataset", "list"), ("training", "list"), ("model", "list"),
                        ("job", "list"), ("user", "list")):
            self.assertIsInstance(self.ok(*command), dict, command)
        self.assertNotIn("{", self.server.cli("dataset", "list").stdout)

    def test_exit_codes(self):
        bad = self.server.folder / "bad.lst"
        bad.write_text("oops\n")
        self.fails(2, "name.bad", "dataset", "import", "../x", self.tar)
        self.fails(4, "cli.not_found", "dataset", "show", "nobody")
        self.fails(4, "training.not_found", "training", "show", "tr_01m848t932f31bvynqrrj4tsc2")
        self.fails(4, "file.not_found", "dataset", "import", "new-one", "/no/such/file")
        self.fails(5, "dataset.name_taken", "dataset", "import", "signs", self.tar)
        self.fails(3, "user.bad_token", "dataset", "list", env={"AVA_TOKEN": "ava_wrong"})
        self.fails(7, "http.unreachable", "dataset", "list", env={"AVA_URL": "http://127.0.0.1:1"})
        self.fails(2, "list.no_items", "dataset", "import", "bad-list", bad, "--wait")
        self.assertEqual(self.server.cli("dataset", "list", env={"AVA_URL": "", "AVA_TOKEN": ""}).returncode, 3)

    def test_words_for_people_name_the_way_out(self):
        done = self.server.cli("dataset", "format", "signs", "--train", "90", "--val", "20")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("at most 100", done.stderr)
        self.assertIn("(format.bad_splits)", done.stderr)

    def test_login_keeps_a_token_that_only_its_owner_reads(self):
        self.server.member("小红")
        secret = self.server.folder / "password"
        secret.write_text(PASSWORD + "\n")
        home = self.server.folder / "家"
        env = {"AVA_CONFIG_DIR": str(home), "AVA_URL": "", "AVA_TOKEN": ""}
        done = self.server.cli("login", "--server", f"http://127.0.0.1:{self.server.port}", "--user", "小红", "--password-file",
                               secret, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((home / "login.json").stat().st_mode & 0o777, 0o600)
        self.assertIn("小红", self.server.cli("whoami", env=env).stdout)
        self.assertEqual(self.server.cli("user", "list", env=env).returncode, 3)
        secret.write_text("wrong\n")
        done = self.server.cli("login", "--server", f"http://127.0.0.1:{self.server.port}", "--user", "小红", "--password-file",
                               secret, env=env)
        self.assertEqual(done.returncode, 3, done.stderr)

    def test_a_model_up_and_down(self):
        packed = self.server.folder / "m.tar.gz"
        packed.write_bytes(tar_of({"w": b"w"}, "w:gz"))
        made = self.ok("model", "upload", "best", packed)
        done = self.server.cli("model", "download", "best", "-o", self.server.folder / "again.tar.gz")
        self.assertEqual(((self.server.folder / "again.tar.gz").read_bytes(), done.returncode), (packed.read_bytes(), 0))
        self.assertEqual(self.server.cli("model", "delete", made["id"]).returncode, 0)
        self.fails(4, "model.not_found", "model", "download", made["id"])
        picture = self.server.folder / "a.png"
        picture.write_bytes(png(1))
        self.fails(2, "model.no_package", "model", "upload", "none", picture)


if __name__ == "__main__":
    unittest.main()
