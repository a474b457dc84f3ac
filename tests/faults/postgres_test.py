#!/usr/bin/python3
"""The same server on PostgreSQL: the main path, a kill -9, and a database that goes away and comes back.

Makes a cluster of its own (tests/support/postgres); skipped where PostgreSQL 15 is not installed.
"""
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import ROOT, Server  # noqa: E402
from support.pictures import classes, tar_of  # noqa: E402

BIN = Path("/usr/lib/postgresql/15/bin")


class Cluster:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ava-pg-test-")
        self.tool("start")
        self.home = (Path(self.folder) / "postgres.path").read_text().strip()
        self.url = f"postgresql://ava@/ava?host={self.home}&port=15432"

    def tool(self, verb):
        subprocess.run([ROOT / "tests/support/postgres", verb, self.folder], check=True, stdout=subprocess.DEVNULL)

    def control(self, *args):
        owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*owner, BIN / "pg_ctl", "-D", self.home + "/data", "-w", "-t", "30", *args], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        self.control("stop", "-m", "immediate")

    def start(self):
        options = f"-c listen_addresses='' -p 15432 -k {self.home} -c fsync=off -c max_connections=200"
        self.control("start", "-l", self.home + "/log", "-o", options)

    def close(self):
        self.tool("stop")
        Path(self.folder).rmdir() if not os.listdir(self.folder) else subprocess.run(["rm", "-r", self.folder], check=False)


@unittest.skipUnless((BIN / "initdb").exists(), "PostgreSQL 15 is not installed: tools/install_deps test")
class OnPostgres(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        try:
            cls.server = Server("--database", cls.cluster.url)
        except BaseException:
            cls.cluster.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.cluster.close()

    def test_1_the_main_path_and_chinese_names(self):
        made = self.server.import_upload("交通标志", tar_of(classes(30)), "图.tar")
        self.assertEqual((made["state"], made["item_count"]), ("success", 30), made)
        sets = self.server.format(made["id"], formats=["recordio", "lmdb"])
        self.assertEqual(sum(s["sample_count"] for s in sets.values()), 60)
        self.assertEqual([d["name"] for d in self.server.items("/datasets?search=%E6%A0%87%E5%BF%97")], ["交通标志"])
        taken = self.server.ask("POST", "/datasets", {"name": "交通标志", "source": {
            "kind": "upload", "upload_id": self.server.upload(b"{}", "a.lst")["id"]}})
        self.assertEqual((taken.status, taken.json["slug"]), (409, "dataset.name_taken"))

    def test_2_killed_while_importing(self):
        upload = self.server.upload(tar_of(classes(300)), "a.tar")["id"]
        for turn, pause in enumerate((0.02, 0.2)):
            made = self.server.post("/datasets", {"name": f"set-{turn}", "source": {"kind": "upload", "upload_id": upload}})
            time.sleep(pause)
            self.server.kill()
            self.server.start()
            end = self.server.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating")
            self.assertEqual((end["state"], end["item_count"]), ("success", 300), end)

    def test_3_the_database_goes_away_and_comes_back(self):
        upload = self.server.upload(tar_of(classes(300)), "a.tar")["id"]
        made = self.server.post("/datasets", {"name": "while-away", "source": {"kind": "upload", "upload_id": upload}})
        self.cluster.kill()
        begin = time.monotonic()
        for path in ("/datasets", "/jobs"):
            answer = self.server.ask("GET", path)
            self.assertEqual((answer.status, answer.json["slug"]), (503, "db.unavailable"), (answer, self.server.log()[-3000:]))
        self.assertEqual(self.server.ask("GET", "//readyz").status, 503)
        self.assertEqual(self.server.ask("GET", "//healthz").status, 200)
        self.assertLess(time.monotonic() - begin, 120)  # each waits a bounded time for it to come back
        time.sleep(1)  # the import ends meanwhile, and nobody can write that down
        self.cluster.start()
        end = time.monotonic() + 30
        while self.server.ask("GET", "/datasets").status != 200:
            self.assertLess(time.monotonic(), end, "the server did not find its database again")
            time.sleep(0.2)
        self.assertEqual(self.server.ask("GET", "//readyz").status, 200)
        now = self.server.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating")
        self.assertEqual((now["state"], now["item_count"]), ("success", 300), now)
        self.assertEqual(self.server.wait_job(made["job_id"])["state"], "succeeded")
        self.assertEqual(self.server.import_upload("after", tar_of(classes(9)), "a.tar")["state"], "success")

    def test_4_a_server_that_starts_without_its_database_says_so(self):
        done = subprocess.run([self.server.command()[0], "server", "--data", self.server.folder / "other", "--listen", "127.0.0.1:0",
                               "--database", "postgresql://ava@/ava?host=/nonexistent&port=15432"], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertIn("db.", done.stderr)


if __name__ == "__main__":
    unittest.main()
