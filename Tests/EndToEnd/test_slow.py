"""Readers that do not read: they are cut off with their reason and where to resume, and cost the others nothing."""

import re
import threading

from harness import ServerCase, measures_memory

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
