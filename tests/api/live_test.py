#!/usr/bin/python3
"""Live topics over a WebSocket: what changes is told to those who listen, and to nobody else."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.ava_server import Client, Server  # noqa: E402
from support.live import Live  # noqa: E402
from support.pictures import classes, tar_of  # noqa: E402


class LiveTopics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_an_import_is_told_from_its_beginning_to_its_end(self):
        live = Live(self.server, "datasets", "jobs")
        self.addCleanup(live.close)
        made = self.server.import_upload("小猫", tar_of(classes(9)), "a.tar")
        seen = live.until(lambda m: m["topic"] == "datasets" and m["data"].get("state") == "success")
        mine = [m for m in seen if m["topic"] == "datasets" and m["data"].get("id") == made["id"]]
        states = [m["data"]["state"] for m in mine]
        self.assertEqual((states[0], states[-1]), ("creating", "success"))
        self.assertEqual({m["type"] for m in mine}, {"changed"})
        self.assertEqual(seen[-1]["data"]["name"], "小猫")
        self.assertEqual(seen[-1]["data"], made)
        numbers = [m["seq"] for m in seen if m["topic"] == "datasets"]
        self.assertEqual(numbers, sorted(set(numbers)))
        jobs = [m for m in seen if m["topic"] == "jobs" and "state" in m["data"]]
        jobs += live.until(lambda m: m["topic"] == "jobs" and m["data"].get("state") == "succeeded") if not any(
            m["data"]["state"] == "succeeded" for m in jobs) else []
        self.assertEqual({m["data"]["id"] for m in jobs if m["topic"] == "jobs" and "id" in m["data"]}, {made["job_id"]})

    def test_one_dataset_and_its_end(self):
        made = self.server.import_upload("dogs", tar_of(classes(9)), "a.tar")
        live = Live(self.server, "dataset:" + made["id"], "formatted-sets")
        self.addCleanup(live.close)
        self.server.must("PATCH", "/datasets/" + made["id"], {"description": "新"})
        self.assertEqual(live.until(lambda m: m["type"] == "changed")[-1]["data"]["description"], "新")
        sets = self.server.format(made["id"])
        seen = live.until(lambda m: m["topic"] == "formatted-sets" and m["data"].get("state") == "done")
        self.assertIn(seen[-1]["data"]["id"], [s["id"] for s in sets.values()])
        for one in sets.values():
            self.server.must("DELETE", "/formatted-sets/" + one["id"])
        self.server.must("DELETE", "/datasets/" + made["id"])
        gone = live.until(lambda m: m["type"] == "removed" and m["topic"] == "dataset:" + made["id"])
        self.assertEqual(gone[-1]["data"], {"id": made["id"]})

    def test_who_is_not_logged_in_hears_nothing(self):
        stranger = Client(self.server.port)
        live = Live(stranger)
        self.addCleanup(live.close)
        head = live.head
        self.assertIn(b" 401 ", head.splitlines()[0])

    def test_nonsense_does_not_hurt(self):
        live = Live(self.server)
        live.frame(1, b"not json")
        try:
            live.say({"op": "dance"})
            live.say({"op": "subscribe", "topics": "datasets"})
            live.next(2)
        except (OSError, ConnectionError):
            pass  # told off or cut off: both are fine
        live.close()
        self.assertEqual(self.server.get("/datasets?limit=1")["items"] is not None, True)


if __name__ == "__main__":
    unittest.main()
