"""A disk that is full, slow, locked or taken away: senders are told or slowed down, nothing that is not stored is shown or
acknowledged, and the server serves again when the disk does."""

import contextlib
import os
import re
import select
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

from harness import TIMEOUT, HTTPClient, Server, ServerCase, WebSocketClient

QUEUE_LIMIT = 32 << 20
# How long a commit waits for a transaction of another process.
BUSY_SECONDS = 5
NOT_STORED = r"ERR (not-stored|outcome-unknown) .*: .+"
REFUSED_POST = [(503, "not-stored"), (500, "outcome-unknown")]


class DiskCase(ServerCase):
    """A server with somebody at each door: alice and bob on lines, carol in HTTP, dave in WebSocket, all in `lobby`."""

    def serve(self, *arguments, **options):
        self.chat = self.server("--rate-limit", "off", "--agent", "off", *arguments, **options)
        self.alice = self.keep(self.chat.client("alice", "lobby"))
        self.bob = self.keep(self.chat.client("bob", "lobby"))
        self.http = self.keep(HTTPClient(self.chat))
        self.dave = self.keep(WebSocketClient(self.chat, "user=dave&room=lobby"))
        self.bob.expect("JOIN lobby dave")
        self.alice.expect("JOIN lobby bob", "JOIN lobby dave")
        self.before = self.alice.say("lobby", "before")
        self.bob.expect(f"MSG lobby {self.before} alice before")
        self.assertEqual(self.dave.receive()["data"]["text"], "before")

    def post(self, text):
        return self.http.request("POST", "/messages", {"user": "carol", "room": "lobby", "text": text})

    def texts(self):
        return [m["text"] for m in self.http.get("/messages?room=lobby&limit=1000").json()["messages"]]

    def stored(self):
        return [text for text, in self.chat.sql("SELECT text FROM messages ORDER BY id")]

    def expect_refusals(self, text, code=None):
        """Each door is told that a message was not stored, with this code if one is given."""
        self.alice.send(f"MSG lobby {text}")
        told = self.alice.expect_match(NOT_STORED)[1]
        answer = self.post(text)
        self.assertIn((answer.status, answer.json()["code"]), REFUSED_POST)
        if answer.status == 503:
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.dave.send(text)
        frame = self.dave.receive()
        self.assertEqual(frame["type"], "error")
        self.assertIn(frame["data"]["code"], ("not-stored", "outcome-unknown"))
        if code:
            self.assertEqual({told, answer.json()["code"], frame["data"]["code"]}, {code})

    def expect_reads(self, health):
        """What stores nothing is answered."""
        self.assertEqual(self.texts(), ["before"])
        self.assertEqual([room["room"] for room in self.http.get("/rooms").json()["rooms"]], ["lobby"])
        self.assertEqual(self.metric("linechat_healthy"), int(health == 200))
        answer = self.http.get("/health")
        self.assertEqual(answer.status, health)
        if health == 503:
            self.assertEqual(answer.json()["code"], "commits-stall")
            self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.bob.send("HISTORY lobby")
        self.bob.expect_match(f"HIST lobby {self.before} .* alice before")
        self.bob.expect(f"END lobby {self.before}")

    def expect_service(self):
        """Health comes back though nobody sends, then every door is served, and nothing else was shown or stored."""
        self.wait_for(lambda: self.http.get("/health").status == 200)
        first = self.alice.say("lobby", "after, on a line")
        answer = self.post("after, by HTTP")
        self.assertEqual(answer.status, 201)
        self.dave.send("after, by WebSocket")
        frames = [self.dave.receive()["data"] for _ in range(3)]
        ids = [first, answer.json()["id"], frames[2]["id"]]
        self.assertEqual([frame["id"] for frame in frames], ids)
        self.assertEqual(sorted(set(ids)), ids)
        self.bob.expect(
            f"MSG lobby {ids[0]} alice after, on a line", f"MSG lobby {ids[1]} carol after, by HTTP",
            f"MSG lobby {ids[2]} dave after, by WebSocket")
        expected = ["before", "after, on a line", "after, by HTTP", "after, by WebSocket"]
        self.assertEqual(self.texts(), expected)
        self.assertEqual(self.stored(), expected)
        self.assertIn("commits succeed again", self.chat.log())

    def stop(self):
        """Stops the server, with nobody there to be waited for; gives back its exit status."""
        for client in (self.alice, self.bob, self.http, self.dave):
            client.close()
        return self.chat.terminate()

    def metric(self, name):
        return float(re.search(rf"^{name} (\S+)$", self.http.get("/metrics").body.decode(), re.MULTILINE)[1])

    def wait_for(self, condition):
        """Asks until it is so."""
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come to that in time")


class FullDisk(DiskCase):
    def test_is_told_on_every_door_and_served_when_there_is_room(self):
        disk = self.keep(SmallDisk(8 << 20))
        self.serve(data=os.path.join(disk.path, "data"))
        disk.fill()
        # What is left of the block that the log ends in may take a little.
        self.expect_refusals("x" * 4000)
        self.expect_refusals("x" * 4000)
        self.expect_reads(health=503)
        disk.empty()
        self.expect_service()
        self.assertEqual(self.stop(), 0)

    def test_a_server_that_ends_on_it_says_so_and_starts_again_with_everything(self):
        disk = self.keep(SmallDisk(8 << 20))
        self.serve(data=os.path.join(disk.path, "data"))
        disk.fill()
        self.expect_refusals("x" * 4000)
        self.assertEqual(self.stop(), 1)
        disk.empty()
        self.chat.start()
        self.assertEqual(self.stored(), ["before"])
        with self.chat.client("alice", "lobby") as alice:
            alice.say("lobby", "after")
        self.assertEqual(self.chat.terminate(), 0)


    def test_a_server_starts_on_it_and_serves_what_can_be_read(self):
        for durability in ("full", "normal"):
            for stop in (self.stop, lambda: self.chat.kill9()):
                with self.subTest(durability, stop=stop):
                    disk = SmallDisk(8 << 20)
                    self.addCleanup(disk.close)
                    self.serve("--durability", durability, data=os.path.join(disk.path, "data"))
                    stop()
                    disk.fill()
                    self.chat.start()
                    self.assertRegex(self.chat.log(), r" error the log: not stored: database or disk is full")
                    self.alice = self.keep(self.chat.client("alice", "lobby"))
                    self.bob = self.keep(self.chat.client("bob", "lobby"))
                    self.http = self.keep(HTTPClient(self.chat))
                    self.dave = self.keep(WebSocketClient(self.chat, "user=dave&room=lobby&after=1"))
                    self.alice.expect("JOIN lobby bob", "JOIN lobby dave")
                    self.bob.expect("JOIN lobby dave")
                    self.expect_reads(health=503)
                    self.expect_refusals("lost", "not-stored")
                    disk.empty()
                    self.expect_service()
                    self.assertEqual(self.stop(), 0)
                    self.chat.close()


class SmallDisk:
    """A file system of its own that has so many bytes. Skips the test where none can be mounted."""

    def __init__(self, bytes):
        self.path = tempfile.mkdtemp(prefix="linechat-disk-")
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={bytes}", "tmpfs", self.path], capture_output=True, text=True)
        if mounted.returncode:
            os.rmdir(self.path)
            # test_shutdown, test_http and test_websocket have the same with a limit on the size of files.
            raise unittest.SkipTest(f"mounting takes root: {mounted.stderr.strip()}")

    def fill(self):
        with open(os.path.join(self.path, "ballast"), "wb", buffering=0) as ballast:
            with contextlib.suppress(OSError):
                while True:
                    ballast.write(bytes(4096))

    def empty(self):
        os.unlink(os.path.join(self.path, "ballast"))

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)
        os.rmdir(self.path)


class Frozen(DiskCase):
    """The file system is frozen, as for a snapshot: whoever touches it waits."""

    def test_history_is_refused_in_time_and_read_again(self):
        disk = self.keep(FreezableDisk(32 << 20))
        self.serve(data=os.path.join(disk.path, "data"))
        erin = self.keep(self.chat.client("erin"))
        disk.freeze()
        self.addCleanup(disk.thaw)
        # The mark in the log's index that a reader makes is a write, and waits.
        self.bob.send("HISTORY lobby", "PING bob")
        erin.send("JOIN lobby 0")
        frank = self.keep(WebSocketClient(self.chat, "user=frank&room=lobby&after=0"))
        answer = self.http.get("/messages?room=lobby")
        self.assertEqual((answer.status, answer.json()["code"]), (503, "history-unavailable"))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.bob.read_until(re.compile("ERR history-unavailable lobby: .+"))
        self.bob.read_until("PONG bob")
        erin.read_until(re.compile("ERR history-unavailable lobby: .+"))
        self.assertEqual(frank.receive_until(lambda frame: frame["type"] == "error")[-1]["data"]["code"],
                         "history-unavailable")
        # That nobody waits for it again, once it is known, is shown by SlowDiskTests with a clock of its own.
        for _ in range(5):
            self.assertEqual(self.http.get("/messages?room=lobby").status, 503)
        self.assertEqual(self.http.get("/rooms").status, 200)
        self.assertIn(" warning history cannot be read: the disk has not answered", self.chat.log())
        disk.thaw()
        self.wait_for(lambda: self.http.get("/messages?room=lobby").status == 200)
        self.assertEqual(self.texts(), ["before"])
        self.alice.say("lobby", "after", others=[])


class FreezableDisk:
    """A file system of its own, in a file, that can be frozen (FIFREEZE). Skips the test where there can be none."""

    def __init__(self, bytes):
        self.path = tempfile.mkdtemp(prefix="linechat-disk-")
        self._image = self.path + ".img"
        with open(self._image, "wb") as image:
            image.truncate(bytes)
        for command in (["/usr/sbin/mkfs.ext4", "-q", self._image], ["mount", "-o", "loop", self._image, self.path],
                        ["/usr/sbin/fsfreeze", "--freeze", self.path], ["/usr/sbin/fsfreeze", "--unfreeze", self.path]):
            try:
                done = subprocess.run(command, capture_output=True, text=True)
            except FileNotFoundError as error:
                self._give_up(str(error))
            if done.returncode:
                self._give_up(done.stderr.strip())
        self._is_frozen = False

    def _give_up(self, reason):
        self.close()
        # SlowDiskTests and ShardTests have the same with a reader that is held.
        raise unittest.SkipTest(f"mounting and freezing takes root: {reason}")

    def freeze(self):
        subprocess.run(["/usr/sbin/fsfreeze", "--freeze", self.path], check=True)
        self._is_frozen = True

    def thaw(self):
        if self._is_frozen:
            subprocess.run(["/usr/sbin/fsfreeze", "--unfreeze", self.path], check=True)
        self._is_frozen = False

    def close(self):
        if os.path.ismount(self.path):
            subprocess.run(["umount", "--lazy", self.path], check=True)
        os.rmdir(self.path)
        os.unlink(self._image)


class Locked(DiskCase):
    """Another process has a transaction open on the database."""

    def lock(self):
        other = sqlite3.connect(self.chat.database, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        return other

    def test_longer_than_a_commit_waits(self):
        self.serve()
        other = self.lock()
        # All at once, so that all of them wait for the same.
        self.alice.send("MSG lobby lost", "PING behind")
        self.dave.send("lost")
        answer = self.post("lost")
        self.alice.expect_error("not-stored")
        self.alice.expect("PONG behind")
        self.assertEqual(self.dave.receive()["data"]["code"], "not-stored")
        self.assertEqual((answer.status, answer.json()["code"]), (503, "not-stored"))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.expect_reads(health=503)
        other.execute("COMMIT")
        self.expect_service()

    def test_so_long_that_the_queue_is_full(self):
        self.serve()
        memory = self.chat.resident_bytes()
        senders = [self.keep(LineSender(self.chat, f"filler{n}", 1000)) for n in range(9)]
        # 8 MB each: twice what the kernel buffers between a sender and a server that does not read.
        late = [LineSender(self.chat, "late", 2000), WebSocketSender(self.chat, "later", 2000)]
        for sender in late:
            self.keep(sender)
        began = time.monotonic()
        other = self.lock()
        for sender in senders:
            sender.start()
        self.wait_for(lambda: self.metric("linechat_log_queue_bytes") > QUEUE_LIMIT)
        for sender in late:
            sender.start()
        self.wait_for(lambda: not late[0].can_send)

        answer = self.post("refused")
        self.assertEqual((answer.status, answer.json()["code"]), (503, "log-full"))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(self.texts(), ["before"])
        self.assertEqual(self.http.get("/rooms").status, 200)
        self.assertEqual(self.http.get("/health").status, 503)
        queued = self.metric("linechat_log_queue_bytes")
        # What was read in the turn in which it became full is taken.
        self.assertLess(queued, QUEUE_LIMIT + (4 << 20))
        self.assertLess(self.chat.resident_bytes() - memory, 4 * QUEUE_LIMIT)
        # Nobody was acknowledged, and those who came late cannot even send.
        self.assertFalse(any(id for sender in senders + late for id in sender.told))
        self.assertTrue(all(sender.is_sending for sender in late))

        other.execute("COMMIT")
        held = time.monotonic() - began
        for sender in senders + late:
            sender.wait()
            self.assertEqual(len(sender.told), len(sender.texts))
            stored = self.chat.sql(
                "SELECT messages.id, text FROM messages JOIN rooms ON room = rooms.id WHERE name = ? ORDER BY messages.id",
                sender.name)
            # Exactly what was acknowledged, in the order in which it was sent, with the ids that were told.
            self.assertEqual(stored, [(id, text) for id, text in zip(sender.told, sender.texts) if id])
            # On a machine so slow that the lock was held longer, some may have been refused.
            if held < BUSY_SECONDS:
                self.assertNotIn(None, sender.told)
        self.assertEqual(self.http.get("/health").status, 200)
        self.assertEqual(self.metric("linechat_log_queue_bytes"), 0)
        self.assertEqual(self.post("after").status, 201)
        self.assertEqual(self.texts(), ["before", "after"])


class Sender:
    """Sends many messages from a thread of its own, to a room of the sender's name, in which nobody else is."""

    def __init__(self, name, count):
        self.name = name
        self.texts = [f"{n} ".ljust(4000, "x") for n in range(count)]
        self.is_sending = True
        # For each message, in order: its id, or None if it was refused.
        self.told = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def _run(self):
        self.send()
        self.is_sending = False
        for _ in self.texts:
            self.told.append(self.outcome())

    def wait(self):
        """Waits until all outcomes are told."""
        self._thread.join(TIMEOUT)


class LineSender(Sender):
    def __init__(self, server, name, count):
        super().__init__(name, count)
        self._client = server.client(name, name)

    def send(self):
        self._client.send(*[f"MSG {self.name} {text}" for text in self.texts])

    @property
    def can_send(self):
        return bool(select.select([], [self._client.socket], [], 0)[1])

    def outcome(self):
        match = self._client.expect_match(rf"OK MSG {self.name} (\d+)|{NOT_STORED}")
        return match[1] and int(match[1])

    def close(self):
        self._client.close()


class WebSocketSender(Sender):
    def __init__(self, server, name, count):
        super().__init__(name, count)
        self._client = WebSocketClient(server, f"user={name}&room={name}")

    def send(self):
        for text in self.texts:
            self._client.send(text)

    def outcome(self):
        frame = self._client.receive()
        return frame["data"]["id"] if frame["type"] == "message" else None

    def close(self):
        self._client.close(politely=False)


class ReadAlong(DiskCase):
    """Another program opens the database of a running server and closes it again, as a backup does."""

    def test_leaves_the_log_where_it_is(self):
        self.serve()
        log = self.chat.database + "-wal"
        opened = os.stat(log).st_ino
        for n in range(3):
            # Whoever is the last to close a database removes its log. That is not this one.
            self.assertEqual(len(self.stored()), n + 1)
            self.assertEqual(os.stat(log).st_ino, opened)
            self.alice.say("lobby", f"message {n}")
        self.chat.kill9()
        self.chat.start()
        self.assertEqual(self.stored(), ["before", "message 0", "message 1", "message 2"])


class TakenAway(DiskCase):
    """Somebody moves or removes the database of a running server."""

    def test_and_moved_back(self):
        self.serve()
        for suffix in ("", "-wal"):
            with self.subTest(f"linechat.db{suffix}"):
                file = self.chat.database + suffix
                os.rename(file, file + ".away")
                self.expect_refusals("lost", "not-stored")
                self.expect_reads(health=503)
                self.assertIn(f"{file} is not where it was", self.chat.log())
                os.rename(file + ".away", file)
                self.wait_for(lambda: self.http.get("/health").status == 200)
        self.expect_service()
        self.assertEqual(self.stop(), 0)

    def test_with_its_directory(self):
        self.serve()
        os.rename(self.chat.data, self.chat.data + ".away")
        self.expect_refusals("lost", "not-stored")
        self.expect_reads(health=503)
        os.rename(self.chat.data + ".away", self.chat.data)
        self.expect_service()

    def test_and_another_put_in_its_place(self):
        self.serve()
        database = self.chat.database
        self.chat.sql("VACUUM INTO ?", database + ".copy")
        os.rename(database, database + ".away")
        os.rename(database + ".copy", database)
        self.expect_refusals("lost", "not-stored")
        self.assertIn(f"{database} is another file than was opened", self.chat.log())
        os.rename(database + ".away", database)
        self.expect_service()

    def test_for_good(self):
        self.serve()
        os.unlink(self.chat.database)
        for _ in range(3):
            self.alice.send("MSG lobby lost")
            self.alice.expect_error("not-stored")
        self.bob.send("PING nothing-was-shown")
        self.bob.expect("PONG nothing-was-shown")

        # As long as the server runs, the kernel still has the files (docs/OPERATIONS.md).
        saved = os.path.join(self.temporary_directory(), "data")
        os.mkdir(saved)
        for number in os.listdir(f"/proc/{self.chat.pid}/fd"):
            link = f"/proc/{self.chat.pid}/fd/{number}"
            name = os.path.basename(os.readlink(link)).removesuffix(" (deleted)")
            if name in ("linechat.db", "linechat.db-wal"):
                shutil.copyfile(link, os.path.join(saved, name))
        self.assertEqual(self.stop(), 1)
        with Server("--agent", "off", data=saved) as other, other.client("alice", "lobby") as alice:
            self.assertEqual(other.sql("SELECT text FROM messages ORDER BY id"), [("before",)])
            alice.say("lobby", "goes on")
