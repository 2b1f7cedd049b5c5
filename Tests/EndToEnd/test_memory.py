"""What waits for all peers together is bounded: the largest holders are cut off first, with their reason and where to resume, the
others are served, and the memory goes back to the system.

$LINECHAT_MEMORY_PEERS says how many do not read (500); `scripts/memory` runs it with 8000. With it,
$LINECHAT_MEMORY_PING is the longest p99 of another's PING, in milliseconds.
"""

import contextlib
import os
import re
import resource
import signal
import select
import socket
import struct
import threading
import time
import unittest

from harness import SANITIZED, TIMEOUT, HTTPClient, ServerCase

PEERS = int(os.environ.get("LINECHAT_MEMORY_PEERS", "500"))
LONGEST_PING = float(os.environ.get("LINECHAT_MEMORY_PING", "0"))
# For each peer less than a send queue, so that it is the sum that cuts off; and so much that what a turn needs besides does not count.
MEMORY = max(64 << 20, PEERS * (32 << 10))
TEXT = "x" * (4000 if PEERS <= 1000 else 1000)
# How many messages are sent while they do not read: enough for a percentile of the others' waiting.
ROUNDS = 200 if PEERS <= 1000 else 1500
# Thousands that join are sent millions of frames, which take too long through a smaller one.
WINDOW = 4096 if PEERS <= 1000 else 32768


resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def figure(http, name):
    return int(re.search(rf"\n{name} (\d+)\n", http.get("/metrics").body.decode())[1])


class Frames:
    """What one WebSocket was sent: ids in order, and the reason of the close."""

    def __init__(self):
        self.buffer = b""
        self.ids = []
        self.close = None
        self.is_open = False

    def feed(self, data):
        self.buffer += data
        if not self.is_open:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                raise AssertionError(head)
            self.is_open, self.buffer = True, rest
        while len(self.buffer) >= 4:
            length, size = self.buffer[1], 2
            if length == 126:
                length, size = struct.unpack(">H", self.buffer[2:4])[0], 4
            if len(self.buffer) < size + length:
                return
            payload = self.buffer[size:size + length]
            if self.buffer[0] & 0xF == 8:
                self.close = (struct.unpack(">H", payload[:2])[0], payload[2:].decode())
            elif match := re.match(rb'\{"type":"(?:message|history)","data":\{"id":(\d+)', payload):
                self.ids.append(int(match[1]))
            self.buffer = self.buffer[size + length:]


class Tail(Frames):
    """The same without a look at each frame, of which a crowd of thousands is sent millions as it joins: the newest id only."""

    def feed(self, data):
        self.is_open = True
        self.buffer = (self.buffer + data)[-5000:]
        if found := re.match(rb'"id":(\d+),', self.buffer[max(0, self.buffer.rfind(b'"id":')):]):
            self.ids = [int(found[1])]


class Crowd:
    """Many WebSockets in a room."""

    def __init__(self, where, count, kind=Frames):
        self.epoll = select.epoll()
        self.sockets, self.frames = {}, {}
        try:
            for number in range(count):
                client = socket.socket()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
                client.settimeout(TIMEOUT)
                client.connect(where)
                client.sendall(
                    f"GET /ws?user=user{number}&room=busy HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
                self.sockets[client.fileno()] = client
                self.frames[client.fileno()] = kind()
                self.epoll.register(client.fileno(), select.EPOLLIN)
                self.read_some(0)
            self.read_until(lambda frames: frames.is_open)
        except BaseException:
            self.close()
            raise

    def read_some(self, timeout):
        for descriptor, _ in self.epoll.poll(timeout):
            data = self.sockets[descriptor].recv(1 << 16)
            self.frames[descriptor].feed(data)
            if not data:
                self.epoll.unregister(descriptor)

    def read_until(self, is_done):
        """Reads until `is_done` of each one's frames."""
        waiting = set(self.frames)
        deadline = time.monotonic() + 10 * TIMEOUT
        while waiting:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(waiting)} are still waited for")
            self.read_some(1)
            waiting = {descriptor for descriptor in waiting if not is_done(self.frames[descriptor])}

    def close(self):
        for client in self.sockets.values():
            client.close()
        self.epoll.close()


class Pinger:
    """Another one, in no room, who asks again and again whether the server is there."""

    def __init__(self, server):
        self.client = server.client()
        self.is_over = threading.Event()
        self.times = []
        self.failure = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.is_over.wait(0.005):
                began = time.monotonic()
                self.client.fence()
                self.times.append((time.monotonic() - began) * 1000)
        except BaseException as failure:
            self.failure = failure

    def stop(self):
        self.is_over.set()
        self.thread.join()
        self.client.close()
        if self.failure:
            raise self.failure
        self.times.sort()
        return [self.times[int(len(self.times) * part)] for part in (0.5, 0.99)] + [self.times[-1], len(self.times)]

    def close(self):
        self.is_over.set()
        self.thread.join()


class Together(ServerCase):
    def setUp(self):
        self.chat = self.server(
            "--rate-limit", "off", "--loops", "1", "--memory", MEMORY, "--agent", "off")
        self.http = self.keep(HTTPClient(self.chat))

    def wait_for_figure(self, name, is_it):
        """Looks again and again, as fast as the server answers."""
        deadline = time.monotonic() + TIMEOUT
        while not is_it(value := figure(self.http, name)):
            self.assertLess(time.monotonic(), deadline, f"{name} is {value}")

    def expect_memory_to_return(self, resident, held=MEMORY // 4):
        """What was held is given back to the system, all but `held`."""
        if SANITIZED:
            return
        deadline = time.monotonic() + TIMEOUT
        while (now := self.chat.resident_bytes()) > resident + held:
            self.assertLess(time.monotonic(), deadline, f"{now >> 20} MB, and it had been {resident >> 20} MB")
            figure(self.http, "linechat_waiting_bytes")

    def test_many_that_do_not_read(self):
        crowd = self.keep(Crowd(self.chat.http, PEERS, Frames if PEERS <= 1000 else Tail))
        writer = self.keep(self.chat.client("writer", "busy"))
        reader = self.keep(self.chat.client("reader", "busy"))
        writer.fence()
        for _ in range(10):
            last = writer.say("busy", TEXT)
        crowd.read_until(lambda frames: frames.ids and frames.ids[-1] == last)
        reading = self.chat.resident_bytes()

        ids, shown, resident = [], [], []

        def say():
            """The writer says it, and the reader is shown it."""
            ids.append(writer.say("busy", TEXT, []))
            while not shown or shown[-1] < ids[-1]:
                if (match := re.match(r"MSG busy (\d+) ", reader.readline())) and int(match[1]) > last:
                    shown.append(int(match[1]))

        # First what the kernel takes.
        while figure(self.http, "linechat_waiting_bytes") < MEMORY // 32:
            say()
        pinger = self.keep(Pinger(self.chat))
        for round in range(2000):
            say()
            resident.append(self.chat.resident_bytes())
            if round % 20 == 0 and figure(self.http, "linechat_memory_evictions_total") > PEERS // 2 and round >= ROUNDS:
                break
        else:
            self.fail(f"only {figure(self.http, 'linechat_memory_evictions_total')} were cut off; {figure(self.http, 'linechat_waiting_bytes')} wait")
        most = max(resident)
        p50, p99, longest, pings = pinger.stop()
        print(
            f"\n{PEERS} that do not read, --memory {MEMORY >> 20} MB: resident {reading >> 20} MB while they read, "
            f"{most >> 20} MB at most; {len(ids)} messages; {pings} PINGs, p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {longest:.1f} ms")
        if not SANITIZED:
            self.assertLess(most, reading + MEMORY * 1.2)
        if LONGEST_PING:
            self.assertLess(p99, LONGEST_PING)

        self.assertEqual(shown, ids)
        self.assertIn("holds most where all together hold more than --memory", self.chat.log())
        self.assertLess(figure(self.http, "linechat_waiting_bytes"), MEMORY * 1.2)
        if PEERS <= 1000:
            self.expect_to_resume(crowd, last, ids)
        crowd.close()
        self.wait_for_figure("linechat_waiting_bytes", lambda bytes: bytes < 1 << 20)
        self.expect_memory_to_return(reading)

    def expect_to_resume(self, crowd, before, ids):
        """Who was cut off is told the last it was shown, and was shown everything up to there, once."""
        newest = self.keep(self.chat.client("last", "busy")).say("busy", "the last", [])
        crowd.read_until(lambda frames: frames.close or frames.ids[-1] == newest)
        cut_off = [frames for frames in crowd.frames.values() if frames.close]
        self.assertGreater(len(cut_off), PEERS // 2)
        for frames in crowd.frames.values():
            shown = [id for id in frames.ids if id > before]
            if not frames.close:
                self.assertEqual(shown, ids + [newest])
                continue
            self.assertEqual(shown, ids[:len(shown)])
            self.assertEqual(frames.close, (1013, f"too slow; resume after {frames.ids[-1]}"))

    def connect(self, size):
        """So many that pieces of this size, one for each, are half as much again as may be."""
        clients = [
            self.keep(socket.create_connection(self.chat.http, timeout=TIMEOUT))
            for _ in range(MEMORY // size * 3 // 2)]
        # All of them are accepted: this comes after them.
        figure(self.http, "linechat_waiting_bytes")
        return clients

    @unittest.skipIf(PEERS > 1000, "it needs more descriptors than there are")
    def test_half_sent_requests(self):
        size = 65_000
        clients = self.connect(size)
        resident = self.chat.resident_bytes()
        head = ("POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {size + 1}\r\n\r\n").encode()
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(head + b'{"text":"' + b"x" * (size - 9))
        self.wait_for_figure("linechat_memory_evictions_total", lambda count: count >= len(clients) // 4)
        self.expect_memory_to_return(resident, MEMORY * 1.2)
        answers = []
        poll = select.poll()
        for client in clients:
            poll.register(client, select.POLLIN)
        for descriptor, _ in poll.poll(0):
            with socket.socket(fileno=os.dup(descriptor)) as client:
                answers.append(client.recv(1 << 16))
        self.assertGreater(len(answers), 0)
        for answer in answers:
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
            self.assertIn(b"\r\nRetry-After: 1\r\n", answer)
        # Another one is served.
        self.assertEqual(self.http.post("alice", "ops", "hello"), 1)
        for client in clients:
            client.close()
        self.expect_memory_to_return(resident)

    @unittest.skipIf(PEERS > 1000, "it needs more descriptors than there are")
    def test_half_sent_frames(self):
        size = 65_000
        clients = self.connect(size)
        handshake = (b"GET /ws?user=half%d&room=ops HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                     b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        for number, client in enumerate(clients):
            client.sendall(handshake % number)
            self.assertTrue(client.recv(1 << 16).startswith(b"HTTP/1.1 101 "))
        resident = self.chat.resident_bytes()
        frame = b"\x81\xfe" + struct.pack(">H", size + 1) + b"\0\0\0\0" + b"x" * size
        for client in clients:
            # Some are cut off while they are still sending.
            with contextlib.suppress(OSError):
                client.sendall(frame)
        self.wait_for_figure("linechat_memory_evictions_total", lambda count: count >= len(clients) // 4)
        self.expect_memory_to_return(resident, MEMORY * 1.2)
        self.assertLess(figure(self.http, "linechat_waiting_bytes"), MEMORY * 1.2)
        for client in clients:
            client.close()
        self.expect_memory_to_return(resident)

    def all_at_once(self, count, whole):
        """Everybody sends while the server is stopped, so that it has it all to do at once. Gives back what each was sent."""
        clients = []
        for _ in range(count):
            client = self.keep(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 17)
            client.settimeout(TIMEOUT)
            client.connect(self.chat.http)
            clients.append(client)
        figure(self.http, "linechat_waiting_bytes")
        self.chat.send_signal(signal.SIGSTOP)
        for number, client in enumerate(clients):
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.send(whole(number))
        self.chat.send_signal(signal.SIGCONT)
        answers = {client.fileno(): b"" for client in clients}
        by_descriptor = {client.fileno(): client for client in clients}
        epoll = select.epoll()
        self.keep(epoll)
        for descriptor in by_descriptor:
            epoll.register(descriptor, select.EPOLLIN)
        while ready := epoll.poll(2):
            for descriptor, _ in ready:
                try:
                    data = by_descriptor[descriptor].recv(1 << 16)
                except ConnectionResetError:
                    data = b""
                answers[descriptor] += data
                if not data:
                    epoll.unregister(descriptor)
        self.assertGreater(figure(self.http, "linechat_memory_evictions_total"), 16)
        return list(answers.values())

    @unittest.skipIf(PEERS > 1000, "it needs more descriptors than there are")
    def test_what_is_stored_is_not_said_to_be_refused(self):
        """A post, and most of the next one: who is cut off for that is not told to send the first one again."""
        head = "POST /messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

        def whole(number):
            body = f'{{"user":"u{number}","room":"ops","text":"unique-{number}"}}'
            return (head % len(body) + body + head % 64_000).encode() + b"x" * 62_000

        answers = self.all_at_once(1500, whole)
        stored = {text for text, in self.chat.sql("SELECT text FROM messages")}
        for number, answer in enumerate(answers):
            if answer.startswith(b"HTTP/1.1 503 "):
                self.assertNotIn(f"unique-{number}", stored)

    @unittest.skipIf(PEERS > 1000, "it needs more descriptors than there are")
    def test_who_is_cut_off_while_it_joins_misses_nothing(self):
        """It gets a response before there is a WebSocket, and is told to resume no higher than it was shown."""
        writer = self.keep(self.chat.client("writer", "ops"))
        for _ in range(300):
            writer.say("ops", "before")
        request = ("GET /ws?user=u%d&room=ops&after=0 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        half = struct.pack(">BBH4s", 0x81, 0xFE, 65_000, b"abcd") + b"x" * 62_000
        for answer in self.all_at_once(1500, lambda number: (request % number).encode() + half):
            self.assertRegex(answer, rb"\A(HTTP/1\.1 (101|503) |\Z)")
            if resume := re.search(rb"resume after (\d+)", answer):
                ids = [int(id) for id in re.findall(rb'"data":\{"id":(\d+)', answer)]
                self.assertEqual(ids, list(range(1, len(ids) + 1)))
                self.assertEqual(int(resume[1]), len(ids))


if __name__ == "__main__":
    unittest.main()
