#!/usr/bin/python3
"""tools/fuzz: what it makes of libFuzzer's words, and that every target has something to begin with."""
import importlib.util
import json
import subprocess
import unittest
import unittest.mock
from importlib.machinery import SourceFileLoader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOADER = SourceFileLoader("fuzz_tool", str(ROOT / "tools/fuzz"))
fuzz = importlib.util.module_from_spec(importlib.util.spec_from_loader("fuzz_tool", LOADER))
LOADER.exec_module(fuzz)

GOOD = """INFO: seed corpus: files: 3 min: 49b max: 153b total: 316b rss: 66Mb
#4	INITED cov: 120 ft: 241 corp: 3/316b exec/s: 0 rss: 68Mb
#9712	DONE   cov: 3224 ft: 9235 corp: 461/114Kb lim: 355 exec/s: 882 rss: 366Mb
stat::number_of_executed_units: 9712
"""
BAD = """#167	NEW    cov: 1160 ft: 2459 corp: 74/4992b lim: 154 exec/s: 0 rss: 62Mb L: 134/154 MS: 1 ChangeBit-
/ava/src/metric/segment.cpp:48:30: runtime error: signed integer overflow
    #0 0x55 in take_point /ava/src/metric/segment.cpp:48:30
    #1 0x56 in __libc_start_main csu/libc-start.c:392
SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior /ava/src/metric/segment.cpp:48:30
"""


class Fuzz(unittest.TestCase):
    def test_a_run_is_said_in_numbers(self):
        self.assertEqual(fuzz.summary_of(GOOD).split(), "9,712 runs 3,224 edges 9,235 features 461 inputs".split())

    def test_a_run_that_ended_early_counts_what_it_did(self):
        self.assertTrue(fuzz.summary_of(BAD).startswith("      167 runs"))

    def test_a_run_of_nothing_says_nothing(self):
        self.assertEqual(fuzz.summary_of("error while loading shared libraries"), "")

    def test_the_cause_is_told_with_our_own_frames(self):
        cause = "\n".join(fuzz.cause_of(BAD))
        self.assertIn("runtime error: signed integer overflow", cause)
        self.assertIn("SUMMARY", cause)
        self.assertEqual(cause.count("take_point"), 1)

    def test_every_target_has_seeds(self):
        seeds = (ROOT / "tests/fuzz/seeds.cpp").read_text()
        for target in fuzz.known_targets():
            if not target.startswith("import_"):
                self.assertIn(f'"{target}"', seeds)

    def test_the_targets_come_from_the_build_of_the_unit_tests(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]
        asan = next(preset for preset in presets if preset["name"] == "asan")["cacheVariables"]
        self.assertEqual((asan["AVA_SANITIZE"], asan["CMAKE_CXX_COMPILER"]), ("address", "clang++"))
        self.assertNotIn("AVA_TESTS", asan)
        self.assertNotIn("fuzz", [preset["name"] for preset in presets])
        steps = (ROOT / "tools/lib/check_steps.sh").read_text()
        self.assertIn("tools/run_tests build/asan", steps)
        with unittest.mock.patch("sys.argv", ["fuzz"]):
            self.assertEqual(fuzz.parse_arguments().build, ROOT / "build/asan")

    def test_a_target_that_is_none_is_refused_with_those_there_are(self):
        done = subprocess.run([ROOT / "tools/fuzz", "jpg"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "no target jpg; there are .*jpeg")

    def test_the_formats_of_others_get_their_full_time(self):
        self.assertLessEqual(fuzz.BRIEF, set(fuzz.known_targets()))
        class Options:
            seconds, targets = 60, ["json"]
        self.assertEqual([fuzz.seconds_of(name, Options) for name in ("recordio", "mds", "json")], [60, 15, 60])

    def test_what_is_kept_stays_small(self):
        files = [path for path in fuzz.CORPUS.rglob("*") if path.is_file()]
        self.assertLess(sum(path.stat().st_size for path in files), 1 << 20)


if __name__ == "__main__":
    unittest.main()
