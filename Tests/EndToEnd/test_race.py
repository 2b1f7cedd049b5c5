"""The race test: readers resume from random ids while writers publish, thousands of times. No gap, no double."""

import os
import random
import re
import threading
import unittest

from harness import Server

RESUMES = int(os.environ.get("LINECHAT_RACE_RESUMES", "6000"))
READERS = 12
WRITERS = 2


class Writer(threading.Thread):
    """Publishes with a few messages under way, until it is stopped."""

    def __init__(self, server, name, news):
        super().__init__(name=name, daemon=True)
        self.client = server.client(name, "lobby")
        self.news = news
        self.stopped = threading.Event()
        self.failure = None

    def run(self):
        try:
            self.client.send(*["MSG lobby x"] * 4)
            while not self.stopped.is_set():
                line = self.client.readline()
                if line.startswith("OK MSG "):
                    self.news.newest = int(line.split(" ")[3])
                    self.client.send("MSG lobby " + "x" * random.choice([1, 100, 1000]))
        except Exception as failure:  # told by the main thread
            self.failure = failure
        finally:
            self.client.close()


class News:
    """The newest acknowledged id: what may be resumed from."""

    newest = 0


class Reader(threading.Thread):
    """JOIN lobby ID … PART lobby, again and again; keeps the ids it was shown each time."""

    def __init__(self, server, name, news, seed, resumes):
        super().__init__(name=name, daemon=True)
        self.client = server.client(name)
        self.news = news
        self.choices = random.Random(seed)
        self.resumes = resumes
        self.rounds = []  # (cursor, [id])
        self.failure = None

    def run(self):
        try:
            for _ in range(self.resumes):
                self.resume()
        except Exception as failure:  # told by the main thread
            self.failure = failure
        finally:
            self.client.close()

    def resume(self):
        client = self.client
        back = self.choices.choice([0, 1, 5, 50, 300])
        cursor = max(0, self.news.newest - self.choices.randint(0, back))
        live = self.choices.choice([None, 0, 1, 3, 10])
        # None: PART follows in the same breath.
        client.send(*[f"JOIN lobby {cursor}"] + (["PART lobby"] if live is None else []))
        ids = []
        self.rounds.append((cursor, ids))
        newest = int(client.expect_match(r"OK JOIN lobby (\d+)")[1])
        self.read(ids, "HIST", re.compile(r"END lobby (\d+)"))
        if (ids[-1] if ids else cursor) < newest:
            raise AssertionError(f"resumed from {cursor}, joined at {newest}, shown {ids}")
        if live is not None:
            for _ in range(live):
                self.read_one(ids, "MSG")
            client.send("PART lobby")
        self.read(ids, "MSG", re.compile("OK PART lobby"))

    def read(self, ids, verb, end):
        while not end.fullmatch(line := self.client.readline()):
            self.take(ids, verb, line)

    def read_one(self, ids, verb):
        count = len(ids)
        while len(ids) == count:
            self.take(ids, verb, self.client.readline())

    def take(self, ids, verb, line):
        match = re.match(r"(MSG|HIST) lobby (\d+) ", line)
        if match and match[1] == verb:
            ids.append(int(match[2]))
        elif not re.match("(JOIN|PART) lobby reader", line) or verb == "HIST" and match:
            raise AssertionError(f"{self.name}: expected {verb}, got {line!r}")


class RaceTest(unittest.TestCase):
    def race(self, loops):
        seed = random.SystemRandom().randrange(1 << 32)
        with self.subTest(seed=seed), Server("--rate-limit", "off", "--loops", loops) as server:
            news = News()
            writers = [Writer(server, f"writer{n}", news) for n in range(WRITERS)]
            readers = [
                Reader(server, f"reader{n}", news, seed + n, RESUMES // READERS // 3) for n in range(READERS)]
            for thread in writers + readers:
                thread.start()
            for reader in readers:
                reader.join()
            for writer in writers:
                writer.stopped.set()
                writer.join()
            for thread in writers + readers:
                if thread.failure:
                    raise thread.failure
            # Only this room was written to, so its ids are all ids.
            for reader in readers:
                self.assertEqual(len(reader.rounds), reader.resumes)
                for cursor, ids in reader.rounds:
                    self.assertEqual(ids, list(range(cursor + 1, cursor + 1 + len(ids))), reader.name)

    def test_on_one_loop(self):
        self.race(1)

    def test_on_two_loops(self):
        self.race(2)

    def test_on_many_loops(self):
        self.race(5)


if __name__ == "__main__":
    unittest.main()
