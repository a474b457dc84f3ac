#!/usr/bin/python3
"""The Python SDK reads every format it knows as AVA wrote it: the same pictures and labels as the set of original images."""
import json
import os
import pickle
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "sdk/python")]
import ava.data  # noqa: E402
from support.pictures import png  # noqa: E402

AVA = os.environ.get("AVA_BIN") or str(ROOT / "build/dev/bin/ava")
CLASSES = ["bird", "dog", "猫"]
PICTURES = 11
SIDE = 40


def label(kind, data):
    return {"name": "x", "type": kind, "version": "1", "data": data}


def box(number, cls):
    corners = [[2 + number, 3], [20.5 + number, 3], [20.5 + number, 31], [2 + number, 31]]
    return {"bbox": corners, "class": CLASSES[cls]}


def classification(number):
    return label("classification", [{"class": CLASSES[number % 3]}])


def several(number):
    return label("classification", [{"class": name} for name in CLASSES[:1 + number % 3]])


def boxes(number):
    return label("detection", [box(number, cls) for cls in range(1 + number % 3)])


class SdkReaders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def sets(self, labels, formats, *options):
        """Format generated pictures; {format: training set}, the raw one among them."""
        lines = []
        for number in range(PICTURES):
            (self.folder / f"{number}.png").write_bytes(png(number, SIDE))
            lines.append(json.dumps({"url": f"{number}.png", "type": "image", "label": [labels(number)]}))
        (self.folder / "list").write_text("\n".join(lines) + "\n")
        subprocess.run([AVA, "data", "format", self.folder / "list", "--to", ",".join(["raw", *formats]), "--train", "100",
                        "--val", "0", "--base", self.folder, "--out", self.folder / "sets", *options], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)
        (base,) = (raw.parent for raw in (self.folder / "sets").glob("**/raw"))
        return {name: ava.data.open(str(base / name / "train")) for name in ["raw", *formats]}

    def compare(self, name, one, raw, within=0.0):
        with self.subTest(name):
            self.assertEqual((one.format, len(one), one.classes), (name, PICTURES, CLASSES))
            for number, (mine, known) in enumerate(zip(one, raw)):
                self.assertEqual(mine.image_bytes, known.image_bytes)
                found = ava.data.boxes_of(mine) if isinstance(mine.label, tuple) else mine.label
                if not isinstance(known.label, list) or not isinstance(known.label[0], list):
                    self.assertEqual(found, known.label)
                    continue
                self.assertEqual(len(found), len(known.label))
                for have, want in zip(found, known.label):
                    self.assertEqual(have[0], want[0], number)
                    self.assertLessEqual(max(abs(a - b) for a, b in zip(have[1:], want[1:])), within, (number, have, want))
            self.assertEqual(pickle.loads(pickle.dumps(one))[3].label, one[3].label)
            with self.assertRaises(IndexError):
                one[PICTURES]

    def test_one_class(self):
        sets = self.sets(classification, ["recordio", "lmdb", "tfrecord", "webdataset", "mds", "folder"])
        for name, one in sets.items():
            self.compare(name, one, sets["raw"])

    def test_several_classes(self):
        sets = self.sets(several, ["tfrecord", "webdataset", "mds"], "--multi-label")
        for name, one in sets.items():
            self.compare(name, one, sets["raw"])

    def test_boxes(self):
        within = {"recordio": 0.01, "tfrecord": 0.01, "yolo": 0.01, "voc": 1.0}
        sets = self.sets(boxes, ["recordio", "tfrecord", "webdataset", "mds", "coco", "yolo", "voc"])
        for name, one in sets.items():
            self.compare(name, one, sets["raw"], within.get(name, 0.001))

    def test_damage_is_said(self):
        sets = self.sets(boxes, ["tfrecord", "webdataset", "mds", "coco", "voc"])
        for name, pattern in (("tfrecord", "cache/*"), ("webdataset", "cache/*.tar"), ("mds", "cache/*.mds"),
                              ("coco", "annotations/*"), ("voc", "Annotations/*")):
            place = Path(sets[name].path)
            file = sorted(place.glob(pattern))[0]
            file.write_bytes(file.read_bytes()[:file.stat().st_size // 2])
            with self.subTest(name), self.assertRaises(ava.data.DataError):
                list(ava.data.open(str(place)))


if __name__ == "__main__":
    unittest.main()
