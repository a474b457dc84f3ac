#!/usr/bin/python3
"""Read back every sample of `ava data format` with readers that share no code with AVA.

Usage: tests/conformance/read_back_test.py --ava PATH [--data FOLDER]
The pictures are those of FOLDER (default: ../shared/data/sign-digits beside the repository, else a small made set). Also
checked here: the same bytes on 1, 2 and 7 threads, the closing of the counts, and that a flipped byte is found and named.
"""
import argparse
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

import lmdb

ROOT = Path(__file__).resolve().parents[2]
MAGIC = struct.pack("<I", 0xCED7230A)
NEAR = ROOT.parent / "shared/data/sign-digits"
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")),
                          data=str(NEAR) if NEAR.is_dir() else None)


def records(path):
    """Yield (offset, payload) of a RecordIO file, from the format's page alone."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        start, parts = at, []
        while True:
            assert data[at:at + 4] == MAGIC, at
            lrec, = struct.unpack_from("<I", data, at + 4)
            flag, length = lrec >> 29, lrec & ((1 << 29) - 1)
            parts.append(data[at + 8:at + 8 + length])
            at += 8 + (length + 3) // 4 * 4
            if flag in (0, 3):
                break
        yield start, MAGIC.join(parts)


def outline(path):
    """The digest ava-batch.json carries for a RecordIO file, from the page of sets alone."""
    data, at, whole = path.read_bytes(), 0, hashlib.sha256()
    while at < len(data):
        frame, parts, flag = b"", [], 1
        while flag not in (0, 3):
            lrec, = struct.unpack_from("<I", data, at + 4)
            flag, length = lrec >> 29, lrec & ((1 << 29) - 1)
            end = at + 8 + (length + 3) // 4 * 4
            frame += data[at:at + 8] + data[at + 8 + length:end]
            parts.append(data[at + 8:at + 8 + length])
            at = end
        payload = MAGIC.join(parts)
        head = 24 + 4 * struct.unpack_from("<I", payload)[0]
        whole.update(frame + payload[:head] + hashlib.sha256(payload[head:]).digest())
    return whole.hexdigest()


def outline_of_lmdb(path):
    """The same for data.mdb: pages, with the picture of each large value as its digest; then the meta pages."""
    data, at, whole = path.read_bytes(), 8192, hashlib.sha256()
    while at < len(data):
        flags, = struct.unpack_from("<H", data, at + 10)
        pages = struct.unpack_from("<I", data, at + 12)[0] if flags == 4 else 1
        page, at = data[at:at + 4096 * pages], at + 4096 * pages
        if flags == 4:
            length, start = varint(page, page.index(b"\x22", 16) + 1)  # field 4 comes first: these have no planes
            page = page[:start] + hashlib.sha256(page[start:start + length]).digest() + page[start + length:]
        whole.update(page)
    whole.update(data[:8192])
    return whole.hexdigest()


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def datum(data):
    """Decode caffe.Datum as far as encoded pictures use it: {field number: value}."""
    fields, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            fields[tag >> 3], at = varint(data, at)
        else:
            length, at = varint(data, at)
            fields[tag >> 3] = data[at:at + length]
            at += length
    return fields


def read_recordio(folder):
    lines = [line.split("\t") for line in (folder / "cache/data.idx").read_text().splitlines()]
    for number, (offset, payload) in enumerate(records(folder / "cache/data.rec")):
        flag, label, ident, ident2 = struct.unpack_from("<IfQQ", payload)
        assert (flag, ident, ident2) == (0, number, 0) and lines[number] == [str(number), str(offset)]
        yield int(label), payload[24:]


def read_lmdb(folder):
    with lmdb.open(str(folder / "cache"), readonly=True, lock=False) as env, env.begin() as txn:
        for number, (key, value) in enumerate(txn.cursor()):
            assert key.startswith(b"%08d_" % number), key
            assert txn.get(key) == value, key
            fields = datum(value)
            assert fields[7] == 1
            yield fields[5], bytes(fields[4])


def read_raw(folder):
    for line in (folder / "samples/index.lst").read_text().splitlines():
        entry = json.loads(line)
        yield entry["label"], (folder / entry["url"]).read_bytes()


READERS = {"recordio": read_recordio, "lmdb": read_lmdb, "raw": read_raw}


def png(value, size=8):
    """A grey PNG; its bytes differ with `value`."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes((value * 7 + x * y) % 256 for x in range(size)) for y in range(size))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_pictures(folder, count=90):
    for i in range(count):
        path = folder / ["猫", "dog", "a b"][i % 3] / f"图 {i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(i))
    return folder


def ava(*args, expect=0):
    run = subprocess.run([ARGS.ava, *map(str, args)], capture_output=True, text=True, check=False)
    assert run.returncode == expect, f"{args}: exit {run.returncode}\n{run.stdout}{run.stderr}"
    return run.stdout + run.stderr


def digest_of(folder):
    """One digest over names and bytes of everything below a folder."""
    whole = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole.update(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


class ReadBack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="ava-read-back-"))
        cls.pictures = Path(ARGS.data) if ARGS.data else make_pictures(cls.dir / "pictures")
        cls.list = cls.dir / "pictures.lst"
        ava("data", "import", "folder", cls.pictures, "-o", cls.list)
        out = ava("data", "format", cls.list, "--to", "recordio,lmdb,raw", "--out", cls.dir / "sets", "--seed", 7,
                  "--threads", 2, "--json")
        cls.result = json.loads(out)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def test_every_format_holds_the_same_pictures_and_labels(self):
        classes = self.result["classes"]
        self.assertEqual(classes, sorted(classes, key=str.encode))
        wanted = {}
        for path in sorted(p for p in self.pictures.glob("*/*")):
            label = classes.index(path.parent.name)
            wanted.setdefault((label, path.read_bytes()), 0)
            wanted[(label, path.read_bytes())] += 1
        for name, reader in READERS.items():
            held = {}
            for split in ("train", "val"):
                samples = list(reader(self.dir / "sets" / name / split))
                same = list(READERS["recordio"](self.dir / "sets/recordio" / split))
                self.assertEqual(samples, same, f"{name}/{split}")
                for sample in samples:
                    held[sample] = held.get(sample, 0) + 1
            self.assertEqual(held, wanted, name)

    def test_the_counts_close(self):
        counts = self.result["counts"]
        self.assertEqual(counts["in"], counts["out"] + counts["rejected"] + counts["left_out"])
        train, val = (s["sample_count"] for s in self.result["sets"] if s["format"] == "raw")
        self.assertEqual(train, (counts["out"] * 70 + 50) // 100)
        self.assertEqual(train + val, counts["out"])

    def test_the_bytes_do_not_depend_on_the_threads(self):
        expected = digest_of(self.dir / "sets")
        for threads in (1, 7):
            out = self.dir / f"sets{threads}"
            ava("data", "format", self.list, "--to", "recordio,lmdb,raw", "--out", out, "--seed", 7, "--threads", threads)
            self.assertEqual(digest_of(out), expected, f"{threads} threads")

    def test_the_labels_and_the_listing_say_what_the_set_holds(self):
        folder = self.dir / "sets/raw/val"
        self.assertEqual((folder / "labels.csv").read_text().splitlines(), self.result["classes"])
        listing = [json.loads(line) for line in (folder / "ava-batch.jsonl").read_text().splitlines()]
        for entry, (label, picture) in zip(listing, read_raw(folder), strict=True):
            self.assertEqual(entry["sha256"], hashlib.sha256(picture).hexdigest())
            self.assertEqual(entry["label"], label)

    def test_the_digests_of_files_are_what_they_say(self):
        for manifest in (self.dir / "sets").glob("*/*/ava-batch.json"):
            for entry in json.loads(manifest.read_text())["files"]:
                path = manifest.parent / entry["path"]
                self.assertEqual(path.stat().st_size, entry["bytes"], path)
                if "outline_sha256" in entry:
                    found = outline_of_lmdb(path) if path.suffix == ".mdb" else outline(path)
                    self.assertEqual(found, entry["outline_sha256"], path)
                else:
                    self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), entry["sha256"], path)

    def test_verify_finds_and_names_a_flipped_byte(self):
        self.assertIn('"ok":true', ava("data", "verify", self.dir / "sets", "--json"))
        for name, file in (("recordio", "cache/data.rec"), ("lmdb", "cache/data.mdb"), ("raw", "samples")):
            broken = self.dir / f"broken-{name}"
            shutil.copytree(self.dir / "sets" / name / "train", broken)
            listing = [json.loads(line) for line in (broken / "ava-batch.jsonl").read_text().splitlines()]
            picture = list(READERS[name](broken))[5][1]
            path = sorted((broken / file).glob("*5.*"))[0] if name == "raw" else broken / file
            data = bytearray(path.read_bytes())
            at = data.index(picture) + len(picture) // 2
            data[at] ^= 0x40
            path.write_bytes(data)
            report = json.loads(ava("data", "verify", broken, "--json", expect=8))
            self.assertFalse(report["ok"])
            self.assertIn(listing[5]["id"], [p.get("sample") for p in report["problems"]], name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ava", default=ARGS.ava)
    parser.add_argument("--data", default=ARGS.data)
    parser.parse_known_args(namespace=ARGS)
    unittest.main(argv=[sys.argv[0], "-v"])


if __name__ == "__main__":
    main()
