#!/usr/bin/python3
"""deploy/images/build with stand-ins for apt, mmdebstrap and podman: what it asks of them, and what it leaves alone."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "build"

# Each stand-in appends its arguments to $LOG; the image "store" is the file $STORE.
TOOLS = {
    "apt-get": '''[ "$1" = update ] && { touch "$LISTS"; exit 0; }; [ -e "$LISTS" ] || exit 0; cat "$TARGETS"''',
    "apt-config": '''cat "$APTCONF"''',
    "mmdebstrap": '''for a; do case $a in */root.tar) : > "$a" ;; */sources.list) cp "$a" "$LOG.sources" ;; esac; done''',
    "podman": '''case "$1 $2" in
  "image inspect") [ -s "$STORE" ] && cat "$STORE" || exit 125 ;;
  import*) for a; do case $a in "LABEL ava.stamp="*) echo "${a##*=}" > "$STORE" ;; esac; done ;;
esac''',
}


class Build(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)
        (self.dir / "bin").mkdir()
        for name, body in TOOLS.items():
            tool = self.dir / "bin" / name
            tool.write_text(f'#!/bin/bash\nprintf "%s " {name} "$@" >> "$LOG"; echo >> "$LOG"\n{body}\n')
            tool.chmod(0o755)
        (self.dir / "targets").write_text("Debian|bookworm|main|http://m/debian/|stable\n")
        (self.dir / "aptconf").write_text("")
        (self.dir / "lists").touch()

    def build(self, *arguments, code=0):
        env = dict(os.environ, PATH=f"{self.dir}/bin:{os.environ['PATH']}", TMPDIR=str(self.dir), LOG=f"{self.dir}/log",
                   STORE=f"{self.dir}/store", TARGETS=f"{self.dir}/targets", LISTS=f"{self.dir}/lists", APTCONF=f"{self.dir}/aptconf")
        (self.dir / "log").write_text("")
        done = subprocess.run([str(SCRIPT), *arguments], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout, (self.dir / "log").read_text()

    def test_a_second_run_builds_nothing(self):
        _, log = self.build("--base")
        self.assertIn("mmdebstrap", log)
        self.assertIn("localhost/ava/base:bookworm", log)
        out, log = self.build("--base")
        self.assertIn("is there and current", out)
        self.assertNotIn("mmdebstrap", log)
        self.assertIn("mmdebstrap", self.build("--base", "--force")[1])

    def test_check_says_whether_the_image_is_current(self):
        self.assertNotIn("mmdebstrap", self.build("--torch", "--check", code=1)[1])
        self.build("--torch")
        self.build("--torch", "--check")
        self.build("--torch", "--add", "python3-opencv", "--check", code=1)

    def test_only_debian_itself_is_taken_from_the_sources(self):
        (self.dir / "targets").write_text("Debian|bookworm|main|http://m/debian/|stable\n"
                                          "Debian|bookworm-security|main|http://m/sec/|bookworm-security\n"
                                          "Debian|bookworm|contrib|http://m/debian/|stable\n"
                                          "Debian|bookworm-backports|main|http://m/debian/|bookworm-backports\n"
                                          "Other|bookworm|main|http://other/|bookworm\n")
        self.build("--base")
        lines = [line.split("] ")[-1].replace("deb ", "") for line in (self.dir / "log.sources").read_text().splitlines()]
        self.assertEqual(lines, ["http://m/debian/ stable main", "http://m/sec/ bookworm-security main"])

    def test_the_proxy_is_used_and_not_kept(self):
        (self.dir / "aptconf").write_text('Acquire::http::Proxy "http://p:1";\nAcquire::https "";\nAPT::Other "x";\n')
        _, log = self.build("--base")
        self.assertIn('--aptopt=Acquire::http::Proxy "http://p:1"', log)
        self.assertNotIn("APT::Other", log)
        self.assertIn("rm -f \"$1/etc/apt/apt.conf.d/99mmdebstrap\"", log)

    @unittest.skipUnless(os.getuid() == 0, "only root may refresh apt's lists")
    def test_missing_lists_are_fetched(self):
        (self.dir / "lists").unlink()
        self.assertIn("apt-get update", self.build("--base")[1])

    def test_what_goes_wrong_is_said(self):
        (self.dir / "targets").write_text("Ubuntu|jammy|main|http://u/|jammy\n")
        self.assertIn("knows no Debian bookworm source", self.build("--base", code=1)[0])
        self.assertIn("--mirror", self.build("--base", code=1)[0])
        self.build("--base", "--mirror", "http://named/debian")
        self.assertIn("unknown option", self.build("--bogus", code=1)[0])
        self.assertIn("needs a value", self.build("--name", code=1)[0])
        self.assertIn("no socket", self.build("--base", "--socket", "/nowhere", code=1)[0])

    def test_a_failed_build_imports_nothing_and_leaves_nothing(self):
        (self.dir / "bin" / "mmdebstrap").write_text("#!/bin/sh\nexit 1\n")
        _, log = self.build("--base", code=1)
        self.assertNotIn("import", log)
        self.assertEqual([p.name for p in self.dir.glob("ava-image.*")], [])

    def test_help(self):
        self.assertIn("--socket", self.build("--help")[0])


if __name__ == "__main__":
    unittest.main()
