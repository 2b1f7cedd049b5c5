"""Runs the examples of the README as printed.

A fenced block marked `console` is a session: lines that begin with "$ " are commands, the others what they print.
All blocks of a file are one session, from first to last, in which a new server runs in another terminal. Times are
compared by their form, everything else literally.

So that the examples hurt nobody: the default ports are replaced by free ones, and `scripts/run` starts the binary under
test on them. That binary is where the build puts it, and nowhere in PATH.
"""

import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, REPOSITORY, TIMEOUT, TIMESTAMP, ServerCase, environment
from irc_client import IRCClient
from test_irc_clients import Terminal, needs

END_MARK = "--- end of command ---"


def readme():
    with open(os.path.join(REPOSITORY, "README.md"), encoding="utf-8") as file:
        return file.read()


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
        self.script(
            os.path.join(self.directory, "scripts", "run"),
            f"exec setpriv --pdeathsig KILL '{BINARY}' serve --line 127.0.0.1:{self.ports['6667']} "
            f"--http 127.0.0.1:{self.ports['8000']} \"$@\"")
        os.makedirs(os.path.join(self.directory, ".build", "release"))
        os.symlink(BINARY, os.path.join(self.directory, ".build", "release", "linechat"))
        self.shell = subprocess.Popen(
            ["bash"], cwd=self.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment(LINECHAT_TO=f"127.0.0.1:{self.ports['6667']}"))
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
        text = readme()
        self.assertGreater(len(examples(text)), 0, "the README has no example to run")
        for example in examples(text):
            # Programs that find processes by their name find those of others too, also from here.
            self.assertNotRegex(example.command, r"\b(pgrep|pkill|pidof|killall)\b", f"line {example.line}")
        self.run_examples(text)

    def test_the_program_is_called_where_it_is(self):
        commands = [example.command for example in examples(readme())] + re.findall(r"`([^`\n]+)`", readme())
        called = [command for command in commands if re.match(r"(\S*/)?linechat( |$)", command)]
        self.assertTrue(any(" chat " in command for command in called), called)
        for command in called:
            self.assertRegex(command, r"^\.build/release/linechat\b")

    def test_its_limits_have_the_rate(self):
        """The numbers are those of `linechat help serve` and docs/OPERATIONS.md."""
        self.assertRegex(readme(), r"\| 1000 at once, then 20 a second \(`--rate-limit`\)")

    def test_the_agent_can_be_switched_off_before_it_answers(self):
        text = readme()
        self.assertLess(text.index("--agent off"), text.index("```console"))

    def test_it_is_short(self):
        self.assertLessEqual(len(readme().splitlines()), 150)


class IRCClients(ServerCase):
    """What the README says to type in an IRC client, typed in that client."""

    def setUp(self):
        self.chat = self.server("--agent", "off")
        self.observer = self.keep(IRCClient(self.chat.line, "observer", "#ops"))

    def typed_in(self, client):
        """The commands of a client, with this server's port."""
        row = re.search(rf"^\| {client} \| (.*) \|$", readme(), re.MULTILINE)
        self.assertTrue(row, f"the README says nothing of {client}")
        commands = re.findall(r"`([^`]+)`", row[1])
        self.assertTrue(any("6667" in command for command in commands), commands)
        return [command.replace("6667", str(self.chat.line[1])) for command in commands]

    def environment(self):
        home = self.temporary_directory()
        return {"HOME": home, "TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}

    @needs("irssi")
    def test_irssi(self):
        connect, join = self.typed_in("irssi")
        env = self.environment()
        os.mkdir(f"{env['HOME']}/.irssi")
        with open(f"{env['HOME']}/.irssi/config", "w", encoding="utf-8") as file:
            # Else it sends a command every two seconds.
            file.write('settings = { "irc/core" = { cmd_queue_speed = "10"; cmds_max_at_once = "100"; }; };\n')
        irssi = self.keep(Terminal("irssi", env=env))
        irssi.wait_for("[(status)]")
        irssi.type(connect)
        irssi.wait_for("Welcome to LineChat")
        irssi.type(join)
        self.observer.read_until(re.compile(r":\S+ JOIN #ops"))
        irssi.type("hello")
        self.observer.read_until(re.compile(r":\S+ PRIVMSG #ops :hello"))

    @needs("weechat-headless")
    def test_weechat(self):
        add, connect, join = self.typed_in("WeeChat")
        env = self.environment()
        fifo = os.path.join(env["HOME"], "fifo")
        weechat = subprocess.Popen(
            ["weechat-headless", "--dir", env["HOME"], "-r", f"/set fifo.file.path {fifo}",
             "-r", "/set logger.file.flush_delay 0", "-r", add, "-r", connect],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
        self.addCleanup(weechat.wait, TIMEOUT)
        self.addCleanup(weechat.kill)
        self.wait_for_log(env, "irc.server.lc", "There is no message of the day")
        with open(fifo, "w", encoding="utf-8") as pipe:
            print(f"irc.server.lc *{join}", file=pipe, flush=True)
            self.wait_for_log(env, "irc.lc.#ops", "has joined #ops")
            print("irc.lc.#ops *hello", file=pipe, flush=True)
            self.observer.read_until(re.compile(r":\S+ PRIVMSG #ops :hello"))

    def wait_for_log(self, env, buffer, text):
        """Waits until WeeChat has shown a text; it tells nobody when it is connected or has opened a buffer."""
        log = os.path.join(env["HOME"], "logs", f"{buffer}.weechatlog")
        deadline = time.monotonic() + TIMEOUT
        while True:
            with contextlib.suppress(FileNotFoundError), open(log, encoding="utf-8") as file:
                if text in file.read():
                    return
            self.assertLess(time.monotonic(), deadline, f"WeeChat does not show {text!r} in {buffer}")
            self.observer.fence()


if __name__ == "__main__":
    unittest.main()
