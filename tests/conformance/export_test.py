#!/usr/bin/python3
"""Export lists as every label format, read the result with Python's own libraries, import it again, and compare.

Usage: tests/conformance/export_test.py --ava PATH [--data FOLDER]
FOLDER holds `bccd` (Pascal VOC) and `sign-digits` (a folder per class); default: ../shared/data beside the repository.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEAR = ROOT.parent / "shared/data"
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")), data=str(NEAR))
WIDE, HIGH = 60, 40


def png():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    head = WIDE.to_bytes(4, "big") + HIGH.to_bytes(4, "big") + b"\x08\0\0\0\0"
    rows = zlib.compress(b"\0" * ((WIDE + 1) * HIGH))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def corners(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def detection(*data):
    return {"name": "d", "type": "detection", "version": "1", "data": list(data)}


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class Export(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, manager):  # Python 3.11 has it, 3.9 has not
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def ava(self, *words, code=0):
        done = subprocess.run([ARGS.ava, "data", *map(str, words)], capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def export(self, source, to, *words):
        out = self.folder / f"{Path(source).name}-{to}"
        report = json.loads(self.ava("export", source, "--to", to, "-o", out, "--json", *words))
        self.assertEqual(report["items_in"], report["items_out"] + report["items_listed"])
        self.assertEqual(report["annotations_in"], report["annotations_out"] + sum(report["left_out"].values()))
        self.assertEqual(json.loads((out / "export.json").read_text()), report)
        return out, report

    def write_list(self, lines):
        path = self.folder / "all.lst"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        return path

    def everything(self):
        """A list with all that some format cannot carry."""
        for name in ("a/猫.png", "b/猫.png", "c.png"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(png())
        (self.folder / "cut.png").write_bytes(png()[:-20])
        truth = {"bbox": corners(1, 2, 31, 32), "class": "dog", "truncated": 1, "colour": "red"}
        return self.write_list([
            {"url": "a/猫.png", "type": "image", "source_url": "http://h/x.png", "split": "train", "label": [
                detection(truth, {"bbox": [[5, 5], [25, 8], [9, 30]], "class": "狗"},
                          {"bbox": corners(0.5, 0, 70, 40), "class": "dog"}, {"bbox": corners(80, 0, 90, 9), "class": "dog"},
                          {"bbox": corners(1, 1, 9, 9), "class": "dog", "score": 0.5},
                          {"bbox": corners(0, 0, 60, 40), "class": "dog", "iscrowd": 1}),
                {"name": "c", "type": "classification", "version": "1", "data": [{"class": "x"}, {"class": "y", "score": 0.25}]}]},
            {"url": "b/猫.png", "type": "image", "label": [detection()]},
            {"url": "c.png", "type": "image"},
            {"url": "cut.png", "type": "image", "label": [detection(dict(truth))]},
            {"url": "gone.png", "type": "image", "label": [detection(dict(truth))]},
        ])

    def test_coco_holds_what_it_can_and_counts_the_rest(self):
        out, report = self.export(self.everything(), "coco")
        made = json.loads((out / "annotations/instances.json").read_text())
        self.assertEqual([(i["id"], i["width"], i["height"]) for i in made["images"]], [(1, WIDE, HIGH), (2, WIDE, HIGH)])
        self.assertEqual([c["name"] for c in made["categories"]], ["dog", "狗"])
        self.assertEqual([a["bbox"] for a in made["annotations"]],
                         [[1, 2, 30, 30], [5, 5, 20, 25], [0.5, 0, 59.5, 40], [0, 0, 60, 40]])
        self.assertEqual(made["annotations"][0]["colour"], "red")
        self.assertEqual(made["annotations"][1]["segmentation"], [[5, 5, 25, 8, 9, 30]])
        self.assertEqual(made["annotations"][3]["iscrowd"], 1)
        self.assertEqual(report["left_out"], {"bbox_empty": 1, "prediction": 1, "other_label": 2, "with_its_picture": 2})
        self.assertEqual(report["reasons"], {"unlabelled": 1, "picture.truncated": 1, "object.not_found": 1})
        self.assertEqual(report["not_carried"], {"bbox_clipped": 1, "file_name": 1, "source_url": 1, "member:split": 1})
        names = dict(line.split("\t") for line in (out / "names.tsv").read_text(encoding="utf-8").splitlines())
        self.assertEqual(list(names.values()), ["a/猫.png", "b/猫.png"])
        for name in names:
            self.assertEqual((out / name).read_bytes(), png())

    def test_voc_and_yolo_count_more(self):
        path = self.everything()
        out, report = self.export(path, "voc")
        root = ElementTree.parse(out / "Annotations/猫.xml").getroot()
        boxes = [[float(one.find("bndbox").findtext(edge)) for edge in ("xmin", "ymin", "xmax", "ymax")] for one in root.iter("object")]
        self.assertEqual(boxes, [[2, 3, 31, 32], [6, 6, 25, 30], [1, 1, 60, 40]])
        self.assertEqual([one.findtext("truncated") for one in root.iter("object")], ["1", "0", "0"])
        self.assertEqual(report["left_out"]["crowd"], 1)
        self.assertEqual({k: report["not_carried"][k] for k in ("outline", "bbox_fraction", "member:colour")},
                         {"outline": 1, "bbox_fraction": 1, "member:colour": 1})
        out, report = self.export(path, "yolo")
        rows = [line.split() for line in (out / "labels/猫.txt").read_text().splitlines()]
        self.assertEqual([row[0] for row in rows], ["0", "1", "0"])
        self.assertAlmostEqual(float(rows[0][1]), 16 / WIDE)
        self.assertAlmostEqual(float(rows[0][4]), 30 / HIGH)
        self.assertEqual(report["not_carried"]["member:truncated"], 1)

    def test_lists_keep_everything_the_old_form_all_but_what_it_cannot(self):
        path = self.everything()
        out, report = self.export(path, "list", "--labels-only")
        self.assertEqual((report["left_out"], report["not_carried"]), ({}, {}))
        self.assertEqual(rows_of(out / "index.lst"), rows_of(path))
        out, report = self.export(path, "old-list", "--labels-only")
        self.assertEqual(report["left_out"], {"old_form_one_class": 1})
        first = rows_of(out / "index.lst")[0]
        self.assertEqual(first["label"]["class"], {"c": "x"})
        self.assertEqual(len(first["label"]["detect"]["d"]["bbox"]), 6)
        slugs = [row["slug"] for row in rows_of(out / "rejects.jsonl")]
        self.assertEqual(slugs.count("old_form_one_class"), 1)

    def test_a_label_must_be_clear_and_a_class_must_name_a_folder(self):
        both = self.write_list([{"url": "a.png", "type": "image", "width": 9, "height": 9, "label": [
            detection({"bbox": corners(1, 1, 5, 5), "class": "d"}), dict(detection({"bbox": corners(1, 1, 5, 5), "class": "d"}), name="e"),
            {"name": "c", "type": "classification", "version": "1", "data": [{"class": "a/b"}]}]}])
        for to, slug in (("coco", "label.ambiguous"), ("folder", "export.class_name"), ("gif", "export.unknown")):
            done = subprocess.run([ARGS.ava, "data", "export", both, "--to", to, "-o", self.folder / "no"], capture_output=True, text=True, check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(slug, done.stderr)
            self.assertFalse((self.folder / "no").exists(), "nothing half done is left")
        out, report = self.export(both, "coco", "--label", "detection.e", "--labels-only")
        self.assertEqual(report["left_out"], {"other_label": 2})
        self.assertFalse(list((out / "images").iterdir()))

    def shared(self, name):
        folder = Path(ARGS.data) / name
        if not folder.is_dir():
            self.skipTest(f"no {folder}: the data set is not on this machine")
        return folder

    def test_round_trips_of_boxes(self):
        source = self.folder / "cells.lst"
        self.ava("import", "voc", self.shared("bccd"), "-o", source)
        tolerance = {"coco": 0, "voc": 0, "yolo": 1e-5, "list": 0, "old-list": 0}
        for to, pixels in tolerance.items():
            with self.subTest(to=to):
                out, report = self.export(source, to)
                self.assertEqual((report["items_out"], report["annotations_out"]), (364, 4888))
                back = out / "index.lst"
                if "list" not in to:
                    back = self.folder / f"{to}.lst"
                    self.ava("import", to, out, "-o", back)
                self.ava("diff", source, back, "--by", "picture", "--tolerance", pixels, "--strict")

    def test_round_trip_of_classes_and_of_formatted_sets(self):
        source, back = self.folder / "signs.lst", self.folder / "back.lst"
        self.ava("import", "folder", self.shared("sign-digits"), "-o", source)
        out, _ = self.export(source, "folder")
        self.ava("import", "folder", out, "-o", back)
        self.ava("diff", source, back, "--by", "picture", "--strict")
        formats = "recordio,lmdb,raw,folder,tfrecord,webdataset,mds"
        self.ava("format", source, "--to", formats, "--split", "train=40", "--out", self.folder / "sets")
        for name in formats.split(","):
            with self.subTest(format=name):
                out, report = self.export(self.folder / f"sets/{name}/train", "list")
                self.assertEqual((report["items_out"], report["annotations_out"]), (40, 40))
                out.rename(self.folder / name)
                self.ava("diff", self.folder / "recordio/index.lst", self.folder / name / "index.lst", "--by", "picture", "--strict")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ava", default=ARGS.ava)
    parser.add_argument("--data", default=ARGS.data)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
