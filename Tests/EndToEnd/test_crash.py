"""The crash test: whatever the server acknowledged before kill -9 is there once, in order, and every reader that
resumes ends with the same sequence.

LINECHAT_CRASH_ROUNDS sets how many times the server dies, LINECHAT_CRASH_SEED repeats a run's random choices.
"""

import collections
import http.client
import os
import random
import re
import threading
import unittest

from harness import TIMEOUT, HTTPClient, LineClient, Server, WebSocketClient, WebSocketClosed
from websockets.exceptions import WebSocketException

ROUNDS = int(os.environ.get("LINECHAT_CRASH_ROUNDS", "30"))
ROOMS = ["lobby", "ops"]
WRITERS_AT_EACH_DOOR = 2

# What ends a conversation with a server that dies, at either side.
DEATH = (OSError, EOFError, WebSocketClosed, WebSocketException, http.client.HTTPException)


class Acknowledged:
    """What the server has acknowledged, by all doors; counts up to the moment at which it is to die."""

    def __init__(self):
        self._changed = threading.Condition()
        self.messages = []  # (room, id, user, text), in the order of each writer
        self.submitted = collections.Counter()  # texts

    def add(self, room, id, user, text):
        with self._changed:
            self.messages.append((room, id, user, text))
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            return self._changed.wait_for(lambda: len(self.messages) >= count, TIMEOUT)


class Writer(threading.Thread):
    """Writes by one door until the server dies. Each subclass is a door."""

    def __init__(self, server, name, acknowledged, choices):
        super().__init__(name=name, daemon=True)
        self.server = server
        self.acknowledged = acknowledged
        self.choices = choices
        self.failure = None
        self._number = 0

    # Whether this door takes texts of several lines, and how long they may be.
    takes_lines = False
    longest = 3000

    def next_message(self, rooms=ROOMS):
        """A room, and a text that nobody else sends."""
        self._number += 1
        text = f"{self.name} {self._number} " + "x" * self.choices.choice([0, 10, 300, self.longest])
        if self.takes_lines and self.choices.random() < 0.2:
            text += "\n\nmore lines"
        self.acknowledged.submitted[text] += 1
        return self.choices.choice(rooms), text

    def run(self):
        try:
            self.write()
        except DEATH:
            pass
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def write(self):
        raise NotImplementedError


class LineWriter(Writer):
    """Many messages under way at once, over the plain dialect."""

    window = 50

    def write(self):
        with LineClient(self.server.line) as client:
            client.send(f"NICK {self.name}", *(f"JOIN {room}" for room in ROOMS))
            under_way = collections.deque()
            while True:
                fresh = [self.next_message() for _ in range(self.window - len(under_way))]
                if fresh:
                    under_way.extend(fresh)
                    client.send(*(f"MSG {room} {text}" for room, text in fresh))
                for line in self.lines(client):
                    if line.startswith("OK MSG "):
                        _, _, room, id = line.split(" ")
                        sent_room, text = under_way.popleft()
                        if room != sent_room:
                            raise AssertionError(f"{line} acknowledges {sent_room} {text}")
                        self.acknowledged.add(room, int(id), self.name, text)
                        break
                    if line.startswith("ERR "):
                        raise AssertionError(line)

    @staticmethod
    def lines(client):
        while (line := client.readline()) is not None:
            yield line
        raise EOFError


class IRCWriter(Writer):
    """Several messages under way, acknowledged by their echo."""

    window = 10
    longest = 350

    def write(self):
        with LineClient(self.server.line) as client:
            client.send(
                "CAP REQ :echo-message message-tags", f"NICK {self.name}", f"USER {self.name} 0 * :{self.name}",
                "CAP END", *(f"JOIN #{room}" for room in ROOMS))
            under_way = collections.deque()
            echo = re.compile(rf"@msgid=(\d+) :{self.name}!\S+ PRIVMSG #(\S+) :(.*)")
            while True:
                fresh = [self.next_message() for _ in range(self.window - len(under_way))]
                under_way.extend(fresh)
                client.send(*(f"PRIVMSG #{room} :{text}" for room, text in fresh))
                while (line := client.readline()) is not None:
                    if match := echo.fullmatch(line.rstrip("\r")):
                        if (match[2], match[3]) != under_way.popleft():
                            raise AssertionError(f"out of order: {line}")
                        self.acknowledged.add(match[2], int(match[1]), self.name, match[3])
                        break
                    if re.match(r":\S+ 4\d\d ", line) and " 422 " not in line:
                        raise AssertionError(line)
                if line is None:
                    raise EOFError


class PostWriter(Writer):
    """One POST after another, acknowledged by 201."""

    takes_lines = True

    def write(self):
        with HTTPClient(self.server) as client:
            while True:
                room, text = self.next_message()
                id = client.post(self.name, room, text)
                self.acknowledged.add(room, id, self.name, text)


class WebSocketWriter(Writer):
    """One message after another over a WebSocket, acknowledged by its own frame."""

    takes_lines = True

    def write(self):
        room = self.choices.choice(ROOMS)
        with WebSocketClient(self.server, f"user={self.name}&room={room}") as client:
            while True:
                _, text = self.next_message([room])
                client.send({"text": text})
                while True:
                    frame = client.receive()
                    if frame["type"] == "error":
                        raise AssertionError(frame)
                    if frame["type"] == "message" and frame["data"]["user"] == self.name:
                        break
                if frame["data"]["text"] != text:
                    raise AssertionError(f"{frame} acknowledges {text}")
                self.acknowledged.add(room, frame["data"]["id"], self.name, text)


# The doors by which messages come in. Each round has writers at all of them.
DOORS = [LineWriter, IRCWriter, PostWriter, WebSocketWriter]


class Reader(threading.Thread):
    """Reads rooms over several lives of the server, resuming each from its cursor. Each subclass is a door."""

    rooms = ROOMS

    def __init__(self, server, name):
        super().__init__(name=name, daemon=True)
        self.server = server
        self.seen = {room: [] for room in self.rooms}  # (id, user, text)
        self.failure = None

    def next_life(self):
        """The same reader as a thread that was not started yet."""
        again = type(self)(self.server, self.name)
        again.seen = self.seen
        return again

    def cursor(self, room):
        return self.seen[room][-1][0] if self.seen[room] else 0

    def run(self):
        try:
            self.read()
        except DEATH:
            pass
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def read(self, newest=None):
        """Reads until the server dies, or, if the newest id is given, until everything up to it is read."""
        raise NotImplementedError


class LineReader(Reader):
    def read(self, newest=None):
        with LineClient(self.server.line) as client:
            client.send(f"NICK {self.name}", *(f"JOIN {room} {self.cursor(room)}" for room in ROOMS))
            if newest:
                client.send("PING everything")
            parts = []
            while (line := client.readline()) is not None:
                match = re.fullmatch(r"(?:MSG([+]?) (\S+) (\d+)|HIST([+]?) (\S+) (\d+) \S+) (\S+) (.*)", line)
                if match:
                    parts.append(match[8])
                    if not (match[1] or match[4]):
                        message = (int(match[3] or match[6]), match[7], "\n".join(parts))
                        self.seen[match[2] or match[5]].append(message)
                        parts = []
                elif line == "PONG everything":
                    return
                elif line.startswith(("ERR ", "GAP ")):
                    raise AssertionError(f"{self.name}: {line}")
            raise EOFError


class WebSocketReader(Reader):
    rooms = ROOMS[:1]

    def read(self, newest=None):
        [room] = self.rooms
        query = f"user={self.name}&room={room}&after={self.cursor(room)}"
        with WebSocketClient(self.server, query) as client:
            while newest is None or self.cursor(room) < newest[room]:
                frame = client.receive()
                if frame["type"] in ("history", "message"):
                    data = frame["data"]
                    self.seen[room].append((data["id"], data["user"], data["text"]))
                elif frame["type"] in ("error", "gap"):
                    raise AssertionError(f"{self.name}: {frame}")


class PagingReader(Reader):
    """Asks for page after page over HTTP."""

    def read(self, newest=None):
        with HTTPClient(self.server) as client:
            while newest is None or any(self.cursor(room) < newest[room] for room in ROOMS):
                for room in ROOMS:
                    answer = client.get(f"/messages?room={room}&after={self.cursor(room)}&limit=1000")
                    if answer.status == 404:
                        continue  # nothing was said there yet
                    if answer.status != 200:
                        raise AssertionError(f"{self.name}: {answer}")
                    for message in answer.json()["messages"]:
                        self.seen[room].append((message["id"], message["user"], message["text"]))


READERS = [LineReader, WebSocketReader, PagingReader]


class CrashTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_or_doubled(self):
        seed = int(os.environ.get("LINECHAT_CRASH_SEED") or random.SystemRandom().randrange(1 << 32))
        choices = random.Random(seed)
        with self.subTest(seed=seed), Server("--rate-limit", "off") as server:
            acknowledged = Acknowledged()
            readers = [door(server, f"reader{n}") for n, door in enumerate(READERS)]
            for number in range(1, ROUNDS + 1):
                readers = self.round(server, number, acknowledged, readers, choices)
            self.check(server, acknowledged, readers)

    def round(self, server, number, acknowledged, readers, choices):
        """Writers write and readers read until a random moment, when the server dies; then it lives again."""
        writers = [
            door(server, f"w{number}-{index}-{copy}", acknowledged, random.Random(choices.random()))
            for index, door in enumerate(DOORS) for copy in range(WRITERS_AT_EACH_DOOR)]
        for thread in writers + readers:
            thread.start()
        target = len(acknowledged.messages) + int(choices.choice([1, 10, 100, 1000]) * (0.5 + choices.random()))
        reached = acknowledged.wait_for(target)
        server.kill9()
        for thread in writers + readers:
            thread.join()
            if thread.failure:
                raise thread.failure
        self.assertTrue(reached, f"round {number}: only {len(acknowledged.messages)} of {target} acknowledged")
        server.restart("--rate-limit", "off", "--loops", choices.choice([1, 2, 3]))
        return [reader.next_life() for reader in readers]

    def check(self, server, acknowledged, readers):
        rows = server.sql(
            "SELECT messages.id, rooms.name, user, text FROM messages JOIN rooms ON rooms.id = room ORDER BY messages.id")
        stored = {id: (room, user, text) for id, room, user, text in rows}
        for room, id, user, text in acknowledged.messages:
            self.assertEqual(stored.get(id), (room, user, text), f"acknowledged as {id}")
        times = collections.Counter(text for _, _, _, text in rows)
        doubled = [text for text in times if times[text] > acknowledged.submitted[text]]
        self.assertEqual(doubled, [], "stored more often than sent")
        self.check_order(acknowledged)
        expected = {
            room: [(id, user, text) for id, name, user, text in rows if name == room] for room in ROOMS}
        newest = {room: expected[room][-1][0] for room in ROOMS}
        for reader in readers + [door(server, f"fresh{n}") for n, door in enumerate(READERS)]:
            reader.read(newest)
            for room in reader.rooms:
                self.assertEqual(reader.seen[room], expected[room], f"{reader.name} in {room}")

    def check_order(self, acknowledged):
        """Each writer's messages were stored in the order in which it sent them."""
        by_writer = collections.defaultdict(list)
        for _, id, user, text in acknowledged.messages:
            by_writer[text.split(" ")[0]].append((id, int(text.split(" ")[1])))
        for name, messages in by_writer.items():
            self.assertEqual([n for _, n in sorted(messages)], sorted(n for _, n in messages), name)


if __name__ == "__main__":
    unittest.main()
