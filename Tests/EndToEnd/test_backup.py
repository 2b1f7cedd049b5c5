"""The database while the server runs: other programs may look at it and copy it, as docs/OPERATIONS.md says.

The commands are those of that page, run by a shell in a directory that has `data` in it.
"""

import os
import re
import shutil
import subprocess
import threading
import unittest

from harness import REPOSITORY, TIMEOUT, HTTPClient, NotReady, ServerCase, command, environment

START = "linechat serve --data "


def blocks(heading, language):
    """The code blocks of a section of docs/OPERATIONS.md, each as a text."""
    with open(os.path.join(REPOSITORY, "docs", "OPERATIONS.md"), encoding="utf-8") as file:
        text = file.read()
    section = re.search(rf"^(##+) {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.M | re.S)
    return re.findall(rf"^```{language}\n(.*?)^```$", section[2], re.M | re.S)


class DataDirectory(ServerCase):
    """A server on the directory `data` of a temporary one, in which commands are run."""

    def setUp(self):
        self.directory = self.temporary_directory()
        self.chat = self.server("--rate-limit", "off", data=os.path.join(self.directory, "data"))

    def shell(self, script):
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.directory, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), script)
        return done.stdout

    def server_after(self, script):
        """Runs the commands up to the last, and starts the server that the last one starts."""
        *commands, start = script.strip().split("\n")
        self.assertTrue(start.startswith(START), start)
        self.shell("\n".join(commands))
        return self.server(data=os.path.join(self.directory, start.removeprefix(START)))


class OtherPrograms(DataDirectory):
    def test_one_that_looks_takes_nothing_away(self):
        """The last program that closes a database removes its write-ahead log. The server must not seem to be gone: what it
        acknowledged after that would be nowhere but in a removed file."""
        writer = self.keep(self.chat.client("writer", "lobby"))
        before = writer.say("lobby", "before")
        self.assertEqual(self.shell("sqlite3 data/linechat.db 'SELECT max(id) FROM messages'"), f"{before}\n")
        self.assertTrue(os.path.exists(self.chat.database + "-wal"), "the write-ahead log was removed")
        after = writer.say("lobby", "after")
        self.chat.kill9()
        self.chat.restart()
        self.assertEqual(self.chat.sql("SELECT id, text FROM messages"), [(before, "before"), (after, "after")])


class Backup(DataDirectory):
    """A copy while messages are posted."""

    def setUp(self):
        super().setUp()
        self.lock = threading.Lock()
        self.acknowledged = {}  # id: text
        self.is_over = threading.Event()

    def took(self, id, text):
        with self.lock:
            self.acknowledged[id] = text

    def write_lines(self):
        with self.chat.client("lines", "lobby") as client:
            number = 0
            while not self.is_over.is_set():
                texts = [f"lines {n} " + "x" * 1000 for n in range(number, number + 50)]
                number += len(texts)
                client.send(*(f"MSG lobby {text}" for text in texts))
                for text in texts:
                    line = client.readline()
                    while not (match := re.fullmatch(r"OK MSG lobby (\d+)", line)):
                        line = client.readline()
                    self.took(int(match[1]), text)

    def write_posts(self):
        with HTTPClient(self.chat) as client:
            number = 0
            while not self.is_over.is_set():
                number += 1
                self.took(client.post("posts", "lobby", f"post {number}"), f"post {number}")

    def wait_for(self, count):
        """Reads along until there are so many messages; the writers count for themselves."""
        with self.chat.client("watcher") as watcher:
            watcher.send("JOIN lobby 0")
            for _ in range(count):
                while not watcher.readline().startswith(("HIST lobby", "MSG lobby")):
                    pass

    def history(self, server, room="lobby"):
        messages, after = {}, 0
        with HTTPClient(server) as client:
            while after is not None:
                page = client.get(f"/messages?room={room}&after={after}&limit=1000").json()
                messages |= {message["id"]: message["text"] for message in page["messages"]}
                after = page["next"]
        return messages

    def test_has_everything_acknowledged_before(self):
        backup, restore = blocks("Backup", "sh")
        [check] = blocks("Backup", "console")
        writers = [threading.Thread(target=write) for write in (self.write_lines, self.write_posts)]
        for writer in writers:
            writer.start()
        try:
            self.wait_for(5000)
            with self.lock:
                before = dict(self.acknowledged)
            self.shell(backup)
            with self.lock:
                during = len(self.acknowledged) - len(before)
            self.wait_for(len(before) + during)
        finally:
            self.is_over.set()
            for writer in writers:
                writer.join()
        self.assertGreater(during, 0, "nothing was posted during the backup")

        command, verdict, _ = check.strip().split("\n")
        self.assertEqual(self.shell(command.removeprefix("$ ")).split("\n")[0], verdict)
        self.assertEqual(verdict, "ok")
        original = self.history(self.chat)
        copy = self.server_after(restore)
        restored = self.history(copy)
        self.assertEqual({id: restored.get(id) for id in before}, before)
        # One moment: everything up to an id, and nothing after it.
        self.assertEqual(restored, {id: text for id, text in original.items() if id <= max(restored)})
        with copy.client("writer", "lobby") as writer:
            self.assertGreater(writer.say("lobby", "after the restore"), max(original))
            # The cursor of one who had seen all of the original.
            writer.send(f"SINCE lobby {max(original)}")
            writer.expect_match(r"HIST lobby \d+ \S+ writer after the restore")

    def test_what_can_be_read_is_saved(self):
        with self.chat.client("writer", "lobby") as writer:
            ids = [writer.say("lobby", f"text {n}") for n in range(20)]
            writer.send("@ref=once MSG lobby only once")
            once = int(writer.expect_match(r"OK MSG lobby (\d+)")[1])
        self.chat.terminate()
        [script] = blocks("Saving what can be read", "sh")
        saved = self.server_after(script)
        self.assertEqual(sorted(self.history(saved)), [*ids, once])
        with saved.client("writer", "lobby") as writer:
            writer.send("@ref=once MSG lobby only once")
            writer.expect(f"OK MSG lobby {once}")
            self.assertGreater(writer.say("lobby", "more"), once)

    def test_what_can_be_read_is_saved_from_a_damaged_file(self):
        """Pages of two small tables are gone: what the messages say of them is enough."""
        with self.chat.client("writer", "lobby") as writer:
            ids = [writer.say("lobby", f"text {n}") for n in range(20)]
        self.chat.terminate()
        roots = [self.chat.sql(f"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")[0][0] for table in ("state", "rooms")]
        with open(self.chat.database, "r+b") as file:
            for root in roots:
                file.seek((root - 1) * 4096)
                file.write(b"\xa5" * 4096)
        with self.assertRaises(NotReady):
            self.chat.start()
        [script] = blocks("Saving what can be read", "sh")
        *commands, start = script.strip().split("\n")
        subprocess.run(
            ["bash", "-c", "\n".join(commands)], cwd=self.directory, capture_output=True, timeout=TIMEOUT, check=False)
        saved = self.server(data=os.path.join(self.directory, start.removeprefix(START)))
        self.assertEqual(sorted(self.history(saved, "lost-1")), ids)
        self.assertRegex(saved.log(), r"warning \S*/saved/linechat\.db: .* lost-1\n")
        with saved.client("writer", "lost-1", "lobby") as writer:
            self.assertGreater(writer.say("lobby", "a room of another number"), max(ids) + 999_999)
        self.assertEqual(sorted(self.history(saved, "lost-1")), ids)


class Removed(DataDirectory):
    """The files of a running server were deleted; the kernel still has them."""

    def setUp(self):
        super().setUp()
        [self.recipe] = blocks("When the disk fails", "sh")

    def tail_beside(self):
        """Another process of the same program, as there are many on a machine where people use it."""
        tail = subprocess.Popen(
            command("tail", "lobby", "--after", "0", "--to", "%s:%d" % self.chat.line), stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL, env=environment())
        self.addCleanup(tail.wait, TIMEOUT)
        self.addCleanup(tail.kill)
        self.addCleanup(tail.stdout.close)
        return tail.stdout

    def expect_saved(self, *texts):
        saved = self.server(data=os.path.join(self.directory, "saved"))
        self.assertEqual(saved.sql("SELECT text FROM messages ORDER BY id"), [(text,) for text in texts])
        with saved.client("writer", "lobby") as writer:
            self.assertEqual(writer.say("lobby", "goes on"), len(texts) + 1)

    def remove_beside_others(self, remove):
        seen = self.tail_beside()
        # A second server, on a directory of its own.
        other = self.server("--agent", "off")
        with other.client("writer", "lobby") as writer:
            writer.say("lobby", "elsewhere")
        with self.chat.client("writer", "lobby") as writer:
            writer.say("lobby", "one")
            writer.say("lobby", "two")
            self.assertEqual(seen.readline() + seen.readline(), b"1 writer one\n2 writer two\n")
            remove(self.chat.data)
            writer.send("MSG lobby lost")
            writer.expect_error("not-stored")
        self.assertIn(str(self.chat.pid), self.shell(self.recipe))
        self.chat.terminate()
        self.expect_saved("one", "two")

    def test_with_its_directory(self):
        self.remove_beside_others(shutil.rmtree)

    def test_alone(self):
        self.remove_beside_others(lambda data: os.unlink(os.path.join(data, "linechat.db")))

    def test_without_a_server_nothing_is_said_to_be_saved(self):
        self.chat.terminate()
        done = subprocess.run(
            ["bash", "-c", self.recipe], cwd=self.directory, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        self.assertEqual(done.stdout, "")
        self.assertIn("do not stop the server", done.stderr)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
