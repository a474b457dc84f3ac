#!/usr/bin/python3
"""What `ava data` does when it is killed, when the disk is full, and when the input is bad.

Usage: tests/faults/data_plane_test.py --ava PATH
The disk-full case makes a 2 MiB tmpfs in a namespace of its own; it is skipped where the kernel refuses one.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))
from read_back_test import digest_of, make_pictures, png  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")))
KILLS = 20


def run(*args):
    return subprocess.run([ARGS.ava, *map(str, args)], capture_output=True, text=True, check=False)


def error_of(done):
    return json.loads(done.stderr.strip().splitlines()[-1])


class Faults(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ava-faults-"))
        self.list = self.dir / "list.lst"

    def tearDown(self):
        shutil.rmtree(self.dir)

    def import_pictures(self, count=90):
        make_pictures(self.dir / "pictures", count)
        self.assertEqual(run("data", "import", "folder", self.dir / "pictures", "-o", self.list).returncode, 0)

    def line(self, url, cls="c", label="class"):
        data = [{"class": cls}] if cls else []
        return json.dumps({"url": url, "type": "image", "label": [
            {"name": label, "type": "classification", "version": "1", "data": data}]}, ensure_ascii=False) + "\n"

    def format(self, *more, out="sets"):
        return run("data", "format", self.list, "--to", "recordio,lmdb,raw", "--out", self.dir / out, "--json", *more)

    def test_a_killed_run_leaves_nothing_half_and_the_same_command_finishes(self):
        self.import_pictures(1500)
        begin = time.monotonic()
        self.assertEqual(self.format(out="whole").returncode, 0)
        whole = time.monotonic() - begin
        expected, draw, visible = digest_of(self.dir / "whole"), random.Random(7), 0
        command = [ARGS.ava, "data", "format", str(self.list), "--to", "recordio,lmdb,raw", "--out", str(self.dir / "sets")]
        for _ in range(KILLS):
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, whole * 1.1))
            child.send_signal(signal.SIGKILL)
            child.wait()
            if (self.dir / "sets").exists():
                visible += 1
                self.assertEqual(digest_of(self.dir / "sets"), expected)
                shutil.rmtree(self.dir / "sets")  # so that the next kill meets work again
        done = self.format()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(digest_of(self.dir / "sets"), expected)
        self.assertTrue(json.loads(self.format().stdout)["already_there"])
        self.assertEqual([p.name for p in self.dir.iterdir() if p.name.startswith(".ava-tmp")], [])
        self.assertLess(visible, KILLS, "no kill hit the run")

    def test_a_full_disk_is_said_clearly_and_leaves_nothing(self):
        self.import_pictures(3)
        big = os.urandom(200_000)
        for i in range(40):
            # A valid picture with a long private chunk: structure is checked, pixels are not.
            body = png(i)
            chunk = len(big).to_bytes(4, "big") + b"avAp" + big
            crc = zlib.crc32(b"avAp" + big).to_bytes(4, "big")
            (self.dir / f"pictures/dog/big{i}.png").write_bytes(body[:-12] + chunk + crc + body[-12:])
        run("data", "import", "folder", self.dir / "pictures", "-o", self.list)
        disk = self.dir / "disk"
        disk.mkdir()
        for to in ("recordio", "lmdb", "raw"):
            script = (f"mount -t tmpfs -o size=2m tmpfs '{disk}' || exit 77; '{ARGS.ava}' data format '{self.list}' "
                      f"--to {to} --out '{disk}/sets' --json; code=$?; ls -A '{disk}' >&2; exit $code")
            done = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True)
            if done.returncode == 77 or "unshare" in done.stderr:
                self.skipTest("no mount namespace here")
            self.assertEqual(done.returncode, 6, (to, done.stderr))
            self.assertEqual(json.loads(done.stderr.splitlines()[-1])["slug"], "file.no_space", to)

    def test_bad_pictures_are_listed_with_their_reasons_and_the_rest_is_made(self):
        folder = self.dir / "p"
        folder.mkdir()
        (folder / "good.png").write_bytes(png(1))
        (folder / "also good.png").write_bytes(png(2))
        (folder / "empty.png").write_bytes(b"")
        (folder / "cut.png").write_bytes(png(3)[:-20])
        (folder / "text.png").write_bytes(b"not a picture")
        urls = ["p/good.png", "p/also good.png", "p/empty.png", "p/cut.png", "p/text.png", "p/missing.png",
                "../../../etc/passwd", "p/../../../etc/passwd"]
        self.list.write_text("".join(self.line(u) for u in urls) + self.line("p/good.png", "") + "not json\n")
        done = self.format("--train", 50, "--val", 50)
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = json.loads(done.stdout)["counts"]
        self.assertEqual((counts["in"], counts["out"], counts["left_out"]), (10, 2, 1))
        self.assertEqual(counts["in"], counts["out"] + counts["rejected"] + counts["left_out"])
        rejects = [json.loads(l) for l in (self.dir / "sets/rejects.jsonl").read_text().splitlines()]
        slugs = {r["url"]: r["slug"] for r in rejects if "url" in r}
        self.assertEqual(slugs["p/empty.png"], "picture.empty")
        self.assertIn(slugs["p/cut.png"], ("picture.truncated", "picture.corrupt"))
        self.assertEqual(slugs["p/text.png"], "picture.unsupported")
        self.assertEqual(slugs["p/missing.png"], "object.not_found")
        self.assertEqual(len(rejects), 8)
        self.assertNotIn("root:", (self.dir / "sets/recordio/train/cache/data.rec").read_bytes().decode("latin-1"))

    def test_too_many_bad_pictures_end_the_job(self):
        self.list.write_text(self.line("missing/a.png") + self.line("missing/b.png"))
        done = self.format("--max-reject-ratio", "0.1")
        self.assertEqual((done.returncode, error_of(done)["slug"]), (2, "batch.too_many_rejects"))
        done = self.format()
        self.assertEqual((done.returncode, error_of(done)["slug"]), (2, "batch.no_samples"))
        self.assertFalse((self.dir / "sets").exists())

    def test_absurd_requests_are_refused(self):
        self.import_pictures(9)
        for more, slug in ((("--train", 70, "--val", 40), "split.bad"), (("--train", -5), "split.bad"),
                           (("--train", "nan"), "split.bad"), (("--train", 0, "--val", 0), "split.bad"),
                           (("--label", "classification.nosuch"), "label.not_found"),
                           (("--label", "detection.x"), "label.not_found"),
                           (("--resize", "0"), "resize.bad"), (("--resize", "wide"), "resize.bad"),
                           (("--quality", 0), "picture.bad_quality"), (("--max-reject-ratio", 2), "reject_ratio.bad"),
                           (("--option", "lmdb={\"encoding\":\"jpg\"}"), "field.choice"),
                           (("--option", "tfrecord={}"), "format.unknown")):
            done = self.format(*more)
            self.assertEqual((done.returncode, error_of(done)["slug"]), (2, slug), more)
        done = run("data", "format", self.list, "--to", "caffe2", "--out", self.dir / "x", "--json")
        self.assertEqual(error_of(done)["slug"], "format.unknown")
        done = run("data", "format", self.dir / "none.lst", "--to", "raw", "--out", self.dir / "x", "--json")
        self.assertEqual((done.returncode, error_of(done)["slug"]), (4, "file.not_found"))
        self.assertEqual(run("data", "format", self.list, "--to", "raw").returncode, 2)

    def test_a_folder_with_something_else_in_it_is_not_touched(self):
        self.import_pictures(9)
        (self.dir / "sets").mkdir()
        (self.dir / "sets/mine").write_text("keep")
        done = self.format()
        self.assertEqual((done.returncode, error_of(done)["slug"]), (5, "target.exists"))
        self.assertEqual((self.dir / "sets/mine").read_text(), "keep")
        self.assertEqual(self.format("--seed", 1, out="other").returncode, 0)
        done = self.format("--seed", 2, out="other")
        self.assertEqual((done.returncode, error_of(done)["slug"]), (5, "target.exists"))

    def test_a_worker_writes_its_outcome(self):
        self.import_pictures(30)
        job = self.dir / "job.json"
        spec = {"list": str(self.list), "formats": ["recordio"], "splits": {"train": 70, "val": 30},
                "sources": {"local_roots": ["/"], "base_folder": str(self.dir)}, "target": {"folder": str(self.dir / "w")}}
        job.write_text(json.dumps({"kind": "dataset.format", "spec": spec}))
        self.assertEqual(run("worker", "--job", job).returncode, 0)
        outcome = json.loads((self.dir / "result.json").read_text())
        self.assertTrue(outcome["ok"])
        self.assertEqual(outcome["result"]["counts"]["out"], 30)
        self.assertEqual(json.loads((self.dir / "progress.json").read_text()),
                         {"message": "publish", "done": 30, "total": 30, "unit": "items"})
        job.write_text(json.dumps({"kind": "dataset.paint", "spec": {}}))
        self.assertEqual(run("worker", "--job", job).returncode, 2)
        self.assertEqual(json.loads((self.dir / "result.json").read_text())["error"]["slug"], "job.unknown_kind")

    def test_sigterm_cancels_a_worker(self):
        self.import_pictures(3000)
        spec = {"list": str(self.list), "formats": ["raw", "lmdb"], "splits": {"train": 70, "val": 30}, "verify": "decode",
                "threads": 1, "mean": True, "sources": {"local_roots": ["/"], "base_folder": str(self.dir)},
                "target": {"folder": str(self.dir / "w")}}
        (self.dir / "job.json").write_text(json.dumps({"kind": "dataset.format", "spec": spec}))
        child = subprocess.Popen([ARGS.ava, "worker", "--job", str(self.dir / "job.json")], stderr=subprocess.DEVNULL)
        while not (self.dir / "progress.json").exists():
            time.sleep(0.001)
        child.terminate()
        self.assertEqual(child.wait(timeout=20), 130)
        outcome = json.loads((self.dir / "result.json").read_text())
        self.assertEqual(outcome["error"]["code"], "cancelled")
        self.assertFalse((self.dir / "w").exists())

    def test_a_worker_imports_an_archive_of_classes(self):
        make_pictures(self.dir / "top", 12)
        (self.dir / "bucket").mkdir()
        subprocess.run(["tar", "-C", self.dir, "-czf", self.dir / "a.tgz", "top"], check=True)
        spec = {"source": str(self.dir / "a.tgz"), "sources": {"buckets": {"b": str(self.dir / "bucket")}},
                "target": {"bucket": "b", "prefix": "ava/default/datasets/猫"}}
        job = self.dir / "job.json"
        job.write_text(json.dumps({"kind": "dataset.import", "spec": spec}))
        for _ in range(2):  # the second time it finds its own work
            done = run("worker", "--job", job)
            self.assertEqual(done.returncode, 0, done.stderr)
            result = json.loads((self.dir / "result.json").read_text())["result"]
            self.assertEqual((result["kind"], result["item_count"], result["reject_count"]), ("archive", 12, 0))
        spec = {"from_bucket": "b", "from_prefix": "ava/default/datasets/猫", "sources": spec["sources"],
                "target": {"bucket": "b", "prefix": "copies/two"}}
        job.write_text(json.dumps({"kind": "dataset.copy", "spec": spec}))
        self.assertEqual(run("worker", "--job", job).returncode, 0)
        spec = {"list": "qiniu:///b/copies/two/index.lst", "formats": ["raw"], "splits": {"train": 100},
                "sources": spec["sources"], "target": {"bucket": "b", "prefix": "sets/x"}}
        shutil.rmtree(self.dir / "bucket/ava")
        job.write_text(json.dumps({"kind": "dataset.format", "spec": spec}))
        self.assertEqual(run("worker", "--job", job).returncode, 0)
        result = json.loads((self.dir / "result.json").read_text())["result"]
        self.assertEqual((result["counts"]["out"], result["classes"]), (12, ["a b", "dog", "猫"]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ava", default=ARGS.ava)
    _, rest = parser.parse_known_args(namespace=ARGS)
    unittest.main(argv=[sys.argv[0], "-v", *rest])


if __name__ == "__main__":
    main()
