"""Floods and crowds: who sends too fast waits, who goes on for too long is told and goes, and so many are let in as there is room for."""

import os
import re
import resource
import time
import unittest

from harness import TIMEOUT, HTTPClient, LineClient, ServerCase, WebSocketClient, run
from irc_client import IRCClient

# More than may be sent at once, and a pause after it that a test need not wait for.
FLOOD = 1000 + 200


class Rate(ServerCase):
    def test_a_thousand_at_once_are_taken_at_any_rate(self):
        server = self.server("--rate-limit", "1/s")
        bob = self.keep(server.client("bob", "lobby"))
        with server.client("alice", "lobby") as alice:
            bob.expect("JOIN lobby alice")
            # NICK and JOIN count too.
            alice.send(*[f"MSG lobby {n}" for n in range(998)])
            alice.expect(*[f"OK MSG lobby {n}" for n in range(1, 999)])
            bob.expect(*[f"MSG lobby {n + 1} alice {n}" for n in range(998)])

    def test_what_is_more_waits_and_is_not_refused(self):
        server = self.server("--rate-limit", "400/s")
        alice = self.keep(server.client("alice", "lobby"))
        alice.send(*[f"MSG lobby {n}" for n in range(FLOOD)], "QUIT")
        alice.expect(*[f"OK MSG lobby {n}" for n in range(1, FLOOD + 1)], "BYE")
        alice.expect_end()

    def test_others_are_served_meanwhile(self):
        server = self.server("--rate-limit", "1/s")
        alice = self.keep(server.client("alice", "lobby"))
        alice.send(*[f"MSG lobby {n}" for n in range(FLOOD)])
        alice.read_until("OK MSG lobby 998")
        with server.client("bob", "lobby") as bob:
            self.assertEqual(bob.fence(), [])

    def test_who_goes_on_is_told_how_long_to_wait(self):
        server = self.server("--rate-limit", "10/s", "--flood-timeout", "300ms")
        alice = self.keep(server.client("alice", "lobby"))
        alice.send(*[f"MSG lobby {n}" for n in range(2 * FLOOD)])
        lines = alice.read_to_end()
        self.assertRegex(lines[-1], r"^ERR too-fast: sent too fast for too long; wait (99|100) s$")
        self.assertEqual(lines[:-1], [f"OK MSG lobby {n}" for n in range(1, len(lines))])
        # Everything that was taken is acknowledged, and nothing else is stored.
        self.assertEqual(server.sql("SELECT count(*) FROM messages"), [(len(lines) - 1,)])
        self.assertGreaterEqual(len(lines) - 1, 998)
        alice.close()
        with HTTPClient(server) as http:
            self.assertIn(b'linechat_refusals_total{reason="too-fast"} 1\n', http.get("/metrics").body)
            self.assertIn(b'linechat_connections{door="line"} 0\n', http.get("/metrics").body)

    def test_the_log_tells_it_once(self):
        server = self.server("--rate-limit", "10/s", "--flood-timeout", "1s")
        alice = self.keep(server.client("alice", "lobby"))
        alice.send(*[f"MSG lobby {n}" for n in range(2 * FLOOD)])
        web = self.keep(WebSocketClient(server, "user=web&room=lobby"))
        for n in range(FLOOD):
            web.send(str(n))
        self.assertEqual(web.expect_close()[0], 1008)
        alice.read_to_end()
        log = server.log()
        for nick in ("alice", "web"):
            self.assertEqual(log.count(f" info held up: {nick} at 127.0.0.1 sends too fast\n"), 1, log)
            self.assertEqual(log.count(f" info ended: {nick} at 127.0.0.1 sent too fast for too long\n"), 1, log)

    def test_irc_is_told_too(self):
        server = self.server("--rate-limit", "10/s", "--flood-timeout", "300ms")
        client = self.keep(IRCClient(server.line, "alice", "#lobby"))
        client.send(*[f"PRIVMSG #lobby :{n}" for n in range(2 * FLOOD)])
        self.assertRegex(
            client.read_to_end()[-1], r"^ERROR :Closing Link: alice \(sent too fast for too long; wait \d+ s\)$")

    def test_a_line_that_names_many_rooms_counts_for_each(self):
        server = self.server("--rate-limit", "1/s", "--flood-timeout", "300ms")
        client = self.keep(IRCClient(server.line, "alice"))
        for first in range(0, 1000, 250):
            client.send("JOIN " + ",".join(f"#r{n}" for n in range(first, first + 250)))
        client.send("PING over")
        self.assertIn("too fast", client.read_to_end()[-1])

    def test_bytes_without_a_line_count(self):
        server = self.server("--rate-limit", "1/s", "--flood-timeout", "300ms")
        client = self.keep(IRCClient(server.line, "alice"))
        try:
            client.send_bytes(b"x" * 8192 * 1100 + b"\nPING over\n")
        except OSError:
            pass  # It has been closed already.
        self.assertIn("too fast", client.read_to_end()[-1])

    def test_websocket(self):
        server = self.server("--rate-limit", "10/s", "--flood-timeout", "300ms")
        client = self.keep(WebSocketClient(server, "user=alice&room=lobby"))
        for n in range(FLOOD):
            client.send(str(n))
        for n in range(990):
            self.assertEqual(client.receive()["data"]["text"], str(n))
        code, reason = client.expect_close()
        self.assertEqual(code, 1008)
        self.assertRegex(reason, r"^sent too fast for too long; wait \d+ s$")

    def test_http(self):
        server = self.server("--rate-limit", "1/s")
        with HTTPClient(server) as http:
            for _ in range(1000):
                self.assertEqual(http.get("/rooms").status, 200)
            answer = http.request("POST", "/messages", {"user": "a", "room": "lobby", "text": "x"})
            if answer.status == 201:  # A second has passed.
                answer = http.request("POST", "/messages", {"user": "a", "room": "lobby", "text": "x"})
            self.assertEqual(answer.status, 429)
            self.assertEqual(answer.headers["Retry-After"], "1")
            self.assertEqual(answer.json()["code"], "too-fast")
            log = server.log()
            self.assertEqual(log.count(" held up: a at 127.0.0.1 asks too fast\n"), 1, log)
            self.assertEqual(log.count(" held up: "), 1, log)
        with HTTPClient(server) as other:
            self.assertEqual(other.get("/health").status, 200)

    def test_the_log_does_not_say_who_asks_where_nobody_is_named(self):
        server = self.server("--rate-limit", "1/s")
        for asked in [("GET", "/rooms"), ("POST", "/messages", {"user": "a\nb", "text": "x"}),
                      ("POST", "/messages", "{"), ("POST", "/rooms", {"user": "a", "text": "x"})]:
            with HTTPClient(server) as http:
                while http.request(*asked).status != 429:
                    pass
        log = server.log()
        self.assertEqual(log.count(" held up: 127.0.0.1 asks too fast\n"), 4, log)
        self.assertEqual(log.count(" held up: "), 4, log)

    def test_off(self):
        server = self.server("--rate-limit", "off", "--max-connections-per-address", "1", "--max-rooms-per-session", "1")
        alice = self.keep(server.client("alice", "a", "b"))
        bob = self.keep(server.client("bob"))
        alice.send(*[f"MSG a {n}" for n in range(20_000)])
        alice.expect(*[f"OK MSG a {n}" for n in range(1, 20_001)])
        self.assertEqual(bob.fence(), [])

    def test_the_client_in_a_pipe_waits(self):
        server = self.server("--rate-limit", "400/s")
        where = "%s:%d" % server.line
        done = run("chat", "alice", "lobby", "--to", where, input="".join(f"{n}\n" for n in range(FLOOD)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.sql("SELECT count(*) FROM messages"), [(FLOOD,)])


class Crowd(ServerCase):
    def assertTurnedAway(self, server, code="too-many-connections"):
        with LineClient(server.line) as client:
            self.assertRegex(client.expect_error(code, ""), r"; wait \d+ s$")
            client.expect_end()
        with HTTPClient(server) as http:
            answer = http.get("/health")
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers["Retry-After"], "10")
            self.assertEqual(answer.json()["code"], code)

    def crowd(self, *flags):
        server = self.server(*flags)
        clients = [self.keep(server.client(f"c{n}", "lobby")) for n in range(3)]
        for _ in range(40):
            self.assertTurnedAway(server)
        for door in (clients[2], clients[1]):
            door.send("QUIT")
            door.read_to_end()
            door.close()
        # Room for two again: one at each door, and one of them becomes a WebSocket.
        with self.admitted(lambda: server.client("new", "lobby")):
            with self.admitted(lambda: WebSocketClient(server, "user=w&room=lobby")) as socket:
                self.assertTurnedAway(server)
                socket.send("hello")
                socket.receive_until(lambda frame: frame["type"] == "message")
        self.admitted(lambda: server.client("last", "lobby")).close()
        self.assertIn("PART lobby w", clients[0].fence())

    def admitted(self, connect):
        """What `connect` makes, as soon as the server has seen that others are gone."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            try:
                return connect()
            except Exception:
                if time.monotonic() > deadline:
                    raise

    def test_is_in_the_log_of_who_looks_for_it(self):
        server = self.server("--max-connections", "1", "--log-level", "debug")
        client = self.keep(server.client("ann"))
        with LineClient(server.line) as other:
            other.read_to_end()
        host, port = client.socket.getsockname()
        self.assertIn(f"debug line connection from {host}:{port}\n", server.log())
        self.assertRegex(server.log(), r"debug line connection from \S+ turned away: too-many-connections\n")

    def test_in_all(self):
        self.crowd("--max-connections", "3")

    def test_of_one_address(self):
        self.crowd("--max-connections-per-address", "3")

    def test_on_several_loops(self):
        self.crowd("--max-connections", "3", "--loops", "3")

    def test_rooms(self):
        server = self.server("--max-rooms-per-session", "2", "--max-rooms", "3")
        alice = self.keep(server.client("alice", "a", "b"))
        alice.send("JOIN c")
        alice.expect_error("too-many-rooms", "c")
        bob = self.keep(server.client("bob", "c"))
        bob.send("JOIN d")
        bob.expect_error("too-many-rooms", "d")


class Descriptors(ServerCase):
    def test_out_of_descriptors(self):
        """Those that are there are served, those that come wait, and get in as soon as there is room."""
        server = self.server("--max-connections", "1000", "--loops", "1")
        alice = self.keep(server.client("alice", "lobby"))
        alice.say("lobby", "before")
        used = len(os.listdir(f"/proc/{server.pid}/fd"))
        hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 5, hard))
        clients = [self.keep(LineClient(server.line)) for _ in range(12)]
        for client in clients[:5]:
            self.assertEqual(client.ask("PING x"), "PONG x")
        alice.say("lobby", "meanwhile")
        self.assertIn("Too many open files", server.log())
        for client in clients[5:]:
            client.send("PING y")
        for gone, client in zip(clients, clients[5:]):
            gone.close()
            client.expect("PONG y")
        alice.say("lobby", "after")

    def test_the_number_of_connections_follows_from_the_descriptors(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard[0], 4096), hard[1]))
        server = self.server()
        self.assertRegex(server.log(), r"descriptors: up to \d+; connections: up to \d+\n")
        numbers = re.search(r"descriptors: up to (\d+); connections: up to (\d+)\n", server.log())
        self.assertEqual(int(numbers[1]), hard[1])
        self.assertEqual(int(numbers[1]) - int(numbers[2]), 96)


if __name__ == "__main__":
    unittest.main()
