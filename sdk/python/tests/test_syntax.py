"""The SDK runs in containers with Python 3.6, so its files must not use what came later."""

import ast
import os
import sys
import unittest

SDK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ava")
LATER_MODULES = {"dataclasses", "contextvars", "importlib.resources", "importlib.metadata", "zoneinfo", "graphlib", "tomllib"}


def sources():
    for base, _, names in os.walk(SDK):
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(base, name)


@unittest.skipIf(sys.version_info < (3, 8), "the interpreter itself is the check")
class Syntax(unittest.TestCase):
    def test_every_file_is_python_3_6(self):
        for path in sources():
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            tree = ast.parse(text, path, feature_version=(3, 6))
            for node in ast.walk(tree):
                self.assertNotIsInstance(node, ast.NamedExpr, path)
                if isinstance(node, ast.arguments):
                    self.assertEqual(node.posonlyargs, [], path)
                if isinstance(node, ast.FunctionDef):
                    self.assertNotEqual(node.name, "__getattr__" if node.col_offset == 0 else None, path)

    def test_only_the_standard_library_of_3_6_is_imported(self):
        known = set(getattr(sys, "stdlib_module_names", ())) - LATER_MODULES
        if not known:
            self.skipTest("this Python does not list its modules")
        for path in sources():
            with open(path, encoding="utf-8") as stream:
                tree = ast.parse(stream.read())
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module]
                else:
                    continue
                for name in names:
                    self.assertIn(name.split(".")[0], known, path)
                    self.assertNotIn(name, LATER_MODULES, path)


if __name__ == "__main__":
    unittest.main()
