"""The scripts a person runs say what is wrong, and check counts honestly."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command, **environment):
    done = subprocess.run([str(c) for c in command], cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


class Quickstart(unittest.TestCase):
    def test_help(self):
        code, said = run("./quickstart", "--help")
        self.assertEqual(code, 0)
        for option in ("--data", "--once", "--stop", "--home", "--port"):
            self.assertIn(option, said)

    def test_wrong_arguments(self):
        self.assertIn("unknown option '--dta'", run("./quickstart", "--dta")[1])
        self.assertIn("--data needs a value", run("./quickstart", "--data")[1])
        self.assertIn("is not a folder", run("./quickstart", "--data", "/nowhere")[1])
        self.assertIn("--port must be", run("./quickstart", "--port", "80")[1])

    def test_folder_without_classes(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "only").mkdir()
            (Path(folder) / "only" / "a.png").write_bytes(b"")
            code, said = run("./quickstart", "--data", folder)
        self.assertNotEqual(code, 0)
        self.assertIn("at least two folders", said)

    def test_stop_without_a_server(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = run("./quickstart", "--stop", "--home", folder)
        self.assertEqual(code, 0, said)


class Say(unittest.TestCase):
    def test_quietly_hands_on_the_exit_status(self):
        with tempfile.TemporaryDirectory() as folder:
            script = f". tools/lib/say.sh; quietly {folder}/log sh -c 'echo broken; exit 3' || echo status $?"
            said = run("bash", "-c", script)[1]
        self.assertIn("broken", said)
        self.assertIn("status 3", said)


class InstallDeps(unittest.TestCase):
    def test_unknown_group(self):
        self.assertIn("unknown argument", run("tools/install_deps", "biuld")[1])

    def test_dry_run_names_what_is_missing_and_why(self):
        with tempfile.TemporaryDirectory() as folder:
            # A machine where dpkg knows no package.
            fake = Path(folder) / "dpkg-query"
            fake.write_text("#!/bin/sh\nexit 1\n")
            fake.chmod(0o755)
            code, said = run("tools/install_deps", "--dry-run", "run", PATH=f"{folder}:{os.environ['PATH']}")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"missing podman +runs trainings in containers")
        self.assertNotIn("clang-tidy", said)


class Steps(unittest.TestCase):
    """tools/lib/steps.sh with steps of its own."""

    def close(self, *steps, **files):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            shutil.copytree(ROOT / "tools", root / "tools")
            (root / "logs").mkdir()
            for name, content in files.items():
                (root / "logs" / f"{name}.json").write_text(json.dumps(content))
            bodies = "\n".join(f"step_{name}() {{ {body}; }}" for name, body in steps)
            (root / "check").write_text("#!/bin/bash\nset -euo pipefail\n" + bodies + '\n"step_$2"\n')
            (root / "check").chmod(0o755)
            script = ". tools/lib/say.sh; LOGS=logs; . tools/lib/steps.sh; set -euo pipefail; "
            script += " ".join(f"run_step {name};" for name, _ in steps) + " close_steps"
            done = subprocess.run(["bash", "-c", script], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def last(self, *steps, **files):
        code, said = self.close(*steps, **files)
        return code, said.rstrip().splitlines()[-1]

    def test_counts_are_added_up(self):
        self.assertEqual(self.last(("a", "echo '3 passed, 0 failed'; echo '2 passed, 0 failed, 1 skipped'"), ("b", "true")),
                         (0, "6 passed, 0 failed"))

    def test_a_failed_step_does_not_stop_the_next(self):
        self.assertEqual(self.last(("a", "false"), ("b", "echo '2 passed, 0 failed'")), (1, "2 passed, 1 failed"))

    def test_a_step_fails_at_its_first_failing_command(self):
        self.assertEqual(self.last(("a", "false; echo '9 passed, 0 failed'")), (1, "0 passed, 1 failed"))

    def test_a_failed_case_and_a_bad_exit_count_once(self):
        self.assertEqual(self.last(("a", "echo '1 passed, 2 failed'; return 1")), (1, "1 passed, 2 failed"))

    def test_no_case_at_all_is_no_success(self):
        self.assertEqual(self.last(("a", "echo '0 passed, 0 failed'")), (1, "0 passed, 0 failed"))

    def test_skipped_cases_are_named(self):
        code, said = self.close(("a", "echo 'SKIPPED x.y: no moon'; echo '1 passed, 0 failed, 1 skipped'"))
        self.assertIn("  x.y: no moon\n1 passed, 0 failed, 1 skipped", said)
        self.assertEqual(code, 0)

    def test_a_case_skipped_first_and_run_later_is_not_skipped(self):
        unit = {"a:S.x": ["skipped", "no engine"], "a:S.y": ["skipped", "no moon"], "a:S.z": ["passed", ""]}
        code, said = self.close(("unit", "echo '1 passed, 0 failed, 2 skipped'"), ("engine", "echo '1 passed, 0 failed'"),
                                unit=unit, engine={"a:S.x": ["passed", ""]})
        self.assertIn("a:S.y: no moon", said)
        self.assertTrue(said.endswith("2 passed, 0 failed, 1 skipped\n"), said)


class Check(unittest.TestCase):
    def test_help_lists_every_step(self):
        said = run("./check", "--help")[1]
        text = (ROOT / "check").read_text()
        steps = text.split("ALL_STEPS='")[1].split("'")[0].split()
        for step in steps:
            self.assertRegex(said, rf"(?m)^  {step} ")
            self.assertIn(f"step_{step}()", (ROOT / "tools/lib/check_steps.sh").read_text())

    def test_unknown_step(self):
        self.assertIn("no step 'untit'", run("./check", "untit")[1])


if __name__ == "__main__":
    unittest.main()
