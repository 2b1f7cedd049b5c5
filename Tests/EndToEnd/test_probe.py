"""A bot whose machine went away without a word gets its nick back within ten seconds."""

import os
import shutil
import socket
import subprocess
import time
import unittest

from harness import Server

NAMESPACE = f"linechat{os.getpid()}"
OUTSIDE, INSIDE = f"lc{os.getpid() % 100000}a", f"lc{os.getpid() % 100000}b"
HOST, BOT = "10.213.77.1", "10.213.77.2"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("ip"), "a network of its own needs root and iproute2")
class ProbeTest(unittest.TestCase):
    def setUp(self):
        try:
            ip("netns", "add", NAMESPACE)
        except subprocess.CalledProcessError as error:
            self.skipTest(f"no network namespaces here: {error.stderr!r}")
        self.addCleanup(ip, "netns", "del", NAMESPACE)
        ip("link", "add", OUTSIDE, "type", "veth", "peer", "name", INSIDE, "netns", NAMESPACE)
        ip("addr", "add", f"{HOST}/24", "dev", OUTSIDE)
        ip("link", "set", OUTSIDE, "up")
        ip("-n", NAMESPACE, "addr", "add", f"{BOT}/24", "dev", INSIDE)
        ip("-n", NAMESPACE, "link", "set", INSIDE, "up")

    def test_the_nick_of_a_silent_peer_is_freed(self):
        with Server("--line", f"{HOST}:0") as server:
            host, port = next(address for address in server.lines if address[0] == HOST)
            bot = subprocess.Popen(
                ["ip", "netns", "exec", NAMESPACE, "nc", host, str(port)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE)
            self.addCleanup(lambda: (bot.kill(), bot.communicate()))
            bot.stdin.write(b"NICK bot\n")
            bot.stdin.flush()
            self.assertEqual(bot.stdout.readline(), b"OK NICK bot\n")
            # The cable is cut: neither FIN nor RST.
            ip("link", "set", OUTSIDE, "down")

            began = time.monotonic()
            with socket.create_connection(server.line, timeout=10) as again:
                answers = again.makefile("r")
                again.sendall(b"NICK bot\n")
                while not (answer := answers.readline()).startswith("OK"):
                    self.assertIn("nick-in-use", answer)
                    self.assertLess(time.monotonic() - began, 10)
                    again.sendall(b"NICK bot\n")


if __name__ == "__main__":
    unittest.main()
