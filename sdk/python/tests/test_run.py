"""A run against a server that works: what arrives, in which order, and how runs end."""

import io
import json
import os
import signal
import sys
import tarfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ava
from ava.settings import Settings
from sdk_support.case import ServerCase


class Reporting(ServerCase):
    def setUp(self):
        ServerCase.setUp(self)
        self.server.start()

    def test_a_run_says_who_it_is(self):
        run = self.start_run(name="第一次", params={"epochs": 3})
        self.assertEqual(run.id, "rn_1")
        made = self.server.runs["rn_1"]
        self.assertEqual((made["name"], made["params"]), ("第一次", {"epochs": 3}))
        self.assertRegex(made["started_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.server.requests[0][2]["Authorization"], "Bearer token")
        self.assertEqual(sorted(os.listdir(os.path.join(self.dir, "run", "rn_1"))), ["logs", "output", "tmp"])

    def test_points_arrive_while_the_training_runs(self):
        run = self.start_run()
        run.log(step=1, epoch=0, loss=0.5, val_accuracy=0.25)
        self.wait_for(lambda: len(self.server.points) == 2)
        point = [p for p in self.server.points if p["name"] == "loss"][0]
        self.assertEqual((point["step"], point["value"], point["epoch"]), (1, 0.5, 0))
        self.assertLess(abs(point["time_ms"] - time.time() * 1000), 10000)

    def test_points_travel_in_batches_and_in_order(self):
        with self.start_run() as run:
            for step in range(10000):
                run.log(step=step, loss=step)
        self.assertEqual(self.values(), list(range(10000)))
        self.assertLess(len(self.server.batches), 60)
        seqs = [seq for _, _, seq in self.server.batches]
        self.assertEqual(seqs, sorted(seqs))

    def test_without_a_step_the_next_one_is_taken(self):
        with self.start_run() as run:
            run.log(loss=1)
            run.log({"loss": 2})
            run.log(step=10, loss=3)
            run.log(loss=4)
        self.assertEqual([p["step"] for p in self.server.points], [0, 1, 10, 11])

    def test_odd_values_neither_raise_nor_arrive(self):
        class Scalar(object):
            def __float__(self):
                return 2.5

        with self.start_run() as run:
            run.log(step=1, loss=float("nan"), top=float("inf"), none=None, scalar=Scalar())
            run.log(step="x", loss=1)
            run.log(step=-5, loss=1)
            run.log(step=2, loss="not a number")
            run.log([1, 2, 3])
        self.assertEqual([(p["name"], p["value"]) for p in self.server.points], [("scalar", 2.5)])
        self.assertIn("loss is nan at step 1", self.said.getvalue())

    def test_an_answer_that_is_lost_stores_nothing_twice(self):
        run = self.start_run()
        self.server.lose_answers = 2
        run.log(step=1, loss=1)
        self.wait_for(lambda: len(self.server.batches) >= 3)
        run.log(step=2, loss=2)
        run.end()
        self.assertEqual(self.values(), [1, 2])
        self.assertEqual([seq for _, _, seq in self.server.batches][:3], [1, 1, 1])

    def test_a_run_whose_creation_is_not_answered_is_made_once(self):
        self.server.lose_answers = 1000  # until it is looked at: the sender asks again on its own
        run = self.start_run()
        self.assertTrue(run.id.startswith("local-"))
        self.server.lose_answers = 0
        self.wait_for(lambda: run.id == "rn_1")
        self.assertEqual(list(self.server.runs), ["rn_1"])

    def test_a_busy_server_is_asked_again_a_refusal_is_not(self):
        run = self.start_run()
        self.server.refuse = [503, 429, 401, 422]
        run.log(step=1, loss=1)
        self.wait_for(lambda: not self.server.refuse)
        run.log(step=2, loss=2)
        run.end()
        self.assertEqual(self.values(), [2])
        self.assertEqual(self.server.ends["rn_1"], {"state": "done"})
        self.assertIn("refused a metrics record: 422 test.refused", self.said.getvalue())

    def test_the_spool_is_gone_when_everything_was_sent(self):
        with self.start_run() as run:
            run.log(step=1, loss=1)
        self.assertEqual(os.listdir(os.path.join(run.dir, "tmp")), [])

    def test_forked_children_report_nothing_and_end_nothing(self):
        run = self.start_run()
        child = os.fork()
        if child == 0:
            run.log(step=1, loss=9)
            run.end(error="from the child")
            os._exit(0)
        os.waitpid(child, 0)
        run.end()
        self.assertEqual((self.values(), self.server.ends["rn_1"]), ([], {"state": "done"}))


class OverTcp(ServerCase):
    def test_an_http_address_works_like_the_socket(self):
        self.server.start(tcp=True)
        self.settings = Settings(self.server.url, "token", "tr_1", self.dir)
        with self.start_run() as run:
            run.log(step=1, loss=1)
        self.assertEqual((self.values(), self.server.ends["rn_1"]), ([1], {"state": "done"}))

    def test_a_bad_address_is_said_and_stops_nothing(self):
        for address in ("ftp://x", "nonsense", "http://", "http://127.0.0.1:1", "http://[::1"):
            self.settings = Settings(address, "token", "tr_1", self.dir)
            run = self.start_run()
            run.log(step=1, loss=1)
            run.end(timeout=0.1)
        self.assertIn("cannot be reached", self.said.getvalue())


class Models(ServerCase):
    def setUp(self):
        ServerCase.setUp(self)
        self.server.start()
        self.model = os.path.join(self.dir, "模型")
        os.makedirs(os.path.join(self.model, "sub"))
        for name, size in (("weights.pt", 3 << 20), ("sub/meta.json", 10)):
            with open(os.path.join(self.model, name), "wb") as stream:
                stream.write(os.urandom(size))

    def names(self, number=0):
        with tarfile.open(fileobj=io.BytesIO(self.server.models[number][2]), mode="r:gz") as archive:
            return sorted(archive.getnames())

    def test_a_directory_is_packed_flat(self):
        with self.start_run() as run:
            package = run.save_model(self.model, name="最好", epoch=3)
        self.assertEqual(self.server.models[0][:2], ("rn_1", {"name": "最好", "epoch": "3"}))
        self.assertEqual(self.names(), ["sub", "sub/meta.json", "weights.pt"])
        self.assertFalse(os.path.exists(package))

    def test_a_file_and_a_list_of_files(self):
        with self.start_run() as run:
            run.save_model(os.path.join(self.model, "weights.pt"))
            run.save_model([os.path.join(self.model, "weights.pt"), os.path.join(self.model, "sub", "meta.json")])
        self.assertEqual((self.names(0), self.names(1)), (["weights.pt"], ["meta.json", "weights.pt"]))

    def test_what_cannot_be_packed_is_said_and_does_not_raise(self):
        with self.start_run() as run:
            self.assertIsNone(run.save_model(os.path.join(self.dir, "missing")))
        self.assertIn("could not be saved", self.said.getvalue())
        self.assertEqual(self.server.models, [])

    def test_a_model_follows_the_points_logged_before_it(self):
        with self.start_run() as run:
            run.log(step=1, loss=1)
            run.save_model(self.model)
            run.log(step=2, loss=2)
        paths = [path.rsplit("/", 1)[1] for _, path, _ in self.server.requests[1:]]
        self.assertEqual(paths, ["metrics", "models", "metrics", "rn_1"])


class Ends(ServerCase):
    def setUp(self):
        ServerCase.setUp(self)
        self.server.start()

    def test_an_exception_fails_the_run_with_its_words(self):
        with self.assertRaises(ValueError):
            with self.start_run():
                raise ValueError("batch_size must be positive")
        self.assertEqual(self.server.ends["rn_1"], {"state": "failed", "error_message": "ValueError: batch_size must be positive"})

    def test_end_twice_is_end_once(self):
        run = self.start_run()
        run.end(error="first")
        run.end()
        self.assertEqual(self.server.ends["rn_1"]["error_message"], "first")
        run.log(step=1, loss=1)
        self.assertIsNone(run.save_model(self.dir))

    def ending_of(self, script, stop_with=None):
        process = self.spawn("import ava, sys, time\nrun = ava.start_run()\nrun.log(step=1, loss=1)\n" + script)
        if stop_with is not None:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(stop_with)
        out, err = process.communicate(timeout=20)
        self.assertEqual(self.values(), [1], err.decode())
        return process.returncode, self.server.ends.get("rn_1"), err.decode()

    def test_a_script_that_just_ends(self):
        self.assertEqual(self.ending_of("pass")[:2], (0, {"state": "done"}))

    def test_a_script_that_raises(self):
        code, end, err = self.ending_of("raise RuntimeError('no more memory')")
        self.assertEqual((code, end), (1, {"state": "failed", "error_message": "RuntimeError: no more memory"}))
        self.assertIn("Traceback", err)

    def test_sigterm_is_a_normal_end(self):
        begin = time.monotonic()
        code, end, _ = self.ending_of("print('ready')\ntime.sleep(60)", signal.SIGTERM)
        self.assertEqual((code, end), (143, {"state": "done"}))
        self.assertLess(time.monotonic() - begin, 20)

    def test_sigterm_inside_a_with_block_is_a_normal_end(self):
        code, end, _ = self.ending_of("with run:\n  print('ready')\n  time.sleep(60)", signal.SIGTERM)
        self.assertEqual((code, end), (143, {"state": "done"}))

    def test_exit_status_inside_a_with_block(self):
        code, end, _ = self.ending_of("with run:\n  sys.exit(3)")
        self.assertEqual((code, end), (3, {"state": "failed", "error_message": "exit: 3"}))

    def test_a_forked_worker_dies_of_sigterm_without_ending_the_run(self):
        code, end, err = self.ending_of(
            "import os, signal\nchild = os.fork()\nif child == 0:\n  time.sleep(60)\n"
            "time.sleep(.1)\nos.kill(child, signal.SIGTERM)\nassert os.waitpid(child, 0)[1] == signal.SIGTERM\n")
        self.assertEqual((code, end), (0, {"state": "done"}), err)


class Parameters(ServerCase):
    def test_params_of_the_training(self):  # contracts.md 8.2
        os.makedirs(os.path.join(self.dir, "params"))
        path = os.path.join(self.dir, "params", "default.json")
        with open(path, "w") as stream:
            json.dump({"k1": 1, "k2": {"k3": 2}}, stream)
        params = ava.params(path)
        self.assertEqual((params.get("k1"), params.get("k2.k3"), params.get("k1.k4", 7), params["k2"]), (1, 2, 7, {"k3": 2}))

    def test_no_or_bad_params_are_an_empty_object(self):
        self.assertEqual(ava.params(os.path.join(self.dir, "none.json")), {})
        path = os.path.join(self.dir, "bad.json")
        for text in ("{", "[1]", ""):
            with open(path, "w") as stream:
                stream.write(text)
            self.assertEqual(ava.params(path), {})
        self.assertIn("bad.json", self.said.getvalue())


if __name__ == "__main__":
    unittest.main()
