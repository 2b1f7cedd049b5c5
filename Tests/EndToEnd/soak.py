"""Everything at once, for long: whether anything is lost, and whether the server holds more and more.

usage: soak.py [--minutes N] [--seed N]

Clients of every kind (soak_clients) use a server of its own. At the end every reader catches up, and what each was
shown is compared with the history: nothing lost, doubled or out of order, every acknowledged message there once.

The table shows what the server held meanwhile. Its rules:

- Before the load and after everybody has left there is one connection. Then the server has not one descriptor more than
  before, and at no time at the end more threads than in the beginning. Under load there are also sockets that are
  just ending and belong to no connection that counts, so the descriptors are compared where they are exact.
- Under load, at the end, and after everybody has left, it has at most a fifth more memory than after the first minute,
  and 4 MiB for the page caches of SQLite's two writing connections (2 MiB each, its default), which fill up with the
  database. The reading one may cache more (64 MiB), but SQLite empties its cache at each commit of another, and there
  are many of them as long as anybody reads here. Nothing is removed from the database meanwhile, so what grew with each message or each
  connection would show: at 400 000 messages and 20 MB, 20 bytes for each.

Exit status: 0 if all of this holds, 1 if not.
"""

import argparse
import asyncio
import collections
import dataclasses
import os
import random
import re
import statistics
import sys
import time

from harness import Server
from soak_clients import BULK, BULK_TEXT, POPULATION, ROOMS, IRCReader, Ledger, Reader
from soak_connections import HTTP, Lines

SAMPLE_SECONDS = 10
GROWTH_FACTOR = 1.2
CACHES = 4 << 20
# Connections, and messages of BULK_TEXT's length of each, that may be sent at once. They are more than the 8 MiB after
# which the write-ahead log is copied back for the first time.
FILLING = 3, 900
FLAGS = ["--send-queue", "64k", "--rate-limit", "200/s", "--flood-timeout", "5s"]


@dataclasses.dataclass
class Sample:
    """What the server held at one time."""

    seconds: float
    resident: int
    peak: int
    threads: int
    descriptors: int
    connections: int
    messages: int
    slow: int

    def row(self, when):
        return (f"| {when} | {self.resident / 1e6:.1f} | {self.peak / 1e6:.1f} | {self.descriptors} | {self.threads} "
                f"| {self.connections} | {self.messages} | {self.slow} |")


async def cancel(tasks):
    """Ends the tasks. A cancellation may be lost (`wait_for` before Python 3.12) or wait for a handshake: it is repeated."""
    while tasks := [task for task in tasks if not task.done()]:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1)


def median(samples):
    """The median of each figure."""
    return Sample(*(type(getattr(samples[0], field.name))(
        statistics.median(getattr(sample, field.name) for sample in samples))
        for field in dataclasses.fields(Sample)))


class Soak:
    def __init__(self, server, minutes, seed):
        self.server = server
        self.line, self.http = server.line, server.http
        self.seconds = minutes * 60
        self.ledger = Ledger()
        self.over = asyncio.Event()
        self.samples = []
        self.began = time.monotonic()
        choices = random.Random(seed)
        self.clients = []
        for kind, count, options in POPULATION:
            for n in range(count):
                self.clients.append(kind(self, f"{kind.__name__}{n}", random.Random(choices.random()), **options))

    @property
    def is_over(self):
        return self.over.is_set()

    # What the server holds

    async def sample(self):
        """The figures of now; they are asked for over one more connection."""
        async with await HTTP.connect(self.http) as connection:
            status, body = await connection.request("GET", "/metrics")
            if status != 200:
                raise AssertionError(f"GET /metrics: {status}")
            connections = sum(map(int, re.findall(r"^linechat_connections\{.*\} (\d+)$", body.decode(), re.M)))
            [slow] = re.findall(r"^linechat_slow_readers_total (\d+)$", body.decode(), re.M)
            with open(f"/proc/{self.server.pid}/status", encoding="ascii") as file:
                status = dict(line.split(":\t", 1) for line in file)
            return Sample(
                time.monotonic() - self.began, 1024 * int(status["VmRSS"].split()[0]),
                1024 * int(status["VmHWM"].split()[0]), int(status["Threads"]),
                len(self.descriptors()), connections, self.ledger.messages, int(slow))

    def descriptors(self):
        """What each of the server's descriptors stands for."""
        directory = f"/proc/{self.server.pid}/fd"
        names = []
        for entry in os.listdir(directory):
            try:
                names.append(os.readlink(os.path.join(directory, entry)))
            except FileNotFoundError:
                pass  # closed meanwhile
        return names

    async def watch(self):
        while not self.is_over:
            self.samples.append(await self.sample())
            try:
                await asyncio.wait_for(self.over.wait(), SAMPLE_SECONDS)
            except asyncio.TimeoutError:
                pass

    async def alone(self):
        """A sample with no connection but its own."""
        deadline = time.monotonic() + 60
        while (sample := await self.sample()).connections > 1 and time.monotonic() < deadline:
            pass
        # Those of the last moment are closed, and the kernel needs a moment too.
        while (again := await self.sample()).descriptors < sample.descriptors:
            sample = again
        return sample

    # The run

    async def run(self):
        """Gives back what is wrong."""
        await self.warm_up()
        before = await self.alone()
        self.began = time.monotonic()
        tasks = [asyncio.create_task(client.run()) for client in self.clients]
        watching = asyncio.create_task(self.watch())
        await asyncio.wait(
            [watching, *tasks], timeout=self.seconds, return_when=asyncio.FIRST_EXCEPTION)
        # Readers go first, while others write: what is read when nothing is stored stays in the reading cache.
        readers = [task for task, client in zip(tasks, self.clients) if isinstance(client, (Reader, IRCReader))]
        await cancel([watching, *readers])
        stored = self.ledger.messages
        while self.ledger.messages == stored and not all(task.done() for task in tasks):
            await self.sample()
        self.over.set()
        await asyncio.wait(tasks, timeout=15)
        await cancel(tasks)
        for result in await asyncio.gather(watching, *tasks, return_exceptions=True):
            if isinstance(result, Exception):
                self.ledger.fault(f"ended early: {result!r}")
        after = await self.alone()
        self.report(before, after)
        await self.catch_up()
        await self.check_messages()
        self.check_held(before, after)
        return self.ledger.faults

    async def warm_up(self):
        """What is opened at its first use is open then."""
        connections, messages = FILLING
        for n in range(connections):
            async with await Lines.connect(self.line) as connection:
                await connection.register(f"filler{n}")
                await connection.send("JOIN filling")
                for _ in range(messages // 50):
                    await connection.send(*[f"MSG filling {BULK_TEXT}"] * 50)
                    for _ in range(50):
                        await connection.until("OK MSG")
        async with await HTTP.connect(self.http) as connection:
            for room in [*ROOMS, BULK]:
                await connection.request("POST", "/messages", {"user": "soak", "room": room, "text": f"soak-{room}"})
                await connection.get(f"/messages?room={room}")

    async def history(self, room):
        """All messages of a room as (id, token)."""
        messages, after = [], 0
        async with await HTTP.connect(self.http) as connection:
            while after is not None:
                page = await connection.get(f"/messages?room={room}&after={after}&limit=1000")
                messages += [
                    (message["id"], message["text"].split(" ")[0].split("\n")[0]) for message in page["messages"]]
                after = page["next"]
        return messages

    async def catch_up(self):
        newest = {}
        async with await HTTP.connect(self.http) as connection:
            for room in [*ROOMS, BULK]:
                page = await connection.get(f"/messages?room={room}&limit=1")
                newest[room] = page["messages"][-1]["id"]
        readers = [client for client in self.clients if isinstance(client, Reader)]
        results = await asyncio.gather(*(reader.catch_up(newest) for reader in readers), return_exceptions=True)
        for reader, result in zip(readers, results):
            if isinstance(result, Exception):
                self.ledger.fault(f"{reader.name} cannot catch up: {result!r}")

    # The verdict

    async def check_messages(self):
        ledger = self.ledger
        stored = {room: await self.history(room) for room in [*ROOMS, BULK]}
        ids = [id for messages in stored.values() for id, _ in messages]
        if len(set(ids)) != len(ids):
            ledger.fault("an id is in two places")
        tokens = collections.Counter(token for messages in stored.values() for _, token in messages)
        for token, count in tokens.items():
            if count > 1:
                ledger.fault(f"{token} is stored {count} times")
            if token in ledger.forbidden:
                ledger.fault(f"{token} is stored, and was cut in its middle")
        for room, messages in stored.items():
            if [id for id, _ in messages] != sorted(id for id, _ in messages):
                ledger.fault(f"{room} is not in order")
            by_id = dict(messages)
            lost = [id for id, token in ledger.acknowledged[room].items() if by_id.get(id) != token]
            if lost:
                ledger.fault(f"{room}: {len(lost)} acknowledged messages are not there, such as {lost[:5]}")
            strange = [token for id, token in messages if id not in ledger.acknowledged[room]
                       and ledger.under_way.get(token) != room and not token.startswith("soak-")]
            if strange:
                ledger.fault(f"{room}: nobody sent {strange[:5]}")
        self.check_readers({room: [id for id, _ in messages] for room, messages in stored.items()})

    def check_readers(self, stored):
        for client in self.clients:
            if isinstance(client, Reader):
                for room, seen in client.seen.items():
                    if list(seen) != stored[room]:
                        self.ledger.fault(f"{client.name} in {room}: {difference(seen, stored[room])}")
            elif isinstance(client, IRCReader):
                for room, seen in client.pieces:
                    expected = [id for id in stored[room] if seen and seen[0] <= id <= seen[-1]]
                    if list(seen) != expected:
                        self.ledger.fault(f"{client.name} in #{room}: {difference(seen, expected)}")

    def marks(self):
        """The samples that are shown: (when, sample)."""
        def around(seconds):
            index = min(range(len(self.samples)), key=lambda n: abs(self.samples[n].seconds - seconds))
            return median(self.samples[max(0, index - 1):index + 2])

        first = min(60, self.seconds / 2)
        shown = [(f"after {first:.0f} s", around(first))]
        shown += [(f"after {n} min", around(n * 60)) for n in range(5, int(self.seconds // 60), 5)]
        return shown + [("at the end, under load", median(self.samples[-3:]))]

    def report(self, before, after):
        rows = [("before the load", before), *self.marks(), ("after everybody has left", after)]
        print("| | RSS MB | peak MB | descriptors | threads | connections | messages | cut off as slow |")
        print("|---|---|---|---|---|---|---|---|")
        for when, sample in rows:
            print(sample.row(when))
        print()
        print(f"database {os.path.getsize(self.server.database) / 1e6:.1f} MB; lives:",
              ", ".join(f"{kind} {count}" for kind, count in sorted(self.ledger.counts.items())), flush=True)

    def check_held(self, before, after):
        fault = self.ledger.fault
        if self.seconds >= 600 and not after.slow:
            fault("nobody was cut off as slow, so that was not tested")
        (_, first), *_, (_, last) = self.marks()
        if after.connections > 1:
            fault(f"{after.connections - 1} connections are left")
        if after.descriptors > before.descriptors:
            fault(f"{after.descriptors} descriptors at the end, {before.descriptors} before: {self.descriptors()}")
        for name, sample in (("under load", last), ("at the end", after)):
            # Those of Swift's pool come when the agent has work, and go again.
            if sample.threads > max(before.threads, first.threads):
                fault(f"{sample.threads} threads {name}, {before.threads} and {first.threads} in the beginning")
        for name, sample in (("under load", last), ("at the end", after)):
            if sample.resident > GROWTH_FACTOR * first.resident + CACHES:
                fault(f"memory grew {name}: {sample.resident / 1e6:.1f} MB, after {first.resident / 1e6:.1f} MB")


def difference(seen, expected):
    """What a reader was shown too much or too little, in words."""
    lost = sorted(set(expected) - set(seen))
    doubled = [id for id, count in collections.Counter(seen).items() if count > 1]
    return (f"{len(lost)} lost {lost[:5]}, {len(doubled)} doubled {doubled[:5]}, "
            f"{len(set(seen) - set(expected))} not of this room, of {len(expected)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"{options.minutes:g} minutes, seed {options.seed}", flush=True)
    with Server(*FLAGS) as server:

        async def soak():
            return await Soak(server, options.minutes, options.seed).run()

        faults = asyncio.run(soak())
        status = server.terminate()
        if status:
            faults.append(f"the server's exit status is {status}")
        for fault in faults[:50]:
            print(f"FAULT {fault}")
        if faults:
            server.show_log()
    print(f"{len(faults)} faults" if faults else "nothing lost, doubled or left behind")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
