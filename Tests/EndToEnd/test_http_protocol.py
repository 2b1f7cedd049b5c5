"""HTTP/1.1 on the wire: framing, keep-alive, pipelining, and what happens to clients that do it wrong."""

import json
import signal
import socket
import time
import unittest

from harness import TIMEOUT, ServerCase, measures_memory


class Wire:
    """A client that writes bytes and reads whole responses."""

    def __init__(self, server, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(server.http)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def more(self):
        data = self.socket.recv(1 << 16)
        self.buffer += data
        return data

    def response(self, head_only=False):
        """(status, headers, body), or None at the end of the stream."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                assert not self.buffer, self.buffer
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        length = 0 if head_only else int(headers.get("content-length", 0))
        while len(self.buffer) < length:
            assert self.more(), "the stream ended in a response"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(status), headers, body

    def status(self):
        answer = self.response()
        return answer and answer[0]

    def ended(self):
        """The server has closed, and there was nothing more."""
        return self.response() is None

    def close(self):
        self.socket.close()


def post(text, user="ann", room="lobby", *headers):
    body = json.dumps({"user": user, "room": room, "text": text}).encode()
    lines = ["POST /messages HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def get(path, *headers, version="1.1"):
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: x", *headers, "", ""]).encode()


class WireCase(ServerCase):
    flags = ()

    def setUp(self):
        self.chat = self.server("--agent", "off", "--rate-limit", "off", *self.flags)

    def wire(self, **options):
        return self.keep(Wire(self.chat, **options))


class Connections(WireCase):
    def test_keep_alive(self):
        wire = self.wire()
        for n in range(1, 6):
            wire.send(post(f"{n}"))
            status, headers, body = wire.response()
            self.assertEqual((status, headers["connection"], json.loads(body)["id"]), (201, "keep-alive", n))

    def test_close(self):
        for request in (get("/health", "Connection: close"), get("/health", "Connection: foo, Close"),
                        get("/health", version="1.0"), post("x", "ann", "lobby", "Connection: close"),
                        get("/nowhere", "Connection: close"), get("/rooms", version="1.0")):
            wire = self.wire()
            # What comes after it is no request any more.
            wire.send(request + get("/health"))
            self.assertEqual(wire.response()[1]["connection"], "close")
            self.assertTrue(wire.ended())

    def test_keep_alive_in_http_1_0(self):
        wire = self.wire()
        for _ in range(2):
            wire.send(get("/health", "Connection: keep-alive", version="1.0"))
            self.assertEqual(wire.response()[1]["connection"], "keep-alive")

    def test_pipelined_requests_are_answered_in_order(self):
        wire = self.wire()
        requests = []
        for n in range(100):
            requests += [post(f"{n}"), get("/health"), get(f"/messages?room=lobby&limit=1&n={n}"), get("/nowhere")]
        wire.send(b"".join(requests))
        for n in range(1, 101):
            self.assertEqual(json.loads(wire.response()[2])["id"], n)
            self.assertEqual(json.loads(wire.response()[2]), {"status": "ok"})
            # Each sees what was acknowledged before it.
            self.assertEqual([m["id"] for m in json.loads(wire.response()[2])["messages"]], [n])
            self.assertEqual(wire.status(), 404)

    def test_pipelined_requests_in_two_pieces(self):
        stream = post("one") + get("/health") + post("two") + get("/rooms")
        for cut in range(1, len(stream), 7):
            wire = Wire(self.chat)
            wire.send(stream[:cut])
            wire.send(stream[cut:])
            self.assertEqual([wire.status() for _ in range(4)], [201, 200, 201, 200])
            wire.close()

    def test_byte_by_byte(self):
        wire = self.wire()
        for byte in post("one") + get("/health"):
            wire.send(bytes([byte]))
        self.assertEqual([wire.status(), wire.status()], [201, 200])

    def test_a_half_closed_client_gets_its_answers(self):
        wire = self.wire()
        wire.send(post("one") + get("/messages?room=lobby") + get("/rooms") + post("two"))
        wire.half_close()
        self.assertEqual([wire.status() for _ in range(4)], [201, 200, 200, 201])
        self.assertTrue(wire.ended())

    def test_a_request_that_ends_too_early(self):
        for part in (b"GET /hea", get("/health")[:-2], post("hello")[:-1]):
            wire = self.wire()
            wire.send(part)
            wire.half_close()
            status, headers, _ = wire.response()
            self.assertEqual((status, headers["connection"]), (400, "close"))
            self.assertTrue(wire.ended())

    def test_a_connection_without_a_request(self):
        wire = self.wire()
        wire.half_close()
        self.assertTrue(wire.ended())

    def test_head(self):
        wire = self.wire()
        wire.send(get("/health").replace(b"GET", b"HEAD") + get("/health"))
        self.assertEqual(wire.response(head_only=True)[1]["content-length"], "15")
        self.assertEqual(wire.response()[2], b'{"status":"ok"}')

    def test_clients_that_vanish(self):
        for data in (b"", b"POST /mess", post("x")[:-3], post("vanished"), get("/messages?room=lobby") * 20):
            wire = Wire(self.chat)
            wire.send(data)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            wire.close()
        wire = self.wire()
        wire.send(get("/health"))
        self.assertEqual(wire.status(), 200)

    @measures_memory
    def test_an_asker_that_does_not_read_is_answered_when_it_does(self):
        """Responses wait for their reader, requests for the responses before them."""
        writer = self.wire()
        for _ in range(30):
            writer.send(post("x" * 4000))
            self.assertEqual(writer.status(), 201)
        slow = self.wire(receive_buffer=4096)
        slow.send(get("/messages?room=lobby") * 60)
        before = self.chat.resident_bytes()
        for n in range(60):
            page = json.loads(slow.response()[2])
            self.assertEqual([message["id"] for message in page["messages"]], list(range(1, 31)))
        self.assertLess(self.chat.resident_bytes() - before, 16 << 20)

    def test_a_flood_of_pipelined_posts(self):
        wire = self.wire()
        wire.socket.setblocking(False)
        request = post("x" * 4000)
        sent, rest = 0, b""
        try:
            # Until TCP slows it down, for nothing is read.
            while sent < 3_000:
                rest = rest or request
                rest = rest[wire.socket.send(rest):]
                sent += not rest
        except BlockingIOError:
            pass
        wire.socket.settimeout(TIMEOUT)
        for n in range(1, sent + 1):
            self.assertEqual(json.loads(wire.response()[2])["id"], n)

    def test_connections_are_served_on_every_loop(self):
        wires = [self.wire() for _ in range(8)]
        for wire in wires:
            wire.send(post("hello") + get("/rooms") + get("/messages?room=lobby"))
        for wire in wires:
            self.assertEqual([wire.status() for _ in range(3)], [201, 200, 200])


class OnTwoLoops(Connections):
    flags = ("--loops", "2")


class SmallSendQueue(Connections):
    flags = ("--send-queue", "64k")


class Content(WireCase):
    BODY = b'{"user":"ann","room":"lobby","text":"hello"}'

    def head(self, *headers):
        lines = ["POST /messages HTTP/1.1", "Host: x", "Content-Type: application/json", *headers, "", ""]
        return "\r\n".join(lines).encode()

    def test_chunked(self):
        wire = self.wire()
        for size in (1, 7, len(self.BODY)):
            pieces = [self.BODY[start:start + size] for start in range(0, len(self.BODY), size)]
            chunks = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
            wire.send(self.head("Transfer-Encoding: chunked") + chunks + b"0\r\nX-Trailer: 1\r\n\r\n")
            self.assertEqual(wire.status(), 201)

    def test_expect_continue(self):
        wire = self.wire()
        for _ in range(2):
            wire.send(self.head("Expect: 100-continue", f"Content-Length: {len(self.BODY)}"))
            self.assertEqual(wire.status(), 100)
            wire.send(self.BODY)
            self.assertEqual(wire.status(), 201)

    def test_content_that_need_not_be_sent(self):
        for request, status in [
            (self.head("Expect: 100-continue", "Content-Length: 44").replace(b"/json", b"/xml"), 415),
            (self.head("Expect: 100-continue", "Content-Length: 44").replace(b"/messages", b"/nowhere"), 404),
            (self.head("Expect: 100-continue", "Content-Length: 44").replace(b"POST", b"PUT"), 405),
            (self.head("Expect: 100-continue", "Content-Length: 70000"), 413),
            (self.head("Expect: something", "Content-Length: 44"), 417),
        ]:
            wire = self.wire()
            wire.send(request)
            answer = wire.response()
            self.assertEqual((answer[0], answer[1]["connection"]), (status, "close"))
            self.assertTrue(wire.ended())

    def test_requests_that_might_be_read_in_two_ways(self):
        length = f"Content-Length: {len(self.BODY)}"
        for headers in (
            [length, "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", length], [length, length],
            [length, "Content-Length: 5"], ["Content-Length: 5, 5"], ["Content-Length: +5"], ["Content-Length: "],
            ["Content-Length: 99999999999999999999"], ["Content-Length : 5"], [" Content-Length: 5"],
            [length, "Host: y"], [length, "X: a\0b"], [length, "X: a\rb"],
        ):
            with self.subTest(headers):
                wire = self.wire()
                wire.send(self.head(*headers) + self.BODY + get("/health"))
                status, answer, body = wire.response()
                self.assertEqual((status, answer["connection"]), (400, "close"))
                self.assertEqual(answer["content-type"], "application/problem+json")
                self.assertEqual(json.loads(body)["status"], 400)
                self.assertTrue(wire.ended())
        wire = self.wire()
        wire.send(get("/messages?room=lobby"))
        self.assertEqual(wire.status(), 404)

    def test_other_refusals(self):
        for request, status in [
            (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 400), (b"hello\r\n\r\n", 400), (b"GET /\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501),
            (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414), (b"GET /" + b"x" * 100_000, 414),
            (get("/", "X: " + "x" * 17_000), 431), (get("/", *["X: x"] * 200), 431),
            (b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 10_000, 431), (b"NICK alice\r\nJOIN lobby\r\n", 400),
            (self.head("Transfer-Encoding: gzip"), 501), (self.head("Transfer-Encoding: chunked") + b"zz\r\n", 400),
            (self.head("Transfer-Encoding: chunked") + b"5\r\nhelloX\r\n", 400),
            (self.head("Transfer-Encoding: chunked") + b"fffffff\r\n", 413),
        ]:
            with self.subTest(request[:60]):
                wire = self.wire()
                wire.send(request)
                answer = wire.response()
                self.assertEqual((answer[0], answer[1]["connection"]), (status, "close"))
                self.assertEqual(json.loads(answer[2])["status"], status)
                self.assertTrue(wire.ended())

    def test_what_was_asked_before_is_answered_first(self):
        wire = self.wire()
        wire.send(post("one") + get("/health") + b"nonsense\r\n\r\n")
        self.assertEqual([wire.status() for _ in range(3)], [201, 200, 400])
        self.assertTrue(wire.ended())


class Shutdown(WireCase):
    def test_idle_connections_do_not_hold_it_up(self):
        idle = [self.wire() for _ in range(3)]
        idle[0].send(get("/health"))
        idle[0].response()
        idle[1].send(post("one"))
        idle[1].response()
        idle[2].send(b"POST /messages HTTP/1.1\r\nHost")
        # Everybody is known to the server when this one is answered.
        fence = self.wire()
        fence.send(get("/health"))
        fence.response()
        began = time.monotonic()
        self.chat.send_signal(signal.SIGTERM)
        for wire in [*idle, fence]:
            self.assertTrue(wire.ended())
            wire.close()
        self.assertEqual(self.chat.wait(), 0)
        self.assertLess(time.monotonic() - began, 2)

    def test_what_is_acknowledged_is_stored(self):
        wires = [self.wire() for _ in range(4)]
        for wire in wires:
            wire.send(b"".join(post(f"{n}") for n in range(1000)))
        acknowledged = [json.loads(wires[0].response()[2])["id"]]
        self.chat.send_signal(signal.SIGTERM)
        for index, wire in enumerate(wires):
            while True:
                try:
                    answer = wire.response()
                except ConnectionResetError:
                    break
                if not answer:
                    break
                if answer[0] == 201:
                    acknowledged.append(json.loads(answer[2])["id"])
                else:
                    self.assertEqual((answer[0], json.loads(answer[2])["code"]), (503, "shutting-down"))
            wire.close()
        self.assertEqual(self.chat.wait(), 0)
        stored = {id for (id,) in self.chat.sql("SELECT id FROM messages")}
        self.assertLessEqual(set(acknowledged), stored)
        # Of each connection one was under way at most.
        self.assertLessEqual(len(stored) - len(acknowledged), len(wires))


if __name__ == "__main__":
    unittest.main()
