#!/usr/bin/python3
"""Check, look at, compare and verify the blood-cell pictures; foreign sets are packed here.

Usage: tests/conformance/look_test.py --ava PATH [--data FOLDER]
FOLDER holds Pascal VOC (default: ../shared/data/bccd beside the repository; without it the test is skipped).
"""
import argparse
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")),
                          data=str(ROOT.parent / "shared/data/bccd"))


def pack_as_im2rec(path, samples):
    """RecordIO with a label vector of boxes and ids of its own, as MXNet's tool writes it."""
    with path.open("wb") as out:
        for number, (picture, vector) in enumerate(samples):
            head = struct.pack("<IfQQ", len(vector), 0.0, 7000 - number, 0) + struct.pack(f"<{len(vector)}f", *vector)
            body = head + picture
            parts, at = [], 0
            for cut in range(0, len(body) - 3, 4):
                if body[cut:cut + 4] == b"\x0a\x23\xd7\xce":
                    parts.append(body[at:cut])
                    at = cut + 4
            parts.append(body[at:])
            for i, part in enumerate(parts):
                flag = 0 if len(parts) == 1 else 1 if i == 0 else 3 if i == len(parts) - 1 else 2
                out.write(struct.pack("<II", 0xCED7230A, flag << 29 | len(part)) + part + b"\0" * (-len(part) % 4))


class Look(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not Path(ARGS.data).is_dir():
            raise unittest.SkipTest(f"no {ARGS.data}")
        cls.work = Path(tempfile.mkdtemp(prefix="ava-look-"))
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        cls.list = cls.work / "cells.lst"
        cls.ava("import", "voc", ARGS.data, "-o", cls.list)
        cls.ava("format", cls.list, "--to", "recordio,lmdb", "--train", "100", "--val", "0", "--out", cls.work / "sets")
        cls.lines = cls.list.read_text(encoding="utf-8").splitlines()

    @classmethod
    def ava(cls, *args, code=0):
        done = subprocess.run([ARGS.ava, "data", *map(str, args)], capture_output=True, text=True, check=False)
        if done.returncode != code:
            raise AssertionError(f"{args}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *args, code=0):
        return json.loads(self.ava(*args, "--json", code=code))

    def changed(self, name, change):
        items = [json.loads(line) for line in self.lines]
        change(items)
        path = self.work / name
        path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
        return path

    def theirs(self, folder, change=lambda samples: samples):
        classes = sorted({box["class"] for line in self.lines for box in json.loads(line)["label"][0]["data"]})
        samples = []
        for line in self.lines:
            item = json.loads(line)
            vector = [2.0, 5.0]
            for box in item["label"][0]["data"]:
                xs, ys = zip(*box["bbox"])
                vector += [classes.index(box["class"]), min(xs) / 640, min(ys) / 480, max(xs) / 640, max(ys) / 480]
            samples.append((Path(item["url"]).read_bytes(), vector))
        target = self.work / folder
        target.mkdir(exist_ok=True)
        pack_as_im2rec(target / "train.rec", change(samples))
        (target / "labels.csv").write_text("".join(name + "\n" for name in classes), encoding="utf-8")
        return target

    def test_quality_of_a_good_list(self):
        report = self.json("check", self.list, "--quality", "--strict")
        self.assertEqual((report["items"], report["pictures"], report["errors"]), (364, 364, 0))

    def test_quality_finds_what_was_broken(self):
        cut = self.work / "cut.jpg"

        def spoil(items):
            picture = Path(items[0]["url"]).read_bytes()
            cut.write_bytes(picture[:len(picture) // 2])
            items[0]["url"] = str(cut)
            items[1]["label"][0]["data"][0]["bbox"] = [[5000, 10], [5010, 10], [5010, 20], [5000, 20]]
            items[2]["label"][0]["data"][0]["class"] = ""
            items[3]["url"] = items[4]["url"]
            items[5]["label"][0]["data"][0]["bbox"] = [[10, 10], [10, 10], [10, 10], [10, 10]]
        report = self.json("check", self.changed("spoilt.lst", spoil), "--quality", "--strict", code=8)
        found = {finding["code"]: finding for finding in report["findings"]}
        for code, line in (("picture.truncated", 1), ("box.outside", 2), ("class.missing", 3), ("url.duplicate", 5),
                           ("picture.near_duplicate", 5), ("box.degenerate", 6)):
            self.assertIn(line, [example["line"] for example in found[code]["examples"]], code)
        self.ava("check", self.work / "spoilt.lst", "--quality")

    def test_show_and_head(self):
        for source in (self.list, self.work / "sets/recordio/train", self.work / "sets/lmdb/train"):
            out = self.work / "x.png"
            sight = self.json("show", source, "--index", "7", "-o", out)
            self.assertEqual((sight["width"], sight["height"]), (640, 480))
            self.assertEqual(out.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            items = self.json("head", source, "-n", "5", "--from", "7")["items"]
            self.assertEqual(len(items), 5)
            self.assertEqual(items[0]["marks"], sight["marks"])
        self.ava("show", self.list, "--index", "364", "-o", self.work / "no.png", code=4)

    def test_diff_of_lists(self):
        def edit(items):
            box = items[0]["label"][0]["data"][0]
            box["bbox"] = [[x + 2, y] for x, y in box["bbox"]]
            items[1]["label"][0]["data"][0]["class"] = "new"
            del items[2]["label"][0]["data"][0]
            items[3]["url"] = items[3]["url"] + "x"
        report = self.json("diff", self.list, self.changed("edited.lst", edit), "--strict", code=8)
        self.assertEqual((report["same"], report["added"], report["removed"], report["changed"]), (360, 1, 1, 3))
        self.assertEqual({k: report["boxes"][k] for k in ("moved", "class_changed", "added", "removed")},
                         {"moved": 1, "class_changed": 1, "added": 0, "removed": 1})

    def test_a_list_and_its_sets_are_the_same(self):
        for name in ("recordio", "lmdb"):
            self.ava("diff", self.list, self.work / "sets" / name / "train", "--strict")

    def test_sets_of_others(self):
        theirs = self.theirs("theirs", lambda samples: samples[::-1])
        stats = self.json("stats", theirs)
        ours = self.json("stats", self.list)
        self.assertEqual(stats["file_count"], 364)
        self.assertEqual(stats["labels"][0]["count"], ours["labels"][0]["count"])
        self.ava("verify", self.work / "sets", theirs)
        self.ava("diff", self.list, theirs, "--strict")
        wrong = self.theirs("wrong", lambda samples: samples[1:])
        report = self.json("verify", self.work / "sets/lmdb/train", wrong, code=8)
        self.assertEqual([problem["slug"] for problem in report["problems"]], ["sample.missing"])


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    PARSER.add_argument("--ava", default=ARGS.ava)
    PARSER.add_argument("--data", default=ARGS.data)
    ARGS, rest = PARSER.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
