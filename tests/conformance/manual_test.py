#!/usr/bin/python3
"""Run every `ava data` command that the manual and the commands' own help show, as it stands, on real files.

Usage: tests/conformance/manual_test.py --ava PATH
"""
import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from support.pictures import classes, png, zip_of  # noqa: E402

ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")))
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.M | re.S)
WRITES = ("-o", "--out", "--into", "--rejects")  # options whose value is made by the command
ELSEWHERE = "example.com"                         # shows a bucket that nobody has
PICTURES = 40
SIDE = 48


def box_line(name, cls, left, part):
    corners = [[left, 4], [left + 20, 4], [left + 20, 30], [left, 30]]
    entry = {"name": "cells", "type": "detection", "version": "1", "data": [{"bbox": corners, "class": cls}]}
    return json.dumps({"url": name, "type": "image", "label": [entry], "split": part}) + "\n"


def voc_xml(name, cls, left):
    return (f"<annotation><filename>{name}</filename><size><width>{SIDE}</width><height>{SIDE}</height><depth>3</depth></size>"
            f"<object><name>{cls}</name><bndbox><xmin>{left}</xmin><ymin>4</ymin><xmax>{left + 20}</xmax><ymax>30</ymax>"
            "</bndbox></object></annotation>")


def examples_of(text):
    """Lines that begin with `ava data`, with or without variables before; a backslash joins lines."""
    joined = re.sub(r"\\\n\s*", " ", text)
    return [line.strip() for line in joined.splitlines() if re.match(r"\s*(?:[A-Z_]+=\S+ )*ava data [a-z]", line)]


def commands():
    said = subprocess.run([ARGS.ava, "data", "--help"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  ([a-z]+) {2,}", said.split("Subcommands:")[1], re.M)


class Manual(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="ava-manual-"))
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        cls.start = cls.work / "start"
        cls.make_folder(cls.start)

    @classmethod
    def make_folder(cls, folder):
        """What a reader of the manual has: pictures, label files of others, lists, sets of ours and of others."""
        for name, data in classes(PICTURES, side=SIDE).items():
            path = folder / "pictures" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        voc, lines, coco = folder / "VOCdevkit/VOC2012", [], {"images": [], "annotations": []}
        (voc / "Annotations").mkdir(parents=True)
        (voc / "JPEGImages").mkdir()
        for i in range(PICTURES):
            name, cls_name, left = f"{i:04}.png", ("rbc", "wbc")[i % 2], i % 24
            (folder / "pictures" / name).write_bytes(png(1000 + i, SIDE))
            (voc / "JPEGImages" / name).write_bytes(png(1000 + i, SIDE))
            (voc / "Annotations" / f"{i:04}.xml").write_text(voc_xml(name, cls_name, left))
            lines.append(box_line(f"pictures/{name}", cls_name, left, "val" if i % 4 == 0 else "train"))
            coco["images"].append({"id": i, "file_name": name, "width": SIDE, "height": SIDE})
            coco["annotations"].append({"id": i, "image_id": i, "category_id": 1 + i % 2, "bbox": [left, 4, 20, 26]})
        coco["categories"] = [{"id": 1, "name": "rbc"}, {"id": 2, "name": "wbc"}]
        (folder / "instances.json").write_text(json.dumps(coco))
        (folder / "labelled.zip").write_bytes(zip_of(classes(12)))
        cls.run_in(folder, ["import", "folder", "pictures", "-o", "monday.lst"])
        monday = (folder / "monday.lst").read_text().splitlines(keepends=True)
        (folder / "tuesday.lst").write_text("".join(monday[1:]))
        (folder / "cells.lst").write_text("".join(monday))
        (folder / "dataset.jsonlist").write_text("".join(monday))
        (folder / "voc.lst").write_text("".join(lines))
        (folder / "edited.lst").write_text("".join(monday[:-1]))
        cls.run_in(folder, ["format", "cells.lst", "--to", "recordio,lmdb", "--out", "sets"])
        graph = {"version": 1, "edges": [["in", "more"], ["more", "out"]], "nodes": [
            {"id": "in", "type": "input"}, {"id": "out", "type": "output"},
            {"id": "more", "type": "augment", "operations": [{"op": "rotate"}, {"op": "brightness"}], "multiple": 2}]}
        (folder / "graph.json").write_text(json.dumps(graph))
        cls.run_in(folder, ["augment", "graph.json", "--list", "cells.lst", "--out", "more"])
        (folder / "theirs").mkdir()
        shutil.copy(folder / "sets/recordio/train/cache/data.rec", folder / "theirs/train.rec")
        shutil.copy(folder / "sets/recordio/train/cache/data.rec", folder / "theirs/data.rec")

    @classmethod
    def run_in(cls, folder, words):
        done = subprocess.run([ARGS.ava, "data", *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError(f"ava data {shlex.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def try_example(self, example):
        words = shlex.split(example, comments=True)[2:]
        folder = self.work / "now"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.start, folder, copy_function=os.link)  # no command writes into a file that is there
        made = [folder / words[i + 1] for i, word in enumerate(words) if word in WRITES]
        for path in made:  # the example makes it anew
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        said = self.run_in(folder, words)
        self.assertTrue(said.strip(), f"{example} says nothing")
        if "--json" in words:
            json.loads(said)
        for path, word in zip(made, [w for w in words if w in WRITES]):
            self.assertTrue(path.exists() or word == "--rejects", f"{example} does not make {path.name}")

    def test_the_manual(self):
        for language in ("en", "zh-CN"):
            page = (ROOT / "docs/manual" / language / "data-tool.md").read_text(encoding="utf-8")
            found = [line for block in FENCE.findall(page) for line in examples_of(block)]
            for command in commands():
                with self.subTest(language=language, command=command):
                    self.assertTrue(any(line.split()[2] == command for line in found), "the page has no example of it")
            for example in found:
                with self.subTest(language=language, example=example):
                    self.try_example(example)

    def test_the_help_of_each_command(self):
        for command in commands():
            said = subprocess.run([ARGS.ava, "data", command, "--help"], capture_output=True, text=True, check=True).stdout
            found = examples_of(said)
            with self.subTest(command=command):
                self.assertTrue(found, "its help has no example")
            for example in found:
                if ELSEWHERE in example:
                    continue
                with self.subTest(example=example):
                    self.try_example(example)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ava", default=ARGS.ava)
    ARGS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
