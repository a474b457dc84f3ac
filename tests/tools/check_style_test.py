"""Each style rule accepts a good example and refuses a bad one."""
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_style"
HEADER = "// Count things.\n#pragma once\n"


def run(files: dict) -> str:
    """Write files below an empty root; return what the tool said, or '' when it was content."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        done = subprocess.run([str(TOOL), "--root", folder], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise AssertionError(done.stderr)
        return done.stdout if done.returncode else ""


def body(lines: int) -> str:
    return "int f(int a) {\n" + "  a = a + 1;\n" * (lines - 2) + "}\n"


class Files(unittest.TestCase):
    def test_long_file(self):
        self.assertEqual(run({"src/a/a.cpp": "int a;\n" * 400}), "")
        self.assertIn("401 lines", run({"src/a/a.cpp": "int a;\n" * 401}))

    def test_folder_without_a_noun(self):
        for name in ("util", "common", "helpers", "manager", "core"):
            self.assertIn("says nothing", run({f"src/{name}/a.cpp": "int a;\n"}), name)

    def test_registry_host(self):
        self.assertIn("registry", run({"tools/x.sh": "curl https://registry." + "example.org/x\n"}))
        self.assertEqual(run({"tools/x.sh": "cp registry.hpp registry.cpp\n"}), "")

    def test_unfinished_work(self):
        self.assertIn("unfinished", run({"src/a/a.cpp": "int a;  // TO" "DO: later\n"}))


def local(what: str, around: str = "ava::a") -> str:
    return f"namespace {around} {{\nnamespace {{\n\n{what}\n\n}}  // namespace\n}}  // namespace {around}\n"


class LocalNames(unittest.TestCase):
    def test_one_name_in_two_files(self):
        for what in ("struct Options {};", "constexpr int kLimit = 3;", "Result<int> read(int from) {\n  return from;\n}"):
            said = run({"src/a/x.cpp": local(what), "src/a/y.cpp": local(what)})
            self.assertIn("is also in src/a/x.cpp", said, what)

    def test_behind_a_function(self):
        what = "void first() {\n  if (true) {\n  }\n}\n\nint second(int a);"
        said = run({"src/a/x.cpp": local(what), "src/a/y.cpp": local(what.replace("first", "other"))})
        self.assertIn("y.cpp:9: 'second'", said)
        self.assertNotIn("'first'", said)

    def test_overloads_count(self):
        self.assertIn("'read'", run({"src/a/x.cpp": local("int read(int a);"), "src/a/y.cpp": local("int read(char a);")}))

    def test_good(self):
        what = "struct Options {};\nvoid describe(Visitor& v, Options& x) {}"
        self.assertEqual(run({"src/a/x.cpp": local(what), "src/b/y.cpp": local(what)}), "")
        self.assertEqual(run({"src/a/x.cpp": local(what), "src/a/y_test.cpp": local(what)}), "")
        self.assertEqual(run({"src/a/x.cpp": local(what), "src/a/y.cpp": local(what, "ava::a::other")}), "")
        self.assertEqual(run({"src/a/x.cpp": local("void describe(Visitor& v, X& x);"),
                              "src/a/y.cpp": local("void describe(Visitor& v, Y& x);")}), "")


class Headers(unittest.TestCase):
    def test_good(self):
        self.assertEqual(run({"src/a/a.hpp": HEADER + "int f();\n"}), "")

    def test_pragma_once(self):
        self.assertIn("#pragma once", run({"src/a/a.hpp": "// Count things.\nint f();\n"}))

    def test_opening_comment(self):
        self.assertIn("open with a comment", run({"src/a/a.hpp": "#pragma once\nint f();\n"}))


class Functions(unittest.TestCase):
    def test_long_function(self):
        self.assertEqual(run({"src/a/a.cpp": body(100)}), "")
        self.assertIn("'f' has 101 lines", run({"src/a/a.cpp": body(101)}))

    def test_long_member_function(self):
        text = "namespace a {\nclass B {\n public:\n  B(int x) : a_{x}, b_{x} {\n" + "    ++a_;\n" * 120 + "  }\n};\n}\n"
        self.assertIn("lines, at most 100", run({"src/a/a.cpp": text}))

    def test_braces_in_strings_and_comments_do_not_count(self):
        text = 'const char* a = "{{{";  // {{{\n' + body(50) + "/* { */ char c = '{';\n" + body(60)
        self.assertEqual(run({"src/a/a.cpp": text}), "")

    def test_throw(self):
        self.assertIn("throw outside", run({"src/a/a.cpp": "void f() { throw 1; }\n"}))
        self.assertEqual(run({"src/a/a.cpp": "// adapter: the library wants it\nvoid f() { throw 1; }\n"}), "")
        self.assertEqual(run({"src/a/a.cpp": "// never throw here\nint a;\n"}), "")
        self.assertEqual(run({"src/a/a_test.cpp": "void f() { throw 1; }\n"}), "")


class Awaits(unittest.TestCase):
    def refused(self, statement):
        return "co_await" in run({"src/http/a.cpp": "Task f() {\n  " + statement + "\n}\n"})

    def test_lambda(self):
        self.assertTrue(self.refused("auto r = co_await offload(w, [this, q] { return call(q); });"))
        self.assertTrue(self.refused("co_await offload(w, [] { return 1; });"))

    def test_aggregate(self):
        self.assertTrue(self.refused("co_await send(Reply{200, text});"))
        self.assertTrue(self.refused("call({1, 2}, co_await next());"))
        self.assertTrue(self.refused("auto p = Point{co_await next(), 2};"))

    def test_named_above(self):
        self.assertFalse(self.refused("auto handle = [this] { return call(); };\n  auto r = co_await offload(w, handle);"))
        self.assertFalse(self.refused("while (auto b = co_await read(socket)) { use(b[0]); }"))
        self.assertFalse(self.refused("if (co_await ready()) { Point p{1, 2}; }\n  co_await write(list[2]);"))
        self.assertFalse(self.refused("spawn(x, [&]() -> Task<void> { co_await sleep(1); });"))
        self.assertFalse(self.refused("try { co_await sleep(1); } catch (...) {}\n  co_return co_await next();"))


class Libraries(unittest.TestCase):
    def test_network_only_in_net_and_http(self):
        text = "#include <boost/asio.hpp>\n"
        self.assertIn("Asio", run({"src/engine/a.cpp": text}))
        self.assertIn("Asio", run({"apps/ava/a.cpp": text}))
        self.assertEqual(run({"src/net/a.cpp": text, "src/http/a.cpp": "#include <boost/beast/core.hpp>\n"}), "")

    def test_databases_only_in_db(self):
        for header in ("sqlite3.h", "libpq-fe.h"):
            self.assertIn("database's own header", run({"src/user/a.cpp": f"#include <{header}>\n"}))
            self.assertEqual(run({"src/db/a.cpp": f"#include <{header}>\n"}), "")


class Modules(unittest.TestCase):
    LIST = "ava_module(base)\n"

    def module(self, **changes):
        files = {"src/CMakeLists.txt": self.LIST, "src/base/a.cpp": "int a;\n", "src/base/a_test.cpp": "int b;\n",
                 "src/base/README.md": "# base\n"}
        files.update({k.replace("__", "/"): v for k, v in changes.items()})
        return run({k: v for k, v in files.items() if v is not None})

    def test_good(self):
        self.assertEqual(self.module(), "")

    def test_without_a_test(self):
        self.assertIn("without a test", self.module(**{"src/base/a_test.cpp": None}))

    def test_readme(self):
        self.assertIn("without README.md", self.module(**{"src/base/README.md": None}))
        self.assertIn("longer than 40", self.module(**{"src/base/README.md": "x\n" * 41}))

    def test_without_source(self):
        self.assertIn("without source", run({"src/CMakeLists.txt": self.LIST}))


if __name__ == "__main__":
    unittest.main()
