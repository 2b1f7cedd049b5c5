"""Starting: what is refused and how it is said, and what comes back after a restart."""

import json
import os
import re
import socket
import sqlite3
import subprocess

from harness import BINARY, TIMEOUT, TIMESTAMP, ServerCase, environment, run


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

    def test_second_server_on_the_same_database(self):
        """Whatever became of the lock file, and under whatever name: two servers would write over each other."""
        first = self.server(data=self.data)
        elsewhere = self.temporary_directory()
        os.link(self.database, os.path.join(elsewhere, "linechat.db"))
        self.expect_refusal(
            f"another server is running on {elsewhere}/linechat.db, or on the same file under another name",
            "stop it, or give another directory with --data", data=elsewhere)
        os.remove(os.path.join(self.data, "linechat.lock"))
        self.expect_refusal("another server is running on .*linechat.db")
        with first.client("alice", "lobby") as alice:
            self.assertEqual(alice.say("lobby", "the first goes on"), 1)
        self.assertEqual(first.sql("SELECT text FROM messages"), [("the first goes on",)])  # Others may read it.
        first.kill9()
        self.server(data=self.data)

    def test_a_link_in_place_of_the_database(self):
        self.make_data()
        elsewhere = self.temporary_directory()
        os.symlink(self.database, os.path.join(elsewhere, "linechat.db"))
        self.expect_refusal(
            f"{elsewhere}/linechat.db is a symbolic link", "give the directory that the file itself is in with --data",
            data=elsewhere)
        # A link to the directory is none of these.
        linked = os.path.join(elsewhere, "linked")
        os.symlink(self.data, linked)
        server = self.server(data=linked)
        self.expect_refusal("another server is running on the data directory")
        server.terminate()

    def test_newer_database(self):
        self.make_data()
        self.execute("PRAGMA user_version = 99")
        before = self.file(self.database)
        files = sorted(os.listdir(self.data))
        self.expect_refusal("written by a newer LineChat", "schema 99", "start that version, or give another directory with --data")
        self.assertEqual(self.file(self.database), before)
        self.assertEqual(sorted(os.listdir(self.data)), files)

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

    def test_numbers_that_no_server_wrote(self):
        """A number near the end of what 64 bits can say must not end the process when something is added to it."""
        self.make_data()
        version = self.execute("PRAGMA user_version")[0][0]
        for statement, back, pattern in (
            ("PRAGMA user_version = -1", f"PRAGMA user_version = {version}", "its schema is number -1"),
            ("UPDATE state SET value = 9223372036854775807 WHERE key = 'last_id'",
             "UPDATE state SET value = 1 WHERE key = 'last_id'", "last_id is 9223372036854775807"),
            ("UPDATE state SET value = CASE key WHEN 'last_id' THEN 9223372036854775000 ELSE 1 END",
             "UPDATE state SET value = key <> 'unsynced'", "last_id is 9223372036854775000"),
            ("UPDATE messages SET id = 9223372036854775807", "UPDATE messages SET id = 1",
             "the id of a message is 9223372036854775807"),
        ):
            with self.subTest(statement=statement):
                self.execute(statement)
                before = self.execute("SELECT * FROM state"), self.execute("SELECT * FROM messages")
                self.expect_refusal("linechat.db is damaged", pattern, "put back a copy of it")
                self.assertEqual((self.execute("SELECT * FROM state"), self.execute("SELECT * FROM messages")), before)
                self.execute(back)
        self.server(data=self.data)

    def test_foreign_database(self):
        os.mkdir(self.data)
        self.execute("CREATE TABLE recipes (name TEXT)")
        before = self.file(self.database)
        self.expect_refusal("is a SQLite database, but not one of LineChat", "give another directory with --data")
        self.assertEqual(self.file(self.database), before)
        self.assertEqual(sorted(os.listdir(self.data)), ["linechat.db", "linechat.lock"])

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
                self.assertFalse(os.path.exists(self.data), "a refused start has made the data directory")

    def test_a_port_in_use_leaves_an_older_database_as_it_is(self):
        os.mkdir(self.data)
        connection = sqlite3.connect(self.database)
        connection.executescript(Migrations.VERSION_1)
        connection.close()
        before = self.file(self.database)
        taken = socket.create_server(("127.0.0.1", 0))
        self.keep(taken)
        self.expect_refusal("in use", flags=["--http", f"127.0.0.1:{taken.getsockname()[1]}"])
        self.assertEqual(self.file(self.database), before)
        self.assertEqual(os.listdir(self.data), ["linechat.db"])

    def test_too_few_descriptors(self):
        done = subprocess.run(
            ["prlimit", "--nofile=97:97", BINARY, "serve", "--line", "127.0.0.1:0", "--http", "off", "--data", self.data],
            capture_output=True, text=True, timeout=TIMEOUT, env=environment())
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"may open 97 files, and needs at least 128; raise the hard limit")
        self.assertFalse(os.path.exists(self.data))

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

    def test_a_mistyped_variable(self):
        done = run("serve", "--line", "127.0.0.1:0", "--data", self.data, env=environment(LINECHAT_HTPP="off"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("LINECHAT_HTPP: there is no such option; did you mean LINECHAT_HTTP?", done.stderr)
        self.assertFalse(os.path.exists(self.data))

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


class Migrations(ServerCase):
    # The first version's tables. This never changes: such files are out there.
    VERSION_1 = """
    CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, topic TEXT, topic_author TEXT,
      topic_time INTEGER, trimmed_to INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, room INTEGER NOT NULL, time INTEGER NOT NULL, user TEXT NOT NULL,
      kind INTEGER NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL);
    CREATE TABLE room_messages (room INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (room, id)) WITHOUT ROWID;
    CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    CREATE VIEW history AS
      SELECT messages.id, rooms.name AS room, strftime('%Y-%m-%dT%H:%M:%S', time / 1000, 'unixepoch')
        || printf('.%03dZ', time % 1000) AS time, user, role, text
      FROM messages JOIN rooms ON rooms.id = messages.room ORDER BY messages.id;
    INSERT INTO state VALUES ('last_id', 7), ('indexed_to', 5), ('unsynced', 0);
    INSERT INTO rooms (id, name, trimmed_to) VALUES (3, 'Lobby', 4);
    INSERT INTO messages VALUES (5, 3, 1750000000000, 'eve', 0, 'user', 'indexed'),
      (7, 3, 1750000000123, 'eve', 0, 'user', 'in the tail');
    INSERT INTO room_messages VALUES (3, 5);
    PRAGMA application_id = 0x4C6E4368;
    PRAGMA user_version = 1;
    """

    def test_from_the_first_version(self):
        data = os.path.join(self.temporary_directory(), "data")
        os.mkdir(data)
        connection = sqlite3.connect(os.path.join(data, "linechat.db"))
        connection.executescript(self.VERSION_1)
        connection.close()
        server = self.server(data=data)
        for _ in range(2):
            with server.client("alice") as alice:
                alice.send("JOIN lobby 2")
                alice.expect(
                    "OK JOIN Lobby 7", "GAP Lobby 2 4", "HIST Lobby 5 2025-06-15T15:06:40.000Z eve indexed",
                    "HIST Lobby 7 2025-06-15T15:06:40.123Z eve in the tail", "END Lobby 7")
            server.restart()
        with server.client("alice", "lobby") as alice:
            self.assertEqual(alice.say("lobby", "goes on"), 8)
        server.terminate()
        new = self.server()
        new.terminate()
        for pragma in ("user_version", "application_id"):
            self.assertEqual(server.sql(f"PRAGMA {pragma}"), new.sql(f"PRAGMA {pragma}"))
        tables = "SELECT name FROM sqlite_schema ORDER BY name"
        self.assertEqual(server.sql(tables), new.sql(tables))


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
