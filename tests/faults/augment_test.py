#!/usr/bin/python3
"""A graph's run is killed 100 times at random moments; what appears in the end is what an undisturbed run makes.

Usage: tests/faults/augment_test.py --ava PATH [--kills N]
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")), kills=100)
PICTURES = 150
TEMP = "/dev/shm" if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 256 << 20 else None
GRAPH = {"version": 1, "nodes": [
    {"id": "in", "type": "input"},
    {"id": "a", "type": "augment", "multiple": 2.5, "operations": [{"op": "rotate", "angle": [-30, 30]}, {"op": "flop", "probability": 0.5}]},
    {"id": "b", "type": "augment", "multiple": 1.5, "operations": [{"op": "flip"}]},
    {"id": "out", "type": "output"}], "edges": [["in", "a"], ["a", "b"], ["b", "out"]]}


def noise_png(number, size):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    draw = random.Random(number)
    rows = b"".join(b"\0" + draw.randbytes(size) for _ in range(size))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def content_of(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class Kills(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ava-augment-", dir=TEMP))
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "p").mkdir()
        lines = []
        for i in range(PICTURES):
            (self.dir / f"p/{i}.png").write_bytes(noise_png(i, 24))
            lines.append(json.dumps({"url": f"p/{i}.png", "type": "image", "label": [
                {"name": "x", "type": "detection", "version": "1",
                 "data": [{"class": "c", "bbox": [[4, 4], [12, 4], [12, 12], [4, 12]]}]}]}) + "\n")
        (self.dir / "list.jsonl").write_text("".join(lines))
        (self.dir / "graph.json").write_text(json.dumps(GRAPH))

    def command(self, out, *more):
        return [ARGS.ava, "data", "augment", str(self.dir / "graph.json"), "--list", str(self.dir / "list.jsonl"),
                "--out", str(self.dir / out), "--seed", "3", "--json", *more]

    def finish(self, out, *more):
        done = subprocess.run(self.command(out, *more), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_kills_lose_and_double_nothing(self):
        begin = time.monotonic()
        self.finish("whole", "--threads", "1")
        took = time.monotonic() - begin
        expected = content_of(self.dir / "whole")
        draw, hits, resumed, target = random.Random(1), 0, 0, self.dir / "out"
        while hits < ARGS.kills:
            child = subprocess.Popen(self.command("out", "--threads", str(1 + hits % 3)), stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, took * 0.7))
            child.send_signal(signal.SIGKILL)
            said, _ = child.communicate()
            self.assertIn(child.returncode, (0, -signal.SIGKILL))
            hits += child.returncode != 0
            if not target.exists():
                continue
            self.assertEqual(content_of(target), expected)
            if child.returncode == 0:
                resumed += json.loads(said)["resumed"]
            shutil.rmtree(target)
        resumed += self.finish("out")["resumed"]
        self.assertEqual(content_of(target), expected)
        self.assertGreater(resumed, 0, "no run went on with what a killed one had made")
        self.assertEqual([path.name for path in self.dir.iterdir() if path.name.startswith(".ava-tmp-")], [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ava", default=ARGS.ava)
    parser.add_argument("--kills", type=int, default=ARGS.kills)
    parser.parse_args(namespace=ARGS)
    unittest.main(argv=sys.argv[:1])


if __name__ == "__main__":
    main()
