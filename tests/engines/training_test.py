#!/usr/bin/python3
"""Trainings in real containers: how they end and what is said about it, what they see, who may do what.

Needs AVA_ENGINE_SOCKET and the image localhost/ava/base:bookworm. One server; containers run side by side.
"""
import json
import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support import engine_api  # noqa: E402
from support.ava_server import Client  # noqa: E402
from support.pictures import recordio  # noqa: E402
from support.training import TrainingCase, container_pid, container_of  # noqa: E402

LOOK = """
id -u; for f in /workspace/data/train/x /workspace/mnt/data/val/x /workspace/code/x /workspace/config/x /workspace/examples/x \
/workspace/ava/sdk/x; do touch $f 2>/dev/null && echo WRITABLE $f; done
touch /workspace/run/ok /workspace/mnt/volume/ok /workspace/params/ok && echo run-writable
grep -c . /proc/net/route; grep CapEff /proc/self/status
cat /workspace/params/default.json; echo; echo foo=$FOO job=$JOB_NAME id=$AVA_TRAINING_ID dir=$(pwd)
cat /workspace/config/trainsetinfo /workspace/config/trainingspec; ls /workspace/config
"""
SDK = """
import ava, ava.data, os
train = ava.data.open('/workspace/data/train')
params = ava.params()
with ava.start_run(params=params) as run:
    for step in range(200):
        run.log(step=step, epoch=step // 100, loss=1.0 / (step + 1), 准确率=step / 200)
    open('权重.bin', 'wb').write(b'w' * 5000)
    run.save_model('权重.bin', name='最好的', epoch=1)
print('样本', len(train), train.classes)
"""


class HowItEnds(TrainingCase):
    def end_of(self, command, **more):
        return self.server.wait_training(self.train(command, **more)["id"])

    def test_an_image_that_does_not_exist(self):
        end = self.end_of("true", image="localhost/no/such:image")
        self.assertEqual((end["state"], end["state_reason"]["slug"]), ("failed", "engine.image_not_found"))
        self.assertIn("'localhost/no/such:image' (there are: ", end["state_reason"]["detail"])
        self.assertNotIn("exit", end)

    def test_a_script_that_exits_1(self):
        end = self.end_of("echo 训练开始; echo 出错了 >&2; exit 1")
        self.assertEqual((end["state"], end["state_reason"]["slug"], end["exit"]["code"]), ("failed", "exit.failed", 1))
        self.assertEqual(self.log_of(end), "训练开始\n出错了\n")

    def test_a_command_that_is_not_there(self):
        end = self.end_of("no-such-program --fast")
        self.assertEqual((end["exit"]["code"], end["state_reason"]["slug"]), (127, "exit.command_not_found"))
        self.assertIn("spelling", end["exit"]["words"])
        self.assertIn("no-such-program: not found", self.log_of(end))

    def test_out_of_memory(self):
        if ignored := self.server.get("/info")["engine"]["detail"]:
            self.skipTest(ignored)
        end = self.end_of("python3 -c 'x = bytearray(300 << 20)'", memory=64 << 20)
        self.assertEqual((end["state"], end["state_reason"]["slug"], end["exit"]["oom"]), ("failed", "exit.out_of_memory", True))
        self.assertIn("64 MiB", end["exit"]["words"])

    def test_a_python_error_shows_its_traceback(self):
        end = self.end_of("python3 -c 'raise ValueError(\"学习率\")'")
        self.assertEqual((end["state"], end["exit"]["code"]), ("failed", 1))
        self.assertIn("ValueError: 学习率", self.log_of(end))

    def test_killed_by_somebody_else(self):
        for kill in (lambda t: engine_api.kill(container_of(t["id"])),
                     lambda t: os.kill(container_pid(t["id"]), signal.SIGKILL)):
            made = self.train("echo up; sleep 300")
            self.wait_log(made, "up\n")
            kill(made)
            end = self.server.wait_training(made["id"])
            self.assertEqual((end["state"], end["state_reason"]["slug"], end["exit"]["signal"]), ("failed", "exit.killed", 9))
            self.assertFalse(end["exit"]["oom"])

    def test_a_container_removed_under_us(self):
        made = self.train("echo up; sleep 300")
        self.wait_log(made, "up\n")
        engine_api.remove(container_of(made["id"]))
        end = self.server.wait_training(made["id"])
        self.assertEqual(end["state"], "failed")
        self.assertIn(end["state_reason"]["slug"], ("job.lost", "exit.killed", "exit.lost"))

    def test_stopped_by_the_user(self):
        made = self.train("python3 -c \"import time, signal, sys\n"
                          "signal.signal(signal.SIGTERM, lambda *_: (print('收尾'), sys.exit(0)))\n"
                          "print('up', flush=True)\ntime.sleep(300)\"")
        self.wait_log(made, "up\n")
        begin = time.monotonic()
        self.assertEqual(self.server.ask("POST", f"/trainings/{made['id']}/stop", {}).status, 202)
        end = self.server.wait_training(made["id"])
        self.assertLess(time.monotonic() - begin, 8)
        self.assertEqual((end["state"], end["state_reason"]["slug"]), ("done", "exit.stopped"))
        self.assertEqual(self.log_of(end), "up\n收尾\n")
        self.assertEqual(self.server.ask("POST", f"/trainings/{made['id']}/stop", {}).status, 202)
        for _ in range(100):  # its end is told first, then it is removed
            if not container_of(made["id"]):
                break
            time.sleep(0.1)
        self.assertEqual(container_of(made["id"]), "")

    def test_what_does_not_fit_the_machine_is_said(self):
        end = self.end_of("true", memory=1 << 42)
        self.assertEqual((end["state"], end["state_reason"]["slug"]), ("failed", "job.does_not_fit"))


class WhatItSees(TrainingCase):
    def test_mounts_limits_params_and_names(self):
        made = self.train(LOOK, params={"学习率": 0.1, "net": {"depth": 18}}, env={"FOO": "猫 '\"$x"}, description="说明")
        end = self.server.wait_training(made["id"])
        log = self.log_of(end)
        self.assertEqual(end["state"], "done", log)
        self.assertNotIn("WRITABLE", log)
        for words in ("run-writable", "CapEff:\t0000000000000000", '"学习率": 0.1', '"depth": 18', "foo=猫 '\"$x", "id=" + made["id"],
                      "dir=/workspace/run", "trainingspec\ntrainsetinfo\nvalsetinfo", '"buildFormat": "recordio"'):
            self.assertIn(words, log)
        self.assertRegex(log, r"job=training-job-[0-9a-f]{24} ")

    def test_a_set_that_was_made_elsewhere(self):
        """R3.1-08: data file and index file of another tool are mounted, and read record for record."""
        data, index = recordio([0, 1, 2, 1, 0, 1])
        (self.server.folder / "made.rec").write_bytes(data)
        (self.server.folder / "made.idx").write_bytes(index)
        said = self.server.cli("dataset", "upload-set", "made-elsewhere", self.server.folder / "made.rec", "--index",
                               self.server.folder / "made.idx", "--wait", "--json")
        self.assertEqual((said.returncode, said.stderr), (0, ""))
        (made,) = self.server.items("/formatted-sets?dataset_id=" + json.loads(said.stdout)["id"])
        read = ("python3 -c \"import ava.data; s = ava.data.open('/workspace/data/train')\nprint([(label, len(picture) > 50) "
                "for picture, label, _ in s])\"")
        training = self.server.post("/trainings", {**self.request(read), "train_set_id": made["id"], "val_set_id": made["id"]})
        end = self.server.wait_training(training["id"])
        self.assertEqual((end["state"], self.log_of(end)),
                         ("done", str([(label, True) for label in (0, 1, 2, 1, 0, 1)]) + "\n"))

    def test_there_is_no_network(self):
        made = self.train("python3 -c \"import socket\nfor a in (('1.1.1.1', 53), ('127.0.0.1', %d)):\n"
                          " s = socket.socket(); s.settimeout(2)\n print(s.connect_ex(a) != 0)\"" % self.server.port)
        self.assertEqual(self.log_of(self.server.wait_training(made["id"])), "True\nTrue\n")

    def test_its_token_reaches_its_own_training_and_ends_with_it(self):
        made = self.train("echo $AVA_TOKEN; sleep 300")
        other = self.train("sleep 300")
        token = self.wait_log(made, "\n").strip()
        inside = Client(self.server.port, token)
        self.assertEqual(inside.ask("POST", f"/trainings/{made['id']}/runs", {}).status, 201)
        for method, path, body in (("GET", "/datasets", None), ("GET", "/trainings", None),
                                   ("GET", "/trainings/" + made["id"], None), ("POST", f"/trainings/{other['id']}/runs", {}),
                                   ("POST", "/tokens", {"name": "x"}), ("DELETE", "/datasets/" + self.dataset["id"], None),
                                   ("POST", "/session/password", {"old_password": "x", "new_password": "yyyyyyyyyyyy"})):
            self.assertIn(inside.ask(method, path, body).status, (401, 403), (method, path))
        for training in (made, other):
            self.server.post(f"/trainings/{training['id']}/stop", {})
            self.server.wait_training(training["id"])
        self.assertEqual(inside.ask("POST", f"/trainings/{made['id']}/runs", {}).status, 401)

    def test_the_log_by_pieces(self):
        made = self.train("python3 -c \"print('猫狗' * 2000)\"")
        end = self.server.wait_training(made["id"])
        text, offset, turns = "", 0, 0
        while True:
            piece = self.server.get(f"/trainings/{end['id']}/log?offset={offset}&limit=1000")
            self.assertEqual(piece["offset"], offset)
            text, offset, turns = text + piece["text"], piece["next_offset"], turns + 1
            if piece["eof"]:
                break
        self.assertEqual((text, turns > 5), ("猫狗" * 2000 + "\n", True))
        whole = self.server.ask("GET", f"/trainings/{end['id']}/log/file")
        self.assertEqual(whole.body.decode(), text)
        self.assertEqual(self.server.get(f"/trainings/{end['id']}/log?offset=999999")["text"], "")


class Reports(TrainingCase):
    def test_the_sdk_reports_curves_and_keeps_a_model(self):
        end = self.server.wait_training(self.train("cat > a.py <<'E'\n" + SDK + "E\npython3 a.py", params={"lr": 0.5})["id"])
        log = self.log_of(end)
        self.assertEqual(end["state"], "done", log)
        self.assertIn("样本 6 ", log)
        run = self.server.items(f"/trainings/{end['id']}/runs")[0]
        self.assertEqual((run["state"], run["params"], run["epoch"]), ("done", {"lr": 0.5}, 1))
        metrics = {m["name"]: m for m in run["metrics"]}
        self.assertEqual((metrics["loss"]["count"], metrics["loss"]["max"], metrics["准确率"]["last"]), (200, 1.0, 0.995))
        series = self.server.get(f"/runs/{run['id']}/metrics?names=loss")["series"]
        self.assertEqual([p[0] for p in series[0]["points"]], list(range(200)))
        model = self.server.items("/models?training_id=" + end["id"])[0]
        self.assertEqual((model["name"], model["origin"], model["epoch"], model["run_id"]), ("最好的", "produced", 1, run["id"]))
        file = self.server.ask("GET", f"/models/{model['id']}/file")
        self.assertEqual((file.status, len(file.body)), (200, model["size_bytes"]))
        self.deletion(end, run, model)

    def deletion(self, training, run, model):
        """What is used is kept; what is deleted is gone, and models stay."""
        member = self.server.member("外人")
        self.assertEqual(member.ask("DELETE", "/trainings/" + training["id"]).json["slug"], "user.not_owner")
        self.assertEqual(member.ask("POST", f"/trainings/{training['id']}/stop", {}).json["slug"], "user.not_owner")
        self.server.must("DELETE", "/trainings/" + training["id"])
        for path in ("/trainings/" + training["id"], "/runs/" + run["id"], f"/runs/{run['id']}/metrics",
                     f"/trainings/{training['id']}/log"):
            self.assertEqual(self.server.ask("GET", path).status, 404, path)
        self.assertEqual(self.server.ask("GET", f"/models/{model['id']}/file").status, 200)
        self.assertFalse((self.server.data / "trainings" / training["id"]).exists())

    def test_what_a_running_training_uses_cannot_be_deleted(self):
        made = self.train("echo up; sleep 300")
        self.wait_log(made, "up\n")
        for path, slug in (("/trainings/" + made["id"], "training.running"), ("/formatted-sets/" + self.train_set, "formatted_set.in_use"),
                           ("/datasets/" + self.dataset["id"], "dataset.in_use")):
            answer = self.server.ask("DELETE", path)
            self.assertEqual((answer.status, answer.json["slug"]), (409, slug))
        self.server.post(f"/trainings/{made['id']}/stop", {})
        self.server.wait_training(made["id"])

    def test_bad_requests(self):
        for change, slug, pointer in (({"train_set_id": "fs_01m848rpmae0999fp6zfmag4dy"}, "formatted_set.not_found", None),
                                      ({"train_set_id": "x"}, "id.bad", "/train_set_id"),
                                      ({"env": {"AVA_TOKEN": "x"}}, "training.bad_env", "/env/AVA_TOKEN"),
                                      ({"env": {"1A": "x"}}, "training.bad_env", "/env/1A"),
                                      ({"params": [1]}, "training.bad_params", "/params"),
                                      ({"image": ""}, None, "/image"), ({"command": ""}, None, "/command"),
                                      ({"resources": {"cpu_cores": 0, "memory_bytes": 1 << 26, "gpu_count": 0}}, None,
                                       "/resources/cpu_cores"),
                                      ({"resources": {"cpu_cores": 1, "memory_bytes": 1 << 26, "gpu_count": 4}}, "training.no_gpu",
                                       "/resources/gpu_count")):
            answer = self.server.ask("POST", "/trainings", {**self.request("true"), **change})
            with self.subTest(change):
                self.assertIn(answer.status, (400, 404), answer)
                if slug:
                    self.assertEqual(answer.json["slug"], slug)
                if pointer:
                    self.assertEqual(answer.json.get("pointer"), pointer)


if __name__ == "__main__":
    unittest.main()
