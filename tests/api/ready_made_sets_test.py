#!/usr/bin/python3
"""Ready-made sets (R3.1-08): data file and index file become a dataset that is counted, shown, verified and kept safe."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Server  # noqa: E402
from support.pictures import png, record, recordio, tar_of  # noqa: E402

try:
    import lmdb
except ImportError:
    lmdb = None


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def datum(label, picture):
    """Caffe's Datum: data = 4, label = 5, encoded = 7."""
    return b"\x22" + varint(len(picture)) + picture + b"\x28" + varint(label) + b"\x38\x01"


class ReadyMade(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.data, cls.index = recordio([0, 1, 2, 1, 0, 1])

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def write(self, name, data):
        path = self.server.folder / name
        path.write_bytes(data)
        return path

    def made(self, name, *args):
        done = self.server.cli("dataset", "upload-set", name, *args, "--wait", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def set_of(self, dataset):
        (one,) = self.server.items("/formatted-sets?dataset_id=" + dataset["id"])
        return one

    def test_recordio_from_the_shell(self):
        dataset = self.made("rec", self.write("data.rec", self.data), "--index", self.write("data.idx", self.index),
                            "--labels", self.write("labels.csv", "猫\ndog\nbird\n".encode()))
        self.assertEqual((dataset["kind"], dataset["state"], dataset["item_count"]), ("formatted", "success", 6))
        one = self.set_of(dataset)
        self.assertEqual((one["format"], one["split"], one["sample_count"], one["class_count"]), ("recordio", "train", 6, 3))
        for path in (f"/datasets/{dataset['id']}/stats", f"/formatted-sets/{one['id']}/stats"):
            (label,) = self.server.get(path)["labels"]
            self.assertEqual({c["class"]: c["count"] for c in label["count"]}, {"猫": 2, "dog": 3, "bird": 1})
        samples = self.server.items(f"/datasets/{dataset['id']}/samples?class=dog")
        self.assertEqual(len(samples), 3)
        picture = self.server.ask("GET", samples[0]["picture_url"].replace("/api/v1", ""))
        self.assertEqual((picture.status, picture.headers["Content-Type"]), (200, "image/png"))
        stored = self.server.storage / "pics" / one["uri"].split("/pics/")[1] / "cache"
        self.assertEqual((stored / "data.rec").read_bytes(), self.data)
        self.assertEqual((stored / "data.idx").read_bytes(), self.index)
        self.assertEqual(self.server.cli("dataset", "verify-set", one["id"]).returncode, 0)

    def test_a_missing_index_is_made_and_bad_records_are_listed(self):
        broken = self.data + record(1, b"no picture") + record(7.0, png(1)) + b"\0\0\0\0cut"
        dataset = self.made("bad", self.write("bad.rec", broken), "--labels", self.write("l", b"a\nb\nc\n"))
        self.assertEqual((dataset["item_count"], dataset["reject_count"]), (6, 3))
        rejects = self.server.items(f"/datasets/{dataset['id']}/rejects")
        self.assertEqual([r["line"] for r in rejects], [7, 8, 9])
        self.assertEqual([r["slug"] for r in rejects][1:], ["set.class_unknown", "recordio.corrupt"])
        one = self.set_of(dataset)
        stored = self.server.storage / "pics" / one["uri"].split("/pics/")[1] / "cache/data.idx"
        self.assertEqual(len(stored.read_text().splitlines()), 8)
        self.assertEqual(self.server.cli("dataset", "verify-set", one["id"]).returncode, 0)

    def test_nothing_readable_fails_with_the_reason(self):
        done = self.server.cli("dataset", "upload-set", "none", self.write("none.rec", record(0, b"text")), "--wait")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("set.nothing_readable", done.stderr)
        (failed,) = self.server.items("/datasets?search=none")
        self.assertEqual(failed["state"], "failed")
        self.assertEqual(len(self.server.items(f"/datasets/{failed['id']}/rejects")), 1)
        done = self.server.cli("dataset", "upload-set", "text", self.write("a.txt", b"hello"), "--wait")
        self.assertIn("set.unknown", done.stderr)

    @unittest.skipUnless(lmdb, "python3-lmdb is not installed")
    def test_lmdb_of_another_writer(self):
        folder = self.server.folder / "lmdb"
        with lmdb.open(str(folder), map_size=1 << 24) as env, env.begin(write=True) as tx:
            for i in range(5):
                tx.put(b"%08d" % i, datum(i % 2, png(i)))
        dataset = self.made("lmdb", folder / "data.mdb", "--split", "val")
        self.assertEqual((dataset["item_count"], dataset["labels"][0]["key"]), (5, "classification.class"))
        self.assertEqual((self.set_of(dataset)["format"], self.set_of(dataset)["split"]), ("lmdb", "val"))
        cut = (folder / "data.mdb").read_bytes()[:9000]
        done = self.server.cli("dataset", "upload-set", "cut", self.write("cut.mdb", cut), "--wait")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_archive_and_bucket(self):
        tar = tar_of({"mine/cache/data.rec": self.data, "mine/labels.csv": b"a\nb\nc\n"})
        self.assertEqual(self.made("tar", self.write("set.tar", tar))["item_count"], 6)
        place = self.server.storage / "pics/sets/one"
        place.mkdir(parents=True)
        (place / "data.rec").write_bytes(self.data)
        self.assertEqual(self.made("prefix", "qiniu:///pics/sets/one/")["item_count"], 6)
        self.assertEqual(self.made("file", "qiniu:///pics/sets/one/data.rec")["item_count"], 6)
        refused = self.server.cli("dataset", "upload-set", "gone", "qiniu:///pics/sets/none.rec")
        self.assertIn("dataset.source_not_found", refused.stderr)

    def test_a_training_takes_it_for_training_and_for_validation_and_keeps_it(self):
        dataset = self.made("kept", self.write("k.rec", self.data), "--split", "test")
        one = self.set_of(dataset)["id"]
        training = self.server.post("/trainings", {"name": "with-it", "train_set_id": one, "val_set_id": one, "image": "any",
                                                   "command": "true", "resources": {"cpu_cores": 1, "memory_bytes": 1 << 28}})
        self.assertEqual((training["train_set"]["id"], training["val_set"]["split"]), (one, "test"))
        refused = self.server.ask("DELETE", "/datasets/" + dataset["id"])
        self.assertEqual((refused.status, refused.json["slug"]), (409, "dataset.in_use"))
        users = refused.json["context"]["users"]
        self.assertEqual([u["type"] for u in (json.loads(users) if isinstance(users, str) else users)], ["training"])

    def test_what_cannot_be_done_is_refused_and_deletion_takes_all(self):
        dataset = self.made("rules", self.write("r.rec", self.data))
        one = self.set_of(dataset)
        asks = {"dataset.has_no_list": ("POST", f"/datasets/{dataset['id']}/formatted-sets", {"formats": ["lmdb"]}),
                "formatted_set.is_dataset": ("DELETE", "/formatted-sets/" + one["id"], None)}
        for slug, (method, path, body) in asks.items():
            answer = self.server.ask(method, path, body)
            self.assertEqual((answer.status, answer.json["slug"]), (409, slug))
        for path in ("/copy", "/list"):
            answer = self.server.ask("GET" if path == "/list" else "POST", f"/datasets/{dataset['id']}{path}",
                                     None if path == "/list" else {"name": "copy"})
            self.assertEqual(answer.json["slug"], "dataset.has_no_list")
        self.assertEqual(self.server.ask("DELETE", "/datasets/" + dataset["id"]).status, 204)
        self.assertEqual(self.server.ask("GET", "/formatted-sets/" + one["id"]).status, 404)
        self.assertFalse((self.server.storage / "pics/ava/default/datasets/rules").exists())


if __name__ == "__main__":
    unittest.main()
