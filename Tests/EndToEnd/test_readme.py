"""Runs the examples of the README as printed.

A fenced block marked `console` is a session: lines that begin with "$ " are commands, the others what they print.
All blocks of a file are one session, from first to last, in which a new server runs in another terminal. Times are
compared by their form, everything else literally.

So that the examples hurt nobody: the default ports are replaced by free ones, `scripts/run` starts the binary under
test on them, and `pgrep` finds that server and no other.
"""

import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, REPOSITORY, TIMEOUT, TIMESTAMP, environment

END_MARK = "--- end of command ---"


class Example:
    """A command with what it is to print."""

    def __init__(self, line, command):
        self.line = line
        self.command = command
        self.output = []

    def pattern(self):
        escaped = "\n".join(re.escape(line) for line in self.output)
        return re.compile(re.sub(TIMESTAMP.replace(r"\.", r"\\\."), lambda _: TIMESTAMP, escaped.replace(r"\-", "-")))


def examples(text):
    """The commands of all console blocks, in order."""
    found = []
    is_console = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            is_console = line == "```console"
            current = None
        elif is_console and line.startswith("$ "):
            current = Example(number, line[2:])
            found.append(current)
        elif is_console:
            if current is None:
                raise ValueError(f"line {number}: output before the first command")
            current.output.append(line)
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Session:
    """A shell in a directory of its own, with a server that its first examples may expect."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="linechat-readme-")
        self.ports = {"6667": str(free_port()), "8000": str(free_port())}
        tools = os.path.join(self.directory, "tools")
        pid = os.path.join(self.directory, "server.pid")
        self.script(
            os.path.join(self.directory, "scripts", "run"),
            f"echo $$ >'{pid}'",
            f"exec setpriv --pdeathsig KILL '{BINARY}' serve --line 127.0.0.1:{self.ports['6667']} "
            f"--http 127.0.0.1:{self.ports['8000']} \"$@\"")
        self.script(os.path.join(tools, "pgrep"), f"exec cat '{pid}'")
        os.symlink(BINARY, os.path.join(tools, "linechat"))
        self.shell = subprocess.Popen(
            ["bash"], cwd=self.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment(
                PATH=f"{tools}:{os.environ['PATH']}", LINECHAT_TO=f"127.0.0.1:{self.ports['6667']}"))
        # The server that "Start" is about, in another terminal.
        self.server = subprocess.Popen(
            ["scripts/run"], cwd=self.directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=environment())
        if not self.server.stdout.readline().startswith(b"ready "):
            raise AssertionError("the server did not start")

    @staticmethod
    def script(path, *lines):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(["#!/bin/bash", *lines, ""]))
        os.chmod(path, 0o755)

    def run(self, command):
        """Runs a command in the session's shell; gives back what it prints."""
        for default, port in self.ports.items():
            command = re.sub(rf"\b{default}\b", port, command)
        self.shell.stdin.write(f"{command}\necho; echo '{END_MARK}'\n".encode())
        self.shell.stdin.flush()
        output = b""
        deadline = time.monotonic() + TIMEOUT
        end = f"\n{END_MARK}\n".encode()
        while not output.endswith(end):
            ready, _, _ = select.select([self.shell.stdout], [], [], max(0, deadline - time.monotonic()))
            data = os.read(self.shell.stdout.fileno(), 1 << 16) if ready else b""
            if not data:
                raise AssertionError(f"`{command}` did not end; it printed {output.decode(errors='replace')}")
            output += data
        printed = output.removesuffix(end).decode(errors="replace")
        for default, port in self.ports.items():
            printed = re.sub(rf"\b{port}\b", default, printed)
        return printed.removesuffix("\n")

    def close(self):
        # A server that the shell has started goes with it.
        for process in (self.shell, self.server):
            process.kill()
            process.wait(TIMEOUT)
            process.stdout.close()
        self.shell.stdin.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Readme(unittest.TestCase):
    def run_examples(self, text):
        session = Session()
        self.addCleanup(session.close)
        for example in examples(text):
            printed = session.run(example.command)
            self.assertRegex(
                printed, re.compile(rf"\A{example.pattern().pattern}\Z"),
                f"line {example.line}: $ {example.command}")

    def test_the_runner(self):
        """That it runs what is printed, and that it notices what differs."""
        sample = "\n".join([
            "```console", "$ printf 'NICK ci\\nJOIN ops\\nMSG ops hi (all)\\nQUIT\\n' | nc localhost 6667", "OK NICK ci",
            "OK JOIN ops 0", "OK MSG ops 1", "BYE", "$ curl -s 'localhost:8000/messages?room=ops'",
            '{"messages":[{"id":1,"user":"ci","room":"ops","text":"hi (all)","role":"user",'
            '"ts":"2026-11-23T05:00:00.123Z"}],"next":null}', "$ true", "```", "```sh", "$ not run", "```"])
        self.assertEqual(len(examples(sample)), 3)
        self.run_examples(sample)
        for wrong in (sample.replace("BYE", "BYE now"), sample.replace("OK MSG ops 1\n", ""),
                      sample.replace("$ true", "$ echo more"), sample.replace("$ true", "$ true\nmore")):
            with self.assertRaises(AssertionError):
                self.run_examples(wrong)

    def test_readme(self):
        with open(os.path.join(REPOSITORY, "README.md"), encoding="utf-8") as file:
            text = file.read()
        self.assertGreater(len(examples(text)), 0, "the README has no example to run")
        self.run_examples(text)


if __name__ == "__main__":
    unittest.main()
