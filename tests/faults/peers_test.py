#!/usr/bin/python3
"""What other tools did with bad input when it was tried, and AVA must not do: one test for each.

Usage: tests/faults/peers_test.py --ava PATH
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))
from read_back_test import make_pictures  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")))
GOOD, BAD = 8, ("cut.jpg", "half.jpg", "empty.jpg", "text.jpg", "gone.jpg")
FORMATS = ("recordio", "lmdb", "raw", "folder", "tfrecord", "webdataset", "mds")
BOX_FORMATS = ("coco", "voc", "yolo", "roidb")
HANGS_AFTER_S = 60


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="ava-peers-"))
        make_pictures(cls.dir / "png", GOOD)
        cls.ava("import", "folder", cls.dir / "png", "-o", cls.dir / "png.lst")
        cls.ava("format", cls.dir / "png.lst", "--to", "raw", "--split", "train=100%", "--resize", "48x48", "--out", cls.dir / "small")
        jpegs = sorted((cls.dir / "small/raw/train/samples").glob("*.jpg"))
        assert len(jpegs) == GOOD, "resized pictures are JPEG"
        cls.pictures = cls.dir / "pictures"
        cls.pictures.mkdir()
        for path in jpegs:
            shutil.copy(path, cls.pictures)
        whole = jpegs[0].read_bytes()
        (cls.pictures / "cut.jpg").write_bytes(whole[:-2])
        (cls.pictures / "half.jpg").write_bytes(whole[:len(whole) // 2])
        (cls.pictures / "empty.jpg").write_bytes(b"")
        (cls.pictures / "text.jpg").write_text("no picture")
        cls.list = cls.dir / "all.lst"
        cls.list.write_text("".join(cls.line(name) for name in [path.name for path in jpegs] + list(BAD)))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @staticmethod
    def line(name):
        corners = [[1, 1], [20, 1], [20, 30], [1, 30]]
        return json.dumps({"url": f"pictures/{name}", "type": "image", "label": [
            {"name": "c", "type": "classification", "version": "1", "data": [{"class": "x"}]},
            {"name": "d", "type": "detection", "version": "1", "data": [{"bbox": corners, "class": "x"}]}]}) + "\n"

    @staticmethod
    def ava(*words, code=0):
        """A hang is a failure: subprocess raises TimeoutExpired."""
        done = subprocess.run([ARGS.ava, "data", *map(str, words)], capture_output=True, text=True, timeout=HANGS_AFTER_S, check=False)
        assert code is None or done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def make(self, formats, label, *more, code=0):
        out = self.dir / self.id().rsplit(".", maxsplit=1)[-1] / label
        self.addCleanup(shutil.rmtree, out.parent, ignore_errors=True)
        return out, self.ava("format", self.list, "--to", ",".join(formats), "--label", label, "--out", out, "--json", *more, code=code)

    def every_set(self):
        for formats, label in ((FORMATS, "classification.c"), (BOX_FORMATS, "detection.d")):
            out, done = self.make(formats, label, "--split", "train=100%")
            yield formats, out, json.loads(done.stdout)

    def test_a_truncated_jpeg_is_listed_not_packed(self):
        for formats, out, result in self.every_set():
            self.assertEqual([one["sample_count"] for one in result["sets"]], [GOOD] * len(formats))
            listed = {row["url"]: row["slug"] for row in map(json.loads, (out / "rejects.jsonl").read_text().splitlines())}
            self.assertEqual(sorted(listed), sorted(f"pictures/{name}" for name in BAD))
            for name in ("cut.jpg", "half.jpg"):
                self.assertIn(listed[f"pictures/{name}"], ("picture.truncated", "picture.corrupt"))
            self.ava("verify", out)

    def test_damage_inside_a_picture_does_not_hang_a_reader(self):
        for formats, out, _ in self.every_set():
            for name in formats:
                self.ava("stats", out / name / "train")

    def test_a_failure_leaves_no_partial_file(self):
        for formats, label in ((FORMATS, "classification.c"), (BOX_FORMATS, "detection.d")):
            out, done = self.make(formats, label, "--max-reject-ratio", "0.1", code=None)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("batch.too_many_rejects", done.stderr)
            self.assertFalse(out.exists())

    def test_no_row_is_dropped_without_a_line_for_it(self):
        for _, out, result in self.every_set():
            counts = result["counts"]
            self.assertEqual(counts["in"], GOOD + len(BAD))
            self.assertEqual(counts["in"], counts["out"] + counts["rejected"] + counts["left_out"])
            self.assertEqual(counts["rejected"], len((out / "rejects.jsonl").read_text().splitlines()))

    def test_the_input_list_and_its_pictures_are_never_rewritten(self):
        before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in [self.list, *self.pictures.iterdir()]}
        for _ in self.every_set():
            pass
        self.ava("check", self.list, "--statistics", "--duplicates")
        self.ava("check", self.list, "--quality", code=None)
        self.ava("export", self.list, "--to", "coco", "-o", self.dir / "coco")
        self.ava("convert", self.list, "-o", self.dir / "again.lst", "--merge", "url")
        self.ava("convert", self.list, "-o", self.list, code=2)
        for path, (time, content) in before.items():
            self.assertEqual((path.stat().st_mtime_ns, path.read_bytes()), (time, content), path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ava", default=ARGS.ava)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
