"""The scripts that build, run and test, where the toolchain and the machine are as each test has them."""

import os
import shutil
import stat
import subprocess
import unittest

from harness import REPOSITORY, TIMEOUT

LINKER = (
    "/opt/swift/usr/lib/swift_static/linux/libFoundationEssentials.a(Data+Writing.swift.o):_ThreadLocal.swift.o:function "
    "$s20FoundationEssentials19createTemporaryFile: warning: the use of `mktemp' is dangerous, better use `mkstemp' or "
    "`mkdtemp'")
OTHERS = ["[1/2] Compiling LineProtocol", "Sources/X.swift:1:1: warning: the use of `mktemp' is deprecated",
          "x.o: function f: warning: the use of `tmpnam' is dangerous, better use `mkstemp'", "[2/2] Linking linechat"]
TOOLS = ["bash", "basename", "cat", "dirname", "env", "grep", "head", "mkdir", "mktemp", "rm", "sed", "touch"]


class Scripts(unittest.TestCase):
    def setUp(self):
        self.directory = os.path.realpath(os.path.join(os.environ.get("TMPDIR", "/tmp"), f"linechat-scripts-{os.getpid()}"))
        shutil.copytree(os.path.join(REPOSITORY, "scripts"), os.path.join(self.directory, "scripts"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.tools = os.path.join(self.directory, "tools")
        os.mkdir(self.tools)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(self.tools, tool))
        self.tool("swift", "echo \"swift $*\" >>calls", 'case $1 in --version) echo "Swift version 6.2 (swift-6.2)" ;; build) cat said ;; esac',
                  'exit "$(cat status)"')
        self.write("said", "\n".join([OTHERS[0], LINKER, *OTHERS[1:], ""]))
        self.write("status", "0")
        os.makedirs(os.path.join(self.directory, ".build", "release"))
        self.tool("../.build/release/linechat", 'echo "linechat $*"')

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def tool(self, name, *lines):
        """A program of PATH."""
        path = os.path.join("tools", name)
        self.write(path, "\n".join(["#!/bin/bash", *lines, ""]))
        os.chmod(os.path.join(self.directory, path), stat.S_IRWXU)

    def run_script(self, *words):
        return subprocess.run(
            ["bash", *words], cwd=self.directory, env={"PATH": self.tools}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=TIMEOUT, check=False)

    def calls(self):
        with open(os.path.join(self.directory, "calls"), encoding="utf-8") as file:
            return [line.split()[1] for line in file]

    def test_run_shows_all_but_one_warning_of_the_toolchain(self):
        done = self.run_script("scripts/run", "--agent", "off")
        self.assertEqual((done.returncode, done.stdout), (0, "linechat serve --agent off\n"), done.stderr)
        self.assertNotIn("libFoundationEssentials", done.stderr)
        self.assertEqual([line for line in done.stderr.splitlines() if line in OTHERS], OTHERS)

    def test_run_starts_nothing_that_was_not_built(self):
        self.write("said", "Sources/X.swift:1:1: error: no\n")
        self.write("status", "1")
        self.tool("swift", 'case $1 in --version) echo "Swift version 6.2" ;; *) cat said; exit 1 ;; esac')
        done = self.run_script("scripts/run")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("error: no", done.stderr)

    def test_the_fast_tests_need_swift_and_sqlite_only(self):
        done = self.run_script("scripts/test", "--fast")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.calls(), ["--version", "build", "test"])
        self.assertIn("left out: the tests over sockets", done.stdout + done.stderr)

    def test_the_fast_tests_fail_as_others_do(self):
        self.tool("swift", 'case $1 in --version) echo "Swift version 6.2" ;; test) exit 3 ;; esac')
        done = self.run_script("scripts/test", "--fast")
        self.assertEqual(done.returncode, 3)
        self.assertIn("left out", done.stdout + done.stderr)

    def test_an_option_that_there_is_not(self):
        done = self.run_script("scripts/test", "--fats")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("usage: scripts/test [--fast]", done.stderr)

    def test_without_the_right_to_install(self):
        self.tool("id", "echo 1000")
        self.tool("sudo", "exit 1")
        self.tool("apt-get", "echo installed >>calls")
        done = self.run_script("scripts/test")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(self.calls(), ["--version"])
        for text in ("no right to install", "sudo apt-get install", "irssi", "scripts/test --fast"):
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    unittest.main()
