"""The crash test: whatever the server acknowledged before kill -9 is there once, in order, and every reader that
resumes ends with the same sequence.

LINECHAT_CRASH_ROUNDS sets how many times the server dies, LINECHAT_CRASH_SEED repeats a run's random choices.
"""

import collections
import os
import random
import re
import threading
import unittest

from harness import TIMEOUT, LineClient, Server

ROUNDS = int(os.environ.get("LINECHAT_CRASH_ROUNDS", "30"))
ROOMS = ["lobby", "ops"]

# What ends a conversation with a server that dies, at either side.
DEATH = (OSError, EOFError)


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

    def next_message(self):
        """A room, and a text that nobody else sends."""
        self._number += 1
        text = f"{self.name} {self._number} " + "x" * self.choices.choice([0, 10, 300, 3000])
        self.acknowledged.submitted[text] += 1
        return self.choices.choice(ROOMS), text

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


# The doors by which messages come in. Each round has writers at all of them.
DOORS = [LineWriter]


class Reader(threading.Thread):
    """Reads all rooms over several lives of the server, resuming each from its cursor."""

    def __init__(self, server, name):
        super().__init__(name=name, daemon=True)
        self.server = server
        self.seen = {room: [] for room in ROOMS}  # (id, user, text)
        self.failure = None

    def cursor(self, room):
        return self.seen[room][-1][0] if self.seen[room] else 0

    def run(self):
        try:
            with LineClient(self.server.line) as client:
                self.read(client)
        except DEATH:
            pass
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def read(self, client, last=None):
        """Reads until the server dies, or up to the line `last`."""
        client.send(f"NICK {self.name}", *(f"JOIN {room} {self.cursor(room)}" for room in ROOMS))
        if last:
            client.send(f"PING {last}")
        while (line := client.readline()) is not None:
            match = re.fullmatch(r"(?:MSG (\S+) (\d+)|HIST (\S+) (\d+) \S+) (\S+) (.*)", line)
            if match:
                self.seen[match[1] or match[3]].append((int(match[2] or match[4]), match[5], match[6]))
            elif line == f"PONG {last}":
                return
            elif line.startswith(("ERR ", "GAP ")):
                raise AssertionError(f"{self.name}: {line}")
        raise EOFError


class CrashTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_or_doubled(self):
        seed = int(os.environ.get("LINECHAT_CRASH_SEED") or random.SystemRandom().randrange(1 << 32))
        choices = random.Random(seed)
        with self.subTest(seed=seed), Server("--rate-limit", "off") as server:
            acknowledged = Acknowledged()
            readers = [Reader(server, f"reader{n}") for n in range(2)]
            for number in range(1, ROUNDS + 1):
                readers = self.round(server, number, acknowledged, readers, choices)
            self.check(server, acknowledged, readers)

    def round(self, server, number, acknowledged, readers, choices):
        """Writers write and readers read until a random moment, when the server dies; then it lives again."""
        writers = [
            door(server, f"w{number}-{index}-{copy}", acknowledged, random.Random(choices.random()))
            for index, door in enumerate(DOORS) for copy in range(2)]
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
        return [self.next_life(reader) for reader in readers]

    @staticmethod
    def next_life(reader):
        again = Reader(reader.server, reader.name)
        again.seen = reader.seen
        return again

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
        fresh = Reader(server, "fresh")
        for reader in readers + [fresh]:
            with LineClient(server.line) as client:
                reader.read(client, last="end")
            for room in ROOMS:
                expected = [(id, user, text) for id, name, user, text in rows if name == room]
                self.assertEqual(reader.seen[room], expected, f"{reader.name} in {room}")

    def check_order(self, acknowledged):
        """Each writer's messages were stored in the order in which it sent them."""
        by_writer = collections.defaultdict(list)
        for _, id, user, text in acknowledged.messages:
            by_writer[text.split(" ")[0]].append((id, int(text.split(" ")[1])))
        for name, messages in by_writer.items():
            self.assertEqual([n for _, n in sorted(messages)], sorted(n for _, n in messages), name)


if __name__ == "__main__":
    unittest.main()
