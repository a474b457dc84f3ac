#!/usr/bin/python3
"""kill -9 of the server at random points, a second server, a full disk: nothing half visible, nothing acknowledged lost.

`kill -9 of the server` leaves its workers running, as a crash does; AVA_TEST_KILLS says how often (default 4).
"""
import hashlib
import json
import os
import random
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Server  # noqa: E402
from support.pictures import classes, png, tar_of  # noqa: E402

KILLS = int(os.environ.get("AVA_TEST_KILLS", "4"))
PICTURES = tar_of(classes(400))


def digest_of(folder):
    """Of every file below a folder, names included; not of what has times in it."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "ava-batch.json"):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Kills(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.draw = random.Random(20261123)

    def visible(self):
        """Folders of datasets and sets that can be seen in the storage."""
        top = self.server.storage / "pics/ava/default/datasets"
        return [p for p in top.iterdir() if not p.name.startswith(".")] if top.exists() else []

    def test_killed_while_importing(self):
        upload = self.server.upload(PICTURES, "a.tar")["id"]
        for turn in range(KILLS):
            name = f"set-{turn}"
            made = self.server.post("/datasets", {"name": name, "source": {"kind": "upload", "upload_id": upload}})
            time.sleep(self.draw.uniform(0, 0.6))
            self.server.kill()
            # A folder that is visible is whole, whatever moment it was.
            for folder in self.visible():
                self.assertEqual(len(list((folder / "pictures").rglob("*.png"))), 400, folder)
            self.server.start()
            end = self.server.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating")
            self.assertEqual((end["state"], end["item_count"]), ("success", 400), end)
            job = self.server.wait_job(made["job_id"])
            self.assertEqual((job["state"], self.server.get(f"/datasets/{made['id']}/stats")["file_count"]), ("succeeded", 400))
        self.assertEqual(sorted(p.name for p in self.visible()), [f"set-{i}" for i in range(KILLS)])

    def test_killed_while_formatting(self):
        made = self.server.import_upload("signs", PICTURES, "a.tar")
        folder = self.server.storage / "pics/ava/default/datasets/signs/sets"
        expected = None
        for turn in range(KILLS + 1):
            body = {"formats": ["recordio", "lmdb"], "splits": {"train": 70, "val": 30, "test": 0}, "seed": 5}
            batch = self.server.post(f"/datasets/{made['id']}/formatted-sets", body)
            if turn > 0:
                time.sleep(self.draw.uniform(0, 0.6))
                self.server.kill()
                for one in folder.iterdir():
                    if not one.name.startswith(".") and (one / "ava-batch.json").exists() is False:
                        self.assertTrue(list(one.rglob("ava-batch.json")), one)
                self.server.start()
            job = self.server.wait_job(batch["job_id"])
            self.assertEqual(job["state"], "succeeded", job)
            sets = [self.server.get("/formatted-sets/" + s["id"]) for s in batch["items"]]
            self.assertEqual([(s["state"], s["progress"]) for s in sets], [("done", 1)] * 4)
            self.assertEqual(sum(s["sample_count"] for s in sets if s["format"] == "lmdb"), 400)
            records = digest_of(folder / batch["batch"] / "recordio" / "train" / "cache")
            expected = expected or records
            self.assertEqual(records, expected, "the same request gave other bytes after a kill")
        leftovers = [p for p in folder.iterdir() if p.name.startswith(".")]
        self.assertEqual(leftovers, [])

    def test_resized_pictures_are_kept_for_the_next_job(self):
        made = self.server.import_upload("signs", PICTURES, "a.tar")
        found = []
        for formats in (["recordio"], ["lmdb"]):
            body = {"formats": formats, "splits": {"train": 70, "val": 30, "test": 0}, "resize": "8"}
            job_id = self.server.post(f"/datasets/{made['id']}/formatted-sets", body)["job_id"]
            self.assertEqual(self.server.wait_job(job_id)["state"], "succeeded")
            outcome = json.loads((self.server.data / "jobs" / job_id / "result-1.json").read_text())
            found.append(outcome["result"]["from_cache"])
        self.assertEqual(found, [0, 400])
        self.assertTrue(list((self.server.data / "cache/pictures").glob("*.data1")))

    def test_what_was_acknowledged_is_there_after_a_kill(self):
        for turn in range(KILLS):
            member = self.server.post("/users", {"name": f"人{turn}", "password": "a long password"})
            token = self.server.post("/tokens", {"name": f"t{turn}"})
            upload = self.server.upload(b"x" * 100_000, f"{turn}.bin")
            model = self.server.post("/models", {"name": f"模型{turn}", "upload_id": self.server.upload(
                tar_of({"w": b"w"}, "w:gz"), "m.tar.gz")["id"]})
            self.server.kill()
            self.server.start()
            self.assertIn(member["id"], [u["id"] for u in self.server.items("/users")])
            self.assertIn(token["token"]["id"], [t["id"] for t in self.server.items("/tokens")])
            self.assertEqual(self.server.ask("GET", f"/models/{model['id']}/file").status, 200)
            self.assertEqual((self.server.data / "uploads" / upload["id"]).stat().st_size, 100_000)

    def test_stopped_and_started_while_a_job_runs(self):
        upload = self.server.upload(PICTURES, "a.tar")["id"]
        made = self.server.post("/datasets", {"name": "signs", "source": {"kind": "upload", "upload_id": upload}})
        time.sleep(0.2)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        end = self.server.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating")
        self.assertEqual((end["state"], end["item_count"]), ("success", 400))
        self.assertEqual(self.server.get("/jobs/" + made["job_id"])["attempts"], 1)

    def test_an_upload_cut_in_the_middle_leaves_nothing(self):
        before = len(list((self.server.data / "uploads").iterdir()))
        script = ("import http.client,sys\nc=http.client.HTTPConnection('127.0.0.1',%d)\nc.putrequest('POST','/api/v1/uploads?"
                  "filename=a.tar')\nc.putheader('Authorization','Bearer %s')\nc.putheader('Content-Length','1000000')\n"
                  "c.endheaders()\nc.send(b'x'*300000)\n" % (self.server.port, self.server.token))
        subprocess.run([sys.executable, "-c", script], check=True)
        for _ in range(100):
            if len(list((self.server.data / "uploads").iterdir())) == before:
                return
            time.sleep(0.1)
        self.fail("the cut upload is still there")

    def test_one_server_per_data_folder(self):
        done = subprocess.run(self.server.command(), capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("server.data_in_use", done.stderr)
        self.assertEqual(self.server.get("/info")["name"], "AVA")


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.disk = self.server.storage / "small"
        self.disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", self.disk], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            self.skipTest("no mount here: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)
        self.server.bind("small", self.disk)

    def test_an_import_says_that_the_disk_is_full_and_works_when_there_is_space(self):
        big = {f"cat/{i}.png": png(i) + os.urandom(40_000) for i in range(100)}
        made = self.server.import_upload("big", tar_of(big), "a.tar")
        self.assertEqual((made["state"], made["error"]["slug"]), ("failed", "file.no_space"), made["error"])
        self.assertEqual(self.server.get("/jobs/" + made["job_id"])["error"]["slug"], "file.no_space")
        left = [p for p in self.disk.rglob("*") if p.is_file()]
        self.assertEqual(left, [], "a failed import left files")
        subprocess.run(["mount", "-o", "remount,size=30m", self.disk], check=True)
        self.server.must("DELETE", "/datasets/" + made["id"])
        again = self.server.import_upload("big", tar_of(big), "a.tar")
        self.assertEqual((again["state"], again["item_count"]), ("success", 100), again)

    def test_formatting_says_that_the_disk_is_full_and_leaves_no_set(self):
        big = {f"{c}/{i}.png": png(i) + os.urandom(40_000) for i in range(25) for c in ("cat", "dog")}
        made = self.server.import_upload("half", tar_of(big), "a.tar")
        self.assertEqual(made["state"], "success", made)
        body = {"formats": ["recordio"], "splits": {"train": 70, "val": 30, "test": 0}}
        batch = self.server.post(f"/datasets/{made['id']}/formatted-sets", body)
        job = self.server.wait_job(batch["job_id"])
        self.assertEqual((job["state"], job["error"]["slug"]), ("failed", "file.no_space"))
        self.assertEqual([self.server.get("/formatted-sets/" + s["id"])["state"] for s in batch["items"]], ["failed"] * 2)
        sets = self.disk / "ava/default/datasets/half/sets"
        self.assertEqual(list(sets.iterdir()) if sets.exists() else [], [])
        subprocess.run(["mount", "-o", "remount,size=30m", self.disk], check=True)
        done = self.server.format(made["id"])
        self.assertEqual(sum(s["sample_count"] for s in done.values()), 50)


if __name__ == "__main__":
    unittest.main()
