"""A test case with a work directory, a fake server and the settings that lead to it."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr

import ava
from ava import notice
from ava.settings import Settings
from sdk_support.fake_server import FakeServer

SDK = os.path.dirname(os.path.dirname(os.path.abspath(ava.__file__)))


class ServerCase(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.dir, True)
        self.server = FakeServer(os.path.join(self.dir, "server.sock"))
        self.addCleanup(self.server.stop)
        self.settings = Settings(self.server.url, "token", "tr_1", self.dir)
        notice._said.clear()
        self.said = io.StringIO()
        catch = redirect_stderr(self.said)
        catch.__enter__()
        self.addCleanup(catch.__exit__, None, None, None)

    def start_run(self, **options):
        run = ava.start_run(params=options.pop("params", {}), settings=self.settings, **options)
        self.addCleanup(run.end, timeout=0)
        return run

    def wait_for(self, condition, seconds=10.0):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail("did not happen in %g s; the SDK said: %s" % (seconds, self.said.getvalue()))
            time.sleep(0.01)

    def values(self, name="loss"):
        return [point["value"] for point in self.server.points if point["name"] == name]

    def spawn(self, script, *arguments, **env):
        """Start Python with the SDK and the environment of a training container."""
        return subprocess.Popen(
            [sys.executable] + (["-c", script] if script else []) + list(arguments),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, PYTHONPATH=SDK, AVA_SERVER=self.server.url, AVA_TOKEN="token",
                     AVA_TRAINING_ID="tr_1", AVA_WORKDIR=self.dir, PYTHONUNBUFFERED="1", **env))
