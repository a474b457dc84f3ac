"""The scaffold adds a driver's file and its lines, and refuses what would break."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NewDriver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for module in ("format", "augment"):
            shutil.copytree(ROOT / "src" / module, self.root / "src" / module)

    def run_tool(self, *words):
        return subprocess.run([str(ROOT / "tools" / "new"), *words, "--root", str(self.root)], capture_output=True, text=True, check=False)

    def read(self, name: str, module: str = "format") -> str:
        return (self.root / "src" / module / name).read_text()

    def test_file_and_lines(self):
        before = self.read("all.cpp").count("_format(),")
        done = self.run_tool("format", "tf_record")
        self.assertEqual(done.returncode, 0, done.stderr)
        driver = self.read("tf_record_format.cpp")
        self.assertIn('return "tf_record"', driver)
        self.assertIn("class TfRecordWriter", driver)
        self.assertNotIn("RawWriter", driver)
        self.assertIn("const Format& tf_record_format();", self.read("drivers.hpp"))
        self.assertIn("&tf_record_format(),", self.read("all.cpp"))
        self.assertIn(f"array<const Format*, {before + 1}>", self.read("all.cpp"))

    def test_operation(self):
        done = self.run_tool("operation", "half_turn")
        self.assertEqual(done.returncode, 0, done.stderr)
        operation = self.read("geometric/half_turn.cpp", "augment")
        for words in ('.name = "half-turn"', "class HalfTurn final", "const Op& half_turn() {", "static const HalfTurn op;"):
            self.assertIn(words, operation)
        self.assertIn("const Op& half_turn();", self.read("ops.hpp", "augment"))
        self.assertIn("&half_turn(),", self.read("all.cpp", "augment"))
        self.assertIn("is there already", self.run_tool("operation", "rotate").stderr)

    def test_refuses_bad_and_taken_names(self):
        self.assertIn("is no name", self.run_tool("format", "../x").stderr)
        self.assertIn("is there already", self.run_tool("format", "raw").stderr)


if __name__ == "__main__":
    unittest.main()
