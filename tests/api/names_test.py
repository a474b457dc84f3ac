#!/usr/bin/python3
"""Chinese names of users, datasets, classes, files and models come back as they went in (complaint B-11)."""
import io
import subprocess
import sys
import tarfile
import unittest
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Client, Server  # noqa: E402
from support.pictures import line, png, tar_of  # noqa: E402

CLASSES = ("猫", "狗 大", "ネコ")


class ChineseNames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        files = {f"{c}/图 片{i}.png": png(i) for c in CLASSES for i in range(4)}
        cls.dataset = cls.server.import_upload("交通标志", tar_of(files), "我的图片.tar", description="第一个")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def disposition(self, path):
        answer = self.server.ask("GET", path)
        self.assertEqual(answer.status, 200, answer)
        said = answer.headers["Content-Disposition"]
        name = urllib.parse.unquote(said.split("filename*=UTF-8''")[1])
        self.assertTrue(said.isascii())
        return name, answer.body

    def test_a_dataset_its_file_and_its_classes(self):
        found = self.server.get("/datasets?search=" + urllib.parse.quote("标志"))["items"][0]
        self.assertEqual((found["name"], found["description"], found["source"]["filename"]), ("交通标志", "第一个", "我的图片.tar"))
        stats = self.server.get(f"/datasets/{found['id']}/stats")
        self.assertEqual({c["class"]: c["count"] for c in stats["labels"][0]["count"]}, dict.fromkeys(CLASSES, 4))
        samples = self.server.items(f"/datasets/{found['id']}/samples?class=" + urllib.parse.quote("狗 大"))
        self.assertEqual(len(samples), 4)
        picture = self.server.ask("GET", samples[0]["picture_url"].replace("/api/v1", ""))
        self.assertEqual((picture.status, picture.body[:4]), (200, b"\x89PNG"))

    def test_the_list_as_a_file(self):
        name, body = self.disposition(f"/datasets/{self.dataset['id']}/list")
        self.assertEqual(name, "交通标志.jsonlist")
        self.assertEqual(body.decode().count("狗 大/图 片"), 4)

    def test_formatted_sets_keep_the_classes(self):
        sets = self.server.format(self.dataset["id"], formats=["recordio", "lmdb", "raw"])
        for one in sets.values():
            folder = self.server.storage / "pics" / one["uri"].removeprefix("qiniu:///pics/")
            held = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
            self.assertIn("猫".encode(), held, one["uri"])
            self.assertEqual(one["class_count"], 3)

    def test_a_list_with_chinese_keys_raw_and_quoted(self):
        self.assertEqual(self.server.import_upload("键名", (
            line("qiniu:///pics/ava/default/datasets/交通标志/pictures/猫/图 片0.png", "猫咪") +
            line("qiniu:///pics/" + urllib.parse.quote("ava/default/datasets/交通标志/pictures/猫/图 片1.png"), "猫咪")).encode(),
            "列表.json")["item_count"], 2)
        made = self.server.get("/datasets?search=" + urllib.parse.quote("键名"))["items"][0]
        sets = self.server.format(made["id"], formats=["raw"], splits={"train": 100, "val": 0, "test": 0})
        self.assertEqual(sets["raw", "train"]["sample_count"], 2)

    def test_a_user(self):
        member = self.server.member("王小明")
        session = member.get("/session")
        self.assertEqual(session["user"]["name"], "王小明")
        made = member.import_upload("小明的", tar_of({"猫/1.png": png(1)}), "图.tar")
        self.assertEqual(made["owner"]["name"], "王小明")
        refused = self.server.ask("POST", "/users", {"name": "王小明", "password": "another long one"})
        self.assertEqual(refused.status, 409)
        other = self.server.member("李雷")
        answer = other.ask("DELETE", "/datasets/" + made["id"])
        self.assertEqual((answer.status, answer.json["slug"]), (403, "user.not_owner"))
        self.assertEqual(Client(self.server.port).ask("GET", "/datasets").status, 401)

    def test_a_model(self):
        up = self.server.upload(tar_of({"权重.bin": b"w" * 100}, "w:gz"), "权重 包.tar.gz")
        made = self.server.post("/models", {"name": "最好的模型", "upload_id": up["id"]})
        self.assertEqual(self.server.get("/models/" + made["id"])["name"], "最好的模型")
        name, body = self.disposition(f"/models/{made['id']}/file")
        self.assertTrue(name.endswith(".tar.gz"), name)
        self.assertTrue(any("\u4e00" <= c <= "\u9fff" for c in name), name)
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            self.assertEqual(archive.getnames(), ["权重.bin"])
        done = self.server.cli("model", "download", "最好的模型", "-o", self.server.folder / "下载.tar.gz")
        self.assertEqual((done.returncode, (self.server.folder / "下载.tar.gz").read_bytes()), (0, body), done.stderr)

    def test_the_shell(self):
        done = self.server.cli("dataset", "stats", "交通标志")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("狗 大", done.stdout)
        shown = subprocess.run(["ls", self.server.storage / "pics/ava/default/datasets"], capture_output=True, check=True)
        self.assertIn("交通标志", shown.stdout.decode())


if __name__ == "__main__":
    unittest.main()
