"""Graphs from the shell: the manual's recipe, and rows that give their pictures again, on real blood cells where they are there."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AVA = os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava"))
BCCD = ROOT.parent / "shared/data/bccd"


def recipe(label, cls):
    """One class doubled by random operations, all others kept."""
    return {"version": 1, "nodes": [
        {"id": "in", "type": "input"},
        {"id": "f1", "type": "filter", "label": label, "values": [cls]},
        {"id": "a1", "type": "augment", "multiple": 2, "operations": [
            {"op": "rotate", "angle": [-15, 15]}, {"op": "flop", "probability": 0.5}]},
        {"id": "f2", "type": "filter", "label": label, "values": [cls], "mode": "exclude", "unlabelled": True},
        {"id": "out", "type": "output", "name": "more"}],
        "edges": [["in", "f1"], ["f1", "a1"], ["a1", "out"], ["in", "f2"], ["f2", "out"]]}


@unittest.skipUnless(BCCD.exists(), "needs ../shared/data/bccd")
class BloodCells(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ava-augment-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.list = self.dir / "cells.lst"
        self.ava("data", "import", "voc", BCCD, "--out", self.list)

    def ava(self, *words, code=0):
        done = subprocess.run([AVA, *map(str, words)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def test_the_recipe_doubles_one_class_and_keeps_the_others(self):
        rows = [json.loads(line) for line in self.list.read_text().splitlines()]
        label = next(one for row in rows for one in row["label"] if one["type"] == "detection")
        key = f"detection.{label['name']}"
        having = [row for row in rows if any(entry["class"] == "Platelets" for one in row["label"] for entry in one["data"])]
        (self.dir / "graph.json").write_text(json.dumps(recipe(key, "Platelets")))
        out = self.dir / "more"
        result = json.loads(self.ava("data", "augment", self.dir / "graph.json", "--list", self.list, "--out", out, "--json"))
        self.assertEqual(result["rows"], 2 * len(having) + len(rows) - len(having))
        self.assertEqual(result["generated"], len(having))
        self.assertEqual(len((out / "list.jsonl").read_text().splitlines()), result["rows"])
        self.ava("data", "check", out / "list.jsonl")
        again = json.loads(self.ava("data", "replay", out / "list.jsonl", "--verify", "--json"))
        self.assertEqual((again["made"], again["mismatches"]), (len(having), []))
        self.ava("data", "augment", self.dir / "graph.json", "--list", self.list, "--preview", 8, "-o", self.dir / "sheet.jpg")
        self.assertTrue((self.dir / "sheet.jpg").read_bytes().startswith(b"\xff\xd8"))

    def test_what_the_list_does_not_have_is_said_before_it_runs(self):
        def check(label, cls):
            (self.dir / "graph.json").write_text(json.dumps(recipe(label, cls)))
            said = json.loads(self.ava("data", "augment", self.dir / "graph.json", "--list", self.list, "--check", "--json"))
            return [(p["severity"], p["slug"], p["node"]) for p in said["problems"]], said["counts"]["generated"]
        self.assertEqual(check("detection.class", "Platelets")[0], [])
        self.assertEqual(check("detection.class", "Plates"),
                         ([("warning", "graph.class_gone", "f1"), ("warning", "graph.class_gone", "f2")], 0))
        self.assertEqual(check("detection.cells", "Platelets")[0][0], ("warning", "graph.label_gone", "f1"))


if __name__ == "__main__":
    unittest.main()
