"""The IRC commands that the page at / gives are those that the clients take."""

import html
import os
import re
import shutil
import subprocess
import unittest

from harness import TIMEOUT, HTTPClient, ServerCase
from irc_client import IRCClient, source
from test_irc_clients import Terminal


class Commands(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")
        self.observer = self.keep(IRCClient(self.chat.line, "observer", "#default"))
        with HTTPClient(self.chat) as http:
            page = http.get("/").body.decode()
        blocks = [html.unescape(block) for block in re.findall("<pre>(/.*?)</pre>", page, re.DOTALL)]
        self.commands = {block.split("\n")[0].split(" ")[0]: block.split("\n") for block in blocks}
        home = self.temporary_directory()
        self.environment = {"HOME": home, "USER": "ann", "TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        self.home = os.path.join(home, "client")

    def joined(self, nick):
        self.observer.read_until(f"{source(nick)} JOIN #default")

    @unittest.skipUnless(shutil.which("irssi"), "irssi is not installed")
    def test_irssi(self):
        irssi = self.keep(Terminal("irssi", f"--home={self.home}", "--nick=ann", env=self.environment))
        connect, join = self.commands["/connect"]
        irssi.wait_for("[(status)]")
        irssi.type(connect)
        irssi.wait_for("Welcome to LineChat, ann!")
        irssi.type(join)
        self.joined("ann")

    @unittest.skipUnless(shutil.which("weechat-headless"), "weechat-headless is not installed")
    def test_weechat(self):
        add, connect, join = self.commands["/server"]
        # It joins when it is connected; a person types that then.
        commands = ["/set irc.server_default.nicks wee", add, f'/set irc.server.lc.command "{join}"', connect]
        weechat = subprocess.Popen(
            ["weechat-headless", "--dir", self.home, *(word for command in commands for word in ("-r", command))],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment)
        self.addCleanup(weechat.wait, TIMEOUT)
        self.addCleanup(weechat.kill)
        self.joined("wee")


if __name__ == "__main__":
    unittest.main()
