"""WebSocket: what a subscriber is shown, what it may say, and how it is cut off."""

import base64
import json
import os
import signal
import socket
import struct
import threading
import unittest

import harness
from harness import TIMEOUT, TIMESTAMP, HTTPClient, ServerCase, WebSocketClient, WebSocketClosed

NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED, NOT_UTF8, TOO_BIG, TRY_AGAIN = 1000, 1001, 1002, 1003, 1007, 1009, 1013


class RawWebSocket:
    """A client that writes bytes and reads frames as they are."""

    def __init__(self, server, query="", headers=(), early=b"", receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(server.http)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.send(self.request(query, headers) + early)
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split(b" ")[1])
        self.headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])

    @staticmethod
    def request(query="", headers=()):
        given = {"Host": "x", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                 "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} | dict(headers)
        lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
        return "\r\n".join([f"GET /ws?{query} HTTP/1.1", *lines, "", ""]).encode()

    @staticmethod
    def frame(payload, opcode=1, final=True, masked=True):
        payload = payload.encode() if isinstance(payload, str) else payload
        header = bytes([(0x80 if final else 0) | opcode])
        mark = 0x80 if masked else 0
        if len(payload) < 126:
            header += bytes([mark | len(payload)])
        elif len(payload) < 1 << 16:
            header += bytes([mark | 126]) + struct.pack(">H", len(payload))
        else:
            header += bytes([mark | 127]) + struct.pack(">Q", len(payload))
        if not masked:
            return header + payload
        mask = os.urandom(4)
        return header + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError(self.buffer)
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def receive(self):
        """(opcode, payload) of the next frame."""
        first, length = self.take(2)
        assert first & 0xF0 == 0x80 and length < 128, "a server's frames are whole, without extensions and masks"
        if length == 126:
            length, = struct.unpack(">H", self.take(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.take(8))
        return first & 15, self.take(length)

    def receive_json(self):
        opcode, payload = self.receive()
        assert opcode == 1, (opcode, payload)
        return json.loads(payload)

    def receive_close(self):
        """(code, reason); code is None if there is none. Nothing comes behind it."""
        opcode, payload = self.receive()
        assert opcode == 8, (opcode, payload)
        try:
            self.receive()
        except EOFError:
            pass
        else:
            raise AssertionError("a frame behind the close frame")
        return (struct.unpack(">H", payload[:2])[0], payload[2:].decode()) if payload else (None, "")

    def close(self):
        self.socket.close()


class SocketCase(ServerCase):
    flags = ()

    def setUp(self):
        self.chat = self.server("--agent", "off", "--rate-limit", "off", *self.flags)
        self.http = self.keep(HTTPClient(self.chat))

    def open(self, query="", **options):
        return self.keep(WebSocketClient(self.chat, query, **options))

    def live(self, query=""):
        """A WebSocket that has been shown all history: only then is what it says looked at."""
        socket = self.open(query)
        socket.send({})
        socket.receive_until(lambda frame: frame["type"] == "error")
        return socket

    def raw(self, query="", **options):
        return self.keep(RawWebSocket(self.chat, query, **options))

    def fill(self, count, room="lobby"):
        return [self.http.post("ann", room, f"text {n}") for n in range(count)]

    def assertFrame(self, frame, type, **data):
        self.assertEqual(frame["type"], type, frame)
        self.assertEqual({name: frame["data"].get(name) for name in data}, data, frame)


class Rooms(SocketCase):
    def test_as_the_python_service_did_it(self):
        ids = [self.http.post("mary", "default", f"text {n}") for n in range(25)]
        john = self.open()
        for id, n in zip(ids[-20:], range(5, 25)):
            frame = john.receive()
            self.assertEqual(list(frame), ["type", "data"])
            self.assertEqual(list(frame["data"]), ["id", "user", "room", "text", "role", "ts"])
            self.assertRegex(frame["data"]["ts"], f"^{TIMESTAMP}$")
            self.assertFrame(frame, "history", id=id, user="mary", room="default", text=f"text {n}", role="user")
        john.send({"text": "hello"})
        self.assertFrame(john.receive(), "message", user="john", room="default", text="hello", role="user")
        john.send("plain")
        self.assertFrame(john.receive(), "message", user="john", text="plain")
        self.http.post("mary", "default", "posted")
        self.assertFrame(john.receive(), "message", user="mary", text="posted")

    def test_one_room_on_all_doors(self):
        socket = self.live("user=bob&room=lobby")
        line = self.keep(self.chat.client("alice", "lobby"))
        self.assertFrame(socket.receive(), "join", user="alice", room="lobby")
        self.assertEqual(line.say("lobby", "from the line"), 1)
        self.assertFrame(socket.receive(), "message", id=1, user="alice", text="from the line")
        socket.send("from the socket")
        self.assertFrame(socket.receive(), "message", id=2, user="bob")
        line.expect("MSG lobby 2 bob from the socket")
        self.http.post("cee", "lobby", "posted")
        self.assertFrame(socket.receive(), "message", id=3, user="cee")
        line.expect("MSG lobby 3 cee posted")
        line.send("PART lobby")
        self.assertFrame(socket.receive(), "part", user="alice", room="lobby")

    def test_presence_is_per_name(self):
        line = self.keep(self.chat.client("alice", "lobby"))
        first = self.live("user=bob&room=lobby")
        line.expect("JOIN lobby bob")
        second = self.live("user=bob&room=lobby")
        self.assertEqual(line.ask("NAMES lobby"), "NAMES lobby alice bob")
        line.expect("END lobby")
        first.send("to the other too")
        self.assertFrame(first.receive(), "message", text="to the other too")
        self.assertFrame(second.receive(), "message", text="to the other too")
        line.expect("MSG lobby 1 bob to the other too")
        first.close()
        line.fence()
        second.close()
        line.expect("PART lobby bob")

    def test_a_name_that_is_held_on_the_line_door(self):
        line = self.keep(self.chat.client("bob", "lobby"))
        socket = self.open("user=bob&room=lobby")
        socket.send("hello")
        self.assertFrame(socket.receive(), "message", user="bob")
        line.expect("MSG lobby 1 bob hello")

    def test_a_new_name_is_a_departure_and_an_arrival(self):
        line = self.keep(self.chat.client("alice", "lobby", "other"))
        socket = self.live("user=bob&room=lobby")
        line.send("NICK alicia")
        self.assertFrame(socket.receive(), "part", user="alice", room="lobby")
        self.assertFrame(socket.receive(), "join", user="alicia", room="lobby")
        line.send("QUIT")
        self.assertFrame(socket.receive(), "part", user="alicia", room="lobby")

    def test_one_that_vanishes_parts(self):
        line = self.keep(self.chat.client("alice", "lobby"))
        for end in (lambda raw: raw.socket.shutdown(socket.SHUT_WR), lambda raw: raw.close(),
                    lambda raw: raw.send(raw.frame(struct.pack(">H", NORMAL), opcode=8))):
            raw = self.raw("user=bob&room=lobby")
            line.expect("JOIN lobby bob")
            end(raw)
            line.expect("PART lobby bob")

    def test_a_room_by_any_spelling(self):
        self.http.post("ann", "Größe", "hello")
        for room in ("Gr%C3%B6%C3%9Fe", "%23gr%C3%B6%C3%9Fe"):
            self.assertFrame(self.open(f"room={room}").receive(), "history", room="Größe")

    def test_kinds(self):
        socket = self.live("room=lobby")
        irc = self.keep(self.chat.client())
        irc.send("USER ann 0 * :Ann", "NICK ann", "JOIN #lobby", "PRIVMSG #lobby :\x01ACTION waves\x01")
        self.assertFrame(socket.receive(), "join", user="ann")
        self.assertFrame(socket.receive(), "message", text="waves", kind="action")


class Resuming(SocketCase):
    def test_the_newest_twenty(self):
        for count in (0, 1, 19, 20, 21):
            room = f"room-{count}"
            ids = self.fill(count, room)
            socket = self.open(f"room={room}")
            shown = [socket.receive() for _ in ids[-20:]]
            self.assertEqual([(f["type"], f["data"]["id"]) for f in shown], [("history", id) for id in ids[-20:]])
            last = self.http.post("ann", room, "live")
            self.assertFrame(socket.receive(), "message", id=last)

    def test_after_an_id(self):
        ids = self.fill(300)
        for place in (0, 1, 150, 299):
            socket = self.open(f"room=lobby&after={ids[place]}")
            missed = ids[place + 1:]
            shown = [socket.receive() for _ in missed]
            self.assertEqual([(f["type"], f["data"]["id"]) for f in shown], [("history", id) for id in missed])
            ids.append(self.http.post("ann", "lobby", "live"))
            self.assertFrame(socket.receive(), "message", id=ids[-1])
            socket.close()
        socket = self.open("room=new&after=0")
        last = self.http.post("ann", "new", "live")
        self.assertFrame(socket.receive(), "message", id=last)

    def test_a_gap_is_told(self):
        ids = self.fill(10)
        self.http.close()
        self.chat.terminate()
        self.chat.sql("DELETE FROM messages WHERE id <= ?", ids[3])
        self.chat.sql("DELETE FROM room_messages WHERE id <= ?", ids[3])
        self.chat.sql("UPDATE rooms SET trimmed_to = ? WHERE name = 'lobby'", ids[3])
        self.chat.start()
        socket = self.open("room=lobby&after=1")
        self.assertEqual(socket.receive(), {"type": "gap", "data": {"room": "lobby", "from": 1, "to": ids[3]}})
        self.assertEqual([socket.receive()["data"]["id"] for _ in ids[4:]], ids[4:])
        socket = self.open(f"room=lobby&after={ids[3]}")
        self.assertFrame(socket.receive(), "history", id=ids[4])

    def test_neither_gap_nor_double_while_others_publish(self):
        """Subscribers come all the time, in both ways, and each sees an unbroken row."""
        stop = threading.Event()
        published = []

        def publish():
            with HTTPClient(self.chat) as http:
                while not stop.is_set():
                    published.append(http.post("ann", "lobby", "hello"))

        publisher = threading.Thread(target=publish)
        self.fill(30)
        publisher.start()
        try:
            for n in range(60):
                after = published[-1] - 5 * n % 30 if published else 0
                query = f"room=lobby&after={after}" if n % 2 else "room=lobby"
                socket = WebSocketClient(self.chat, query)
                frames = [socket.receive() for _ in range(60)]
                while frames[-1]["type"] == "history":
                    frames.append(socket.receive())
                socket.close()
                ids = [frame["data"]["id"] for frame in frames]
                self.assertEqual(ids, list(range(ids[0], ids[0] + len(ids))), query)
                kinds = [frame["type"] for frame in frames]
                self.assertEqual(kinds, sorted(kinds), "history comes first")
                if n % 2:
                    self.assertEqual(ids[0], after + 1)
                else:
                    self.assertEqual(kinds.count("history"), 20)
        finally:
            stop.set()
            publisher.join()

    def test_what_one_says_while_history_comes(self):
        """Sent right behind the handshake, before the history is over."""
        self.fill(200)
        raw = self.raw("user=bob&room=lobby&after=0", early=RawWebSocket.frame("early"))
        frames = [raw.receive_json() for _ in range(201)]
        self.assertEqual([frame["data"]["id"] for frame in frames], list(range(1, 202)))
        self.assertFrame(frames[-1], "message", user="bob", text="early")


class ResumingOnTwoLoops(Resuming):
    flags = ("--loops", "2")


class Saying(SocketCase):
    def test_what_is_refused_is_told_in_order(self):
        socket = self.open("user=bob&room=lobby")
        for text in ("one", "", {"text": "two"}, {"txt": "x"}, {"text": 5}, "three", "\x1b[2J", "x" * 4097,
                     {"text": "x\n" * 64}, "four", "{not json", "[1]"):
            socket.send(text)
        told = []
        for _ in range(12):
            frame = socket.receive()
            told.append(frame["data"]["text"] if frame["type"] == "message" else frame["data"]["code"])
            if frame["type"] == "error":
                self.assertTrue(frame["data"]["reason"])
        self.assertEqual(told, ["one", "text-empty", "two", "missing-field", "missing-field", "three", "text-control",
                                "text-too-long", "too-many-lines", "four", "{not json", "[1]"])

    def test_pipelined_texts_stay_in_order(self):
        raw = self.raw("user=bob&room=lobby")
        count = 5000
        sender = threading.Thread(target=raw.send, args=[b"".join(raw.frame(f"{n}") for n in range(count))])
        sender.start()
        for n in range(count):
            self.assertFrame(raw.receive_json(), "message", id=n + 1, text=f"{n}")
        sender.join()

    def test_what_was_said_before_the_close_is_acknowledged(self):
        raw = self.raw("user=bob&room=lobby")
        raw.send(b"".join(raw.frame(f"{n}") for n in range(100)) + raw.frame(b"\x03\xe8bye", opcode=8))
        for n in range(100):
            self.assertFrame(raw.receive_json(), "message", text=f"{n}")
        self.assertEqual(raw.receive_close(), (NORMAL, "bye"))

    def test_a_half_closed_client_is_acknowledged_too(self):
        raw = self.raw("user=bob&room=lobby")
        raw.send(b"".join(raw.frame(f"{n}") for n in range(100)))
        raw.socket.shutdown(socket.SHUT_WR)
        for n in range(100):
            self.assertFrame(raw.receive_json(), "message", text=f"{n}")
        with self.assertRaises(EOFError):
            raw.receive()

    def test_a_log_that_cannot_be_written(self):
        from test_shutdown import empty_disk, fill_disk

        socket = self.open("user=bob&room=lobby")
        socket.send("before")
        self.assertFrame(socket.receive(), "message", id=1)
        fill_disk(self.chat)
        for _ in range(5):
            socket.send("x" * 4000)
        codes = [socket.receive() for _ in range(5)][-1]["data"]["code"]
        self.assertIn(codes, ("not-stored", "outcome-unknown"))
        empty_disk(self.chat)
        socket.send("after")
        self.assertFrame(socket.receive(), "message", text="after")


class Frames(SocketCase):
    def test_handshake(self):
        raw = self.raw()
        # The example of RFC 6455 §1.3.
        self.assertEqual((raw.status, raw.headers["Sec-WebSocket-Accept"]), (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
        self.assertNotIn("Sec-WebSocket-Extensions", raw.headers)

    def test_ping_and_fragments(self):
        raw = self.raw()
        raw.send(raw.frame("are you there", opcode=9))
        self.assertEqual(raw.receive(), (10, b"are you there"))
        text = "größer"
        pieces = [text.encode()[:3], text.encode()[3:5], text.encode()[5:]]
        raw.send(raw.frame(pieces[0], final=False) + raw.frame("1", opcode=9)
                 + raw.frame(pieces[1], opcode=0, final=False) + raw.frame("x", opcode=10)
                 + raw.frame(pieces[2], opcode=0))
        self.assertEqual(raw.receive(), (10, b"1"))
        self.assertFrame(raw.receive_json(), "message", text=text)

    def test_byte_by_byte(self):
        raw = self.raw()
        for byte in raw.frame("hello") + raw.frame("x" * 300):
            raw.send(bytes([byte]))
        self.assertFrame(raw.receive_json(), "message", text="hello")
        self.assertFrame(raw.receive_json(), "message", text="x" * 300)
        for byte in raw.frame("ping", opcode=9):
            raw.send(bytes([byte]))
        self.assertEqual(raw.receive(), (10, b"ping"))

    def test_close(self):
        for sent, answered in [
            (b"", (None, "")), (b"\x03\xe8", (1000, "")), (b"\x03\xe9bye", (1001, "bye")),
            (b"\x0f\xa0", (4000, "")), (b"\x03", (PROTOCOL_ERROR, "close code of one byte")),
            (b"\x03\xed", (PROTOCOL_ERROR, "close code 1005")), (b"\x03\xe8\xff", (NOT_UTF8, "close reason is not UTF-8")),
        ]:
            raw = self.raw()
            raw.send(raw.frame(sent, opcode=8) + raw.frame("after the end"))
            self.assertEqual(raw.receive_close(), answered)
        self.assertEqual(self.http.get("/messages").status, 404)

    def test_what_breaks_the_protocol(self):
        frame = RawWebSocket.frame
        for data, code in [
            (frame("x", masked=False), PROTOCOL_ERROR), (frame("x", opcode=3), PROTOCOL_ERROR),
            (b"\xc1" + frame("x")[1:], PROTOCOL_ERROR), (frame("x", opcode=0), PROTOCOL_ERROR),
            (frame("x", final=False) + frame("y"), PROTOCOL_ERROR), (frame("x", opcode=9, final=False), PROTOCOL_ERROR),
            (frame("x" * 126, opcode=9), PROTOCOL_ERROR), (b"\x81\xfe\x00\x05\0\0\0\0hello", PROTOCOL_ERROR),
            (b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0", PROTOCOL_ERROR), (frame(b"\xff"), NOT_UTF8),
            (frame(b"\xc3", final=False) + frame(b"x", opcode=0), NOT_UTF8), (frame(b"\xed\xa0\x80"), NOT_UTF8),
            (frame("x" * 65_537), TOO_BIG), (b"\x81\xff\0\0\0\1\0\0\0\0\0\0\0\0", TOO_BIG),
            (frame("x" * 40_000, final=False) + frame("x" * 40_000, opcode=0), TOO_BIG), (frame("x", opcode=2), UNSUPPORTED),
        ]:
            with self.subTest(data[:20]):
                raw = self.raw("user=bob&room=lobby")
                raw.send(frame("before") + data)
                shown = raw.receive_json()
                while shown["type"] == "history":
                    shown = raw.receive_json()
                self.assertFrame(shown, "message", text="before")
                self.assertEqual(raw.receive_close()[0], code)

    def test_the_longest_text(self):
        raw = self.raw()
        escaped = '{"text":"' + "\\u0041" * 4096 + '"}'
        raw.send(raw.frame(escaped.ljust(65_536)))
        self.assertFrame(raw.receive_json(), "message", text="A" * 4096)


class Refusals(SocketCase):
    def setUp(self):
        super().setUp()
        self.chat = self.server("--allow-origin", "https://chat.example", "--rate-limit", "off")
        self.here = "http://%s:%d" % self.chat.http

    def refusal(self, query="", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = RawWebSocket(self.chat, query, headers)
        body = raw.take(int(raw.headers["Content-Length"])) if raw.status != 101 else b"{}"
        raw.close()
        self.assertEqual(raw.headers.get("Content-Type", "application/problem+json"), "application/problem+json")
        problem = json.loads(body)
        return raw.status, problem.get("field"), problem.get("code")

    def test_parameters(self):
        for query, field, code in [
            ("user=a%20b", "user", "bad-nick"), ("user=", "user", "bad-nick"), ("user=1", "user", "bad-nick"),
            ("user=mock-ai", "user", "nick-reserved"), ("user=a&user=b", "user", None),
            ("room=a%20b", "room", "bad-room"), ("room=", "room", "bad-room"), ("room=a,b", "room", "bad-room"),
            ("after=x", "after", None), ("after=-1", "after", None), ("after=1", "after", "future-id"),
        ]:
            self.assertEqual(self.refusal(query), (422, field, code), query)
        with self.chat.client("ann", "lobby") as ann:
            self.assertEqual(self.refusal("after=0&user=bob&room=lobby"), (101, None, None))
            ann.expect("JOIN lobby bob", "PART lobby bob")
            self.assertEqual(ann.ask("PART lobby"), "OK PART lobby")
        # The rooms that were never entered are not there.
        with HTTPClient(self.chat) as http:
            self.assertEqual(http.get("/rooms").json()["rooms"], [])

    def test_origins(self):
        for origin in (None, self.here, self.here.upper(), "https://chat.example", "https://" + self.here[7:]):
            self.assertEqual(self.refusal(Origin=origin, Host=self.here[7:])[0], 101, origin)
        for origin in ("http://evil.example", "http://localhost", "null", "http://chat.example", self.here + "0",
                       "https://chat.example.evil.example", "file://"):
            self.assertEqual(self.refusal(Origin=origin, Host=self.here[7:])[0], 403, origin)

    def test_handshakes(self):
        for headers, status in [
            ({"Upgrade": None}, 426), ({"Connection": "keep-alive"}, 426), ({"Upgrade": "h2c"}, 426),
            ({"Sec-WebSocket-Version": "8"}, 426), ({"Sec-WebSocket-Version": None}, 426),
            ({"Sec-WebSocket-Key": None}, 400), ({"Sec-WebSocket-Key": "short"}, 400),
            ({"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket"}, 101),
        ]:
            raw = RawWebSocket(self.chat, "", headers)
            self.assertEqual(raw.status, status, headers)
            if status == 426:
                self.assertEqual((raw.headers["Upgrade"], raw.headers["Sec-WebSocket-Version"]), ("websocket", "13"))
            raw.close()

    def test_the_library_sees_the_refusal(self):
        import websockets.exceptions

        with self.assertRaises(websockets.exceptions.InvalidStatusCode) as refused:
            WebSocketClient(self.chat, "user=a%20b")
        self.assertEqual(refused.exception.status_code, 422)

    def test_an_upgrade_behind_other_requests(self):
        raw = socket.create_connection(self.chat.http, TIMEOUT)
        self.keep(raw)
        with HTTPClient(self.chat) as http:
            http.post("ann", "lobby", "hello")
        get = b"GET /messages?room=lobby HTTP/1.1\r\nHost: x\r\n\r\n"
        raw.sendall(get * 3 + RawWebSocket.request("room=lobby&user=bob") + RawWebSocket.frame("hi"))
        data = b""
        while b'"text":"hi"' not in data:
            data += raw.recv(4096)
        self.assertEqual(data.count(b"HTTP/1.1 200 OK"), 3)
        self.assertEqual(data.count(b"HTTP/1.1 101 "), 1)
        self.assertLess(data.rindex(b"HTTP/1.1 200"), data.index(b"HTTP/1.1 101"))
        self.assertLess(data.index(b"HTTP/1.1 101"), data.index(b'"type":"history"'))


class Endings(SocketCase):
    def test_shutdown_tells_where_to_resume(self):
        ids = self.fill(5)
        readers = [self.open("user=bob&room=lobby"), self.open("user=cee&room=lobby&after=2")]
        empty = self.open("room=empty")
        for reader, shown in zip(readers, (5, 3)):
            for _ in range(shown):
                reader.receive()
        self.chat.send_signal(signal.SIGTERM)
        for reader in readers:
            self.assertEqual(reader.expect_close(), (GOING_AWAY, f"shutdown; resume after {ids[-1]}"))
        self.assertEqual(empty.expect_close(), (GOING_AWAY, "shutdown; resume after 0"))
        self.assertEqual(self.chat.wait(5), 0)

    def test_resumes_exactly_after_a_restart(self):
        self.fill(50)
        socket = self.open("room=lobby&after=0")
        shown = [socket.receive()["data"]["id"] for _ in range(50)]
        self.chat.send_signal(signal.SIGTERM)
        code, reason = socket.expect_close()
        socket.close()
        self.http.close()
        self.assertEqual(self.chat.wait(5), 0)
        self.chat.start()
        with HTTPClient(self.chat) as http:
            more = [http.post("ann", "lobby", "more") for _ in range(3)]
        socket = self.open(f"room=lobby&after={reason.rsplit(' ', 1)[1]}")
        self.assertEqual([socket.receive()["data"]["id"] for _ in more], more)
        self.assertEqual(shown[-1], int(reason.rsplit(" ", 1)[1]))


class SlowReaders(SocketCase):
    flags = ("--send-queue", "64k")
    PAYLOAD = "x" * 4000

    def slow(self, query="user=slow&room=lobby", receive_buffer=4096):
        return self.raw(query, receive_buffer=receive_buffer)

    def read_out(self, raw):
        """The ids of the messages that were shown, and the close."""
        shown = []
        while True:
            opcode, payload = raw.receive()
            if opcode == 8:
                return shown, struct.unpack(">H", payload[:2])[0], payload[2:].decode()
            frame = json.loads(payload)
            if frame["type"] in ("message", "history"):
                shown.append(frame["data"]["id"])

    def resume(self, cursor, last):
        with WebSocketClient(self.chat, f"room=lobby&after={cursor}") as socket:
            frames = socket.receive_until(lambda frame: frame["data"].get("id") == last)
            return [frame["data"]["id"] for frame in frames]

    def test_is_cut_off_and_resumes_with_exactly_what_it_missed(self):
        slow = self.slow()
        writer = self.keep(self.chat.client("writer", "lobby"))
        others, ids = [], []
        while "PART lobby slow" not in others:
            ids.append(writer.say("lobby", self.PAYLOAD, others))
        ids += [writer.say("lobby", "and more") for _ in range(3)]
        shown, code, reason = self.read_out(slow)
        self.assertEqual((code, reason), (TRY_AGAIN, f"too slow; resume after {shown[-1]}"))
        self.assertEqual(shown, ids[:len(shown)])
        self.assertEqual(self.resume(shown[-1], ids[-1]), ids[len(shown):])

    def test_its_own_messages_too(self):
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        slow = self.slow()
        watcher.expect("JOIN lobby slow")
        stop = threading.Event()

        def flood():
            try:
                while not stop.is_set():
                    slow.send(b"".join(slow.frame("hello") for _ in range(50)))
            except OSError:
                pass  # cut off

        flooding = threading.Thread(target=flood)
        flooding.start()
        try:
            ids = [int(line.split()[2]) for line in watcher.read_until("PART lobby slow")[:-1]]
        finally:
            stop.set()
            shown, code, reason = self.read_out(slow)
            flooding.join()
        self.assertEqual((code, reason), (TRY_AGAIN, f"too slow; resume after {shown[-1]}"))
        self.assertEqual(shown, list(range(1, len(shown) + 1)))
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        last = watcher.say("lobby", "last", others=[])
        self.assertEqual(self.resume(shown[-1], last), list(range(shown[-1] + 1, last + 1)))

    def test_pongs_are_bounded_too(self):
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        slow = self.slow()
        pings = slow.frame("x" * 100, opcode=9) * 500
        stop = threading.Event()

        def flood():
            try:
                while not stop.is_set():
                    slow.send(pings)
            except OSError:
                pass  # cut off

        flooding = threading.Thread(target=flood)
        flooding.start()
        watcher.expect("JOIN lobby slow", "PART lobby slow")
        stop.set()
        while (frame := slow.receive())[0] == 10:
            self.assertEqual(frame[1], b"x" * 100)
        self.assertEqual(frame, (8, struct.pack(">H", TRY_AGAIN) + b"too slow; resume after 0"))
        flooding.join()
        with HTTPClient(self.chat) as http:
            self.assertIn(b"linechat_slow_readers_total 1\n", http.get("/metrics").body)

    def test_a_replay_waits_for_its_reader(self):
        writer = self.keep(self.chat.client("writer", "lobby"))
        for _ in range(1500):
            writer.say("lobby", self.PAYLOAD)
        slow = self.slow("user=slow&room=lobby&after=0", receive_buffer=65_536)
        writer.expect("JOIN lobby slow")
        for n in range(1501, 3001):
            self.assertEqual(writer.say("lobby", self.PAYLOAD), n)
        for n in range(1, 3001):
            self.assertFrame(slow.receive_json(), "history" if n <= 1500 else "message", id=n)
        self.assertEqual(writer.say("lobby", "live"), 3001)
        self.assertFrame(slow.receive_json(), "message", id=3001)

    def test_shutdown_in_the_middle_of_a_replay(self):
        writer = self.keep(self.chat.client("writer", "lobby"))
        for _ in range(1500):
            writer.say("lobby", self.PAYLOAD)
        slow = self.slow("user=slow&room=lobby&after=0", receive_buffer=65_536)
        writer.expect("JOIN lobby slow")
        self.chat.send_signal(signal.SIGTERM)
        shown, code, reason = self.read_out(slow)
        self.assertEqual((code, reason), (GOING_AWAY, f"shutdown; resume after {shown[-1]}"))
        self.assertEqual(shown, list(range(1, len(shown) + 1)))
        self.assertLess(len(shown), 1500)
        self.chat.wait(5)
        self.chat.start()
        self.assertEqual(self.resume(shown[-1], 1500), list(range(shown[-1] + 1, 1501)))


class SlowReadersOnTwoLoops(SlowReaders):
    flags = (*SlowReaders.flags, "--loops", "2")


if __name__ == "__main__":
    unittest.main()
