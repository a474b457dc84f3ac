#!/usr/bin/python3
"""Read back TFRecord, WebDataset, MDS, folders and original pictures with readers that share no code with AVA.

Usage: tests/conformance/containers_test.py --ava PATH
One made list per task (one class, several, boxes) goes into every format that carries it; each reader, written from
docs/formats/sets.md alone, must give the same pictures and the labels of the list. The outline digests are recomputed, too.
"""
import argparse
import csv
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")))
CLASSES = ["a b", "dog", "x/y", "猫"]
WIDTH, HEIGHT = 40, 24


def crc32c(data):
    """CRC-32C, a bit at a time by a table made here."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def one_entry(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


TABLE = [one_entry(byte) for byte in range(256)]


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    """Yield (number, bytes) of a protobuf message that has length-delimited fields only."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        assert tag & 7 == 2, tag
        length, at = varint(data, at)
        yield tag >> 3, data[at:at + length]
        at += length


def example(message):
    """Decode a tf.train.Example: {key: list}, keys in the order of the file."""
    features = {}
    for _, entry in (pair for _, body in fields(message) for pair in fields(body)):
        parts = dict(fields(entry))
        (kind, body), = fields(parts[2])
        values = [value for _, value in fields(body)]
        if kind == 2:
            values = [x for value in values for x, in struct.iter_unpack("<f", value)]
        elif kind == 3:
            packed, values = b"".join(values), []
            at = 0
            while at < len(packed):
                value, at = varint(packed, at)
                values.append(value)
        features[parts[1].decode()] = values
    assert list(features) == sorted(features)
    return features


def tf_records(path):
    data, at = path.read_bytes(), 0
    while at < len(data):
        length, = struct.unpack_from("<Q", data, at)
        message = data[at + 12:at + 12 + length]
        assert data[at + 8:at + 12] == masked(data[at:at + 8]) and data[at + 12 + length:at + 16 + length] == masked(message)
        yield data[at:at + 16 + length], message
        at += 16 + length


def read_tfrecord(folder, task):
    shards = sorted((folder / "cache").glob("*.tfrecord"))
    assert [p.name for p in shards] == [f"train-{i:05}-of-{len(shards):05}.tfrecord" for i in range(len(shards))]
    for _, message in (record for shard in shards for record in tf_records(shard)):
        features = example(message)
        picture, = features["image/encoded"]
        assert features["image/format"] == [b"png"]
        assert (features["image/width"], features["image/height"]) == ([WIDTH], [HEIGHT])
        key = "image/object/class" if task == "boxes" else "image/class"
        assert [CLASSES[i].encode() for i in features[key + "/label"]] == features[key + "/text"]
        if task != "boxes":
            yield picture, features["image/class/label"]
            continue
        sides = [[round(v * size, 2) for v in features["image/object/bbox/" + side]]
                 for side, size in (("xmin", WIDTH), ("ymin", HEIGHT), ("xmax", WIDTH), ("ymax", HEIGHT))]
        yield picture, [list(row) for row in zip(features["image/object/class/label"], *sides, strict=True)]


def labels_of_entries(data, task):
    assert all(CLASSES[entry["class_index"]] == entry["class"] for entry in data)
    if task == "classes":
        return [entry["class_index"] for entry in data]
    return [[entry["class_index"], *entry["bbox"][0], *entry["bbox"][2]] for entry in data]


def read_webdataset(folder, task):
    number = 0
    for shard in sorted((folder / "cache").glob("*.tar")):
        with tarfile.open(shard) as tar:
            entries = [(entry, tar.extractfile(entry).read()) for entry in tar]
        assert all(entry.isreg() and entry.mtime == 0 and entry.uid == 0 for entry, _ in entries)
        for (picture, bytes_), (label, text) in zip(entries[::2], entries[1::2], strict=True):
            assert (picture.name, label.name) == (f"{number:06}.png", f"{number:06}." + ("cls" if task == "class" else "json"))
            number += 1
            entry = json.loads(text)
            yield bytes_, [entry] if task == "class" else labels_of_entries(entry["label"][0]["data"], task)


def mds_shard(path):
    """The head of a shard, its configuration, and per sample its size words and columns."""
    data = path.read_bytes()
    count, = struct.unpack_from("<I", data)
    offsets = struct.unpack_from(f"<{count + 1}I", data, 4)
    config = json.loads(data[8 + 4 * count:offsets[0]])
    samples = []
    for begin, end in zip(offsets, offsets[1:]):
        words = config["column_sizes"].count(None)
        sizes = iter(struct.unpack_from(f"<{words}I", data, begin))
        at, columns = begin + 4 * words, {}
        for name, size in zip(config["column_names"], config["column_sizes"]):
            size = next(sizes) if size is None else size
            columns[name] = data[at:at + size]
            at += size
        assert at == end
        samples.append((data[begin:begin + 4 * words], columns))
    assert offsets[-1] == len(data)
    return data[:offsets[0]], config, samples


def read_mds(folder, task):
    index = json.loads((folder / "cache/index.json").read_text())
    for entry in index["shards"]:
        path = folder / "cache" / entry["raw_data"]["basename"]
        _, config, samples = mds_shard(path)
        assert {key: entry[key] for key in config} == config
        assert (entry["samples"], entry["raw_data"]["bytes"]) == (len(samples), path.stat().st_size)
        for _, columns in samples:
            if task == "class":
                yield columns["image"], [struct.unpack("<q", columns["label"])[0]]
            else:
                entries = json.loads(columns["objects" if task == "boxes" else "labels"])
                yield columns["image"], labels_of_entries(entries, task)


def read_folder(folder, task):
    assert task == "class"
    with open(folder / "names.csv", newline="", encoding="utf-8") as names:
        rows = list(csv.DictReader(names))
    assert [row["class"] for row in rows] == CLASSES
    found = {path.stem: (path.read_bytes(), [index]) for index, row in enumerate(rows)
             for path in (folder / "samples" / row["folder"]).iterdir()}
    assert sorted(found) == [f"{i:06}" for i in range(len(found))]
    yield from (found[name] for name in sorted(found))


def read_raw(folder, task):
    for line in (folder / "samples/index.lst").read_text().splitlines():
        entry = json.loads(line)
        yield (folder / entry["url"]).read_bytes(), [entry["label"]] if task == "class" else entry["label"]


READERS = {"raw": read_raw, "folder": read_folder, "tfrecord": read_tfrecord, "webdataset": read_webdataset, "mds": read_mds}
OPTIONS = ['tfrecord={"records_per_shard":7}', 'webdataset={"samples_per_shard":9}', 'mds={"size_limit":4096}']


def outline(path):
    """The digest ava-batch.json carries for a container, from the page of sets alone."""
    whole = hashlib.sha256()
    if path.suffix == ".tfrecord":
        for record, message in tf_records(path):
            picture, = example(message)["image/encoded"]
            begin = record.index(picture)
            whole.update(record[:begin] + hashlib.sha256(picture).digest() + record[begin + len(picture):])
    elif path.suffix == ".tar":
        data, at = path.read_bytes(), 0
        with tarfile.open(path) as tar:
            pictures = [(e.offset_data, e.size) for e in tar if e.name.endswith(".png")]
        for begin, size in pictures:
            whole.update(data[at:begin] + hashlib.sha256(data[begin:begin + size]).digest())
            at = begin + size
        whole.update(data[at:])
    else:
        head, config, samples = mds_shard(path)
        whole.update(head)
        for sizes, columns in samples:
            last = columns[config["column_names"][1]]
            whole.update(sizes + hashlib.sha256(columns["image"]).digest() + last)
    return whole.hexdigest()


def png(value):
    """A grey PNG; its bytes differ with `value`."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = b"".join(b"\0" + bytes((value * 7 + x * y) % 256 for x in range(WIDTH)) for y in range(HEIGHT))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def label_of(i, task):
    """What a reader must give back for picture i."""
    if task == "class":
        return [i % 4]
    if task == "classes":
        return [[1], [0, 2, 3], [0, 1, 2, 3]][i % 3]
    return [[(i + k) % 4, k + 0.5, 2, 20 + k, 23.25] for k in range(i % 3)]


def list_line(i, task):
    if task == "boxes":
        data = [{"bbox": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]], "class": CLASSES[c]} for c, x0, y0, x1, y1 in label_of(i, task)]
    else:
        data = [{"class": CLASSES[c]} for c in label_of(i, task)]
    kind = "detection" if task == "boxes" else "classification"
    return json.dumps({"url": f"{i}.png", "type": "image",
                       "label": [{"name": "n", "type": kind, "version": "1", "data": data}]}, ensure_ascii=False) + "\n"


def ava(*args, expect=0):
    run = subprocess.run([ARGS.ava, *map(str, args)], capture_output=True, text=True, check=False)
    assert run.returncode == expect, f"{args}: exit {run.returncode}\n{run.stdout}{run.stderr}"
    return run.stdout + run.stderr


def names_for(task):
    return [name for name in READERS if name != "folder" or task == "class"]


def digests_below(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


class Containers(unittest.TestCase):
    COUNT = 40

    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="ava-containers-"))
        for i in range(cls.COUNT):
            (cls.dir / f"{i}.png").write_bytes(png(i))
        for task, extra in (("class", []), ("classes", ["--multi-label"]), ("boxes", [])):
            (cls.dir / f"{task}.lst").write_text("".join(list_line(i, task) for i in range(cls.COUNT)))
            cls.format(task, task, *extra)

    @classmethod
    def format(cls, task, out, *extra):
        ava("data", "format", cls.dir / f"{task}.lst", "--to", ",".join(names_for(task)), "--out", cls.dir / out, "--train", 100,
            "--val", 0, *[word for option in OPTIONS for word in ("--option", option)], *extra)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def check(self, task):
        wanted = {png(i): label_of(i, task) for i in range(self.COUNT)}
        for name in names_for(task):
            folder = self.dir / task / name / "train"
            samples = list(READERS[name](folder, task))
            listing = [json.loads(line) for line in (folder / "ava-batch.jsonl").read_text().splitlines()]
            self.assertEqual([hashlib.sha256(picture).hexdigest() for picture, _ in samples], [e["sha256"] for e in listing], name)
            self.assertEqual(len(samples), self.COUNT, name)
            for picture, label in samples:
                self.assertEqual(label, wanted[picture], name)

    def test_one_class(self):
        self.check("class")
        self.assertTrue((self.dir / "class/folder/train/samples/00002").is_dir(), "x/y cannot name a folder")

    def test_several_classes(self):
        self.check("classes")

    def test_boxes(self):
        self.check("boxes")

    def test_the_bytes_do_not_depend_on_the_threads(self):
        for threads in (1, 5):
            self.format("boxes", f"boxes{threads}", "--threads", threads)
        self.assertEqual(digests_below(self.dir / "boxes1"), digests_below(self.dir / "boxes5"))

    def test_the_outline_digests(self):
        seen = set()
        for manifest in self.dir.glob("*/*/train/ava-batch.json"):
            for entry in json.loads(manifest.read_text())["files"]:
                if "outline_sha256" in entry:
                    seen.add(Path(entry["path"]).suffix)
                    self.assertEqual(outline(manifest.parent / entry["path"]), entry["outline_sha256"], entry["path"])
        self.assertEqual(seen, {".tfrecord", ".tar", ".mds"})

    def test_verify_accepts_them_and_names_a_flipped_byte(self):
        for task in ("class", "classes", "boxes"):
            self.assertIn('"ok":true', ava("data", "verify", self.dir / task, "--json"))
        for name in ("tfrecord", "webdataset", "mds"):
            broken = self.dir / f"broken-{name}"
            shutil.copytree(self.dir / "boxes" / name / "train", broken)
            listing = [json.loads(line) for line in (broken / "ava-batch.jsonl").read_text().splitlines()]
            picture = list(READERS[name](broken, "boxes"))[5][0]
            path = next(p for p in sorted((broken / "cache").iterdir()) if picture in p.read_bytes())
            data = bytearray(path.read_bytes())
            data[data.index(picture) + len(picture) // 2] ^= 0x40
            path.write_bytes(data)
            report = json.loads(ava("data", "verify", broken, "--json", expect=8))
            self.assertIn(listing[5]["id"], [p.get("sample") for p in report["problems"]], name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ava", default=ARGS.ava)
    parser.parse_known_args(namespace=ARGS)
    unittest.main(argv=[sys.argv[0], "-v"])


if __name__ == "__main__":
    main()
