"""The layer rule accepts a good tree and refuses each way to break it."""
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_layers"
LIST = "ava_module(base)\nava_module(db base)\nava_uses(db x)\nava_module(user   db)\nava_module(http base) # door\n"


def run(files: dict, modules: str = LIST, arguments=()) -> tuple:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {"src/CMakeLists.txt": modules, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run([str(TOOL), "--root", folder, *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Layers(unittest.TestCase):
    def test_own_declared_and_reached_modules(self):
        text = '#include "user/user.hpp"\n#include "db/db.hpp"\n#include "base/result.hpp"\n#include <map>\n'
        code, said = run({"src/user/user.cpp": text})
        self.assertEqual(code, 0, said)

    def test_upward_include(self):
        code, said = run({"src/db/db.cpp": '\n#include "user/user.hpp"\n'})
        self.assertEqual(code, 1)
        self.assertIn('src/db/db.cpp:2: module "db" may not include "user/user.hpp"', said)

    def test_sideways_include(self):
        self.assertEqual(run({"src/http/a.cpp": '#include "db/db.hpp"\n'})[0], 1)

    def test_tests_obey_too(self):
        self.assertEqual(run({"src/db/db_test.cpp": '#include "user/user.hpp"\n'})[0], 1)

    def test_applications_include_all(self):
        self.assertEqual(run({"apps/ava/server.cpp": '#include "user/user.hpp"\n'})[0], 0)

    def test_include_without_module(self):
        self.assertIn("not written as", run({"src/db/db.cpp": '#include "db.hpp"\n'})[1])
        self.assertIn("relative include", run({"src/db/db.cpp": '#include "../base/a.hpp"\n'})[1])

    def test_testing_header_in_product_code(self):
        self.assertIn("for tests only", run({"src/db/db.cpp": '#include "base/testing.hpp"\n'})[1])
        self.assertEqual(run({"src/db/db_test.cpp": '#include "base/testing.hpp"\n'})[0], 0)

    def test_folder_that_is_no_module(self):
        self.assertIn("not a module", run({"src/misc/a.cpp": ""})[1])

    def test_dependency_below_its_user(self):
        self.assertIn("not listed above", run({}, "ava_module(base db)\nava_module(db)\n")[1])

    def test_headers_that_include_each_other(self):
        said = run({"src/db/a.hpp": '#include "db/b.hpp"\n', "src/db/b.hpp": '#include "db/a.hpp"\n'})[1]
        self.assertIn("include each other: db/a.hpp -> db/b.hpp -> db/a.hpp", said)

    def test_dependents(self):
        self.assertEqual(run({}, arguments=["--dependents", "db"])[1].split(), ["db", "user"])


if __name__ == "__main__":
    unittest.main()
