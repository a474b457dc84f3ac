"""What tests of trainings share: a server with an engine, a small dataset and its sets, and a look at containers."""
import itertools
import time
import unittest

from support import engine_api
from support.ava_server import ENGINE, IMAGE, Server
from support.pictures import classes, tar_of

_COUNT = itertools.count(1)


def container_of(training_id):
    """Id of the container of a training, or ''."""
    return next(iter(engine_api.containers("ava.training=" + training_id)), "")


def container_pid(training_id):
    """Process id of the container's first process, seen from outside."""
    return engine_api.state(container_of(training_id))["Pid"]


class TrainingCase(unittest.TestCase):
    """One server for a class; closed with its containers."""

    @classmethod
    def setUpClass(cls):
        if not ENGINE:
            raise unittest.SkipTest("AVA_ENGINE_SOCKET is not set; tests/support/engine start DIR prints it")
        cls.server = cls.make_server()
        try:
            cls.dataset = cls.server.import_upload("signs", tar_of(classes(9)), "a.tar")
            sets = cls.server.format(cls.dataset["id"])
        except BaseException:
            cls.server.close()
            raise
        cls.train_set, cls.val_set = sets["recordio", "train"]["id"], sets["recordio", "val"]["id"]

    @classmethod
    def make_server(cls):
        return Server(engine=True)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def request(self, command, image=IMAGE, memory=256 << 20, **more):
        return {"name": f"t-{next(_COUNT)}", "train_set_id": self.train_set, "val_set_id": self.val_set, "image": image,
                "command": command, "resources": {"cpu_cores": 0.25, "memory_bytes": memory, "gpu_count": 0}, **more}

    def train(self, command, **more):
        return self.server.post("/trainings", self.request(command, **more))

    def log_of(self, training):
        return self.server.get(f"/trainings/{training['id']}/log?limit=1048576")["text"]

    def wait_log(self, training, words, seconds=40):
        """The log, once it contains some words."""
        end = time.monotonic() + seconds
        while words not in (text := self.log_of(training)):
            if time.monotonic() > end:
                raise AssertionError(f"no {words!r} in {text[-2000:]!r}: {self.server.get('/trainings/' + training['id'])}")
            time.sleep(0.1)
        return text
