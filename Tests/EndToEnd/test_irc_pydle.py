"""Clients of the Python library pydle on the line door: each sees every message of everybody else."""

import asyncio
import os
import sys
import unittest

from harness import REPOSITORY, TIMEOUT, HTTPClient, ServerCase, WebSocketClient
from irc_client import IRCClient

# Where scripts/setup.sh puts what Debian has no package of.
sys.path.append(os.path.join(REPOSITORY, ".build", "python"))
try:
    import pydle
except ImportError:
    pydle = None

TALKERS = 20


def told(base):
    """A client of this class of pydle that tells what it hears."""
    class Told(base):
        RECONNECT_ON_ERROR = False

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.heard = asyncio.Queue()
            self.is_in = asyncio.Event()

        async def on_connect(self):
            await super().on_connect()
            await self.join("#ops")

        async def on_join(self, channel, user):
            await super().on_join(channel, user)
            if user == self.nickname:
                self.is_in.set()

        async def on_channel_message(self, target, by, message):
            await super().on_channel_message(target, by, message)
            await self.heard.put((target, by, message))

    return Told


@unittest.skipUnless(pydle, "the Python library pydle is not installed")
class Pydle(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def run_limited(self, work):
        async def limited():
            await asyncio.wait_for(work(), TIMEOUT)

        asyncio.run(limited())

    async def connected(self, base, nick):
        client = told(base)(nick, realname=nick)
        host, port = self.chat.line
        await client.connect(host, port, tls=False)
        await client.is_in.wait()
        return client

    def hears_everybody(self, base):
        async def work():
            there = self.keep(self.chat.client("there", "ops"))
            client = await self.connected(base, "bot")
            loop = asyncio.get_running_loop()
            said = await loop.run_in_executor(None, self.say_something, there)
            # It asks who a speaker is before it tells what was said, so one may overtake another.
            heard = [await client.heard.get() for _ in said]
            self.assertEqual(sorted(heard), sorted(("#ops", *message) for message in said))
            await client.message("#ops", "heard all")
            await loop.run_in_executor(None, there.read_until, f"MSG ops {3 * TALKERS + 3} bot heard all")
            await client.quit("done")

        self.run_limited(work)

    def say_something(self, there):
        """Many who come, speak and go, over all doors; gives back what they said."""
        said = [("there", "hello")]
        there.say("ops", "hello", others=[])
        for number in range(TALKERS):
            with self.chat.client(f"plain{number}", "ops") as plain:
                plain.say("ops", f"from plain {number}")
            with IRCClient(self.chat.line, f"irc{number}", "#ops") as irc:
                irc.answers(f"PRIVMSG #ops :from IRC {number}")
            with HTTPClient(self.chat) as http:
                http.post(f"http{number}", "ops", f"from HTTP {number}")
            said += [(f"{door.lower()}{number}", f"from {door} {number}") for door in ("plain", "IRC", "HTTP")]
        web = self.keep(WebSocketClient(self.chat, "user=web&room=ops"))
        web.send({"text": "from a browser"})
        web.receive_until(lambda frame: frame["data"].get("text") == "from a browser")
        return said + [("web", "from a browser")]

    def test_the_whole_library(self):
        self.hears_everybody(pydle.Client)

    def test_the_small_client_which_says_nothing_before_its_nick(self):
        self.hears_everybody(pydle.MinimalClient)

    def test_whois(self):
        async def work():
            self.keep(self.chat.client("alice", "ops"))
            client = await self.connected(pydle.Client, "bot")
            info = await client.whois("alice")
            self.assertEqual((info["username"], info["hostname"]), ("alice", "linechat"))
            self.assertIsNone(await client.whois("nobody"))
            await client.quit("done")

        self.run_limited(work)


if __name__ == "__main__":
    unittest.main()
