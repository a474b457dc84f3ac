"""tools/run_tests counts every case, and a program that dies, hangs up or is missing is never silent."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "run_tests"
# A stand-in for a GoogleTest program: writes the report the flag asks for, honours the filter, then does what `then` says.
PROGRAM = """#!/usr/bin/python3
import json, os, signal, sys
flags = dict(a.lstrip('-').split('=', 1) for a in sys.argv[1:])
cases = {cases}
wanted = flags.get('gtest_filter')
if wanted: cases = {{k: v for k, v in cases.items() if k in wanted.split(':')}}
suites = []
for name, state in cases.items():
    suite, case = name.split('.')
    one = {{'name': case, 'status': 'RUN', 'result': 'COMPLETED'}}
    if state == 'failed': one['failures'] = [{{'failure': 'a.cpp:1\\nnot equal'}}]
    if state == 'skipped':
        one.update(result='SKIPPED')
        print(f'/x/a.cpp:3: Skipped\\nAVA_ENGINE_SOCKET is not set\\n[  SKIPPED ] {{name}} (0 ms)', flush=True)
    suites.append({{'name': suite, 'testsuite': [one]}})
{then}
json.dump({{'testsuites': suites}}, open(flags['gtest_output'].partition(':')[2], 'w'))
sys.exit(1 if 'failed' in cases.values() else 0)
"""


class RunTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        self.lines = []

    def add(self, name, cases, then=""):
        program = self.build / name
        program.write_text(PROGRAM.format(cases=repr(cases), then=then))
        program.chmod(0o755)
        self.lines.append(f'add_test({name} "{program}")')

    def run_tool(self, *arguments):
        (self.build / "CTestTestfile.cmake").write_text("\n".join(self.lines) + "\n")
        done = subprocess.run([str(TOOL), str(self.build), "--out", str(self.build / "out.json"), *arguments],
                              capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_cases_are_counted(self):
        self.add("a_test", {"S.x": "passed", "S.y": "skipped"})
        self.add("b_test", {"S.x": "passed"})
        code, said = self.run_tool()
        self.assertEqual((code, said.splitlines()[-1]), (0, "2 passed, 0 failed, 1 skipped"))

    def test_a_failure_is_shown(self):
        self.add("a_test", {"S.x": "failed", "S.y": "passed"})
        code, said = self.run_tool()
        self.assertEqual((code, said.splitlines()[-1]), (1, "1 passed, 1 failed"))
        self.assertIn("FAILED a_test:S.x\na.cpp:1\nnot equal", said)

    def test_a_program_that_dies_fails(self):
        self.add("a_test", {"S.x": "passed"}, then="print('about to die', flush=True); os.kill(os.getpid(), signal.SIGSEGV)")
        code, said = self.run_tool()
        self.assertEqual((code, said.splitlines()[-1]), (1, "0 passed, 1 failed"))
        self.assertIn("about to die", said)

    def test_a_program_that_runs_no_case_fails(self):
        self.add("a_test", {})
        self.assertEqual(self.run_tool()[0], 1)

    def test_a_program_that_was_not_built_fails(self):
        self.lines.append(f'add_test(a "{self.build}/bin/a_test")')
        code, said = self.run_tool()
        self.assertEqual((code, said.splitlines()[-1]), (1, "0 passed, 1 failed"))

    def test_skipped_cases_run_again_alone(self):
        self.add("a_test", {"S.x": "passed", "S.y": "skipped"})
        self.add("b_test", {"S.x": "passed"})
        self.run_tool()
        first = self.build / "first.json"
        (self.build / "out.json").rename(first)
        code, said = self.run_tool("--only-skipped-in", str(first))
        self.assertEqual((code, said.splitlines()[-1]), (0, "0 passed, 0 failed, 1 skipped"))
        self.assertEqual(list(json.loads((self.build / "out.json").read_text())), ["a_test:S.y"])

    def test_the_reason_of_a_skip_is_kept(self):
        self.add("a_test", {"S.y": "skipped"})
        self.run_tool()
        self.assertEqual(json.loads((self.build / "out.json").read_text()),
                         {"a_test:S.y": ["skipped", "AVA_ENGINE_SOCKET is not set"]})


if __name__ == "__main__":
    unittest.main()
