#!/usr/bin/python3
"""Format jobs that are killed 300 times, that meet a full disk, and that find most of their pictures in the cache.

Usage: tests/faults/resume_test.py --ava PATH [--kills N]
Kinds of jobs share the kills; each starts anew when it has finished. The full disk is a tmpfs in a namespace of its own.
"""
import argparse
import contextlib
import functools
import http.server
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))
from read_back_test import READERS, digest_of  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
ARGS = argparse.Namespace(ava=os.environ.get("AVA_BIN", str(ROOT / "build/dev/bin/ava")), kills=300)
PICTURES = 400
# Where there is memory to spare: it is kills that are tried here, and a disk would mostly be waited for.
TEMP = "/dev/shm" if os.path.isdir("/dev/shm") and shutil.disk_usage("/dev/shm").free > 256 << 20 else None


def noise_png(number, size):
    """A picture that does not compress; no two are alike."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    draw = random.Random(number)
    rows = b"".join(b"\0" + draw.randbytes(size) for _ in range(size))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


class Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # heads and bodies are two writes: each would wait for the other's acknowledgement

    def log_message(self, *_):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Clients are killed here, in the middle of what they read."""


@contextlib.contextmanager
def served(folder):
    """The folder by http. Yields the address."""
    server = QuietServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Resume(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="ava-resume-", dir=TEMP))
        (self.dir / "p").mkdir()

    def tearDown(self):
        shutil.rmtree(self.dir)

    def make(self, numbers, size=24):
        for number in numbers:
            (self.dir / f"p/{number}.png").write_bytes(noise_png(number, size))

    def write_list(self, count, prefix="", name="list.lst"):
        path = self.dir / name
        path.write_text("".join(json.dumps({"url": f"{prefix}p/{i}.png", "type": "image", "label": [
            {"name": "x", "type": "classification", "version": "1", "data": [{"class": f"c{i % 3}"}]}]}) + "\n"
            for i in range(count)))
        return path

    def command(self, list_path, out, *more):
        return [ARGS.ava, "data", "format", str(list_path), "--out", str(self.dir / out), "--json", *map(str, more)]

    def format(self, list_path, out, *more):
        done = subprocess.run(self.command(list_path, out, *more), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check_samples(self, out, formats, count):
        """Every picture of the list is there once, counted by readers that share no code with AVA."""
        for name in formats:
            urls, samples = [], 0
            for split in ("train", "val"):
                folder = self.dir / out / name / split
                lines = (folder / "ava-batch.jsonl").read_text().splitlines()
                urls += [json.loads(line)["url"].rsplit("/", 1)[1] for line in lines]
                samples += len(list(READERS[name](folder))) if name in READERS else len(lines)
            self.assertEqual(samples, count, name)
            self.assertEqual(sorted(urls), sorted(f"{i}.png" for i in range(count)), name)

    def kill_often(self, name, kills, list_path, formats, more, cache=None):
        """One kind of job, killed at random times; what is visible is whole, and the same as without a kill."""
        more = ["--to", ",".join(formats), *more]
        begin = time.monotonic()
        expected_root = self.format(list_path, f"{name}-whole", *more)["root"]
        took = time.monotonic() - begin
        expected = digest_of(self.dir / f"{name}-whole")
        if cache:
            more += ["--cache", cache, "--cache-size", "1MiB"]
        draw, target, hits, resumed, cached = random.Random(name), self.dir / name, 0, 0, 0
        while hits < kills:
            child = subprocess.Popen(self.command(list_path, name, *more), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            time.sleep(draw.uniform(0, took))
            child.send_signal(signal.SIGKILL)
            said, _ = child.communicate()
            self.assertIn(child.returncode, (0, -signal.SIGKILL))
            hits += child.returncode != 0
            if not target.exists():
                self.assertNotEqual(child.returncode, 0)
                continue
            self.assertEqual(digest_of(target), expected, name)
            if child.returncode == 0:
                resumed += json.loads(said)["resumed"]
                cached += json.loads(said)["from_cache"]
            shutil.rmtree(target)
            if cache and draw.random() < 0.5:
                shutil.rmtree(cache)
        result = self.format(list_path, name, *more)
        self.assertEqual(result["root"], expected_root)
        self.assertEqual(digest_of(target), expected, name)
        self.check_samples(name, formats, PICTURES)
        done = subprocess.run([ARGS.ava, "data", "verify", str(target)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return resumed + result["resumed"], cached + result["from_cache"]

    def test_300_kills_lose_and_double_nothing(self):
        self.make(range(PICTURES))
        near, kills = self.write_list(PICTURES), -(-ARGS.kills // 6)
        three = ("recordio", "lmdb", "tfrecord")
        self.assertEqual(self.kill_often("copied", kills, near, three, []), (0, 0))
        resumed, _ = self.kill_often("resized", kills, near, three, ["--resize", 16])
        self.assertGreater(resumed, 0)
        _, cached = self.kill_often("cached", kills, near, three, ["--resize", 16], self.dir / "cache")
        self.assertGreater(cached, 0)
        self.kill_often("decoded", kills, near, ("raw", "webdataset"), ["--verify", "decode"], self.dir / "cache-2")
        with served(self.dir) as address:
            far = self.write_list(PICTURES, address + "/", "far.lst")
            resumed, _ = self.kill_often("fetched", kills, far, ("recordio", "mds"), [])
            self.assertGreater(resumed, 0)
            self.kill_often("fetched-resized", kills, far, ("raw",), ["--resize", 16, "--mean"], self.dir / "cache-3")
        self.assertEqual([p.name for p in self.dir.iterdir() if p.name.startswith(".ava-tmp")], [])

    def test_ten_more_pictures_make_only_ten(self):
        self.make(range(63))
        more = ["--to", "recordio,lmdb", "--resize", 16]
        cache = ["--cache", self.dir / "cache", "--cache-size", "10MiB"]
        self.assertEqual(self.format(self.write_list(60), "first", *more, *cache)["from_cache"], 0)
        longer = self.write_list(63)
        second = self.format(longer, "second", *more, *cache)
        self.assertEqual((second["from_cache"], second["counts"]["out"]), (60, 63))
        self.assertEqual(self.format(longer, "plain", *more)["from_cache"], 0)
        self.assertEqual(digest_of(self.dir / "second"), digest_of(self.dir / "plain"))

    def test_two_jobs_share_a_cache(self):
        self.make(range(PICTURES))
        path = self.write_list(PICTURES)
        more = ["--to", "recordio", "--resize", 16, "--cache", self.dir / "cache"]
        both = [subprocess.Popen(self.command(path, f"job{i}", *more), stdout=subprocess.DEVNULL) for i in range(2)]
        self.assertEqual([job.wait() for job in both], [0, 0])
        self.assertEqual(digest_of(self.dir / "job0"), digest_of(self.dir / "job1"))
        third = self.format(path, "job2", *more)
        self.assertEqual(third["from_cache"], PICTURES)
        self.assertEqual(digest_of(self.dir / "job0"), digest_of(self.dir / "job2"))

    def test_a_cache_that_cannot_be_used_is_done_without(self):
        self.make(range(9))
        (self.dir / "file").write_text("no folder")
        done = self.format(self.write_list(9), "sets", "--to", "recordio", "--resize", 16, "--cache", self.dir / "file")
        self.assertEqual((done["from_cache"], done["counts"]["out"]), (0, 9))

    def test_after_a_full_disk_the_same_command_goes_on(self):
        self.make(range(PICTURES), size=72)
        path, disk = self.write_list(PICTURES), self.dir / "disk"
        more = ["--to", "recordio,lmdb", "--resize", "64", "--threads", 2]
        self.format(path, "whole", *more)
        disk.mkdir()
        format_it = " ".join(f"'{word}'" for word in self.command(path, "disk/sets", *more))
        script = (f"mount -t tmpfs -o size=24m tmpfs '{disk}' || exit 77; "
                  f"head -c $((22 * 1024 * 1024)) /dev/zero >'{disk}/filler'; "
                  f"{format_it} 2>'{self.dir}/full.json'; echo $? >'{self.dir}/code'; ls -A '{disk}' >'{self.dir}/left'; "
                  f"{format_it} 2>'{self.dir}/full.json'; echo $? >>'{self.dir}/code'; "
                  f"rm '{disk}/filler'; {format_it} >'{self.dir}/result.json' || exit 1; ls -A '{disk}' >'{self.dir}/end'; "
                  f"cp -a '{disk}/sets' '{self.dir}/kept'")
        done = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True)
        if done.returncode == 77 or "unshare" in done.stderr:
            self.skipTest("no mount namespace here")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.dir / "code").read_text().split(), ["6", "6"], "full twice")
        said = json.loads((self.dir / "full.json").read_text().splitlines()[-1])
        self.assertEqual(said["slug"], "file.no_space")
        self.assertIn("finished pictures are kept", said["hint"])
        self.assertEqual((self.dir / "left").read_text().split(), [".ava-tmp-sets", "filler"], "nothing else to be seen")
        self.assertEqual((self.dir / "end").read_text().split(), ["sets"])
        self.assertGreater(json.loads((self.dir / "result.json").read_text())["resumed"], 0)
        self.assertEqual(digest_of(self.dir / "kept"), digest_of(self.dir / "whole"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ava", default=ARGS.ava)
    parser.add_argument("--kills", type=int, default=ARGS.kills)
    _, rest = parser.parse_known_args(namespace=ARGS)
    unittest.main(argv=[sys.argv[0], "-v", *rest])


if __name__ == "__main__":
    main()
