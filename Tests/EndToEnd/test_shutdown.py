"""SIGTERM and SIGINT: what is pending is stored, everybody is told where to resume, and it ends in time."""

import os
import re
import resource
import signal
import time

from harness import TIMEOUT, LineClient, ServerCase


# What a writer is told when the disk is full: at a write, or at the commit itself.
NOT_STORED = "ERR (not-stored|outcome-unknown) .*: .+"


class Shutdown(ServerCase):
    SECONDS = 5

    def stop(self, server, number=signal.SIGTERM):
        """Stops the server; fails when it takes longer than it may."""
        began = time.monotonic()
        status = server.terminate(number)
        self.assertLess(time.monotonic() - began, self.SECONDS)
        return status

    def test_signals_end_it_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                server = self.server()
                self.assertEqual(self.stop(server, number), 0)
                self.assertIn("stopping", server.log())

    def test_nobody_gets_in_any_more(self):
        server = self.server()
        self.stop(server)
        for where in (server.line, server.http):
            with self.assertRaises(ConnectionRefusedError):
                LineClient(where)

    def test_clients_are_told_where_to_resume(self):
        server = self.server()
        alice = self.keep(server.client("alice", "lobby", "ops", "empty"))
        bob = self.keep(server.client("bob", "lobby"))
        alice.expect("JOIN lobby bob")
        nobody = self.keep(server.client())
        nameless = self.keep(server.client("roomless"))
        alice.say("lobby", "one")
        alice.say("ops", "two")
        bob.expect("MSG lobby 1 alice one")
        nobody.fence()
        server.send_signal(signal.SIGTERM)
        alice.expect("RESUME lobby 1", "RESUME ops 2", "RESUME empty 0", "BYE shutdown")
        bob.expect("RESUME lobby 1", "BYE shutdown")
        for client in (nobody, nameless):
            client.expect("BYE shutdown")
        for client in (alice, bob, nobody, nameless):
            client.expect_end()
            client.close()
        self.assertEqual(server.wait(self.SECONDS), 0)

    def test_a_replay_is_resumed_where_it_stopped(self):
        server = self.server("--rate-limit", "off")
        writer = self.keep(server.client("writer", "lobby"))
        for _ in range(1500):
            writer.say("lobby", "x" * 4000)
        slow = self.keep(server.client("slow", receive_buffer=4096))
        slow.send("JOIN lobby 0")
        slow.expect("OK JOIN lobby 1500")
        writer.expect("JOIN lobby slow")
        server.send_signal(signal.SIGTERM)
        lines = slow.read_to_end()
        shown = [int(line.split()[2]) for line in lines if line.startswith("HIST lobby ")]
        self.assertLess(len(shown), 1500)
        self.assertEqual(shown, list(range(1, len(shown) + 1)))
        self.assertEqual(lines[-2:], [f"RESUME lobby {shown[-1]}", "BYE shutdown"])

    def test_a_second_signal_changes_nothing(self):
        server = self.server()
        with server.client("alice", "lobby") as alice:
            server.send_signal(signal.SIGTERM)
            alice.expect("RESUME lobby 0", "BYE shutdown")
            server.send_signal(signal.SIGTERM)
            server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(self.SECONDS), 0)

    def test_what_is_stored_at_the_very_end_is_acknowledged(self):
        """Also the last batch of all, which may come to a loop at the same moment as the end."""
        for _ in range(10):
            server = self.server("--rate-limit", "off", "--loops", "2")
            writers = {f"writer{n}": server.client(f"writer{n}", "lobby") for n in range(12)}
            for writer in writers.values():
                writer.fence()
            for writer in writers.values():
                writer.send(*["MSG lobby x"] * 300)
            self.assertEqual(self.stop(server), 0)
            acknowledged = {}
            for name, writer in writers.items():
                lines = writer.read_to_end()
                writer.close()
                acknowledged[name] = sum(line.startswith("OK MSG ") for line in lines)
            stored = dict(server.sql("SELECT user, count(*) FROM messages GROUP BY user"))
            self.assertEqual(acknowledged, {name: stored.get(name, 0) for name in writers})

    def test_pending_messages_are_stored_and_acknowledged(self):
        # They write much and read late: with the usual bound some would be cut off as slow first.
        server = self.server("--rate-limit", "off", "--loops", "2", "--send-queue", "256m")
        writers = [self.keep(server.client(f"writer{n}", "lobby")) for n in range(4)]
        for writer in writers:
            writer.fence()
        for writer in writers:
            writer.socket.setblocking(False)
            try:
                while True:
                    writer.socket.send(b"MSG lobby " + b"x" * 100 + b"\n")
            except BlockingIOError:
                writer.socket.settimeout(TIMEOUT)
        server.send_signal(signal.SIGTERM)
        acknowledged = set()
        shown = []
        for writer in writers:
            lines = writer.read_to_end()
            self.assertRegex(lines[-2], r"RESUME lobby \d+")
            self.assertEqual(lines[-1], "BYE shutdown")
            acknowledged |= {int(line.split()[3]) for line in lines if line.startswith("OK MSG lobby ")}
            seen = [int(re.search(r" (\d+)", line)[1]) for line in lines if re.match("MSG|OK MSG", line)]
            self.assertEqual(seen, sorted(set(seen)))
            shown.append((seen, int(lines[-2].split()[2])))
            writer.close()
        self.assertEqual(server.wait(self.SECONDS), 0)
        stored = {id for (id,) in server.sql("SELECT id FROM messages")}
        self.assertGreater(len(acknowledged), 0)
        self.assertLessEqual(acknowledged, stored)
        for seen, resume in shown:
            self.assertEqual(seen, sorted(id for id in stored if seen[0] <= id <= resume))
        server.start()
        for number, (seen, resume) in enumerate(shown):
            with server.client(f"writer{number}") as writer:
                writer.send(f"JOIN lobby {resume}", "PING end")
                lines = writer.read_until("PONG end")
                resumed = [int(line.split()[2]) for line in lines if line.startswith("HIST ")]
                self.assertEqual(resumed, sorted(id for id in stored if id > resume))

    def test_a_client_that_never_reads_does_not_hold_it_up(self):
        server = self.server("--rate-limit", "off")
        deaf = self.keep(server.client("deaf", "lobby", receive_buffer=4096))
        alice = self.keep(server.client("alice", "lobby"))
        for n in range(1, 101):
            self.assertEqual(alice.say("lobby", "x" * 4000), n)
        self.assertEqual(self.stop(server), 0)
        # What was on its way is whole, and says where it stopped.
        deaf.expect("JOIN lobby alice")
        lines = deaf.read_to_end()
        if lines and lines[-1] == "BYE shutdown":
            shown = [int(line.split()[2]) for line in lines if line.startswith("MSG lobby ")]
            self.assertEqual(lines[-2], f"RESUME lobby {shown[-1]}")
            self.assertEqual(shown, list(range(1, len(shown) + 1)))

    def test_a_client_that_writes_on_does_not_hold_it_up(self):
        server = self.server()
        alice = self.keep(server.client("alice", "lobby"))
        server.send_signal(signal.SIGTERM)
        with self.assertRaises(OSError):
            while True:
                alice.send("MSG lobby hello")
        self.assertEqual(server.wait(self.SECONDS), 0)

    def test_what_could_not_be_stored_makes_status_1(self):
        server = self.server()
        alice = self.keep(server.client("alice", "lobby"))
        alice.say("lobby", "fits")
        fill_disk(server)
        alice.send("MSG lobby does not fit")
        alice.expect_match(NOT_STORED)
        alice.close()
        self.assertEqual(self.stop(server), 1)
        self.assertIn("lobby", str(server.sql("SELECT name FROM rooms")))


class FullDisk(ServerCase):
    def test_refused_while_full_and_taken_again_afterwards(self):
        server = self.server("--rate-limit", "off")
        alice = self.keep(server.client("alice", "lobby"))
        bob = self.keep(server.client("bob", "lobby"))
        alice.expect("JOIN lobby bob")
        self.assertEqual(alice.say("lobby", "before"), 1)
        bob.expect("MSG lobby 1 alice before")
        fill_disk(server)
        alice.send(*["MSG lobby " + "x" * 4000] * 10, "PING still-in-order")
        for _ in range(10):
            alice.expect_match(NOT_STORED)
        alice.expect("PONG still-in-order")
        alice.send("HISTORY lobby")
        alice.expect_match("HIST lobby 1 .* alice before")
        alice.expect("END lobby 1")
        empty_disk(server)
        after = alice.say("lobby", "after")
        bob.expect(f"MSG lobby {after} alice after")
        alice.close()
        bob.close()
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(server.sql("SELECT id, text FROM messages"), [(1, "before"), (after, "after")])


def fill_disk(server):
    """No file of the server can grow beyond what the log has now, as on a full disk."""
    size = max(1, os.path.getsize(server.database + "-wal"))
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def empty_disk(server):
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
