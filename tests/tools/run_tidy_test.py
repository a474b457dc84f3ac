"""tools/run_tidy: what it finds in files it analyses together is what it finds in each alone, named by file and line."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "run_tidy"
CLEAN = "int twice(int x) { return 2 * x; }\n"
FAULTY = """#include <string>
#include <utility>
#include "beside.hpp"
int at(int x) {
  int* p = nullptr;
  if (x > 3) return *p;
  return 0;
}
std::string moved(std::string a) {
  std::string b = std::move(a);
  return b + a;
}
void* nothing() { return 0; }
"""
FOUND = ["faulty.cpp:6", "faulty.cpp:11", "faulty.cpp:13"]


class RunTidy(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        (self.root / "tools").mkdir()
        (self.root / "src").mkdir()
        (self.root / "build").mkdir()
        # The tool looks at the checkout it lies in.
        (self.root / "tools" / "run_tidy").write_bytes(TOOL.read_bytes())
        (self.root / ".clang-tidy").write_bytes((TOOL.parents[1] / ".clang-tidy").read_bytes())
        (self.root / "src" / "beside.hpp").write_text("int outside(int x);\n")
        (self.root / "src" / "a_clean.cpp").write_text(CLEAN)
        (self.root / "src" / "faulty.cpp").write_text(FAULTY)
        (self.root / "src" / "z_clean.cpp").write_text(CLEAN.replace("twice", "thrice"))
        self.environment = dict(os.environ, AVA_TIDY_CACHE=str(self.root / "cache"))
        names = sorted(path.name for path in (self.root / "src").glob("*.cpp"))
        (self.root / "build" / "compile_commands.json").write_text(json.dumps([
            {"directory": str(self.root / "build"), "file": str(self.root / "src" / name),
             "command": f"/usr/bin/c++ -std=c++20 -o src/CMakeFiles/one.dir/{name}.o -c {self.root / 'src' / name}"}
            for name in names]))
        # What an object was made of is asked of ninja.
        rule = "rule cxx\n  command = c++ -std=c++20 -MD -MF $out.d -c $in -o $out\n  deps = gcc\n  depfile = $out.d\n"
        (self.root / "build" / "build.ninja").write_text(rule + "".join(
            f"build src/CMakeFiles/one.dir/{name}.o: cxx ../src/{name}\n" for name in names))

    def build(self):
        subprocess.run(["ninja", "-C", str(self.root / "build")], check=True, capture_output=True, timeout=120)

    def run_tidy(self, *more):
        return subprocess.run([sys.executable, str(self.root / "tools" / "run_tidy"), str(self.root / "build"), *more],
                              capture_output=True, text=True, env=self.environment, timeout=300)

    def test_finds_the_same_together_and_alone(self):
        together = self.run_tidy()
        alone = self.run_tidy(str(self.root / "src" / "faulty.cpp"))
        for said in (together, alone):
            self.assertEqual(said.returncode, 1, said.stdout + said.stderr)
            for place in FOUND:
                self.assertIn(f"{place}:", said.stdout)
        self.assertIn("2 passed, 1 failed", together.stdout)
        self.assertIn("FAILED src/faulty.cpp\n", together.stdout)

    def test_remembers_what_was_clean_until_something_it_read_changes(self):
        (self.root / "src" / "faulty.cpp").write_text(CLEAN.replace("twice", "four_times"))
        self.assertIn("0 known to be clean", self.run_tidy().stdout)
        self.assertIn("3 known to be clean", self.run_tidy().stdout)
        (self.root / "src" / "z_clean.cpp").write_text(CLEAN.replace("twice", "thrice") + "void* nothing() { return 0; }\n")
        said = self.run_tidy()
        self.assertEqual(said.returncode, 1)
        self.assertIn("z_clean.cpp:2:", said.stdout)

    def test_looks_again_when_a_header_changes(self):
        (self.root / "src" / "faulty.cpp").write_text('#include "beside.hpp"\n')
        self.build()
        self.assertIn("3 passed", self.run_tidy().stdout)
        (self.root / "src" / "beside.hpp").write_text("inline void* nothing() { return 0; }\n")
        self.build()
        self.assertIn("beside.hpp:1:", self.run_tidy().stdout)


if __name__ == "__main__":
    unittest.main()
