"""Preprocessing of the pictures people have: 16 bit, grey, alpha, turned by EXIF; and operations that use several pictures."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from support.pictures import pixels_of, png, png_of  # noqa: E402

AVA = os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava"))
TURNED = (b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")


def graph(*operations, multiple=1, kind="same"):
    return {"version": 1, "nodes": [
        {"id": "in", "type": "input"},
        {"id": "a", "type": "augment", "operations": list(operations), "multiple": multiple, "keep_source": False},
        {"id": "out", "type": "output", "name": "n", "picture": {"kind": kind}}], "edges": [["in", "a"], ["a", "out"]]}


class Kinds(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ava-kinds-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def ava(self, *words):
        done = subprocess.run([AVA, *map(str, words)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def augmented(self, files, made, out="out", labels=lambda name: [], threads=2):
        """The rows and the pictures that a graph makes of {name: bytes}; every one can be made again."""
        for name, data in files.items():
            (self.dir / name).write_bytes(data)
        rows = [{"url": name, "type": "image", "label": labels(name)} for name in files]
        (self.dir / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (self.dir / "graph.json").write_text(json.dumps(made))
        folder = self.dir / out
        self.ava("data", "augment", self.dir / "graph.json", "--list", self.dir / "list.jsonl", "--out", folder, "--seed", 3,
                 "--threads", threads)
        again = json.loads(self.ava("data", "replay", folder / "list.jsonl", "--verify", "--json"))
        self.assertEqual(again["mismatches"], [])
        rows = [json.loads(line) for line in (folder / "list.jsonl").read_text().splitlines()]
        self.assertEqual(again["made"], len(rows))
        return rows, [(folder / row["url"]).read_bytes() for row in rows]

    def test_sixteen_bits_become_eight_and_grey_stays_grey(self):
        values = [257 * 8 * i for i in range(12)]
        _, (picture,) = self.augmented({"deep.png": png_of(4, 3, values, channels=1, bits=16)}, graph({"op": "flop"}))
        self.assertEqual(pixels_of(picture), (4, 3, 1, [8 * i for y in range(3) for i in range(4 * y + 3, 4 * y - 1, -1)]))
        deep = png_of(2, 1, [257 * v for v in (10, 20, 30, 40, 50, 60)], bits=16)
        _, (picture,) = self.augmented({"colour.png": deep}, graph({"op": "flop"}), "colour")
        self.assertEqual(pixels_of(picture), (2, 1, 3, [40, 50, 60, 10, 20, 30]))

    def test_alpha_is_laid_over_white(self):
        clear = png_of(2, 1, [200, 0, 0, 255, 200, 0, 0, 0], channels=4)
        _, (picture,) = self.augmented({"clear.png": clear}, graph({"op": "flop"}))
        self.assertEqual(pixels_of(picture), (2, 1, 3, [255, 255, 255, 200, 0, 0]))
        grey = png_of(2, 1, [90, 255, 90, 0], channels=2)
        _, (picture,) = self.augmented({"grey.png": grey}, graph({"op": "flop"}), "grey")
        self.assertEqual(pixels_of(picture), (2, 1, 1, [255, 90]))

    def test_a_picture_turned_by_exif_is_upright_with_its_boxes(self):
        wide = png_of(32, 16, [v for y in range(16) for x in range(32) for v in ((240, 10, 10) if x < 16 else (10, 10, 240))])
        _, (jpeg,) = self.augmented({"wide.png": wide}, graph({"op": "flop"}, kind="jpg"))
        self.assertEqual(jpeg[:2], b"\xff\xd8")
        box = [[0, 0], [16, 0], [16, 16], [0, 16]]  # the upper half of the upright picture, which is blue after the flop
        label = [{"name": "d", "type": "detection", "version": "1", "data": [{"class": "blue", "bbox": box}]}]
        rows, (picture,) = self.augmented({"turned.jpg": jpeg[:2] + TURNED + jpeg[2:]}, graph({"op": "flip"}, kind="png"),
                                          "turned", labels=lambda name: label)
        width, height, channels, samples = pixels_of(picture)
        self.assertEqual((width, height, channels), (16, 32, 3))
        upper, lower = samples[(4 * 16 + 8) * 3:][:3], samples[(28 * 16 + 8) * 3:][:3]
        self.assertTrue(upper[0] > 180 > 90 > upper[2], upper)
        self.assertTrue(lower[2] > 180 > 90 > lower[0], lower)
        corners = rows[0]["label"][0]["data"][0]["bbox"]
        self.assertEqual((min(y for _, y in corners), max(y for _, y in corners)), (16, 32))

    def test_several_pictures_in_one_are_the_same_on_any_number_of_threads(self):
        files = {f"{i}.png": png(i, 48) for i in range(9)}

        def labels(name):
            at = 4 + int(name[0])
            box = [[at, at], [at + 20, at], [at + 20, at + 16], [at, at + 16]]
            return [{"name": "d", "type": "detection", "version": "1", "data": [{"class": "cat", "bbox": box}]}]
        for operation in ("mosaic", "mix-up", "copy-paste"):
            with self.subTest(operation):
                seen = set()
                for threads in (1, 2, 7):
                    rows, pictures = self.augmented(files, graph({"op": operation}, {"op": "flop", "probability": 0.5}, multiple=3),
                                                    f"{operation}-{threads}", labels, threads)
                    self.assertEqual(len(rows), 27)
                    text = "".join(json.dumps({**row, "url": ""}) for row in rows).encode()
                    seen.add(hashlib.sha256(text + b"".join(pictures)).hexdigest())
                self.assertEqual(len(seen), 1)


if __name__ == "__main__":
    unittest.main()
