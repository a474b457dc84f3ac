#!/usr/bin/python3
"""Import the blood-cell pictures from every label format and compare with readers and writers that share no code with AVA.

Usage: tests/conformance/import_test.py --ava PATH [--data FOLDER]
FOLDER holds Pascal VOC (default: ../shared/data/bccd beside the repository, else a small made set). This script reads it,
writes it again as COCO, YOLO, CVAT, Labelme, Hugging Face and an MXNet list, and each import must give the same boxes.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEAR = ROOT.parent / "shared/data/bccd"
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")),
                          data=str(NEAR) if NEAR.is_dir() else None)


def png(width, height):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    rows = zlib.compress(b"\0" * ((width + 1) * height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def made_set(folder):
    for sub in ("JPEGImages", "Annotations", "ImageSets/Main"):
        (folder / sub).mkdir(parents=True)
    for i in range(12):
        (folder / f"JPEGImages/图 {i}.png").write_bytes(png(60 + i, 40))
        objects = "".join(f"<object><name>{'猫狗鸟'[j % 3]}</name><bndbox><xmin>{1 + j}</xmin><ymin>{2 + i}</ymin>"
                          f"<xmax>{20 + j}</xmax><ymax>{30 + i % 5}</ymax></bndbox></object>" for j in range(i))
        (folder / f"Annotations/图 {i}.xml").write_text(
            f"<annotation><filename>图 {i}.png</filename><size><width>{60 + i}</width><height>40</height></size>"
            f"{objects}</annotation>", encoding="utf-8")
    (folder / "ImageSets/Main/train.txt").write_text("".join(f"图 {i}\n" for i in range(8)), encoding="utf-8")


def read_voc(folder):
    """{picture: (width, height, [(class, x0, y0, x1, y1)])} by ElementTree."""
    found = {}
    for path in sorted((folder / "Annotations").glob("*.xml")):
        root = ElementTree.parse(path).getroot()
        size = root.find("size")
        boxes = []
        for one in root.iter("object"):
            box = one.find("bndbox")
            x0, y0, x1, y1 = (float(box.findtext(edge)) for edge in ("xmin", "ymin", "xmax", "ymax"))
            boxes.append((one.findtext("name"), x0 - 1, y0 - 1, x1, y1))
        found[root.findtext("filename")] = (int(size.findtext("width")), int(size.findtext("height")), boxes)
    return found


def read_list(path):
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        boxes = []
        for label in item["label"]:
            for entry in label["data"]:
                xs, ys = zip(*entry["bbox"])
                boxes.append((entry["class"], min(xs), min(ys), max(xs), max(ys)))
        found[item["url"].rsplit("/", 1)[1]] = (item, boxes)
    return found


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="ava-import-"))
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        cls.source = Path(ARGS.data) if ARGS.data else cls.work / "made"
        if not ARGS.data:
            made_set(cls.source)
        cls.truth = read_voc(cls.source)
        cls.count = sum(len(boxes) for _, _, boxes in cls.truth.values())

    def ava(self, kind, source, *more):
        out = self.work / f"{self.id()}.lst"
        done = subprocess.run([ARGS.ava, "data", "import", kind, str(source), "-o", str(out), "--rejects",
                               str(out) + ".rejects", "--json", *more], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), read_list(out)

    def check(self, report, found, places=6, names=None):
        self.assertEqual(report["items"], len(self.truth))
        self.assertEqual(report["annotations"], {"in": self.count, "out": self.count, "rejected": 0})
        self.assertEqual(set(found), set(self.truth))
        for name, (_, _, boxes) in self.truth.items():
            got = found[name][1]
            self.assertEqual(len(got), len(boxes), name)
            for mine, other in zip(got, boxes):
                self.assertEqual(mine[0], str(names.index(other[0])) if names else other[0])
                for a, b in zip(mine[1:], other[1:]):
                    self.assertAlmostEqual(a, b, places=places, msg=name)

    def tree(self, name, pictures):
        """A folder with links to the pictures' bytes."""
        folder = self.work / name / pictures
        folder.mkdir(parents=True)
        for picture in self.truth:
            shutil.copyfile(self.source / "JPEGImages" / picture, folder / picture)
        return self.work / name

    def classes(self):
        return sorted({box[0] for _, _, boxes in self.truth.values() for box in boxes})

    def test_voc(self):
        report, found = self.ava("auto", self.source)
        self.assertEqual(report["importer"], "voc")
        self.check(report, found)
        for part in ("train", "val", "test"):
            path = self.source / f"ImageSets/Main/{part}.txt"
            names = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            mine = {name.rsplit(".", 1)[0] for name, (item, _) in found.items() if item.get("split") == part}
            self.assertEqual(mine, set(names))
        if ARGS.data and Path(ARGS.data).name == "bccd":
            self.assertEqual((len(found), self.count), (364, 4888))

    def test_coco(self):
        folder = self.tree("coco", "images/train2017")
        classes = self.classes()
        document = {"info": {}, "images": [], "annotations": [],
                    "categories": [{"id": 7 * i + 3, "name": name} for i, name in enumerate(classes)]}
        for i, (name, (width, height, boxes)) in enumerate(self.truth.items()):
            document["images"].append({"id": 1000 - i, "file_name": name, "width": width, "height": height})
            for cls, x0, y0, x1, y1 in boxes:
                document["annotations"].append({
                    "id": len(document["annotations"]) + 1, "image_id": 1000 - i, "iscrowd": 0, "area": (x1 - x0) * (y1 - y0),
                    "category_id": 7 * classes.index(cls) + 3, "bbox": [x0, y0, x1 - x0, y1 - y0], "segmentation": []})
        (folder / "annotations").mkdir()
        (folder / "annotations/instances_train2017.json").write_text(json.dumps(document), encoding="utf-8")
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "coco")
        self.check(report, found)
        item = next(iter(found.values()))[0]
        self.assertEqual((item["split"], item["image_id"]), ("train", 1000))

    def test_yolo(self):
        folder = self.tree("yolo", "images/val")
        classes = self.classes()
        (folder / "labels/val").mkdir(parents=True)
        (folder / "data.yaml").write_text(
            "train: images/val\nval: images/val\nnames: " + json.dumps(classes, ensure_ascii=False), encoding="utf-8")
        for name, (width, height, boxes) in self.truth.items():
            (folder / "labels/val" / (name.rsplit(".", 1)[0] + ".txt")).write_text("".join(
                f"{classes.index(cls)} {(x0 + x1) / 2 / width:.8f} {(y0 + y1) / 2 / height:.8f} "
                f"{(x1 - x0) / width:.8f} {(y1 - y0) / height:.8f}\n" for cls, x0, y0, x1, y1 in boxes), encoding="utf-8")
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "yolo")
        self.check(report, found, places=4)

    def test_cvat(self):
        folder = self.tree("cvat", "images")
        root = ElementTree.Element("annotations")
        ElementTree.SubElement(root, "version").text = "1.1"
        for i, (name, (width, height, boxes)) in enumerate(self.truth.items()):
            image = ElementTree.SubElement(root, "image", id=str(i), name=name, width=str(width), height=str(height))
            for cls, x0, y0, x1, y1 in boxes:
                ElementTree.SubElement(image, "box", label=cls, occluded="0", xtl=str(x0), ytl=str(y0), xbr=str(x1),
                                       ybr=str(y1))
        ElementTree.ElementTree(root).write(folder / "annotations.xml", encoding="utf-8", xml_declaration=True)
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "cvat")
        self.check(report, found)

    def test_labelme(self):
        folder = self.tree("labelme", ".")
        for name, (width, height, boxes) in self.truth.items():
            shapes = [{"label": cls, "points": [[x1, y0], [x0, y1]], "group_id": None, "shape_type": "rectangle", "flags": {}}
                      for cls, x0, y0, x1, y1 in boxes]
            (folder / (name.rsplit(".", 1)[0] + ".json")).write_text(json.dumps({
                "version": "5.1.1", "flags": {}, "shapes": shapes, "imagePath": name, "imageData": None,
                "imageHeight": height, "imageWidth": width}), encoding="utf-8")
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "labelme")
        self.check(report, found)

    def test_huggingface(self):
        folder = self.tree("huggingface", "test")
        with open(folder / "test/metadata.jsonl", "w", encoding="utf-8") as out:
            for name, (_, _, boxes) in self.truth.items():
                objects = {"bbox": [[x0, y0, x1 - x0, y1 - y0] for _, x0, y0, x1, y1 in boxes],
                           "categories": [box[0] for box in boxes]}
                out.write(json.dumps({"file_name": name, "objects": objects}, ensure_ascii=False) + "\n")
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "huggingface")
        self.check(report, found)
        self.assertTrue(all(item["split"] == "test" for item, _ in found.values()))

    def test_mxnet(self):
        if any(not boxes for _, _, boxes in self.truth.values()):
            self.skipTest("im2rec's list has no word for a picture without a box")
        folder = self.tree("mxnet", ".")
        classes = self.classes()
        with open(folder / "train.lst", "w", encoding="utf-8") as out:
            for i, (name, (width, height, boxes)) in enumerate(self.truth.items()):
                cells = [str(i), "4", "5", str(width), str(height)]
                for cls, x0, y0, x1, y1 in boxes:
                    cells += [str(classes.index(cls)), repr(x0 / width), repr(y0 / height), repr(x1 / width),
                              repr(y1 / height)]
                out.write("\t".join(cells + [name]) + "\n")
        report, found = self.ava("auto", folder)
        self.assertEqual(report["importer"], "mxnet")
        self.check(report, found, names=classes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ava", default=ARGS.ava)
    parser.add_argument("--data", default=ARGS.data)
    known, rest = parser.parse_known_args()
    ARGS.ava, ARGS.data = known.ava, known.data
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    main()
