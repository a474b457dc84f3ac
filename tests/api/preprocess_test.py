#!/usr/bin/python3
"""Preprocessing through the server: the manual's recipe from the shell, the same bytes after kills, what is refused."""
import hashlib
import json
import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Server  # noqa: E402
from support.pictures import classes, png, tar_of  # noqa: E402

NAMES = ("beheaded", "pulp", "sexy")


def recipe(cls="beheaded", times=2):
    """R3.5-07: one class to `times` its amount by random operations, every other one as it is."""
    def keeps(name, values):
        return {"id": name, "type": "filter", "label": "classification.class", "values": values}
    return {"version": 1,
            "nodes": [{"id": "in", "type": "input"}, keeps("f1", [cls]),
                      {"id": "a1", "type": "augment", "operations": [{"op": "flop"}, {"op": "rotate", "angle": [10, 20]}],
                       "multiple": times},
                      keeps("f2", [n for n in NAMES if n != cls]), {"id": "out", "type": "output"}],
            "edges": [["in", "f1"], ["f1", "a1"], ["a1", "out"], ["in", "f2"], ["f2", "out"]],
            "layout": {"in": [0, 0]}}


class Preprocess(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--picture-cache-size", "0")  # what was killed shall make its pictures itself
        cls.signs = cls.server.import_upload("signs", tar_of(classes(30, NAMES)), "signs.tar")
        assert cls.signs["state"] == "success", cls.signs

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def graph_file(self, graph):
        path = self.server.folder / "graph.json"
        path.write_text(json.dumps(graph))
        return path

    def made(self, name, *args, graph=None):
        done = self.server.cli("dataset", "preprocess", "signs", self.graph_file(graph or recipe()), "--name", name, *args,
                               "--wait", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)["dataset"]

    def counts(self, dataset):
        (label,) = self.server.get(f"/datasets/{dataset['id']}/stats")["labels"]
        return {one["class"]: one["count"] for one in label["count"]}

    def contents(self, dataset):
        """The list without the dataset's own name, and the bytes of its pictures by their place."""
        own = f"ava/default/datasets/{dataset['name']}/"
        folder = self.server.storage / "pics" / own
        pictures = {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
                    for p in (folder / "pictures").rglob("*") if p.is_file()}
        return (folder / "index.lst").read_text().replace(own, ""), pictures

    def test_recipe_of_the_manual_from_the_shell(self):
        check = self.server.cli("dataset", "preprocess", "signs", self.graph_file(recipe()), "--check", "--json")
        self.assertEqual((check.returncode, check.stderr), (0, ""))
        found = json.loads(check.stdout)
        self.assertEqual((found["problems"], found["counts"]["output"]), ([], 40))
        made = self.made("signs-doubled", "--seed", "7")
        self.assertEqual((made["state"], made["item_count"], made["source"]["kind"]), ("success", 40, "preprocess"))
        self.assertEqual(self.counts(made), {"beheaded": 20, "pulp": 10, "sexy": 10})
        self.assertEqual(made["lineage"]["parents"], [{"id": self.signs["id"], "name": "signs"}])
        self.assertEqual((made["lineage"]["seed"], made["lineage"]["counts"]), (7, {"items": 40, "made": 10, "rejected": 0}))
        self.assertEqual(made["lineage"]["graph"]["layout"], {"in": [0, 0]})
        rows = [json.loads(row) for row in self.contents(made)[0].splitlines()]
        new = [row for row in rows if row.get("ops")]
        self.assertEqual(len(new), 10)
        self.assertRegex(new[0]["ops"], r"^augment\(flop;rotate/")
        for sample in self.server.items(f"/datasets/{made['id']}/samples"):
            picture = self.server.ask("GET", sample["picture_url"].removeprefix("/api/v1"))
            self.assertEqual(picture.status, 200, sample)
        refused = self.server.ask("DELETE", "/datasets/" + self.signs["id"])
        self.assertEqual((refused.status, refused.json["slug"]), (409, "dataset.in_use"))
        self.assertEqual(refused.json["context"]["users"][0]["type"], "dataset")

    def test_new_dataset_is_formatted_as_any_other(self):
        made = self.made("signs-to-format")
        sets = self.server.format(made["id"])
        self.assertEqual(sum(one["sample_count"] for one in sets.values()), 40)

    def test_wrong_graphs_are_told_with_all_that_is_wrong(self):
        graph = recipe()
        graph["nodes"][2]["operations"][0]["op"] = "flopp"
        graph["edges"].append(["out", "in"])
        check = self.server.cli("dataset", "preprocess", "signs", self.graph_file(graph), "--check")
        self.assertEqual(check.returncode, 2)
        self.assertIn("op.unknown", check.stdout)
        refused = self.server.ask("POST", f"/datasets/{self.signs['id']}/preprocess", {"name": "wrong", "graph": graph})
        self.assertEqual((refused.status, refused.json["slug"], refused.json["pointer"]), (400, "graph.wrong", "/graph"))
        slugs = {problem["slug"] for problem in refused.json["context"]["problems"]}
        self.assertTrue({"op.unknown", "graph.bad_edge"} <= slugs, slugs)
        for body, slug in (({"graph": recipe()}, "field.missing"), ({"name": "x1", "graph": 7}, "graph.bad"),
                           ({"name": "signs", "graph": recipe()}, "dataset.name_taken"),
                           ({"name": "x1", "graph": recipe(), "bucket": "none"}, "bucket.not_found")):
            answer = self.server.ask("POST", f"/datasets/{self.signs['id']}/preprocess", body)
            self.assertEqual(answer.json["slug"], slug)
        warned = self.server.post(f"/datasets/{self.signs['id']}/preprocess/check", {"graph": recipe("gone")})
        self.assertEqual([(p["slug"], p["severity"], p["node"]) for p in warned["problems"]],
                         [("graph.class_gone", "warning", "f1")])

    def test_preview_shows_before_and_after(self):
        shown = self.server.post(f"/datasets/{self.signs['id']}/preprocess/preview",
                                 {"graph": recipe(), "seed": 3, "count": 6, "node": "a1"})["items"]
        self.assertTrue(shown)
        for one in shown:
            self.assertTrue(one["before"].startswith("data:image/jpeg;base64,"), one["before"][:40])
            self.assertEqual((one["width"], one["height"]), (16, 16))
        again = self.server.post(f"/datasets/{self.signs['id']}/preprocess/preview",
                                 {"graph": recipe(), "seed": 3, "count": 6, "node": "a1"})["items"]
        self.assertEqual(shown, again)
        too_many = self.server.ask("POST", f"/datasets/{self.signs['id']}/preprocess/preview", {"graph": recipe(), "count": 25})
        self.assertEqual((too_many.status, too_many.json["pointer"]), (400, "/count"))

    def worker_of(self, job_id):
        """The process that works on a job, once there is one."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"worker" in words and any(job_id.encode() in word for word in words):
                return int(entry.name)
        return None

    def test_killed_worker_leaves_what_an_undisturbed_one_makes(self):
        files = {f"{NAMES[i % 3]}/{i:03}.png": png(i, 400) for i in range(60)}
        large = self.server.import_upload("large", tar_of(files), "large.tar")
        graph = recipe(times=40)  # long enough to be killed on a fast machine
        body = {"graph": graph, "seed": 5}
        path = f"/datasets/{large['id']}/preprocess"
        calm = self.server.post(path, {**body, "name": "calm"})
        self.assertEqual(self.server.wait_job(calm["job"]["id"])["state"], "succeeded")
        killed = self.server.post(path, {**body, "name": "killed"})
        kills = 0
        for pause in (0, 0.2):
            pid = None
            until = time.monotonic() + 30
            while pid is None and time.monotonic() < until:
                pid = self.worker_of(killed["job"]["id"])
                if self.server.get("/jobs/" + killed["job"]["id"])["state"] not in ("queued", "running"):
                    break
                time.sleep(0.01)
            time.sleep(pause)
            try:
                if pid:
                    os.kill(pid, signal.SIGKILL)
                    kills += 1
                    while Path(f"/proc/{pid}").exists():
                        time.sleep(0.01)
            except ProcessLookupError:
                pass
        self.assertGreaterEqual(kills, 1)
        job = self.server.wait_job(killed["job"]["id"])
        self.assertEqual(job["state"], "succeeded", job)
        one, other = (self.contents(self.server.get("/datasets/" + m["dataset"]["id"])) for m in (calm, killed))
        self.assertEqual(one[0], other[0])
        self.assertEqual(one[1], other[1])

    def test_second_run_takes_the_pictures_of_the_first(self):
        server = Server()
        self.addCleanup(server.close)
        signs = server.import_upload("signs", tar_of(classes(30, NAMES)), "signs.tar")

        def run(name, times):
            started = server.post(f"/datasets/{signs['id']}/preprocess", {"graph": recipe(times=times), "seed": 5, "name": name})
            self.assertEqual(server.wait_job(started["job"]["id"])["state"], "succeeded")
            folder = server.storage / f"pics/ava/default/datasets/{name}/pictures"
            kept = sum(p.stat().st_size for p in (server.data / "cache/pictures").rglob("*") if p.is_file())
            return {p.name: p.read_bytes() for p in folder.rglob("*.*")}, kept
        first, kept = run("first", 2)
        self.assertEqual(len(first), 10)
        self.assertGreater(kept, sum(map(len, first.values())))
        self.assertEqual(run("second", 2), (first, kept))
        third, more = run("third", 3)
        self.assertEqual(len(third), 20)
        self.assertEqual({name: third.get(name) for name in first}, first)
        self.assertLess(more, kept * 3)
        self.assertGreater(more, kept)

    def test_cancelled_job_leaves_nothing(self):
        started = self.server.post(f"/datasets/{self.signs['id']}/preprocess", {"graph": recipe(), "name": "stopped"})
        self.server.post(f"/jobs/{started['job']['id']}/cancel", {})
        job = self.server.wait_job(started["job"]["id"])
        dataset = self.server.wait("/datasets/" + started["dataset"]["id"], lambda d: d["state"] != "creating")
        if job["state"] == "cancelled":
            self.assertEqual((dataset["state"], dataset["error"]["slug"]), ("failed", "job.cancelled"))
        self.server.must("DELETE", "/datasets/" + dataset["id"])
        self.assertFalse((self.server.storage / "pics/ava/default/datasets/stopped").exists())


if __name__ == "__main__":
    unittest.main()
