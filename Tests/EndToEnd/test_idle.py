"""Peers that say nothing, or never say it to the end: each is asked or told, ends, and leaves nothing behind."""

import os
import re
import socket
import time
import unittest

from harness import TIMEOUT, HTTPClient, LineClient, ServerCase, WebSocketClient
from irc_client import SERVER, IRCClient

QUICK = ("--ping-after", "300ms", "--ping-timeout", "300ms", "--register-timeout", "300ms")


def sockets(server):
    """How many sockets the server has open."""
    links = []
    for name in os.listdir(f"/proc/{server.pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{server.pid}/fd/{name}"))
        except FileNotFoundError:
            pass  # It has been closed in this moment.
    return sum(link.startswith("socket:") for link in links)


class Idle(ServerCase):
    def assertNothingLeft(self, server):
        """Soon no connection is left but the one that asks."""
        wanted = [
            f'linechat_connections{{door="{door}"}} {number}\n'.encode()
            for door, number in (("line", 0), ("http", 1), ("websocket", 0))]
        deadline = time.monotonic() + TIMEOUT
        with HTTPClient(server) as http:
            # The listeners, and the one that asks.
            while not all(line in http.get("/metrics").body for line in wanted) or sockets(server) > 3:
                self.assertLess(time.monotonic(), deadline)

    def test_irc_is_asked_and_ended(self):
        server = self.server(*QUICK)
        bob = self.keep(server.client("bob", "lobby"))
        client = self.keep(IRCClient(server.line, "alice", "#lobby"))
        bob.expect("JOIN lobby alice")
        client.expect(f"PING :{SERVER}")
        client.expect("ERROR :Closing Link: alice (Ping timeout)")
        client.expect_end()
        bob.expect("PART lobby alice")
        # The plain session was quiet for longer, and is left alone.
        self.assertEqual(bob.fence(), [])
        client.close()
        bob.close()
        self.assertNothingLeft(server)

    def test_irc_that_answers_stays(self):
        server = self.server(*QUICK)
        client = self.keep(IRCClient(server.line, "alice", "#lobby"))
        for _ in range(4):
            client.expect(f"PING :{SERVER}")
            client.send(f"PONG :{SERVER}")
        client.send("PING here")
        client.expect(f":{SERVER} PONG {SERVER} :here")

    def test_irc_that_never_registers(self):
        server = self.server(*QUICK)
        client = self.keep(IRCClient(server.line))
        client.send("CAP LS 302")
        lines = client.read_to_end()
        self.assertEqual(lines[-1], "ERROR :Closing Link: * (no NICK came in time; connect again)")
        client.close()
        self.assertNothingLeft(server)

    def test_plain_without_a_nick(self):
        server = self.server(*QUICK)
        clients = [self.keep(LineClient(server.line)) for _ in range(3)]
        clients[1].send_bytes(b"NICK al")  # never ended
        clients[2].send("ROOMS")
        clients[2].expect("END ROOMS")
        for client in clients:
            client.expect_error("timeout", "")
            client.expect_end()
            client.close()
        self.assertNothingLeft(server)

    def test_plain_that_speaks_stays(self):
        server = self.server(*QUICK)
        quiet = self.keep(LineClient(server.line))
        client = self.keep(LineClient(server.line))
        # Until the other has long been ended.
        while not quiet._ended:
            self.assertEqual(client.ask("PING x"), "PONG x")
            quiet.socket.settimeout(0.05)
            try:
                quiet.readline()
            except socket.timeout:
                pass
        self.assertEqual(client.ask("PING x"), "PONG x")

    def test_websocket_is_asked_and_ended(self):
        server = self.server(*QUICK)
        where = "\r\n".join([
            "GET /ws?user=alice&room=lobby HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""])
        with socket.create_connection(server.http, TIMEOUT) as raw:
            raw.sendall(where.encode())
            received = b""
            while piece := raw.recv(4096):
                received += piece
        frames = received.split(b"\r\n\r\n", 1)[1]
        self.assertEqual(frames[:2], b"\x89\x00")
        self.assertEqual(frames[2:6], b"\x88" + bytes([len(frames) - 4]) + (1008).to_bytes(2, "big"))
        self.assertEqual(frames[6:], b"ping timeout; resume after 0")
        self.assertNothingLeft(server)

    def test_websocket_that_answers_stays(self):
        server = self.server(*QUICK)
        with WebSocketClient(server, "user=alice&room=lobby") as client:
            with WebSocketClient(server, "user=bob&room=lobby", timeout=1) as bob:
                # The library answers pings while it is asked to receive; a second is four rounds.
                with self.assertRaises(TimeoutError):
                    bob.receive_until(lambda frame: False)
                bob._timeout = TIMEOUT
                bob.send("still here")
                bob.receive_until(lambda frame: frame["type"] == "message")

    def test_slow_requests(self):
        server = self.server("--request-timeout", "200ms")
        head = b"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for sent in (b"GET / HT", head, head + b"Content-Length: 100\r\n\r\n{"):
            with socket.create_connection(server.http, TIMEOUT) as raw:
                raw.sendall(sent)
                received = b""
                while piece := raw.recv(4096):
                    received += piece
            self.assertTrue(received.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), received)
            self.assertIn(b"\r\nConnection: close\r\n", received)
        with socket.create_connection(server.http, TIMEOUT) as raw:
            self.assertEqual(raw.recv(1), b"")
        self.assertNothingLeft(server)

    def test_a_flood_that_is_held_up_is_not_idle(self):
        server = self.server("--rate-limit", "1/s", *QUICK)
        client = self.keep(IRCClient(server.line, "alice", "#lobby"))
        quiet = self.keep(IRCClient(server.line, "quiet"))
        client.send(*["PRIVMSG #lobby :x"] * 1000, "PING late")
        # The PONGs of this client wait behind its messages.
        self.assertIn("Ping timeout", quiet.read_to_end()[-1])
        client.read_until(f":{SERVER} PONG {SERVER} :late")

    def test_half_closed(self):
        server = self.server()
        for sent, last in (
            (b"", None), (b"PING x\n", "PONG x"), (b"NICK alice\nJOIN lobby\nMSG lobby hi\n", "OK MSG lobby 1"),
            (b"NICK alice\nUSER a 0 * :A\nPING x\n", f":{SERVER} PONG {SERVER} :x\r"), (b"PING unfinished", None),
        ):
            with LineClient(server.line) as client:
                client.send_bytes(sent)
                client.half_close()
                lines = client.read_to_end()
            self.assertEqual(lines[-1] if lines else None, last)
        for sent, status in (
            (b"", b""), (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200 OK"),
            (b"GET / H", b"HTTP/1.1 400 Bad Request"),
        ):
            with socket.create_connection(server.http, TIMEOUT) as raw:
                raw.sendall(sent)
                raw.shutdown(socket.SHUT_WR)
                received = b""
                while piece := raw.recv(4096):
                    received += piece
            self.assertEqual(received.split(b"\r\n")[0], status)
        self.assertNothingLeft(server)

    def test_connections_that_are_reset(self):
        server = self.server()
        for n in range(20):
            client = server.client(f"c{n}", "lobby")
            client.send("MSG lobby x")
            client.reset()
        with server.client("last", "lobby") as last:
            last.send("NAMES lobby")
            lines = last.read_until(re.compile("END lobby"))
        self.assertTrue(lines)
        last.close()
        self.assertNothingLeft(server)


if __name__ == "__main__":
    unittest.main()
