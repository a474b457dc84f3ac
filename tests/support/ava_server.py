"""A real `ava server` for tests: a process of its own with a fresh data folder, a signed-in admin, and short ways to ask it.

Every path is thrown away by close(). AVA_BIN names the program, AVA_ENGINE_SOCKET the container engine where one is needed.
"""
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from support import engine_api

ROOT = Path(__file__).resolve().parents[2]
AVA = os.environ.get("AVA_BIN") or str(ROOT / "build/dev/bin/ava")
ENGINE = engine_api.SOCKET
IMAGE = os.environ.get("AVA_TEST_IMAGE", "localhost/ava/base:bookworm")
PASSWORD = "a long enough password"


class Answer:
    """What the server said: status, headers, raw bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Refused(AssertionError):
    """The server refused what a test took for granted."""


class Client:
    """Speaks to one server as one person."""

    def __init__(self, port, token="", cookie=""):
        self.port, self.token, self.cookie = port, token, cookie

    def ask(self, method, path, body=None, headers=None, timeout=60):
        """One request; `body` is bytes, an iterator, or something that becomes JSON."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", "Bearer " + self.token)
        if self.cookie:
            sent.setdefault("Cookie", self.cookie)
        if body is not None and not isinstance(body, bytes) and not hasattr(body, "read"):
            body = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, ("/api/v1" + path) if not path.startswith("//") else path[1:], body, sent)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def must(self, method, path, body=None, headers=None):
        """Ask, and take it for granted that it works."""
        answer = self.ask(method, path, body, headers)
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer}")
        return answer.json

    def get(self, path):
        return self.must("GET", path)

    def post(self, path, body):
        return self.must("POST", path, body)

    def upload(self, data, filename):
        return self.must("POST", "/uploads?filename=" + urllib.parse.quote(filename), data)

    def items(self, path):
        return self.get(path + ("&" if "?" in path else "?") + "limit=500")["items"]

    def wait(self, path, over, seconds=60):
        """Read a thing until it is what a test waits for."""
        end = time.monotonic() + seconds
        while True:
            now = self.get(path)
            if over(now):
                return now
            if time.monotonic() > end:
                raise AssertionError(f"{path} is still {json.dumps(now, ensure_ascii=False)[:1500]}")
            time.sleep(0.05)

    def wait_job(self, job_id, seconds=60):
        return self.wait("/jobs/" + job_id, lambda j: j["state"] not in ("queued", "running"), seconds)

    def wait_training(self, training_id, states=("done", "failed"), seconds=60):
        return self.wait("/trainings/" + training_id, lambda t: t["state"] in states, seconds)

    def import_upload(self, name, data, filename, seconds=60, **more):
        """Upload, create a dataset of it, wait; returns the dataset as it ended."""
        source = {"kind": "upload", "upload_id": self.upload(data, filename)["id"]}
        made = self.post("/datasets", {"name": name, "source": source, **more})
        return self.wait("/datasets/" + made["id"], lambda d: d["state"] != "creating", seconds)

    def format(self, dataset_id, **more):
        """Format a dataset, wait, return {(format, split): set}."""
        body = {"formats": ["recordio"], "splits": {"train": 70, "val": 30, "test": 0}, **more}
        batch = self.post(f"/datasets/{dataset_id}/formatted-sets", body)
        job = self.wait_job(batch["job_id"])
        if job["state"] != "succeeded":
            raise Refused(f"formatting: {job}")
        sets = [self.get("/formatted-sets/" + s["id"]) for s in batch["items"]]
        return {(s["format"], s["split"]): s for s in sets}


class Server(Client):
    """`ava server` on a free port of 127.0.0.1. `options` are further command line options."""

    def __init__(self, *options, engine=False, start=True):
        super().__init__(0)
        self.folder = Path(tempfile.mkdtemp(prefix="ava-test-", dir="/tmp"))
        os.chmod(self.folder, 0o755)
        self.data = self.folder / "data"
        self.storage = self.folder / "storage"
        self.options = list(options)
        self.engine = engine
        self.process = None
        self.ready_s = 0.0
        if start:
            try:
                self.start()
                self.sign_in()
                self.bind()
            except BaseException:
                self.close()
                raise

    def command(self, port=0):
        engine = ENGINE if self.engine else str(self.folder / "no-engine.sock")
        roots = [] if "--storage-root" in self.options else ["--storage-root", str(self.storage)]
        return [AVA, "server", "--data", str(self.data), "--listen", f"127.0.0.1:{port}", "--engine-socket", engine,
                *roots, *self.options]

    def start(self, port=None):
        """Start (again, on the port it had)."""
        with open(self.folder / "server.log", "ab") as log:
            begin = time.monotonic()
            before = log.tell()
            self.process = subprocess.Popen(self.command(port or self.port), stdout=log, stderr=subprocess.STDOUT,
                                            start_new_session=True)
        while time.monotonic() < begin + 30:
            text = (self.folder / "server.log").read_bytes()[before:].decode(errors="replace")
            for line in text.splitlines():
                if line.startswith("AVA ") and " listens on http://" in line:
                    self.port = int(line.split("http://")[1].split(" ")[0].rsplit(":", 1)[1])
                    self.ready_s = time.monotonic() - begin
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise Refused("the server did not start: " + self.log()[-3000:])

    def log(self):
        return (self.folder / "server.log").read_text(errors="replace")

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=30):
        """SIGTERM; returns its exit status."""
        self.process.terminate()
        return self.process.wait(seconds)

    def sign_in(self):
        """Sign in with the one-time password, change it, keep a token."""
        name, once = (self.data / "first-admin").read_text().splitlines()[:2]
        door = Client(self.port)
        answer = door.ask("POST", "/session", {"name": name, "password": once})
        door.cookie = answer.headers["Set-Cookie"].split(";")[0]
        door.post("/session/password", {"old_password": once, "new_password": PASSWORD})
        self.token = door.post("/tokens", {"name": "tests"})["secret"]

    def bind(self, name="pics", folder=None, is_default=True):
        folder = folder or self.storage / name
        return self.post("/buckets", {"name": name, "uri": f"file://{folder}", "is_default": is_default})

    def member(self, name, password=PASSWORD):
        """A second person, approved."""
        made = Client(self.port).post("/users", {"name": name, "password": password})
        self.must("PATCH", "/users/" + made["id"], {"state": "active"})
        door = Client(self.port)
        answer = door.ask("POST", "/session", {"name": name, "password": password})
        door.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return Client(self.port, door.post("/tokens", {"name": "tests"})["secret"])

    def cli(self, *args, stdin=None, env=None):
        """Run the program as this admin; returns the finished process (text)."""
        environment = {**os.environ, "AVA_URL": f"http://127.0.0.1:{self.port}", "AVA_TOKEN": self.token,
                       "AVA_CONFIG_DIR": str(self.folder / "cli"), **(env or {})}
        return subprocess.run([AVA, *map(str, args)], capture_output=True, text=True, env=environment, input=stdin,
                              timeout=120, check=False)

    def close(self):
        """End what runs and remove every file, containers of its trainings included."""
        if self.process and self.process.poll() is None:
            if self.engine and self.token:
                self._end_trainings()
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end_trainings(self):
        try:
            for training in self.items("/trainings"):
                if training["state"] not in ("done", "failed"):
                    for container in engine_api.containers("ava.training=" + training["id"]):
                        engine_api.remove(container)
        except (OSError, AssertionError):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
