"""Which dialect a session on the line door speaks: a NICK in a packet of its own does not tell."""

import time
import unittest

from harness import LineClient, ServerCase
from irc_client import SERVER, IRCClient, source

# How long a NICK that ends with CRLF waits for a line that tells more, in seconds.
PATIENCE = 0.3
# A machine that is busy may not manage a packet in time; then the attempt tells nothing.
ATTEMPTS = 50


class ChoiceCase(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def after_nick(self, *packets):
        """Sends NICK alice, and each packet when the server has read what came before it; gives back the client. All
        within the time that the server waits."""
        observer = self.keep(IRCClient(self.chat.line, "observer"))
        for _ in range(ATTEMPTS):
            client = self.keep(LineClient(self.chat.line))
            started = time.monotonic()
            client.send_bytes(b"NICK alice\r\n")
            self.wait_for_nick(observer, "alice")
            for packet in packets:
                client.send_bytes(packet)
                observer.fence()
            if time.monotonic() - started < PATIENCE:
                observer.close()
                return client
            client.close()
            self.wait_for_nick(observer, "")
        self.fail("the machine is too slow for this test")

    def wait_for_nick(self, observer, there):
        while observer.answers("ISON alice") != [observer.numeric(303, f":{there}")]:
            pass

    def assertWelcome(self, client, nick):
        client.expect(f":{SERVER} 001 {nick} :Welcome to LineChat, {nick}!{nick}@{SERVER}\r")


class InTime(ChoiceCase):
    def test_user_in_a_packet_of_its_own(self):
        client = self.after_nick(b"USER alice 0 * :Alice\r\n")
        self.assertWelcome(client, "alice")
        client.read_until(f":{SERVER} 422 alice :There is no message of the day\r")
        client.send("JOIN #ops")
        client.expect(f"{source('alice')} JOIN #ops\r")

    def test_user_byte_by_byte(self):
        client = self.after_nick(*(bytes([byte]) for byte in b"USER a 0 * :A\r\n"))
        self.assertWelcome(client, "alice")

    def test_capabilities_after_the_nick(self):
        client = self.after_nick(b"CAP LS 302\r\n", b"USER a 0 * :A\r\nCAP END\r\n")
        self.assertTrue(client.readline().startswith(f":{SERVER} CAP alice LS :"))
        self.assertWelcome(client, "alice")

    def test_a_ping_before_user_is_answered_as_irc_has_it(self):
        client = self.after_nick(b"PING one\r\n", b"PING\r\n", b"USER a 0 * :A\r\n")
        client.expect(f":{SERVER} PONG {SERVER} :one\r", f":{SERVER} 409 alice :No origin specified\r")
        self.assertWelcome(client, "alice")

    def test_a_refused_nick_is_told_as_irc_has_it(self):
        """Nothing shows that the server has read a NICK that it refuses; the second one shows it for both."""
        client = self.after_nick(b"NICK 9lives\r\n", b"USER a 0 * :A\r\n")
        self.assertWelcome(client, "alice")
        client = self.keep(LineClient(self.chat.line))
        client.send_bytes(b"NICK 9lives\r\nPING one\r\nUSER a 0 * :A\r\n")
        self.assertTrue(client.readline().startswith(f":{SERVER} 432 * 9lives :"))
        client.expect(f":{SERVER} PONG {SERVER} :one\r")


class Plain(ChoiceCase):
    def test_a_nick_alone_is_answered_in_plain(self):
        client = self.keep(LineClient(self.chat.line))
        started = time.monotonic()
        client.send_bytes(b"NICK alice\r\n")
        client.expect("OK NICK alice")
        self.assertGreaterEqual(time.monotonic() - started, PATIENCE, "USER was not waited for")
        client.send_bytes(b"PING x\r\nJOIN ops\r\nMSG ops hi\r\n")
        client.expect("PONG x", "OK JOIN ops 0", "OK MSG ops 1")

    def test_a_ping_waits_behind_the_nick(self):
        client = self.keep(LineClient(self.chat.line))
        client.send_bytes(b"NICK alice\r\nPING one\r\n\r\nPING two\r\n")
        client.expect("OK NICK alice", "PONG one", "PONG two")

    def test_any_other_line_decides(self):
        client = self.after_nick(b"PING one\r\n", b"JOIN ops\r\n")
        client.expect("OK NICK alice", "PONG one", "OK JOIN ops 0")

    def test_the_end_of_input_decides(self):
        client = self.after_nick(b"PING one\r\n")
        client.half_close()
        client.expect("OK NICK alice", "PONG one")
        client.expect_end()

    def test_a_long_line_decides(self):
        client = self.after_nick(b"PING " + 9000 * b"x")
        client.expect("OK NICK alice")
        client.expect_error("line-too-long", "")
        client.expect_end()

    def test_stopping_the_server_decides(self):
        client = self.after_nick()
        self.chat.send_signal(15)
        client.expect("OK NICK alice", "BYE shutdown")
        client.expect_end()

    def test_many_pings_are_not_held_without_bound(self):
        client = self.after_nick(200 * (b"PING " + 100 * b"x" + b"\r\n"))
        client.expect("OK NICK alice", *(200 * ["PONG " + 100 * "x"]))

    def test_user_after_all(self):
        client = self.keep(LineClient(self.chat.line))
        client.send_bytes(b"NICK alice\r\n")
        client.expect("OK NICK alice")
        client.send_bytes(b"USER a 0 * :A\r\n")
        self.assertWelcome(client, "alice")


if __name__ == "__main__":
    unittest.main()
