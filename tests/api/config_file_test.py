"""`ava server --config FILE`: the file is followed, the command line wins, and a mistake is named with its place."""
import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

AVA = os.environ.get("AVA_BIN", "build/dev/bin/ava")


class ConfigFile(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="ava-config-")
        self.dir = Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def write(self, text: str) -> Path:
        path = self.dir / "ava.toml"
        path.write_text(text)
        return path

    def start(self, text: str, *more):
        """Start a server; return its address, from the line it prints once it listens."""
        server = subprocess.Popen([AVA, "server", "--config", str(self.write(text)), *more], stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        for line in server.stdout:
            if line.startswith("AVA "):
                return line.split(" listens on ")[1].split()[0]
        self.fail("the server ended")

    def refused(self, text: str) -> str:
        done = subprocess.run([AVA, "server", "--config", str(self.write(text))], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_is_followed(self):
        text = f'data = "{self.dir}/d"\nlisten = "127.0.0.1:0"\nstorage-root = ["{self.dir}/一", "{self.dir}/b"]\nworkers = 2\n'
        address = self.start(text + "secure-cookies = true\n")
        self.assertTrue((self.dir / "d" / "ava.db").exists())
        self.assertTrue((self.dir / "一").is_dir() and (self.dir / "b").is_dir())
        with urllib.request.urlopen(address + "/api/v1/info", timeout=5) as answer:
            self.assertEqual(json.load(answer)["suggested_bucket_uri"], f"file://{self.dir}/一/default")

    def test_the_command_line_wins(self):
        self.start(f'data = "{self.dir}/file"\nlisten = "127.0.0.1:0"\n', "--data", str(self.dir / "line"))
        self.assertTrue((self.dir / "line").exists())
        self.assertFalse((self.dir / "file").exists())

    def test_mistakes_are_named(self):
        self.assertIn("ava.toml:2:1: there is no option 'databse'", self.refused('data = "/nonexistent/x"\ndatabse = "x"\n'))
        self.assertIn("there is no option 'server'", self.refused("[server]\nworkers = 4\n"))
        self.assertIn("ava.toml:1:", self.refused("listen = 127.0.0.1:8080\n"))
        self.assertIn("workers", self.refused("workers = 9999\n"))


if __name__ == "__main__":
    unittest.main()
