"""SIGHUP: what a running server can be told anew, and that a terminal that goes takes nothing with it."""

import json
import os
import pty
import re
import signal
import time

from harness import TIMEOUT, HTTPClient, ServerCase, address, command, environment


class ReloadCase(ServerCase):
    def wait_for_log(self, server, text, times=1):
        deadline = time.monotonic() + TIMEOUT
        while server.log().count(text) < times:
            self.assertLess(time.monotonic(), deadline, f"{text!r} was not logged")
            self.assertIsNone(server.process.poll(), "the server has ended")

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def setUp(self):
        self.directory = self.temporary_directory()

    def rules(self, answer):
        return self.write("rules.json", {"rules": [{"words": ["ping"], "answer": answer}]})

    def reload(self, server, expected, times=1):
        server.send_signal(signal.SIGHUP)
        self.wait_for_log(server, expected, times)


class Reload(ReloadCase):
    def test_rules_and_log_level(self):
        config = self.write("linechat.conf", f"agent-rules = {self.rules('one')}\n")
        server = self.server("--config", config)
        alice = self.keep(server.client("alice", "default"))
        alice.say("default", "ping")
        alice.expect_match(r"MSG default \d+ mock-ai one")
        self.assertNotIn(" debug ", server.log())

        self.rules("two")
        self.write("linechat.conf", f"agent-rules = {self.directory}/rules.json\nlog-level = debug\n")
        self.reload(server, "reloaded: log level debug, 1 agent rule")
        alice.say("default", "ping")
        alice.expect_match(r"MSG default \d+ mock-ai two")
        with server.client("bob"):
            self.wait_for_log(server, " debug line connection from")

        self.write("linechat.conf", "log-level = info\n")
        self.reload(server, "reloaded: log level info, 5 agent rules")
        alice.say("default", "hello")
        alice.expect_match(r"MSG default \d+ mock-ai Hello alice! .*")
        self.assertEqual(server.terminate(), 0)

    def test_a_mistake_changes_nothing(self):
        config = self.write("linechat.conf", f"agent-rules = {self.rules('one')}\n")
        server = self.server("--config", config)
        alice = self.keep(server.client("alice", "default"))
        for mistake, reason in (
            ("log-level = loud\n", f"{config}:1: log-level: 'loud': expected one of"),
            ("log-levle = info\n", f"{config}:1: unknown key 'log-levle'; did you mean 'log-level'?"),
            ("log-level = debug\nagent-rules = /nowhere/rules.json\n", "agent rules /nowhere/rules.json"),
        ):
            with self.subTest(mistake):
                self.write("linechat.conf", mistake)
                self.reload(server, f"not reloaded, everything stays as it was: {reason}")
        self.assertNotIn("try 'linechat help", server.log())
        with server.client("bob"):
            alice.say("default", "ping")
            alice.expect_match(r"MSG default \d+ mock-ai one")
        self.assertNotIn(" debug ", server.log())

    def test_what_takes_a_restart_is_named(self):
        config = self.write("linechat.conf", "send-queue = 2m\n")
        server = self.server("--config", config)
        self.reload(server, "reloaded: log level info, 5 agent rules\n")
        self.write("linechat.conf", "send-queue = 3m\nmax-rooms = 5\nagent-name = robot\n")
        self.reload(server, "; agent-name, max-rooms, send-queue change with the next start")


class Terminal(ReloadCase):
    def test_a_server_outlives_its_terminal(self):
        data = os.path.join(self.directory, "data")
        process, terminal = pty.fork()
        if process == 0:
            arguments = command("serve", "--line", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", data)
            try:
                os.execvpe(arguments[0], arguments, environment())
            finally:
                os._exit(127)
        self.addCleanup(self.end, process)
        shown = b""
        while not (match := re.search(rb"ready line=(\S+) http=(\S+) ", shown)):
            shown += os.read(terminal, 4096)
        line, http = (address(where.decode()) for where in match.groups())
        # Its controlling terminal goes: the kernel sends SIGHUP, and writing to it fails from here on.
        os.close(terminal)
        with HTTPClient(type("Server", (), {"http": http})) as client:
            for n in range(3):
                self.assertEqual(client.post("alice", "lobby", f"after {n}"), n + 1)
            self.assertEqual(client.get("/health").status, 200)
        self.assertEqual(os.waitpid(process, os.WNOHANG), (0, 0))

    def end(self, process):
        try:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        except ProcessLookupError:
            pass
