"""Readers that do not read: they are cut off with their reason and where to resume, and cost the others nothing."""

import json
import re
import select
import socket
import struct
import threading
import time
import unittest

from harness import SANITIZED, TIMEOUT, HTTPClient, LineClient, ServerCase, WebSocketClient, curl, measures_memory
from irc_client import IRCClient
from test_websocket import RawWebSocket

# Enough for every buffer between a server and a reader that does not read: TCP's own hold a few megabytes.
PAYLOAD = "x" * 4000
SMALL_WINDOW = 4096


def parse(lines, room):
    """The ids of a room in what a line client was shown, in order."""
    pattern = re.compile(rf"(?:MSG|HIST|OK MSG) {room} (\d+)(?: |$)")
    return [int(match[1]) for match in map(pattern.match, lines) if match]


class SlowReaders(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off", "--send-queue", "64k", "--loops", "2")

    def slow_client(self, nick=None, *rooms):
        return self.keep(self.chat.client(nick, *rooms, receive_buffer=SMALL_WINDOW))

    def publish_until(self, writer, sign, *rooms):
        """Writes to the rooms in turn until the writer is shown the sign; gives back the ids."""
        said = {room: [] for room in rooms}
        others = []
        for _ in range(10_000):
            for room in rooms:
                said[room].append(writer.say(room, PAYLOAD, others))
            if sign in others:
                return said
        self.fail(f"no {sign!r} after {len(said[rooms[0]]) * len(PAYLOAD)} bytes")

    def expect_farewell(self, client, reason="slow"):
        """Reads to the end: whole lines, then RESUME for each room, then BYE. Gives back the lines and the cursors."""
        lines = client.read_to_end()
        self.assertEqual(lines.pop(), f"BYE {reason}")
        cursors = {}
        while lines and lines[-1].startswith("RESUME "):
            _, room, id = lines.pop().split()
            cursors[room] = int(id)
        return lines, cursors

    def resume(self, nick, room, cursor):
        with self.chat.client(nick) as client:
            client.send(f"JOIN {room} {cursor}")
            return parse(client.fence(), room)

    def test_is_cut_off_and_resumes_with_exactly_what_it_missed(self):
        slow = self.slow_client("slow", "lobby", "ops")
        writer = self.keep(self.chat.client("writer", "lobby", "ops"))
        said = self.publish_until(writer, "PART lobby slow", "lobby", "ops")
        more = [writer.say("lobby", "and more") for _ in range(3)]
        lines, cursors = self.expect_farewell(slow)
        self.assertEqual(set(cursors), {"lobby", "ops"})
        for room, ids in said.items():
            shown = parse(lines, room)
            self.assertEqual(shown, ids[:len(shown)])
            missed = [id for id in ids if id not in set(shown)] + (more if room == "lobby" else [])
            self.assertGreater(len(missed), 0)
            # A name for each: the server may not have seen yet that the one before has closed.
            self.assertEqual(self.resume(f"slow-{room}", room, cursors[room]), missed)

    def test_others_are_not_held_up(self):
        self.slow_client("slow", "lobby")
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        writer = self.keep(self.chat.client("writer", "lobby"))
        seen = []
        lines = []
        while "PART lobby slow" not in lines:
            id = writer.say("lobby", PAYLOAD, others=[])
            lines = watcher.read_until(f"MSG lobby {id} writer {PAYLOAD}")
            seen += parse(lines, "lobby")
        self.assertEqual(seen, list(range(1, len(seen) + 1)))

    @measures_memory
    def test_memory_stays_flat(self):
        for n in range(20):
            self.slow_client(f"slow{n}", "lobby")
        writer = self.keep(self.chat.client("writer", "lobby"))
        writer.say("lobby", PAYLOAD)
        before = self.chat.resident_bytes()
        gone = []
        while len(gone) < 20:
            writer.say("lobby", PAYLOAD, others=gone)
        self.assertEqual(sorted(gone), sorted(f"PART lobby slow{n}" for n in range(20)))
        self.assertLess(self.chat.resident_bytes() - before, 24 << 20)

    def test_a_message_that_was_cut_is_shown_again(self):
        """Of its own messages too, a sender who does not read gets neither a gap nor a double."""
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        slow = self.slow_client("slow", "lobby")
        watcher.expect("JOIN lobby slow")
        stop = threading.Event()

        def flood():
            number = 0
            try:
                while not stop.is_set():
                    slow.send(*(f"MSG lobby {n}" for n in range(number, number + 100)))
                    number += 100
            except OSError:
                pass  # cut off

        flooding = threading.Thread(target=flood)
        flooding.start()
        try:
            ids = parse(watcher.read_until("PART lobby slow"), "lobby")
        finally:
            stop.set()
            lines, cursors = self.expect_farewell(slow)
            flooding.join()
        shown = parse(lines, "lobby")
        self.assertEqual(shown, list(range(1, len(shown) + 1)))
        self.assertLessEqual(cursors["lobby"], shown[-1] if shown else 0)
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        again = self.resume("slow", "lobby", cursors["lobby"])
        self.assertEqual(again[0], cursors["lobby"] + 1)
        self.assertEqual(sorted(set(shown) | set(again)), list(range(1, again[-1] + 1)))

    def test_answers_are_bounded_too(self):
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        slow = self.slow_client("slow", "lobby")
        line = b"PING " + b"x" * 8000 + b"\n"
        stop = threading.Event()

        def flood():
            try:
                while not stop.is_set():
                    slow.send_bytes(line)
            except OSError:
                pass  # cut off

        flooding = threading.Thread(target=flood)
        flooding.start()
        watcher.expect("JOIN lobby slow", "PART lobby slow")
        stop.set()
        lines, cursors = self.expect_farewell(slow)
        flooding.join()
        self.assertTrue(all(line == "PONG " + "x" * 8000 for line in lines), lines[:1])
        self.assertEqual(cursors, {"lobby": 0})

    def test_a_replay_waits_for_its_reader(self):
        """History comes as the socket drains: a slow reader of it is not cut off, while others publish."""
        count = 3000
        writer = self.keep(self.chat.client("writer", "lobby"))
        half = count // 2
        filler = threading.Thread(target=writer.send, args=[f"MSG lobby {n} {PAYLOAD}" for n in range(half)])
        filler.start()
        writer.expect(*(f"OK MSG lobby {n}" for n in range(1, half + 1)))
        filler.join()
        slow = self.slow_client("slow")
        slow.send("JOIN lobby 0")
        slow.expect_match(r"OK JOIN lobby \d+")
        writer.expect("JOIN lobby slow")
        for n in range(half + 1, count + 1):
            self.assertEqual(writer.say("lobby", PAYLOAD), n)
        lines = slow.read_until(re.compile(r"END lobby \d+"))
        self.assertEqual(lines[-1], f"END lobby {count}")
        self.assertEqual(parse(lines, "lobby"), list(range(1, count + 1)))
        last = writer.say("lobby", "live")
        slow.expect(f"MSG lobby {last} writer live")

    def test_history_waits_for_its_reader(self):
        writer = self.keep(self.chat.client("writer", "lobby"))
        for _ in range(1000):
            writer.say("lobby", PAYLOAD)
        slow = self.slow_client()
        requests = ["HISTORY lobby 1000", "SINCE lobby 0", "ROOMS", "NAMES lobby"] * 3
        slow.send(*requests)
        slow.half_close()
        lines = slow.read_to_end()
        self.assertEqual(parse(lines, "lobby"), list(range(1, 1001)) * 6)
        self.assertEqual(lines[-3:], ["END ROOMS", "NAMES lobby writer", "END lobby"])


class OnOneLoop(SlowReaders):
    """The same on one loop."""

    def setUp(self):
        self.chat = self.server("--rate-limit", "off", "--send-queue", "64k", "--loops", "1")


class Crowd:
    """Many line clients in a room, who read whatever comes. `seen` has the ids that each was shown, in order."""

    def __init__(self, where, nicks, room):
        self.room = room.encode()
        self.epoll = select.epoll()
        self.sockets = {}
        self.partial = {}
        self.seen = {}
        self.joined = 0
        try:
            for nick in nicks:
                client = socket.create_connection(where, timeout=TIMEOUT)
                self.sockets[client.fileno()] = client
                self.partial[client.fileno()] = b""
                self.seen[client.fileno()] = []
                self.epoll.register(client.fileno(), select.EPOLLIN)
                client.sendall(f"NICK {nick}\nJOIN {room}\n".encode())
                self.read(0)
            self.read_until(lambda: self.joined == len(self.sockets), "a JOIN is not answered")
        except BaseException:
            self.close()
            raise

    def read(self, timeout=TIMEOUT):
        """Reads what is there for each; waits if nothing is there for anybody."""
        for descriptor, _ in self.epoll.poll(timeout):
            data = self.sockets[descriptor].recv(1 << 18)
            if not data:
                raise AssertionError(f"the server closed; last: {self.partial[descriptor][-200:]!r}")
            *lines, self.partial[descriptor] = (self.partial[descriptor] + data).split(b"\n")
            for line in lines:
                verb, *fields = line.split(b" ", 3)
                if verb == b"MSG" and fields[0] == self.room:
                    self.seen[descriptor].append(int(fields[1]))
                elif line.startswith(b"OK JOIN"):
                    self.joined += 1
                elif verb in (b"ERR", b"BYE"):
                    raise AssertionError(line)

    def read_until(self, is_done, what):
        deadline = time.monotonic() + TIMEOUT
        while not is_done():
            if time.monotonic() > deadline:
                raise AssertionError(what)
            self.read(1)

    def read_up_to(self, id):
        """Until everybody was shown the message."""
        self.read_until(
            lambda: all(seen and seen[-1] >= id for seen in self.seen.values()), f"not all were shown {id}")

    def close(self):
        for client in self.sockets.values():
            client.close()
        self.epoll.close()


class AmongMany(ServerCase):
    """Three who never read, one at each door, among five hundred who do."""

    READERS = 500
    # Messages between two looks at whether everybody has them; less than every buffer holds.
    STEP = 10

    def test_the_others_get_everything_and_memory_stays_flat(self):
        chat = self.server("--rate-limit", "off", "--send-queue", "64k", "--loops", "2")
        crowd = self.keep(Crowd(chat.line, [f"reader{n}" for n in range(self.READERS)], "lobby"))
        writer = self.keep(chat.client("writer", "lobby"))
        plain = self.keep(chat.client("plain", "lobby", receive_buffer=SMALL_WINDOW))
        irc = self.keep(IRCClient(chat.line, "irc", "#lobby", caps="message-tags", receive_buffer=SMALL_WINDOW))
        raw = self.keep(RawWebSocket(chat, "user=web&room=lobby", receive_buffer=SMALL_WINDOW))
        writer.fence()

        ids, others, resident = [], [], []
        parts = {f"PART lobby {nick}" for nick in ("plain", "irc", "web")}
        while not parts <= set(others):
            self.assertLess(len(ids), 5000, f"{parts - set(others)} is not cut off")
            ids += [writer.say("lobby", PAYLOAD, others) for _ in range(self.STEP)]
            crowd.read_up_to(ids[-1])
            resident.append(chat.resident_bytes())
        ids += [writer.say("lobby", "and more") for _ in range(self.STEP)]
        crowd.read_up_to(ids[-1])

        for seen in crowd.seen.values():
            self.assertEqual(seen, ids)
        # Three queues of 64 KiB that double as they grow, SQLite's caches, and what a turn needs for five hundred.
        if not SANITIZED:
            self.assertLess(max(resident) - resident[0], 8 << 20)
        self.expect_plain_to_resume(chat, plain, ids)
        self.expect_irc_to_know_where_it_stopped(chat, irc, ids)
        self.expect_web_socket_to_resume(chat, raw, ids)
        log = chat.log()
        for nick in ("plain", "irc", "web"):
            self.assertEqual(log.count(f" info cut off: {nick} at 127.0.0.1 does not read\n"), 1, log)
        with HTTPClient(chat) as http:
            self.assertIn(b"\nlinechat_slow_readers_total 3\n", http.get("/metrics").body)

    def expect_plain_to_resume(self, chat, client, ids):
        *lines, resume, bye = client.read_to_end()
        self.assertEqual(bye, "BYE slow")
        shown = parse(lines, "lobby")
        self.assertEqual(shown, ids[:len(shown)])
        cursor = int(re.fullmatch(r"RESUME lobby (\d+)", resume)[1])
        self.assertLessEqual(cursor, shown[-1])
        self.assertEqual(self.after(chat, "plain", cursor), [id for id in ids if id > cursor])

    def expect_irc_to_know_where_it_stopped(self, chat, client, ids):
        lines = client.read_to_end()
        self.assertEqual(lines[-1], "ERROR :Closing Link: irc (Too slow: what was sent was not read)")
        shown = [int(match[1]) for match in (re.match(r"@msgid=(\d+) ", line) for line in lines) if match]
        self.assertEqual(shown, ids[:len(shown)])
        self.assertEqual(self.after(chat, "irc", shown[-1]), ids[len(shown):])

    def after(self, chat, nick, cursor):
        with chat.client(nick) as client:
            client.send(f"JOIN lobby {cursor}")
            return parse(client.fence(), "lobby")

    def expect_web_socket_to_resume(self, chat, raw, ids):
        shown = []
        while (frame := raw.receive())[0] != 8:
            if b'"type":"message"' in frame[1]:
                shown.append(int(re.search(rb'"id":(\d+)', frame[1])[1]))
        self.assertEqual(shown, ids[:len(shown)])
        code, reason = struct.unpack(">H", frame[1][:2])[0], frame[1][2:].decode()
        self.assertEqual((code, reason), (1013, f"too slow; resume after {shown[-1]}"))
        with WebSocketClient(chat, f"user=web&room=lobby&after={shown[-1]}") as again:
            frames = again.receive_until(lambda frame: frame["data"].get("id") == ids[-1])
        self.assertEqual([frame["data"]["id"] for frame in frames], ids[len(shown):])


class LongLists(ServerCase):
    """The names of a room with so many members that they do not fit into the queue of one reader."""

    NICKS = [f"member-{n:04}-".ljust(32, "x") for n in range(2500)]

    def setUp(self):
        self.chat = self.server("--rate-limit", "off", "--send-queue", "64k", "--loops", "2")
        self.crowd = self.keep(Crowd(self.chat.line, self.NICKS, "hall"))
        self.assertGreater(sum(len(nick) + 1 for nick in self.NICKS), 64 << 10)

    def names(self, lines, start):
        return [nick for line in lines if line.startswith(start) for nick in line.removeprefix(start).split(" ")]

    def test_names_wait_for_their_reader(self):
        """Who asks for them many times and reads nothing costs the server no more than once."""
        times = 200
        slow = self.keep(self.chat.client("slow", receive_buffer=SMALL_WINDOW))
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        before = self.chat.resident_bytes()
        slow.send(*["NAMES hall"] * times, "PING over")
        for _ in range(100):
            watcher.say("lobby", "turns of the loop")
        if not SANITIZED:
            self.assertLess(self.chat.resident_bytes() - before, 4 << 20)
        names = self.names(slow.read_until("PONG over"), "NAMES hall ")
        # Not assertEqual, whose explanation of a difference would take hours.
        for number in range(times):
            start = number * len(self.NICKS)
            self.assertTrue(sorted(names[start:start + len(self.NICKS)]) == self.NICKS, number)
        self.assertEqual(len(names), len(self.NICKS) * times)

    def test_an_irc_client_that_joins_gets_them_as_it_reads(self):
        slow = self.keep(IRCClient(self.chat.line, "slow", receive_buffer=SMALL_WINDOW))
        slow.send("JOIN #hall", "NAMES #hall", "WHO #hall", "PING over")
        lines = slow.read_until(":linechat PONG linechat :over")
        self.assertEqual(
            sorted(self.names(lines, ":linechat 353 slow = #hall :")), sorted([*self.NICKS, "slow"] * 2))
        self.assertEqual(sum(line.startswith(":linechat 352 slow #hall ") for line in lines), len(self.NICKS) + 1)

    def test_many_short_ones_wait_too(self):
        """Lists that fit into the queue each, and together do not."""
        members = [f"short-{n:04}-".ljust(32, "x") for n in range(60)]
        self.keep(Crowd(self.chat.line, members, "room"))
        times = 2000
        self.assertGreater(times * sum(len(nick) + 1 for nick in members), 3 << 20)
        slow = self.keep(self.chat.client("slow", receive_buffer=SMALL_WINDOW))
        slow.send(*["NAMES room"] * times, "PING over")
        irc = self.keep(IRCClient(self.chat.line, "irc", receive_buffer=SMALL_WINDOW))
        irc.send(*["WHO #room"] * times, "PING over")
        self.assertTrue(self.names(slow.read_until("PONG over"), "NAMES room ") == members * times)
        lines = irc.read_until(":linechat PONG linechat :over")
        self.assertEqual(sum(line.startswith(":linechat 352 irc #room ") for line in lines), len(members) * times)


class ManyRooms(ServerCase):
    """The list of so many rooms that nobody should have to hold it, the server least of all."""

    ROOMS = [f"room-{n:05}-".ljust(50, "x") for n in range(12_000)]
    ASKERS = 40

    def setUp(self):
        self.chat = self.server("--rate-limit", "off", "--loops", "2")
        for start in range(0, len(self.ROOMS), 1000):
            member = self.keep(self.chat.client(f"member{start}"))
            member.send(*[f"JOIN {room}" for room in self.ROOMS[start:start + 1000]])
            member.fence()

    @measures_memory
    def test_costs_the_server_nothing_while_nobody_reads_it(self):
        watcher = self.keep(self.chat.client("watcher", "lobby"))
        before = self.chat.resident_bytes()
        for number in range(self.ASKERS):
            asker = self.keep(self.chat.client(f"asker{number}", receive_buffer=SMALL_WINDOW))
            asker.send(*["ROOMS"] * 20)
            asker = self.keep(IRCClient(self.chat.line, f"irc{number}", receive_buffer=SMALL_WINDOW))
            asker.send(*["LIST"] * 20)
            asker = self.keep(LineClient(self.chat.http, receive_buffer=SMALL_WINDOW))
            asker.send_bytes(b"GET /rooms HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        for _ in range(100):
            watcher.say("lobby", "turns of the loop")
        self.assertLess(self.chat.resident_bytes() - before, 16 << 20)

    def test_comes_whole_at_every_door(self):
        lines = self.keep(self.chat.client("plain"))
        lines.send("ROOMS", "PING over")
        self.assertTrue(
            lines.read_until("PONG over")
            == [*[f"ROOM {room} 1" for room in self.ROOMS], "END ROOMS", "PONG over"])
        irc = self.keep(IRCClient(self.chat.line, "irc"))
        irc.send("LIST", "PING over")
        listed = [line.split(" ")[3] for line in irc.read_until(":linechat PONG linechat :over") if " 322 " in line]
        self.assertTrue(listed == [f"#{room}" for room in self.ROOMS])
        with HTTPClient(self.chat) as http:
            for _ in range(2):
                answer = http.get("/rooms")
                self.assertEqual(answer.headers["Transfer-Encoding"], "chunked")
                self.assertTrue([room["room"] for room in answer.json()["rooms"]] == self.ROOMS)
            head = http.request("HEAD", "/rooms")
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(http.get("/health").status, 200)
        # HTTP/1.0 knows no chunks: the end of the connection is the end of the list.
        old = curl("--http1.0", "--include", f"http://{self.chat.http[0]}:{self.chat.http[1]}/rooms").stdout
        head, body = old.split("\n\n" if "\n\n" in old else "\r\n\r\n", 1)
        self.assertNotIn("Transfer-Encoding", head)
        self.assertEqual(len(json.loads(body)["rooms"]), len(self.ROOMS))

    def test_a_stop_leaves_no_half_list_that_looks_whole(self):
        asker = self.keep(LineClient(self.chat.http, receive_buffer=SMALL_WINDOW))
        asker.send_bytes(b"GET /rooms HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        asker.expect("HTTP/1.1 200 OK\r")
        self.assertEqual(self.chat.terminate(), 0)
        rest = b""
        try:
            while data := asker.socket.recv(1 << 18):
                rest += data
        except ConnectionResetError:
            pass
        self.assertFalse(rest.endswith(b"0\r\n\r\n"))

    def test_one_request_counts_as_one(self):
        """The pages of a list are paced by the socket, and not by the rate limit as well."""
        chat = self.server()
        for start in range(0, 6000, 500):
            member = self.keep(chat.client(f"member{start}"))
            member.send(*[f"JOIN {room}" for room in self.ROOMS[start:start + 500]])
            member.fence()
        asker = self.keep(chat.client("asker"))
        irc = self.keep(IRCClient(chat.line, "irc"))
        for _ in range(12):
            asker.send("ROOMS")
            self.assertEqual(len(asker.read_until("END ROOMS")), 6001)
            irc.send("LIST", "PING over")
            irc.read_until(":linechat PONG linechat :over")
        asker.fence()
        self.assertNotIn("held up", chat.log())

    @unittest.skipIf(SANITIZED, "so many rooms take long")
    def test_to_an_old_client_a_stop_is_a_reset(self):
        """HTTP/1.0 would take an orderly end for the end of the list."""
        # More than all buffers on the way to the client hold.
        for start in range(48):
            member = self.keep(self.chat.client(f"another{start}"))
            member.send(*[f"JOIN {'y' * 40}-{start}-{number}" for number in range(1000)])
            member.fence()
        asker = self.keep(LineClient(self.chat.http, receive_buffer=SMALL_WINDOW))
        asker.send_bytes(b"GET /rooms HTTP/1.0\r\n\r\n")
        asker.expect("HTTP/1.1 200 OK\r")
        self.assertEqual(self.chat.terminate(), 0)
        with self.assertRaises(ConnectionResetError):
            while asker.socket.recv(1 << 18):
                pass
