#!/usr/bin/python3
"""The server dies or restarts while a container trains: the training goes on, its log and its curve lose nothing (C-40, B-09)."""
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import engine_api  # noqa: E402
from support.live import Live  # noqa: E402
from support.training import TrainingCase, container_of  # noqa: E402

LINES = 600
SCRIPT = f"""
import ava, sys, time
with ava.start_run() as run:
    for step in range({LINES}):
        run.log(step=step, epoch=step // 100, loss=1.0 / (step + 1))
        print('第', step, '步', flush=True)
        time.sleep(0.015)
print('结束', flush=True)
"""
COMMAND = "cat > a.py <<'E'\n" + SCRIPT + "E\nexec python3 a.py"
LOG = "".join(f"第 {i} 步\n" for i in range(LINES)) + "结束\n"


class Restarts(TrainingCase):
    def check_whole(self, training, state="done"):
        end = self.server.wait_training(training["id"])
        log = self.log_of(end)
        self.assertEqual(end["state"], state, (end, log[-2000:]))
        self.assertEqual([l for l in log.splitlines(True) if not l.startswith("ava:")], LOG.splitlines(True))
        run = self.server.items(f"/trainings/{end['id']}/runs")
        self.assertEqual([r["state"] for r in run], ["done"])
        series = self.server.get(f"/runs/{run[0]['id']}/metrics?names=loss&max_points=100000")["series"][0]
        self.assertEqual([int(p[0]) for p in series["points"]], list(range(LINES)))
        self.assertEqual(run[0]["metrics"][0]["count"], LINES)
        self.assertEqual((self.server.get("/jobs/" + end["job_id"])["state"], end["run_count"]), ("succeeded", 1))

    def test_killed_twice_while_a_container_trains(self):
        made = self.train(COMMAND)
        self.wait_log(made, "第 20 步")
        for _ in range(2):
            self.server.kill()
            time.sleep(1.2)
            self.server.start()
            self.assertEqual(self.server.get("/trainings/" + made["id"])["state"], "running")
            time.sleep(0.5)
        self.check_whole(made)

    def test_stopped_and_started_while_a_container_trains(self):
        made = self.train(COMMAND)
        self.wait_log(made, "第 20 步")
        self.assertEqual(self.server.stop(), 0)
        self.assertTrue(engine_api.state(container_of(made["id"]))["Running"])
        time.sleep(1)
        self.server.start()
        self.check_whole(made)

    def test_a_container_that_ends_while_the_server_is_down(self):
        good, bad = self.train(COMMAND.replace("0.015", "0.005")), self.train("echo 一; sleep 2; echo 二; exit 3")
        self.wait_log(good, "第 20 步")
        self.wait_log(bad, "一")
        self.server.kill()
        time.sleep(6)
        self.server.start()
        end = self.server.wait_training(bad["id"])
        self.assertEqual((end["state"], end["exit"]["code"], self.log_of(end)), ("failed", 3, "一\n二\n"))
        # Nobody was there to take the last points: the next run of the volume sends them; the log is whole all the same.
        end = self.server.wait_training(good["id"])
        self.assertEqual(end["state"], "done")
        self.assertTrue(self.log_of(end).endswith("结束\n") or "ava:" in self.log_of(end))

    def test_a_container_removed_while_the_server_is_down(self):
        made = self.train("echo up; sleep 300")
        self.wait_log(made, "up")
        self.server.kill()
        engine_api.remove(container_of(made["id"]))
        self.server.start()
        end = self.server.wait_training(made["id"])
        self.assertEqual((end["state"], end["state_reason"]["slug"]), ("failed", "job.lost"))

    def test_killed_right_after_a_training_was_accepted(self):
        for pause in (0, 0.05, 0.2):
            made = self.train("echo once")
            time.sleep(pause)
            self.server.kill()
            self.server.start()
            end = self.server.wait_training(made["id"])
            self.assertEqual((end["state"], self.log_of(end)), ("done", "once\n"), pause)
            for _ in range(50):
                if not container_of(made["id"]):
                    break
                time.sleep(0.1)
            self.assertEqual(container_of(made["id"]), "")

    def test_a_stop_asked_before_a_kill_is_kept(self):
        made = self.train("trap 'echo 收尾; exit 0' TERM; echo up; while :; do sleep 0.1; done")
        self.wait_log(made, "up")
        self.server.post(f"/trainings/{made['id']}/stop", {})
        self.server.kill()
        self.server.start()
        end = self.server.wait_training(made["id"])
        self.assertEqual((end["state"], end["state_reason"]["slug"]), ("done", "exit.stopped"))

    def test_the_curve_is_told_live(self):
        made = self.train(COMMAND.replace("0.015", "0.01"))
        live = Live(self.server, "training:" + made["id"])
        self.addCleanup(live.close)
        run = live.until(lambda m: m["type"] == "run_changed")[-1]["data"]
        live.say({"op": "subscribe", "topics": ["run:" + run["id"]]})
        seen = live.until(lambda m: m["topic"] == "run:" + run["id"] and m["type"] == "changed" and m["data"]["state"] == "done")
        points = [p for m in seen if m["type"] == "metrics" for p in m["data"]["points"]]
        self.assertTrue(points)
        steps = [p["step"] for p in points]
        self.assertEqual((steps, points[-1]["name"], steps[-1]), (sorted(steps), "loss", LINES - 1))
        end = live.until(lambda m: m["topic"] == "training:" + made["id"] and m["type"] == "changed" and m["data"]["state"] == "done")
        self.assertEqual(end[-1]["data"]["id"], made["id"])


if __name__ == "__main__":
    unittest.main()
