"""What systemd is told: readiness, a living watchdog, the end."""

import os
import re
import signal
import socket
import tempfile
import unittest

from harness import TIMEOUT, TIMESTAMP, Server, run


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = os.path.join(self.directory.name, "notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(self.path)
        self.manager.settimeout(TIMEOUT)

    def test_ready_alive_stopping(self):
        environment = {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "20000"}
        with Server(env=environment) as server:
            self.assertEqual(self.manager.recv(100), b"READY=1")
            self.assertEqual(self.manager.recv(100), b"WATCHDOG=1")
            self.assertEqual(self.manager.recv(100), b"WATCHDOG=1")
            server.send_signal(signal.SIGTERM)
            said = self.manager.recv(100)
            while said == b"WATCHDOG=1":
                said = self.manager.recv(100)
            self.assertEqual(said, b"STOPPING=1")
            self.assertEqual(server.wait(), 0)

    def test_a_manager_that_does_not_read_holds_nothing_up(self):
        with Server(env={"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "2000"}) as server:
            self.assertEqual(self.manager.recv(100), b"READY=1")
            # The socket's queue is full when a send to it would wait.
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    while True:
                        sender.sendto(b"WATCHDOG=1", self.path)
            with server.client("ann", "lobby") as ann:
                self.assertEqual(ann.ask("PING x"), "PONG x")
            self.assertEqual(server.terminate(), 0)

    def test_an_abstract_socket(self):
        name = f"@linechat-test-{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind("\0" + name[1:])
            manager.settimeout(TIMEOUT)
            with Server(env={"NOTIFY_SOCKET": name}):
                self.assertEqual(manager.recv(100), b"READY=1")

    def test_the_log_says_what_began_and_where(self):
        version = run("--version").stdout.split()[1]
        with Server("--http", "off") as server:
            host, port = server.line
            self.assertRegex(
                server.log(),
                rf"{TIMESTAMP} info LineChat {re.escape(version)} serves: process {server.pid}, "
                rf"line {host}:{port}, http off, data {re.escape(os.path.realpath(server.data))}\n")

    def test_a_door_beyond_this_machine_is_warned_of_once(self):
        with Server("--line", "0.0.0.0:0") as server:
            warnings = [line for line in server.log().splitlines() if " warning " in line]
            self.assertEqual(len(warnings), 1)
            self.assertIn("0.0.0.0", warnings[0])
            self.assertIn("no accounts", warnings[0])
        with Server() as server:
            self.assertNotIn(" warning ", server.log())


if __name__ == "__main__":
    unittest.main()
