#!/usr/bin/python3
"""Object stores end to end: the conformance suite of the drivers on a real S3 server (OpenStack Swift) and on the Kodo
double, lists whose pictures lie there formatted by the command line and by the server, and keys that are never repeated.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import s3_client  # noqa: E402
from support.ava_server import AVA, ROOT, Server  # noqa: E402
from support.pictures import classes  # noqa: E402

KEYS = {"access_key": s3_client.ACCESS, "secret_key": s3_client.SECRET}
PICTURES = classes(60)


def clean_environment(**more):
    return {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "QINIU_", "AVA_STORAGE"))} | more


class Stores:
    """Both servers in a folder that is thrown away."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ava-stores-", dir="/tmp"))
        self.address = {}
        for name in ("s3", "kodo"):
            out = subprocess.run([ROOT / "tests/support" / name, "start", self.folder], check=True, capture_output=True,
                                 text=True).stdout
            variable, _, value = out.strip().removeprefix("export ").partition("=")
            self.address[variable] = value
        self.s3, self.kodo = self.address["AVA_TEST_S3"], self.address["AVA_TEST_KODO"]

    def close(self):
        for name in ("s3", "kodo"):
            subprocess.run([ROOT / "tests/support" / name, "stop", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipUnless(shutil.which("swift-proxy-server"), "OpenStack Swift is not installed: tools/install_deps test")
class ObjectStores(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stores = Stores()
        s3_client.put(cls.stores.s3, "/shop-pictures")
        for name, data in PICTURES.items():
            s3_client.put(cls.stores.s3, f"/shop-pictures/图/{name}", data)
        cls.list = cls.stores.folder / "index.lst"
        cls.list.write_text("".join(json.dumps({
            "url": f"qiniu:///shop/图/{name}", "type": "image",
            "label": [{"name": "animal", "type": "classification", "version": "1", "data": [{"class": name.split("/")[0]}]}],
        }, ensure_ascii=False) + "\n" for name in PICTURES))
        cls.uri = f"s3://shop-pictures?endpoint={cls.stores.s3}"

    @classmethod
    def tearDownClass(cls):
        cls.stores.close()

    def format(self, *more, **environment):
        with tempfile.TemporaryDirectory(dir=self.stores.folder) as out:
            done = subprocess.run([AVA, "data", "format", self.list, "--to", "recordio", "--out", out + "/sets", "--json", *more],
                                  capture_output=True, text=True, env=clean_environment(**environment), timeout=120, check=False)
            return done, json.loads(done.stdout)["counts"] if done.returncode == 0 else None

    def test_1_every_driver_does_the_same(self):
        program = Path(AVA).parent / "storage_test"
        done = subprocess.run([program, "--gtest_filter=*Conformance*:S3.*", "--gtest_brief=1"], capture_output=True, text=True,
                              env=clean_environment(**self.stores.address), timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        for driver in ("s3", "kodo"):
            self.assertNotIn(f"/{driver} (skipped", done.stdout)
            self.assertNotIn("no server for this driver", done.stdout)

    def test_2_the_command_line_reads_pictures_from_s3(self):
        keys = {"AWS_ACCESS_KEY_ID": KEYS["access_key"], "AWS_SECRET_ACCESS_KEY": KEYS["secret_key"]}
        done, counts = self.format("--bucket", "shop=" + self.uri, **keys)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((counts["in"], counts["out"], counts["rejected"]), (60, 60, 0), done.stdout)
        short, counts = self.format("--bucket", "shop=s3://shop-pictures", AWS_ENDPOINT_URL=self.stores.s3, **keys)
        self.assertEqual((short.returncode, counts and counts["out"]), (0, 60), short.stderr)

    def test_3_the_command_line_takes_a_file_of_buckets(self):
        config = self.stores.folder / "buckets.json"
        config.write_text(json.dumps({"buckets": {"shop": {"uri": self.uri, **KEYS}}}))
        for more, environment in ((("--storage-config", config), {}), ((), {"AVA_STORAGE_CONFIG": str(config)})):
            done, counts = self.format(*more, **environment)
            self.assertEqual((done.returncode, counts and counts["out"]), (0, 60), done.stderr)
        config.write_text('{"buckets": {"shop": {"uri": "s3://x", "secret_key": "geheimnis", "oops": 1}}}')
        done, _ = self.format("--storage-config", config)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("storage_config.bad", done.stderr)
        self.assertNotIn("geheimnis", done.stdout + done.stderr)

    def test_4_wrong_keys_end_the_job_instead_of_rejecting_every_picture(self):
        done, _ = self.format("--bucket", "shop=" + self.uri, AWS_ACCESS_KEY_ID=KEYS["access_key"],
                              AWS_SECRET_ACCESS_KEY="geheimnis")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("storage.bad_keys", done.stderr)
        self.assertNotIn("geheimnis", done.stdout + done.stderr)

    def test_5_a_picture_that_is_not_there_is_a_reject(self):
        with open(self.list, "a", encoding="utf-8") as more:
            more.write('{"url":"qiniu:///shop/none.jpg","type":"image","label":[{"name":"animal","type":"classification",'
                       '"version":"1","data":[{"class":"cat"}]}]}\n')
        done, counts = self.format("--bucket", "shop=" + self.uri, AWS_ACCESS_KEY_ID=KEYS["access_key"],
                                   AWS_SECRET_ACCESS_KEY=KEYS["secret_key"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((counts["in"], counts["out"], counts["reasons"]), (61, 60, {"object.not_found": 1}))

    def test_8_the_shell_binds_with_keys_from_a_file_or_the_environment(self):
        server = Server("--allow-private-hosts")
        keys = self.stores.folder / "keys.txt"
        keys.write_text(f"[default]\naws_access_key_id = {KEYS['access_key']}\naws_secret_access_key={KEYS['secret_key']}\n")
        try:
            parts = ("--endpoint", self.stores.s3, "--region", "us-east-1", "--path-style", "--json")
            by_file = server.cli("bucket", "bind", "by-file", "s3://shop-pictures/a", "--key-file", keys, *parts)
            self.assertEqual((by_file.returncode, json.loads(by_file.stdout)["kind"]), (0, "s3"), by_file.stderr)
            named = {"AVA_ACCESS_KEY": KEYS["access_key"], "AVA_SECRET_KEY": KEYS["secret_key"]}
            by_name = server.cli("bucket", "bind", "by-name", "s3://shop-pictures/b", *parts, env=named)
            self.assertEqual(by_name.returncode, 0, by_name.stderr)
            wrong = server.cli("bucket", "bind", "wrong", "s3://shop-pictures/c", *parts, env={**named, "AVA_SECRET_KEY": "geheimnis"})
            self.assertNotEqual(wrong.returncode, 0)
            keys.write_text("hello\n")
            bad = server.cli("bucket", "bind", "bad", "s3://shop-pictures/d", "--key-file", keys, *parts)
            self.assertIn("cli.bad_key_file", bad.stderr)
            for done in (by_file, by_name, wrong, bad):
                self.assertNotIn(KEYS["secret_key"], done.stdout + done.stderr)
                self.assertNotIn("geheimnis", done.stdout + done.stderr)
        finally:
            server.close()

    def test_6_the_server_imports_and_formats_in_s3_and_kodo(self):
        server = Server("--allow-private-hosts")
        try:
            for bucket, body in (("shop", {"uri": self.uri, **KEYS}),
                                 ("kept", {"uri": f"qiniu:///bkt/ava?endpoint={self.stores.kodo}", "is_default": True,
                                           "access_key": "ak_test", "secret_key": "sk_test"})):
                bound = server.post("/buckets", {"name": bucket, **body})
                self.assertEqual(bound["kind"], body["uri"].split(":")[0])
                self.assertNotIn(body["secret_key"], json.dumps(bound))
            names = [o["key"] for o in server.items(f"/buckets/{server.items('/buckets')[-2]['id']}/objects?prefix=%E5%9B%BE/")]
            self.assertEqual(sorted(names), ["图/cat/", "图/dog/", "图/猫/"])
            made = server.post("/datasets", {"name": "by prefix", "source": {"kind": "prefix", "uri": "qiniu:///shop/图/"}})
            end = server.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating")
            self.assertEqual((end["state"], end["item_count"]), ("success", 60), end)
            sets = server.format(made["id"], formats=["recordio", "lmdb"])
            self.assertEqual(sum(s["sample_count"] for s in sets.values()), 120)
            self.assertEqual(oct((server.data / "storage.json").stat().st_mode & 0o777), "0o600")
            self.check_no_secret(server)
        finally:
            server.close()

    def check_no_secret(self, server):
        """Neither in the log, nor in the database, nor in any job's file."""
        for path in server.folder.rglob("*"):
            if path.is_file() and path.name != "storage.json":
                data = path.read_bytes()
                for secret in (KEYS["secret_key"].encode(), b"sk_test"):
                    self.assertNotIn(secret, data, path)

    def test_7_binding_says_which_step_failed_and_refuses_private_hosts(self):
        server = Server("--allow-private-hosts")
        try:
            cases = (({"uri": self.uri, **KEYS, "secret_key": "geheimnis"}, "write", "secret key"),
                     ({"uri": self.uri.replace("shop-", "no-"), **KEYS}, "write", "correct its name"),
                     ({"uri": f"qiniu:///none?endpoint={self.stores.kodo}", "access_key": "ak_test", "secret_key": "sk_test"},
                      "write", "correct its name"),
                     ({"uri": "s3://shop?endpoint=http://127.0.0.1:1", **KEYS}, "write", "check the endpoint"))
            for body, step, said in cases:
                answer = server.ask("POST", "/buckets", {"name": "bad", **body})
                self.assertEqual((answer.status, answer.json["slug"]), (400, "bucket.check_failed"), answer)
                self.assertTrue(answer.json["detail"].startswith(step + ": "), answer)
                self.assertIn(said, answer.json["detail"] + answer.json["hint"], answer)
                self.assertNotIn(b"geheimnis", answer.body)
            answer = server.ask("POST", "/buckets", {"name": "bad", "uri": "s3://shop?secret_key=geheimnis"})
            self.assertEqual(answer.json["slug"], "bucket.bad_uri", answer)
            self.assertNotIn(b"geheimnis", answer.body + server.log().encode())
        finally:
            server.close()
        server = Server()
        try:
            answer = server.ask("POST", "/buckets", {"name": "bad", "uri": self.uri, **KEYS})
            self.assertEqual(answer.status, 400, answer)
            self.assertIn("private network", answer.json["detail"], answer)
        finally:
            server.close()


if __name__ == "__main__":
    unittest.main()
