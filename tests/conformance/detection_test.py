#!/usr/bin/python3
"""Read back sets of boxes in the formats of detection tools, with readers that share no code with AVA.

Usage: tests/conformance/detection_test.py --ava PATH
RecordIO, LMDB (AnnotatedDatum), roidb, COCO, YOLO and VOC of one made list; each reader, written from docs/formats/sets.md
alone, must give the same pictures and boxes. The roidb is loaded by Python's pickle with NumPy, and with SciPy where it is
installed (Debian's python3-scipy and libboost1.81-dev exclude each other); else a class of ten lines stands for its matrix.
"""
import argparse
import hashlib
import json
import os
import pickle
import shutil
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree
import zlib
from pathlib import Path

import lmdb
import numpy
import yaml

try:
    import scipy.sparse
    csr_matrix = scipy.sparse.csr_matrix
except ImportError:
    class csr_matrix:
        """As much of SciPy's as a roidb needs."""
        def __init__(self, parts, shape):
            self.data, self.indices, self.indptr = parts
            self.shape = shape

        def toarray(self):
            dense = numpy.zeros(self.shape, self.data.dtype)
            for row in range(self.shape[0]):
                for at in range(self.indptr[row], self.indptr[row + 1]):
                    dense[row, self.indices[at]] = self.data[at]
            return dense

    for name in ("scipy", "scipy.sparse", "scipy.sparse.csr"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["scipy.sparse.csr"].csr_matrix = csr_matrix

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")))
CLASSES = ["a & b", "dog", "x/y", "猫"]
WIDTH, HEIGHT = 40, 24
MAGIC = struct.pack("<I", 0xCED7230A)


def scaled(numbers):
    return [v * size for v, size in zip(numbers, (WIDTH, HEIGHT, WIDTH, HEIGHT))]


def read_recordio(folder):
    data, at = (folder / "cache/data.rec").read_bytes(), 0
    while at < len(data):
        parts, flag = [], 1
        while flag not in (0, 3):
            assert data[at:at + 4] == MAGIC
            lrec, = struct.unpack_from("<I", data, at + 4)
            flag, length = lrec >> 29, lrec & ((1 << 29) - 1)
            parts.append(data[at + 8:at + 8 + length])
            at += 8 + (length + 3) // 4 * 4
        payload = MAGIC.join(parts)
        count, label, _, _ = struct.unpack_from("<IfQQ", payload)
        labels = struct.unpack_from(f"<{count}f", payload, 24)
        assert label == 0 and labels[:4] == (4, 5, WIDTH, HEIGHT)
        rows = [labels[i:i + 5] for i in range(4, count, 5)]
        yield payload[24 + 4 * count:], [[int(row[0]), *scaled(row[1:])] for row in rows]


def fields(data):
    """Yield (number, value) of a protobuf message."""
    def varint(at):
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if data[at - 1] < 0x80:
                return value, at
    at = 0
    while at < len(data):
        tag, at = varint(at)
        if tag & 7 == 0:
            value, at = varint(at)
        elif tag & 7 == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            assert tag & 7 == 2
            length, at = varint(at)
            value, at = data[at:at + length], at + length
        yield tag >> 3, value


def read_lmdb(folder):
    with lmdb.open(str(folder / "cache"), readonly=True, lock=False) as env, env.begin() as txn:
        for number, (key, value) in enumerate(txn.cursor()):
            assert key.startswith(b"%08d_" % number)
            message = list(fields(bytes(value)))
            datum, = (dict(fields(v)) for n, v in message if n == 1)
            assert datum[7] == 1 and datum[5] == (1 << 64) - 1 and (2, 0) in message
            groups, boxes = [list(fields(v)) for n, v in message if n == 3], []
            assert [g[0] for g in groups] == sorted(g[0] for g in groups)
            for group in groups:
                for instance, body in enumerate(v for n, v in group if n == 2):
                    annotation = dict(fields(body))
                    box = dict(fields(annotation[2]))
                    assert annotation[1] == instance and set(box) == {1, 2, 3, 4, 6}
                    boxes.append([group[0][1] - 1, *scaled(box[i] for i in (1, 2, 3, 4))])
            yield datum[4], boxes


def read_roidb(folder):
    with open(folder / "cache/gt_roidb.pkl", "rb") as file:
        entries = pickle.load(file)
    half = len(entries) // 2
    for entry, copy in zip(entries[:half], entries[half:], strict=True):
        boxes = entry["boxes"]
        assert boxes.dtype == numpy.uint16 and entry["gt_classes"].dtype == numpy.int32
        assert entry["max_classes"].dtype == numpy.int64 and entry["seg_areas"].dtype == numpy.float32
        dense = entry["gt_overlaps"].toarray()
        assert dense.dtype == numpy.float32 and dense.shape == (len(boxes), len(CLASSES) + 1)
        assert (dense.argmax(1) == entry["gt_classes"]).all() and (dense.sum(1) == 1).all()
        assert (entry["max_overlaps"] == 1).all() and (entry["max_classes"] == entry["gt_classes"]).all()
        sides = boxes.astype(int)
        assert (entry["seg_areas"] == (sides[:, 2] - sides[:, 0] + 1) * (sides[:, 3] - sides[:, 1] + 1)).all()
        assert (entry["flipped"], copy["flipped"]) == (False, True) and entry["image"] == copy["image"]
        assert (entry["width"], entry["height"]) == (WIDTH, HEIGHT)
        assert (copy["boxes"][:, 0] == WIDTH - boxes[:, 2] - 1).all() and (copy["boxes"][:, 2] == WIDTH - boxes[:, 0] - 1).all()
        rows = [[int(c) - 1, *map(float, b)] for c, b in zip(entry["gt_classes"], sides)]
        yield (folder / "cache" / entry["image"]).read_bytes(), [[c, x0, y0, x1 + 1, y1 + 1] for c, x0, y0, x1, y1 in rows]


def read_coco(folder):
    data = json.loads((folder / "annotations/instances_train.json").read_text())
    assert [c["name"] for c in data["categories"]] == CLASSES
    assert len({a["id"] for a in data["annotations"]}) == len(data["annotations"])
    for image in data["images"]:
        assert (image["width"], image["height"]) == (WIDTH, HEIGHT)
        rows = []
        for a in (a for a in data["annotations"] if a["image_id"] == image["id"]):
            x, y, w, h = a["bbox"]
            assert a["iscrowd"] == 0 and abs(a["area"] - w * h) < 1e-9
            rows.append([a["category_id"] - 1, x, y, x + w, y + h])
        yield (folder / "images/train" / image["file_name"]).read_bytes(), rows


def read_yolo(folder):
    data = yaml.safe_load((folder / "data.yaml").read_text())
    assert data["names"] == dict(enumerate(CLASSES)) and data["nc"] == len(CLASSES)
    listed = (folder / "train.txt").read_text().split()
    assert listed == ["./" + str(p.relative_to(folder)) for p in sorted((folder / data["train"]).iterdir())]
    for name in listed:
        label = folder / name.replace("/images/", "/labels/").replace(".png", ".txt")
        rows = []
        for cls, cx, cy, w, h in (map(float, line.split()) for line in label.read_text().splitlines()):
            rows.append([int(cls), *scaled((cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2))])
        yield (folder / name).read_bytes(), rows


def read_voc(folder):
    for ident in (folder / "ImageSets/Main/train.txt").read_text().split():
        root = xml.etree.ElementTree.parse(folder / "Annotations" / f"{ident}.xml").getroot()
        assert [root.findtext("size/" + n) for n in ("width", "height", "depth")] == [str(WIDTH), str(HEIGHT), "1"]
        rows = []
        for o in root.findall("object"):
            x0, y0, x1, y1 = (int(o.findtext("bndbox/" + n)) for n in ("xmin", "ymin", "xmax", "ymax"))
            rows.append([CLASSES.index(o.findtext("name")), x0 - 1, y0 - 1, x1, y1])
        yield (folder / "JPEGImages" / root.findtext("filename")).read_bytes(), rows


# Format: reader, how far a box may be off, does it hold pictures without objects.
READERS = {"recordio": (read_recordio, 1e-4, False), "lmdb": (read_lmdb, 1e-4, True), "roidb": (read_roidb, 1, False),
           "coco": (read_coco, 1e-9, True), "yolo": (read_yolo, 0.01, True), "voc": (read_voc, 1, True)}


def png(value):
    """A grey PNG; its bytes differ with `value`."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes((value * 7 + x * y) % 256 for x in range(WIDTH)) for y in range(HEIGHT))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def boxes_of(i):
    return [[(i + k) % 4, k + 0.5, 2, 20 + k, 23.25 if k else HEIGHT] for k in range(i % 4)]


def ava(*args):
    run = subprocess.run([ARGS.ava, *map(str, args)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{args}: exit {run.returncode}\n{run.stdout}{run.stderr}"
    return run.stdout + run.stderr


def digests_below(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


class Detection(unittest.TestCase):
    COUNT = 40

    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="ava-detection-"))
        with open(cls.dir / "a.lst", "w", encoding="utf-8") as out:
            for i in range(cls.COUNT):
                (cls.dir / f"{i}.png").write_bytes(png(i))
                data = [{"bbox": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]], "class": CLASSES[c]} for c, x0, y0, x1, y1 in boxes_of(i)]
                label = {"name": "n", "type": "detection", "version": "1", "data": data}
                out.write(json.dumps({"url": f"{i}.png", "type": "image", "label": [label]}, ensure_ascii=False) + "\n")
        cls.format("all", READERS)
        cls.format("negatives", [name for name in READERS if READERS[name][2]])

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def format(cls, out, formats, *extra):
        options = ["--option", 'recordio={"header":"size"}'] if "recordio" in formats else []
        ava("data", "format", cls.dir / "a.lst", "--to", ",".join(formats), "--out", cls.dir / out, "--train", 100, "--val", 0,
            "--label", "detection.n", *options, *extra)

    def check(self, batch, formats, numbers):
        wanted = {png(i): boxes_of(i) for i in numbers}
        for name in formats:
            reader, error, _ = READERS[name]
            folder = self.dir / batch / name / "train"
            samples = list(reader(folder))
            listing = [json.loads(line) for line in (folder / "ava-batch.jsonl").read_text().splitlines()]
            self.assertEqual([hashlib.sha256(p).hexdigest() for p, _ in samples], [e["sha256"] for e in listing], name)
            self.assertEqual(len(samples), len(wanted), name)
            for picture, rows in samples:
                expected = sorted(wanted[picture])
                self.assertEqual([row[0] for row in sorted(rows)], [row[0] for row in expected], name)
                for row, want in zip(sorted(rows), expected):
                    self.assertLessEqual(max(abs(a - b) for a, b in zip(row, want)), error, name)

    def test_every_format_holds_the_boxes(self):
        self.check("all", READERS, [i for i in range(self.COUNT) if boxes_of(i)])

    def test_pictures_without_objects(self):
        self.check("negatives", [name for name in READERS if READERS[name][2]], range(self.COUNT))

    def test_verify_accepts_them(self):
        for batch in ("all", "negatives"):
            self.assertIn('"ok":true', ava("data", "verify", self.dir / batch, "--json"))

    def test_the_bytes_do_not_depend_on_the_threads(self):
        for threads in (1, 5):
            self.format(f"threads{threads}", READERS, "--threads", threads)
        self.assertEqual(digests_below(self.dir / "threads1"), digests_below(self.dir / "threads5"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ava", default=ARGS.ava)
    parser.parse_known_args(namespace=ARGS)
    unittest.main(argv=[sys.argv[0], "-v"])


if __name__ == "__main__":
    main()
