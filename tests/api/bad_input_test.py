#!/usr/bin/python3
"""What the server says to bad input: where it is wrong, and what to do. One server for all cases."""
import sys
import tarfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Server  # noqa: E402
from support.pictures import classes, line, png, tar_of, zip_of  # noqa: E402

# Printed in the original manual; its braces do not balance (formats.md 2.8).
PRINTED_OLD_LINE = ('{"url": "http://any_url", "type": "image", "label": {"facecluster": "人脸1", "detect": {"general_d": {"bbox": '
                    '[[[10, 20], [21, 31], [81, 91]], "class": "dog"}]}}, "class": {"terror": "terror", "pulp": "sexy", '
                    '"general": "dog"}}}')
URL = '{"url":"http://127.0.0.1/a.jpg","type":"image"'


class WithServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def name(self):
        type(self).count += 1
        return f"set-{self.count}"

    def refused(self, method, path, body, status, slug, pointer=None):
        answer = self.server.ask(method, path, body)
        self.assertEqual((answer.status, answer.json["slug"]), (status, slug), answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertTrue(answer.json["request_id"])
        if pointer is not None:
            self.assertEqual(answer.json.get("pointer"), pointer, answer)
        return answer.json

    def imported(self, data, filename, **more):
        return self.server.import_upload(self.name(), data, filename, **more)

    def rejects(self, dataset):
        return self.server.items(f"/datasets/{dataset['id']}/rejects")


class Bodies(WithServer):
    def test_broken_json_has_line_and_column(self):
        problem = self.refused("POST", "/datasets", b'{"name": "x",\n  "source": }', 400, "json.bad")
        self.assertEqual((problem["context"]["line"], problem["context"]["column"]), ("2", "13"))
        self.refused("POST", "/datasets", b"\xff\xfe", 400, "json.bad")
        self.refused("POST", "/datasets", b"[" * 100_000, 400, "json.bad")
        self.refused("POST", "/datasets", b"", 400, "field.missing", "/name")

    def test_wrong_fields_have_a_pointer(self):
        up = self.server.upload(b"{}", "a.lst")["id"]
        good = {"kind": "upload", "upload_id": up}
        self.refused("POST", "/datasets", {"name": 5, "source": good}, 400, "field.type", "/name")
        self.refused("POST", "/datasets", {"name": "x", "source": []}, 400, "field.type", "/source")
        self.refused("POST", "/datasets", [1], 400, "field.type")
        self.refused("POST", "/datasets", {"name": "abc"}, 400, "field.missing", "/source")
        problem = self.refused("POST", "/datasets", {"name": "abc", "source": good, "descripton": ""}, 400, "field.unknown",
                               "/descripton")
        self.assertIn("description", problem["detail"])
        self.refused("POST", "/datasets", {"name": "abc", "source": {**good, "upload_id": "up_1"}}, 400, "id.bad",
                     "/source/upload_id")
        self.refused("POST", "/datasets", {"name": "abc", "source": {**good, "kind": "ftp"}}, 400, "dataset.bad_source",
                     "/source/kind")
        self.refused("GET", "/datasets?limit=many", None, 400, "http.bad_query")
        self.refused("GET", "/datasets/ds_x", None, 400, "id.bad")
        self.refused("GET", "/datasets/ds_01m848t932f31bvynqrrj4tsc2", None, 404, "dataset.not_found")
        self.refused("GET", "/no-such-thing", None, 404, "http.no_route")

    def test_names_that_are_no_names(self):
        up = self.server.upload(b"{}", "a.lst")["id"]
        for name in ("../x", "a/b", "", ".", "..", "a\nb", " a", "a\\b", "a\u202eb", "-x", "con\u0000"):
            answer = self.server.ask("POST", "/datasets", {"name": name, "source": {"kind": "upload", "upload_id": up}})
            self.assertEqual((answer.status, answer.json.get("pointer")), (400, "/name"), (name, answer))
        self.refused("POST", "/datasets", {"name": "猫" * 64, "source": {"kind": "upload", "upload_id": up}}, 400, "field.range",
                     "/name")

    def test_a_name_is_taken_once(self):
        made = self.imported(tar_of(classes(3)), "a.tar")
        up = self.server.upload(tar_of(classes(3)), "a.tar")["id"]
        self.refused("POST", "/datasets", {"name": made["name"], "source": {"kind": "upload", "upload_id": up}}, 409,
                     "dataset.name_taken", "/name")

    def test_absurd_requests_to_format(self):
        made = self.imported(tar_of(classes(9)), "a.tar")
        for change, slug, pointer in (
                ({"splits": {"train": 170, "val": 30, "test": 0}}, "field.range", "/splits/train"),
                ({"splits": {"train": 70, "val": 31, "test": 0}}, "format.bad_splits", "/splits"),
                ({"splits": {"train": -1, "val": 30, "test": 0}}, "field.range", "/splits/train"),
                ({"splits": {"train": 0, "val": 0, "test": 0}}, "format.bad_splits", "/splits"),
                ({"splits": {"train": 1e300, "val": 0, "test": 0}}, "field.range", "/splits/train"),
                ({"splits": {"train": "70", "val": 30, "test": 0}}, "field.type", "/splits/train"),
                ({"formats": []}, "field.range", "/formats"),
                ({"formats": ["caffe2"]}, "format.unknown", "/formats/0"),
                ({"formats": ["raw", "raw"]}, "format.twice", "/formats/1"),
                ({"label": "classification.no"}, "format.no_such_label", "/label"),
                ({"resize": "0"}, "resize.bad", "/resize"),
                ({"resize": "wide"}, "resize.bad", "/resize"),
                ({"resize": "999999x999999"}, "resize.bad", "/resize"),
                ({"quality": 0}, "field.range", "/quality"),
                ({"max_reject_ratio": 2}, "field.range", "/max_reject_ratio"),
                ({"seed": -1}, "field.range", "/seed"),
                ({"options": {"lmdb": {"encoding": "bmp"}}}, "format.unknown", "/options/lmdb")):
            body = {"formats": ["recordio"], "splits": {"train": 70, "val": 30, "test": 0}, **change}
            with self.subTest(change):
                self.refused("POST", f"/datasets/{made['id']}/formatted-sets", body, 400, slug, pointer)


class Lists(WithServer):
    def test_every_bad_line_is_listed_with_its_place_and_the_fix(self):
        # Line, what is expected of it: (column, slug, words of the fix).
        cases = [
            (line("qiniu:///pics/a.png"), None),
            (PRINTED_OLD_LINE + "\n", (149, "bad_json", '{"class":"dog","pts":[[10,20],[21,31],[81,91]]}')),
            (URL + ' "label": []}\n', (48, "bad_json", "insert `,` after `\"image\"` at column 47")),
            (URL + ",...}\n", (48, "bad_json", "delete `...` and the `,` before it")),
            (URL + ",}\n", (48, "bad_json", "delete the trailing `,`")),
            (URL + "} // why\n", (49, "bad_json", "JSON has no comments")),
            ("hello\n", (1, "bad_json", "write a string in double quotes")),
            ("\n", None),
            ('{"url":"","label":[]}\n', (None, "url_missing", "")),
            ('{"type":"image"}\n', (None, "url_missing", "")),
            ('{"url":"didi:///x"}\n', (None, "unknown_scheme", "qiniu://")),
            ('{"url":"/etc/passwd","type":"image"}\n', (None, "url_local_path", "upload the pictures")),
            ('{"url":"../../../etc/passwd"}\n', (None, "url_relative", "prefix")),
            ('{"url":"http://h/y.jpg","type":"video"}\n', (None, "unknown_type", "")),
        ]
        text = "".join(c[0] for c in cases).encode() + b'{"url":"http://h/\xff.jpg"}\n'
        made = self.imported(text, "bad.lst")
        found = {r["line"]: r for r in self.rejects(made)}
        for number, (shown, wanted) in enumerate(cases, 1):
            with self.subTest(line=number, text=shown.strip()):
                if wanted is None:
                    self.assertNotIn(number, found)
                    continue
                reject = found[number]
                self.assertEqual((reject.get("column"), reject["slug"]), wanted[:2])
                self.assertIn(wanted[2], reject.get("hint") or "")
        self.assertEqual(found[len(cases) + 1]["slug"], "bad_utf8")
        self.assertEqual((made["state"], made["item_count"], made["reject_count"]), ("success", 1, 13))

    def test_a_strict_import_fails_at_the_first_bad_line(self):
        made = self.imported((line("http://h/y.jpg") + URL + ",}\n").encode(), "a.lst", on_error="fail")
        self.assertEqual((made["state"], made["error"]["slug"]), ("failed", "list.rejected"))
        self.assertIn("line 2:48", made["error"]["detail"])
        self.assertEqual(made["error"]["hint"], "delete the trailing `,`")

    def test_a_list_without_a_good_line_says_why(self):
        made = self.imported((URL + ",}\nfoo\n").encode(), "a.lst")
        self.assertEqual((made["state"], made["error"]["slug"]), ("failed", "list.no_items"))
        self.assertIn("bad_json 2; first: line 1:48: `}` after a comma (delete the trailing `,`)", made["error"]["hint"])
        made = self.imported(b" \n\n", "a.lst")
        self.assertEqual(made["error"]["slug"], "list.no_items")

    def test_json_that_is_no_list(self):
        made = self.imported(b'[{"url":"http://h/y.jpg"}]', "a.json")
        self.assertEqual(made["error"]["slug"], "list.json_array")
        made = self.imported(b'{\n  "url": "http://h/y.jpg"\n  "type": "image",\n}\n', "a.json")
        self.assertEqual(made["error"]["slug"], "list.object_over_lines")
        self.assertIn('3:3 `"type"` follows a value: insert `,`', made["error"]["hint"])
        self.assertIn("4:1 `}` after a comma: delete the trailing `,` (line 3)", made["error"]["hint"])

    def test_rubbish_in_a_list_is_said_clearly(self):
        for rubbish in (b"\0" * 10_240, "猫".encode() * 200, b"\x1b[31m" * 50):
            made = self.imported(rubbish, "rubbish.lst")
            self.assertEqual((made["state"], made["error"]["slug"]), ("failed", "list.no_items"), made["error"])

    def test_uploads_that_are_neither_list_nor_archive(self):
        for data, name in ((b"hello", "a.txt"), (png(1), "a.png")):
            up = self.server.upload(data, name)
            self.refused("POST", "/datasets", {"name": "abc", "source": {"kind": "upload", "upload_id": up["id"]}}, 400,
                         "dataset.bad_source", "/source/upload_id")
        self.refused("POST", "/uploads?filename=a.tar", b"", 400, "upload.empty")
        for name in ("", "..", "%2e%2e", "a%00b"):
            self.refused("POST", "/uploads?filename=" + name, b"x", 400, "upload.bad_name", "/filename")
        self.assertEqual(self.server.upload(b"x", "../../etc/passwd")["filename"], "passwd")

    def test_addresses_that_lead_nowhere(self):
        for uri, status, slug in (("qiniu:///nosuch/x", 404, "bucket.not_found"),
                                  ("qiniu:///pics/../../etc/passwd", 404, "dataset.source_not_found"),
                                  ("qiniu:///pics/none.lst", 404, "dataset.source_not_found"),
                                  ("file:///etc/passwd", 400, "dataset.bad_source"),
                                  ("http://127.0.0.1:1/x", 400, "dataset.bad_source")):
            self.refused("POST", "/datasets", {"name": "abc", "source": {"kind": "uri", "uri": uri}}, status, slug)
        self.refused("POST", "/datasets", {"name": "abc", "source": {"kind": "prefix", "uri": "qiniu:///pics/none/"}}, 404,
                     "dataset.source_not_found")
        self.refused("POST", "/buckets", {"name": "etc", "uri": "file:///etc"}, 403, "bucket.root_not_allowed")


class Archives(WithServer):
    def special(self, name, kind):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        return info

    def test_names_that_lead_elsewhere_and_links_are_refused(self):
        made = self.imported(tar_of({
            "../../evil.png": png(1), "/evil-abs.png": png(1), "cat/../../evil2.png": png(1), "cat/ok.png": png(1),
            self.special("cat/link.png", tarfile.SYMTYPE): b"", self.special("cat/hard.png", tarfile.LNKTYPE): b"",
            self.special("cat/dev.png", tarfile.CHRTYPE): b"", "dog/ok.png": png(2)}), "a.tar")
        self.assertEqual((made["state"], made["item_count"], made["reject_count"]), ("success", 2, 6))
        self.assertEqual(sorted((r["url"], r["slug"]) for r in self.rejects(made)), [
            ("../../evil.png", "entry.unsafe_name"), ("/evil-abs.png", "entry.unsafe_name"),
            ("cat/../../evil2.png", "entry.unsafe_name"), ("cat/dev.png", "entry.is_special"),
            ("cat/hard.png", "entry.is_link"), ("cat/link.png", "entry.is_link")])
        self.assertEqual(list(self.server.folder.rglob("*evil*")), [])
        self.assertFalse(Path("/tmp/evil.png").exists())

    def test_names_that_lead_elsewhere_in_a_zip(self):
        made = self.imported(zip_of({"../../evil.png": png(1), "/evil.png": png(1), "cat/ok.png": png(1)}), "a.zip")
        self.assertEqual(made["item_count"], 1)
        self.assertEqual(list(self.server.folder.rglob("*evil*")), [])

    def test_a_bomb_is_refused(self):
        made = self.imported(zip_of({f"cat/{i}.png": b"\0" * (40 << 20) for i in range(2)}), "bomb.zip")
        self.assertEqual((made["state"], made["error"]["slug"]), ("failed", "archive.bomb"))
        self.assertFalse((self.server.storage / "pics/ava/default/datasets" / made["name"]).exists())

    def test_broken_archives(self):
        for data, name, slug in ((b"\x1f\x8bxxxxxxx", "a.tgz", ("archive.not_an_archive", "archive.corrupt")),
                                 (tar_of(classes(9))[:4000], "a.tar", ("archive.truncated",)),
                                 (tar_of(classes(9), "w:gz")[:-200], "a.tar.gz", ("archive.truncated", "archive.corrupt")),
                                 (zip_of(classes(9))[:1500], "a.zip", ("archive.truncated", "archive.corrupt")),
                                 (tar_of({"notes.txt": b"no picture"}), "a.tar", ("import.not_recognized",)),
                                 (tar_of({}), "a.tar", ("list.no_items",))):
            made = self.imported(data, name)
            self.assertEqual(made["state"], "failed", (name, made))
            self.assertIn(made["error"]["slug"], slug)
            self.assertFalse((self.server.storage / "pics/ava/default/datasets" / made["name"]).exists())

    def test_pictures_that_cannot_be_read_are_left_out_of_the_sets(self):
        made = self.imported(tar_of({**classes(20), "dog/cut.png": png(3)[:-20], "dog/empty.png": b"", "猫/text.png": b"hi"}),
                             "a.tar")
        self.assertEqual(made["item_count"], 23)
        sets = self.server.format(made["id"], formats=["recordio", "lmdb"])
        self.assertEqual(sum(s["sample_count"] for (f, _), s in sets.items() if f == "lmdb"), 20)
        body = {"formats": ["raw"], "splits": {"train": 100, "val": 0, "test": 0}, "max_reject_ratio": 0.01}
        batch = self.server.post(f"/datasets/{made['id']}/formatted-sets", body)
        job = self.server.wait_job(batch["job_id"])
        self.assertEqual((job["state"], job["error"]["slug"]), ("failed", "batch.too_many_rejects"))
        self.assertEqual(self.server.get("/formatted-sets/" + batch["items"][0]["id"])["error"]["slug"], "batch.too_many_rejects")

    def test_pictures_that_are_missing(self):
        text = "".join(line(f"qiniu:///pics/none/{i}.png") for i in range(3))
        made = self.imported(text.encode(), "a.lst")
        self.assertEqual(made["item_count"], 3)
        batch = self.server.post(f"/datasets/{made['id']}/formatted-sets",
                                 {"formats": ["raw"], "splits": {"train": 100, "val": 0, "test": 0}})
        job = self.server.wait_job(batch["job_id"])
        self.assertEqual((job["state"], job["error"]["slug"]), ("failed", "batch.no_samples"))
        self.assertIn("object.not_found", job["error"]["hint"])

    def test_a_list_may_not_reach_into_the_machine(self):
        text = line("http://127.0.0.1:22/a.png") + line("http://169.254.169.254/latest/meta-data")
        made = self.imported(text.encode(), "a.lst")
        batch = self.server.post(f"/datasets/{made['id']}/formatted-sets",
                                 {"formats": ["raw"], "splits": {"train": 100, "val": 0, "test": 0}})
        job = self.server.wait_job(batch["job_id"])
        self.assertEqual(job["state"], "failed")


if __name__ == "__main__":
    unittest.main()
