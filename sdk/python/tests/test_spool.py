"""A run whose server is away, comes back, or never was; and what a later process sends of it."""

import json
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import ava
from ava import spool
from ava.journal import Journal
from ava.settings import Settings, from_env
from sdk_support.case import SDK, ServerCase


class ServerAway(ServerCase):
    def test_a_training_starts_without_a_server_and_everything_arrives_later(self):
        run = self.start_run()
        self.assertTrue(run.id.startswith("local-"))
        for step in range(100):
            run.log(step=step, loss=step)
        time.sleep(0.6)
        self.server.start()
        self.wait_for(lambda: run.id == "rn_1" and len(self.server.points) == 100)
        run.end()
        self.assertEqual((self.values(), self.server.ends["rn_1"]), (list(range(100)), {"state": "done"}))
        self.assertEqual(os.path.realpath(os.path.join(self.dir, "run", "rn_1")), os.path.realpath(run.dir))

    def test_the_server_goes_and_comes_back(self):
        self.server.start()
        run = self.start_run()
        for step in range(3):
            run.log(step=step, loss=step)
        self.wait_for(lambda: len(self.server.points) == 3)
        self.server.stop()
        for step in range(3, 50):
            run.log(step=step, loss=step)
            time.sleep(0.02)
        self.server.start()
        run.log(step=50, loss=50)
        run.end()
        self.assertEqual(self.values(), list(range(51)))

    def test_logging_never_waits_for_the_server(self):
        run = self.start_run()
        begin = time.monotonic()
        slowest = 0.0
        for step in range(100000):
            before = time.monotonic()
            run.log(step=step, epoch=0, loss=0.5)
            slowest = max(slowest, time.monotonic() - before)
        self.assertLess(time.monotonic() - begin, 60.0)  # about 1 s on a quiet machine
        self.assertLess(slowest, 5.0)
        self.server.start()
        run.end()
        self.assertEqual(len(self.server.points), 100000)
        self.assertEqual([p["step"] for p in self.server.points], list(range(100000)))

    def test_a_server_that_accepts_and_never_answers_holds_up_nothing(self):
        import socket
        deaf = socket.socket(socket.AF_UNIX)
        self.addCleanup(deaf.close)
        deaf.bind(self.server.path)
        deaf.listen(16)
        begin = time.monotonic()
        run = self.start_run()
        run.log(step=1, loss=1)
        run.end(timeout=0.5)
        self.assertLess(time.monotonic() - begin, 15.0)
        os.unlink(self.server.path)

    def test_end_keeps_its_deadline_and_says_where_the_rest_waits(self):
        run = self.start_run()
        run.log(step=1, loss=1)
        begin = time.monotonic()
        run.end(timeout=0.5)
        self.assertLess(time.monotonic() - begin, 10.0)
        self.assertIn("python3 -m ava.spool", self.said.getvalue())
        self.assertEqual(spool.find_spools(self.settings.run_root), [os.path.join(run.dir, "tmp", "spool")])


class LeftOver(ServerCase):
    SCRIPT = ("import ava, os, signal, sys\nopen('w.bin','w').write('w')\nrun = ava.start_run(name='left')\n"
              "for n in range(5): run.log(step=n, loss=n)\nrun.save_model('w.bin', name='m')\n%s\n")

    def leave(self, ending):
        process = self.spawn("import os\nos.chdir(%r)\n" % self.dir + self.SCRIPT % ending)
        process.communicate(timeout=30)
        return process.returncode

    def assert_arrived(self):
        self.assertEqual(self.values(), [0, 1, 2, 3, 4])
        self.assertEqual([(run, query) for run, query, _ in self.server.models], [("rn_1", {"name": "m"})])
        self.assertEqual(spool.find_spools(self.settings.run_root), [])

    def test_the_command_sends_it(self):
        self.leave("run.end(timeout=0.2)")
        self.server.start()
        process = self.spawn(None, "-m", "ava.spool")
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (0, b"1 spools sent, 0 left\n"), err)
        self.assert_arrived()
        self.assertEqual((self.server.runs["rn_1"]["name"], self.server.ends["rn_1"]), ("left", {"state": "done"}))

    def test_a_killed_process_loses_nothing_it_wrote(self):
        self.assertEqual(self.leave("os.kill(os.getpid(), signal.SIGKILL)"), -signal.SIGKILL)
        self.server.start()
        self.assertEqual(spool.resend_all(self.settings, 10.0), (1, 0))
        self.assert_arrived()

    def test_the_next_run_sends_it(self):
        self.leave("run.end(timeout=0.2)")
        self.server.start()
        with self.start_run(name="next") as run:
            self.wait_for(lambda: len(self.server.runs) == 2 and len(self.server.ends) == 1)
        self.assertEqual(self.values(), [0, 1, 2, 3, 4])
        self.assertEqual(sorted(made["name"] for made in self.server.runs.values()), ["left", "next"])
        self.assertEqual(self.server.runs[run.id]["name"], "next")

    def test_the_command_says_what_is_still_left(self):
        self.leave("run.end(timeout=0.2)")
        process = self.spawn(None, "-m", "ava.spool", "--timeout", "0.2")
        self.assertEqual((process.communicate(timeout=30)[0], process.returncode), (b"0 spools sent, 1 left\n", 1))
        listed = self.spawn(None, "-m", "ava.spool", "--list").communicate(timeout=30)[0]
        self.assertEqual(listed.count(b"\n"), 1)

    def test_a_second_process_under_the_same_run_id_has_its_own_spool(self):
        self.leave("run.end(timeout=0.2)")
        old = spool.find_spools(self.settings.run_root)[0]
        os.rename(os.path.dirname(os.path.dirname(old)), os.path.join(self.dir, "run", "rn_1"))
        self.server.start()
        with self.start_run() as run:
            self.assertEqual(run.id, "rn_1")
            run.log(step=1, loss=7)
            self.wait_for(lambda: len(self.server.models) == 1)
        self.assertEqual(sorted(self.values()), [0, 1, 2, 3, 4, 7])

    def test_the_spool_of_a_living_process_is_left_alone(self):
        run = self.start_run()
        run.log(step=1, loss=1)
        self.assertRaises(BlockingIOError, Journal.adopt, os.path.join(run.dir, "tmp", "spool"))
        self.assertEqual(spool.resend_all(self.settings, 0.1), (0, 0))


class Journals(ServerCase):
    def journal(self):
        journal = Journal.create(os.path.join(self.dir, "spool"), {"client_id": "c"})
        self.addCleanup(journal.close)
        return journal

    def test_records_come_back_in_order_and_only_until_acknowledged(self):
        journal = self.journal()
        for word in ("a", "图" * 50000, "c"):
            journal.append({"kind": "x", "word": word})
        for word in ("a", "图" * 50000):
            record, offset = journal.peek()
            self.assertEqual((record["word"], journal.peek()[1]), (word, offset))
            journal.ack(record, offset)
        journal.close()
        again = Journal.adopt(journal.directory)
        self.addCleanup(again.close)
        record, offset = again.peek()
        self.assertEqual((record["word"], record["seq"], again.header), ("c", 3, {"client_id": "c"}))
        again.ack(record, offset)
        self.assertIsNone(again.peek())

    def test_a_torn_last_line_is_no_record(self):
        journal = self.journal()
        journal.append({"kind": "x"})
        with open(os.path.join(journal.directory, "records.jsonl"), "ab") as stream:
            stream.write(b'{"seq":2,"ki')
        record, offset = journal.peek()
        journal.ack(record, offset)
        self.assertIsNone(journal.peek())


class Offline(ServerCase):
    def test_without_ava_around_it_a_script_works_and_keeps_its_numbers(self):
        script = ("import ava\nwith ava.start_run(params={'lr': 1}) as run:\n  run.log(step=1, loss=0.5)\n"
                  "  open('w.pt', 'w').write('w')\n  run.save_model('w.pt', name='m')\n  print(run.dir)\n")
        import subprocess
        env = {k: v for k, v in os.environ.items() if not k.startswith("AVA_")}
        out = subprocess.check_output([sys.executable, "-c", script], cwd=self.dir, env=dict(env, PYTHONPATH=SDK))
        where = os.path.join(out.decode().strip(), "tmp", "spool")
        self.assertTrue(where.startswith(os.path.realpath(os.path.join(self.dir, "ava-run"))))
        with open(os.path.join(where, "records.jsonl")) as stream:
            kinds = [json.loads(line)["kind"] for line in stream]
        self.assertEqual((kinds, os.path.exists(os.path.join(where, "model-1.tar.gz"))), (["metrics", "model", "end"], True))

    def test_settings(self):
        full = from_env({"AVA_SERVER": "unix:///s", "AVA_TRAINING_ID": "tr_1", "AVA_WORKDIR": "/workspace"})
        self.assertEqual((full.offline, full.run_root), (False, "/workspace/run"))
        self.assertTrue(from_env({}).offline)
        self.assertTrue(Settings(server="unix:///s").offline)

    def test_a_run_directory_that_cannot_be_made_is_no_reason_to_stop(self):
        blocked = os.path.join(self.dir, "file")
        open(blocked, "w").close()
        self.settings = Settings(workdir=self.dir, run_root=os.path.join(blocked, "run"))
        with self.start_run() as run:
            run.log(step=1, loss=1)
        self.assertTrue(os.path.isdir(run.dir))


if __name__ == "__main__":
    unittest.main()
