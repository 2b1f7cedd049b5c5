"""Stock IRC clients on the line door: each connects, joins, hears, talks, lists and leaves."""

import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import threading
import time
import unittest
from fcntl import ioctl

from harness import TIMEOUT, ServerCase
from irc_client import IRCClient, source

try:
    import irc.bot
    import irc.client
except ImportError:
    irc = None


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


class ClientCase(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")
        self.observer = self.keep(IRCClient(self.chat.line, "observer", "#room", caps="echo-message message-tags"))
        self.observer.answers("TOPIC #room :the topic")

    def said(self, who, text):
        """Waits until somebody says this."""
        self.observer.read_until(re.compile(rf"@msgid=\d+ {re.escape(f'{source(who)} PRIVMSG #room :{text}')}"))


@unittest.skipUnless(irc, "the Python library irc is not installed")
class PythonBot(ClientCase):
    def test_bot(self):
        events = []

        class Bot(irc.bot.SingleServerIRCBot):
            def on_nicknameinuse(self, connection, event):
                connection.nick(connection.get_nickname() + "_")

            def on_welcome(self, connection, event):
                connection.join("#room")

            def on_endofnames(self, connection, event):
                connection.privmsg("#room", "hello from bot")

            def on_pubmsg(self, connection, event):
                events.append((event.source.nick, event.target, event.arguments))
                connection.list()

            def on_listend(self, connection, event):
                connection.part("#room", "bye")

            def on_part(self, connection, event):
                connection.quit("done")

            def on_disconnect(self, connection, event):
                self.done = True

            def on_all_raw_messages(self, connection, event):
                events.append(event.arguments[0])

        host, port = self.chat.line
        bot = Bot([(host, port)], "observer", "Python bot")
        bot.done = False
        bot._connect()
        answerer = threading.Thread(target=self.answer, args=("observer_",))
        answerer.start()
        deadline = time.monotonic() + TIMEOUT
        # Older versions call it ircobj. It waits for input, for that time at most.
        reactor = getattr(bot, "reactor", None) or bot.ircobj
        while not bot.done and time.monotonic() < deadline:
            reactor.process_once(0.2)
        answerer.join(TIMEOUT)
        self.assertTrue(bot.done, events)
        self.assertIn(("observer", "#room", ["hello bot"]), events)
        self.assertEqual(bot.channels, {})
        listed = [event for event in events if isinstance(event, str) and " 322 " in event]
        self.assertEqual(len(listed), 1)
        self.observer.read_until(f"{source('observer_')} PART #room :bye")

    def answer(self, nick):
        self.said(nick, "hello from bot")
        self.observer.send("PRIVMSG #room :hello bot")


class Terminal:
    """A program on a terminal of its own."""

    SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])|[\x00\x0e\x0f]")

    def __init__(self, *command, env):
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True)
        os.close(slave)
        self.shown = ""
        self._raw = ""

    def type(self, line):
        os.write(self.master, line.encode() + b"\r")

    def wait_for(self, text):
        """Reads what is shown, without its looks, until it has the text."""
        deadline = time.monotonic() + TIMEOUT
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"not shown: {text!r}; but: {self.shown[-4000:]!r}")
            self._raw += os.read(self.master, 65536).decode("utf-8", "replace")
            # What may be the beginning of a sequence waits for its end.
            whole, escape, rest = self._raw.rpartition("\x1b")
            if not escape or self.SEQUENCE.match(escape + rest):
                whole, escape, rest = self._raw, "", ""
            self.shown += self.SEQUENCE.sub("", whole)
            self._raw = escape + rest
        self.shown = self.shown[self.shown.index(text) + len(text):]

    def drain(self):
        """Reads to the program's end."""
        try:
            while os.read(self.master, 65536):
                pass
        except OSError:
            pass  # The terminal is gone with the program.

    def close(self):
        self.process.kill()
        self.process.wait(TIMEOUT)
        os.close(self.master)


@needs("irssi")
class Irssi(ClientCase):
    def started(self):
        home = self.temporary_directory()
        os.mkdir(f"{home}/irssi")
        with open(f"{home}/irssi/config", "w", encoding="utf-8") as file:
            # Else it sends a command every two seconds.
            file.write('settings = { "irc/core" = { cmd_queue_speed = "10"; cmds_max_at_once = "100"; }; };\n')
        host, port = self.chat.line
        environment = {"HOME": home, "TERM": "xterm", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        irssi = self.keep(Terminal(
            "irssi", f"--home={home}/irssi", f"--connect={host}", f"--port={port}", "--nick=irssi", env=environment))
        irssi.wait_for("Welcome to LineChat, irssi!irssi@linechat")
        irssi.wait_for("Mode change [+i] for user irssi")
        return irssi

    def test_a_refused_private_message_does_not_look_sent(self):
        irssi = self.started()
        irssi.type("/query observer")
        irssi.type("psst")
        irssi.wait_for("<irssi> psst")
        irssi.wait_for("observer: No such nick/channel")

    def test_irssi(self):
        irssi = self.started()
        irssi.type("/join #room")
        self.observer.read_until(f"{source('irssi')} JOIN #room")
        irssi.wait_for("the topic")
        irssi.type("hello from irssi")
        self.said("irssi", "hello from irssi")
        irssi.type("/me waves")
        self.said("irssi", "\x01ACTION waves\x01")
        self.observer.answers("PRIVMSG #room :hello irssi")
        irssi.wait_for("hello irssi")
        irssi.type("/topic new words")
        self.observer.read_until(f"{source('irssi')} TOPIC #room :new words")
        irssi.type("/names")
        irssi.wait_for("observer")
        irssi.type("/nick issy")
        self.observer.read_until(f"{source('irssi')} NICK :issy")
        irssi.type("/window goto 1")
        irssi.type("/list -yes")
        irssi.wait_for("#room 2 new words")
        irssi.type("/window goto 2")
        irssi.type("/part #room so long")
        self.observer.read_until(f"{source('issy')} PART #room :so long")
        irssi.type("/quit")
        irssi.drain()
        self.assertEqual(irssi.process.wait(TIMEOUT), 0)


@needs("weechat-headless")
class WeeChat(ClientCase):
    # It tells what it understood of a message. (raw: to be evaluated by the trigger, not when it is made.)
    ECHO = (
        '/trigger add echo signal "lc,irc_in2_PRIVMSG" "${raw:${nick}} == observer" "" '
        '"/command -buffer irc.lc.#room irc /msg #room heard ${raw:${tag_msgid}} ${raw:${text}}"')

    @staticmethod
    def run_commands(*commands):
        return [argument for command in commands for argument in ("-r", command)]

    def test_weechat(self):
        home = self.temporary_directory()
        host, port = self.chat.line
        fifo = os.path.join(home, "fifo")
        weechat = subprocess.Popen(
            ["weechat-headless", "--dir", home, *self.run_commands(
                f"/set fifo.file.path {fifo}", "/set irc.server_default.anti_flood_prio_high 0",
                "/set irc.server_default.anti_flood_prio_low 0", self.ECHO,
                f"/server add lc {host}/{port} -nicks=wee -autojoin=#room -capabilities=*", "/connect lc")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"HOME": home, "LANG": "C.UTF-8", "PATH": os.environ["PATH"]})
        self.addCleanup(weechat.wait, TIMEOUT)
        self.addCleanup(weechat.kill)
        self.observer.read_until(f"{source('wee')} JOIN #room")
        # A message reaches it when it has opened the room's buffer, which commands need.
        id = int(re.search(r"msgid=(\d+)", self.observer.answers("PRIVMSG #room :hello wee")[0])[1])
        self.said("wee", f"heard {id} hello wee")
        with open(fifo, "w", encoding="utf-8") as pipe:
            def command(line, buffer="irc.lc.#room"):
                print(f"{buffer} *{line}", file=pipe, flush=True)

            command("hello from weechat")
            self.said("wee", "hello from weechat")
            command("/topic wee topic")
            self.observer.read_until(f"{source('wee')} TOPIC #room :wee topic")
            command("/nick woo")
            self.observer.read_until(f"{source('wee')} NICK :woo")
            command("/part so long")
            self.observer.read_until(f"{source('woo')} PART #room :so long")
            command("/quit", "core.weechat")
        self.assertEqual(weechat.wait(TIMEOUT), 0)


if __name__ == "__main__":
    unittest.main()
