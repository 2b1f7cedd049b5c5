"""Starting: what is refused and how it is said, and what comes back after a restart."""

import json
import os
import re
import socket
import sqlite3

from harness import TIMESTAMP, ServerCase, run


class Refusals(ServerCase):
    """Each start that cannot work ends at once, with a sentence that says what to do."""

    def setUp(self):
        self.data = os.path.join(self.temporary_directory(), "data")

    @property
    def database(self):
        return os.path.join(self.data, "linechat.db")

    def expect_refusal(self, *patterns, flags=(), status=1, data=None):
        """`linechat serve` fails with one line on standard error in which all the patterns are found."""
        done = run(
            "serve", "--line", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log-level", "error",
            "--data", data or self.data, *flags)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        for pattern in patterns:
            self.assertRegex(done.stderr, pattern)
        if status == 1:
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def make_data(self, messages=1):
        """A data directory of a server that was stopped."""
        with self.server(data=self.data) as server:
            with server.client("alice", "lobby") as alice:
                alice.send(*(f"MSG lobby text {n} {'x' * 1000}" for n in range(messages)))
                alice.fence()
            server.terminate()

    def execute(self, statement):
        connection = sqlite3.connect(self.database)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def file(self, *parts):
        with open(os.path.join(*parts), "rb") as file:
            return file.read()

    def test_second_server_on_the_same_data(self):
        first = self.server(data=self.data)
        self.expect_refusal("another server is running on the data directory", "stop it, or give another one with --data")
        with first.client("alice", "lobby") as alice:
            self.assertEqual(alice.say("lobby", "the first goes on"), 1)
        first.kill9()
        self.server(data=self.data)  # The dead hold nothing.

    def test_newer_database(self):
        self.make_data()
        self.execute("PRAGMA user_version = 99")
        before = self.file(self.database)
        self.expect_refusal("written by a newer LineChat", "schema 99", "start that version, or give another directory with --data")
        self.assertEqual(self.file(self.database), before)

    def test_garbage(self):
        os.mkdir(self.data)
        with open(self.database, "wb") as file:
            file.write(b"this is no database\n" * 500)
        self.expect_refusal("linechat.db is damaged", "put back a copy of it", r"\.dump", "--data")
        self.assertTrue(self.file(self.database).startswith(b"this is no database"))

    def test_truncated(self):
        self.make_data(200)
        size = os.path.getsize(self.database)
        for part in (size // 2, size - 4096, 100, 5000):
            with self.subTest(bytes=part):
                os.truncate(self.database, part)
                self.expect_refusal("linechat.db is damaged", "put back a copy of it")

    def test_damaged_inside(self):
        self.make_data(200)
        pages = os.path.getsize(self.database) // 4096
        self.assertGreater(pages, 20)
        with open(self.database, "r+b") as file:
            for page in range(5, pages):
                file.seek(page * 4096)
                file.write(b"\xa5" * 64)
        self.expect_refusal("linechat.db is damaged", "put back a copy of it")

    def test_foreign_database(self):
        os.mkdir(self.data)
        self.execute("CREATE TABLE recipes (name TEXT)")
        self.expect_refusal("is a SQLite database, but not one of LineChat", "give another directory with --data")
        self.assertEqual(self.execute("SELECT name FROM sqlite_schema"), [("recipes",)])

    def test_directory_that_cannot_be_written(self):
        with open(self.data, "w", encoding="ascii"):
            pass
        for path in (self.data, os.path.join(self.data, "below"), "/proc/linechat"):
            with self.subTest(path=path):
                self.expect_refusal(
                    f"the data directory {path} cannot be used", "give a directory this user may write with --data",
                    data=path)

    def test_directory_in_place_of_the_database(self):
        os.makedirs(self.database)
        self.expect_refusal("linechat.db cannot be used", "check the disk and the rights")

    def test_port_in_use(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.keep(taken)
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        for door in ("line", "http"):
            with self.subTest(door=door):
                self.expect_refusal(where, "in use", f"--{door}", flags=[f"--{door}", where])

    def test_address_of_another_machine(self):
        self.expect_refusal(r"192\.0\.2\.1", "--line", flags=["--line", "192.0.2.1:0"])

    def test_name_that_nobody_has(self):
        self.expect_refusal("cannot listen on name.invalid:0", "--line", flags=["--line", "name.invalid:0"])

    def test_bad_flags(self):
        for flags, patterns in (
            (["--nope", "x"], ["--nope"]), (["--line", "nowhere"], ["--line", "HOST:PORT"]),
            (["--line", "127.0.0.1:70000"], ["--line"]), (["--http", "x"], ["--http", "off"]),
            (["--durability", "some"], ["--durability", "full"]), (["--loops", "0"], ["--loops", "1 to 64"]),
            (["--agent", "perhaps"], ["--agent", "on or off"]), (["--agent-name", "1x"], ["--agent-name"]),
            (["--agent-rooms", "a b"], ["--agent-rooms"]), (["--send-queue", "1"], ["--send-queue", "64k"]),
            (["--log-level", "loud"], ["--log-level", "debug"]), (["--data"], ["--data needs a value"]),
            (["--config", "/nowhere/x.conf"], ["--config", "/nowhere/x.conf"]), (["extra"], ["extra"]),
        ):
            with self.subTest(flags=flags):
                self.expect_refusal(*patterns, "linechat help serve", flags=flags, status=2)
        self.assertFalse(os.path.exists(self.data), "a usage error has made something")

    def test_bad_agent_rules(self):
        rules = os.path.join(self.temporary_directory(), "rules.json")
        for content, pattern in (
            ("{", "it is not JSON"), ("[]", "the file is not"), ('{"rules": []}', "there is no rule in it"),
            ({"rules": [{"name": "a", "words": ["x"]}]}, 'rule "a": it has no answer'),
            ({"rules": [{"name": "a", "answer": "x"}]}, 'rule "a": it needs exactly one of'),
            ({"rules": [{"words": ["x"], "answer": "y"}, {"name": "b", "prefix": "", "answer": "y"}]},
             'rule "b": prefix is empty'),
            ({"rules": [{"name": "c", "words": ["two words"], "answer": "y"}]}, 'rule "c": "two words" in words'),
            ({"rules": [{"name": "d", "contains": "x", "answer": "{nobody}"}]}, r'rule "d": answer has \{nobody\}'),
            ({"rules": [{"words": 1, "answer": "y"}]}, "rule number 1"),
        ):
            with self.subTest(content=content):
                with open(rules, "w", encoding="utf-8") as file:
                    file.write(content if isinstance(content, str) else json.dumps(content))
                self.expect_refusal(rules, pattern, flags=["--agent-rules", rules])
        self.expect_refusal("/nowhere/rules.json", flags=["--agent-rules", "/nowhere/rules.json"])


class Restarts(ServerCase):
    def talk(self, server, *texts):
        with server.client("alice", "Lobby") as alice:
            return [alice.say("Lobby", text) for text in texts]

    def history(self, server, room="lobby"):
        with server.client() as reader:
            reader.send(f"SINCE {room} 0")
            pattern = rf"HIST (\S+) (\d+) ({TIMESTAMP}) (\S+) (.*)"
            lines = []
            while not (line := reader.readline()).startswith("END "):
                lines.append(line)
            self.assertTrue(all(re.fullmatch(pattern, line) for line in lines), lines)
            return lines

    def test_rooms_and_history_survive(self):
        server = self.server()
        self.assertEqual(self.talk(server, "one", "two"), [1, 2])
        before = self.history(server)
        for stop in (server.terminate, server.kill9):
            stop()
            server.start()
            self.assertEqual(self.history(server), before)
        with server.client() as asker:
            asker.send("ROOMS")
            asker.expect("ROOM Lobby 0", "END ROOMS")  # spelled as first written
        self.assertEqual(self.talk(server, "three"), [3])

    def test_the_same_ports_at_once(self):
        server = self.server()
        where = server.line
        with server.client("alice", "lobby"):  # whose end the server sees last
            server.kill9()
            server.start()
        self.assertEqual(server.line, where)

    def test_history_beyond_the_index_survives_a_kill(self):
        """The room index is built behind the tail: what it does not have yet is found all the same."""
        server = self.server("--rate-limit", "off")
        with server.client("alice", "lobby") as alice:
            alice.send(*(f"MSG lobby {n}" for n in range(3000)))
            alice.expect(*(f"OK MSG lobby {n}" for n in range(1, 3001)))
        server.kill9()
        server.start()
        self.assertEqual([line.split()[2] for line in self.history(server)], [str(n) for n in range(1, 3001)])

    def test_ids_jump_after_an_unclean_stop_without_sync(self):
        server = self.server("--durability", "normal")
        self.assertEqual(self.talk(server, "one"), [1])
        server.terminate()
        server.start()
        self.assertEqual(self.talk(server, "two"), [2])
        server.kill9()
        server.start()
        [three] = self.talk(server, "three")
        self.assertGreater(three, 100_000)
        self.assertEqual(len(self.history(server)), 3)

    def test_an_empty_file_becomes_a_database(self):
        data = os.path.join(self.temporary_directory(), "data")
        os.mkdir(data)
        with open(os.path.join(data, "linechat.db"), "w", encoding="ascii"):
            pass
        server = self.server(data=data)
        self.talk(server, "hello")
        server.terminate()
        self.assertGreater(server.sql("PRAGMA user_version")[0][0], 0)
        self.assertNotEqual(server.sql("PRAGMA application_id")[0][0], 0)

    def test_a_directory_is_made_with_its_parents(self):
        data = os.path.join(self.temporary_directory(), "a", "b", "data")
        self.talk(self.server(data=data), "hello")
        self.assertTrue(os.path.exists(os.path.join(data, "linechat.db")))

    def test_a_person_can_read_the_database(self):
        server = self.server()
        self.talk(server, "one")
        [(id, room, time, user, role, text)] = server.sql("SELECT * FROM history")
        self.assertEqual((id, room, user, role, text), (1, "Lobby", "alice", "user", "one"))
        self.assertRegex(time, TIMESTAMP)

    def test_several_line_addresses_and_no_http(self):
        server = self.server("--line", "[::1]:0", "--http", "off")
        self.assertRegex(server.ready, r"^ready line=127\.0\.0\.1:\d+,\[::1\]:\d+ http=off data=")
        server.line = server.lines[1]
        self.assertEqual(self.talk(server, "over IPv6"), [1])
