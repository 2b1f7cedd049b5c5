"""All doors in one room: each sees the same messages in the same order."""

import re
import threading

from harness import HTTPClient, ServerCase, WebSocketClient, run
from irc_client import IRCClient

ROOM = "lobby"


class Member(threading.Thread):
    """Somebody in the room: says a number of messages, and reads until it has seen all there are to be."""

    def __init__(self, server, name, count, expected):
        super().__init__(name=name, daemon=True)
        self.server = server
        self.count = count
        self.expected = expected
        self.seen = []  # (id, user, text), own messages at their place
        self.failure = None
        self.client = None
        self.enter()

    def run(self):
        try:
            speaker = threading.Thread(target=self.speak, daemon=True)
            speaker.start()
            while len(self.seen) < self.expected:
                self.read_one()
            speaker.join()
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def close(self):
        self.client.close()

    def texts(self):
        return [f"{self.name} says {n} ☕ " + "x" * (n * 7 % 200) for n in range(self.count)]


class PlainMember(Member):
    def enter(self):
        self.client = self.server.client(self.name, ROOM)
        self.unacknowledged = self.texts()

    def speak(self):
        self.client.send(*(f"MSG {ROOM} {text}" for text in self.texts()))

    def read_one(self):
        line = self.client.readline()
        if match := re.fullmatch(rf"MSG {ROOM} (\d+) (\S+) (.*)", line):
            self.seen.append((int(match[1]), match[2], match[3]))
        elif match := re.fullmatch(rf"OK MSG {ROOM} (\d+)", line):
            self.seen.append((int(match[1]), self.name, self.unacknowledged.pop(0)))
        elif not re.match("(JOIN|PART) ", line):
            raise AssertionError(line)


class IRCMember(Member):
    def enter(self):
        self.client = IRCClient(self.server.line, self.name, f"#{ROOM}", caps="echo-message message-tags")

    def speak(self):
        self.client.send(*(f"PRIVMSG #{ROOM} :{text}" for text in self.texts()))

    def read_one(self):
        line = self.client.readline()
        if match := re.fullmatch(rf"@msgid=(\d+) :(\S+?)(?:!\S+)? PRIVMSG #{ROOM} :(.*)", line):
            self.seen.append((int(match[1]), match[2], match[3]))
        elif not re.match(r":\S+ (JOIN|PART|QUIT)", line):
            raise AssertionError(line)


class WebSocketMember(Member):
    def enter(self):
        self.client = WebSocketClient(self.server, f"user={self.name}&room={ROOM}")

    def run(self):
        # A WebSocketClient is one thread's at a time: this one says something, then reads, in turn.
        try:
            for text in self.texts():
                self.client.send({"text": text})
                self.read_one()
            while len(self.seen) < self.expected:
                self.read_one()
        except Exception as failure:  # told by the main thread
            self.failure = failure

    def read_one(self):
        frame = self.client.receive()
        data = frame["data"]
        if frame["type"] == "message":
            self.seen.append((data["id"], data["user"], data["text"]))
        elif frame["type"] not in ("join", "part"):
            raise AssertionError(frame)


class PostMember(Member):
    """Posts, and reads page by page."""

    def enter(self):
        self.client = HTTPClient(self.server)

    def run(self):
        try:
            for text in self.texts():
                self.client.post(self.name, ROOM, text)
            while len(self.seen) < self.expected:
                after = self.seen[-1][0] if self.seen else 0
                answer = self.client.get(f"/messages?room={ROOM}&after={after}&limit=100")
                for message in answer.json()["messages"]:
                    self.seen.append((message["id"], message["user"], message["text"]))
        except Exception as failure:  # told by the main thread
            self.failure = failure


DOORS = [PlainMember, IRCMember, WebSocketMember, PostMember]


class OneRoom(ServerCase):
    def talk(self, *flags, copies=2, count=100):
        server = self.server("--rate-limit", "off", *flags)
        expected = count * copies * len(DOORS)
        members = [
            self.keep(door(server, f"{door.__name__}{copy}", count, expected))
            for copy in range(copies) for door in DOORS]
        for member in members:
            member.start()
        for member in members:
            member.join()
            if member.failure:
                raise member.failure
        stored = server.sql("SELECT id, user, text FROM messages ORDER BY id")
        self.assertEqual([id for id, _, _ in stored], list(range(1, expected + 1)))
        for member in members:
            self.assertEqual(member.seen, stored, member.name)
            own = [text for _, user, text in stored if user == member.name]
            self.assertEqual(own, member.texts())

    def test_same_messages_in_one_order(self):
        self.talk()

    def test_on_several_loops(self):
        self.talk("--loops", "3")

    def test_each_door_sees_what_the_others_say(self):
        """One message by each door, as each door shows it."""
        server = self.server()
        alice = self.keep(server.client("alice", ROOM))
        ira = self.keep(IRCClient(server.line, "ira", f"#{ROOM}", caps="message-tags"))
        wes = self.keep(WebSocketClient(server, f"user=wes&room={ROOM}"))
        alice.expect(f"JOIN {ROOM} ira", f"JOIN {ROOM} wes")
        ira.read_until(re.compile(rf":wes\S* JOIN #{ROOM}"))

        def frame(id):
            return wes.receive_until(lambda frame: frame["data"].get("id") == id)[-1]["data"]

        self.assertEqual(alice.say(ROOM, "from nc"), 1)
        self.assertRegex(ira.readline(), r"^@msgid=1 :alice!\S+ PRIVMSG #lobby :from nc$")
        self.assertEqual(frame(1)["text"], "from nc")

        ira.send(f"PRIVMSG #{ROOM} :from IRC", f"PRIVMSG #{ROOM} :\x01ACTION waves\x01", f"NOTICE #{ROOM} :a notice")
        alice.expect("MSG lobby 2 ira from IRC", "MSG lobby 3 ira /me waves", "MSG lobby 4 ira a notice")
        self.assertEqual([frame(2)["text"], frame(3)["text"]], ["from IRC", "waves"])
        self.assertEqual(frame(4)["user"], "ira")

        with HTTPClient(server) as http:
            self.assertEqual(http.post("poe", ROOM, "from curl\nin two lines"), 5)
        alice.expect("MSG+ lobby 5 poe from curl", "MSG lobby 5 poe in two lines")
        lines = ira.fence()
        self.assertRegex(lines[0], r"^@msgid=5 :poe!\S+ PRIVMSG #lobby :from curl$")
        self.assertRegex(lines[1], r"^(@\S+ )?:poe!\S+ PRIVMSG #lobby :in two lines$")
        self.assertEqual(frame(5)["text"], "from curl\nin two lines")

        wes.send("from a WebSocket")
        self.assertEqual(frame(6)["user"], "wes")
        alice.expect("MSG lobby 6 wes from a WebSocket")
        self.assertRegex(ira.readline(), r"^@msgid=6 :wes!\S+ PRIVMSG #lobby :from a WebSocket$")

        done = run("send", ROOM, "from", "the", "command line", "--as", "cli", "--to", "%s:%d" % server.line)
        self.assertEqual((done.returncode, done.stdout), (0, "7\n"), done.stderr)
        alice.expect("JOIN lobby cli", "MSG lobby 7 cli from the command line", "PART lobby cli")
        self.assertEqual(frame(7)["text"], "from the command line")


class Presence(ServerCase):
    """A name is in a room from its first session to its last, whatever the doors."""

    def setUp(self):
        self.chat = self.server()
        self.watcher = self.keep(self.chat.client("watcher", ROOM))

    def socket(self, name):
        return WebSocketClient(self.chat, f"user={name}&room={ROOM}")

    def names(self):
        self.watcher.send(f"NAMES {ROOM}")
        *lines, end = self.watcher.read_until(f"END {ROOM}")
        return {name for line in lines for name in line.split()[2:]}

    def test_several_sessions_of_one_name(self):
        first = self.socket("alice")
        self.watcher.expect("JOIN lobby alice")
        second = self.socket("alice")
        third = self.chat.client("alice", ROOM)
        self.assertEqual(self.names(), {"alice", "watcher"})
        third.close()
        first.close()
        with HTTPClient(self.chat) as http:
            http.post("alice", ROOM, "still here")
        self.watcher.expect("MSG lobby 1 alice still here")
        second.close()
        self.watcher.expect("PART lobby alice")
        self.assertEqual(self.names(), {"watcher"})

    def test_a_name_that_stays_elsewhere_neither_quits_nor_is_renamed(self):
        """A QUIT, or a NICK, would take it from all rooms of who is in several."""
        observer = self.keep(IRCClient(self.chat.line, "observer", f"#{ROOM}", "#ops"))
        self.watcher.expect(f"JOIN {ROOM} observer")
        self.watcher.join("ops")
        observer.read_until(re.compile(r":watcher\S* JOIN #ops"))
        second = self.socket("cat")
        cat = self.chat.client("cat", ROOM, "ops")
        cat.fence()
        self.watcher.expect(f"JOIN {ROOM} cat", "JOIN ops cat")
        observer.expect(":cat!cat@linechat JOIN #lobby", ":cat!cat@linechat JOIN #ops")
        cat.send("NICK dan")
        cat.expect("OK NICK dan")
        self.watcher.expect(f"JOIN {ROOM} dan", "PART ops cat", "JOIN ops dan")
        observer.expect(
            ":dan!dan@linechat JOIN #lobby", ":cat!cat@linechat PART #ops", ":dan!dan@linechat JOIN #ops")
        cat.send("NICK cat")
        observer.expect(
            ":dan!dan@linechat PART #lobby", ":dan!dan@linechat PART #ops", ":cat!cat@linechat JOIN #ops")
        cat.close()
        observer.expect_match(r":cat!cat@linechat PART #ops :.*")
        self.watcher.read_until("PART ops cat")
        self.assertEqual(self.names(), {"cat", "observer", "watcher"})
        second.close()
        self.watcher.expect(f"PART {ROOM} cat")
        observer.expect_match(r":cat!cat@linechat QUIT :.*")

    def test_a_post_is_nobodys_presence(self):
        with HTTPClient(self.chat) as http:
            http.post("poe", ROOM, "hello")
            http.post("watcher", ROOM, "a held name")
        self.watcher.expect("MSG lobby 1 poe hello", "MSG lobby 2 watcher a held name")
        self.assertEqual(self.names(), {"watcher"})


class Lines(ServerCase):
    """A text of several lines, and its bounds."""

    def test_of_several_lines_only_the_last_moves_the_cursor(self):
        server = self.server()
        alice = self.keep(server.client("alice", ROOM))
        with HTTPClient(server) as http:
            text = "one\n\n  three\r\nfour"
            self.assertEqual(http.post("poe", ROOM, text), 1)
            alice.expect("MSG+ lobby 1 poe one", "MSG+ lobby 1 poe ", "MSG+ lobby 1 poe   three", "MSG lobby 1 poe four")
            alice.send(f"SINCE {ROOM} 0")
            for verb, line in (("HIST+", "one"), ("HIST+", ""), ("HIST+", "  three"), ("HIST", "four")):
                alice.expect_match(rf"{re.escape(verb)} lobby 1 \S+ poe {line}")
            alice.expect("END lobby 1")
            [stored] = http.get(f"/messages?room={ROOM}").json()["messages"]
            self.assertEqual(stored["text"], "one\n\n  three\nfour")

    def test_64_lines_and_not_65(self):
        server = self.server()
        alice = self.keep(server.client("alice", ROOM))
        with HTTPClient(server) as http:
            http.post("poe", ROOM, "\n".join(map(str, range(64))))
            alice.expect(*(f"MSG+ lobby 1 poe {n}" for n in range(63)), "MSG lobby 1 poe 63")
            answer = http.request("POST", "/messages", {"user": "poe", "room": ROOM, "text": "\n" * 64 + "x"})
            self.assertEqual((answer.status, answer.json()["code"]), (422, "too-many-lines"), answer)
        self.assertEqual(alice.fence(), [])


class Topics(ServerCase):
    def test_a_topic_survives_restarts(self):
        server = self.server()
        with IRCClient(server.line, "ira", f"#{ROOM}") as ira:
            ira.answers(f"TOPIC #{ROOM} :the topic ☕")
        for stop in (server.kill9, server.terminate):
            stop()
            server.start()
            with IRCClient(server.line, "ira") as ira:
                lines = ira.enter(f"#{ROOM}")
                self.assertIn(ira.numeric("332", f"#{ROOM} :the topic ☕"), lines)
            with HTTPClient(server) as http:
                self.assertEqual(http.get("/rooms").json()["rooms"][0]["topic"], "the topic ☕")

    def fill(self, server):
        """Ids 1 to 6: a message, a topic, a message, a topic, its removal, a message."""
        with IRCClient(server.line, "ira", f"#{ROOM}") as ira, server.client("alice", ROOM) as alice:
            for number, topics in ((1, ["tea"]), (3, ["at  five", ""]), (6, [])):
                self.assertEqual(alice.say(ROOM, f"text {number}"), number)
                for topic in topics:
                    ira.answers(f"TOPIC #{ROOM} :{topic}")
                    alice.expect(self.LINES[self.TOPICS.index(topic)])

    TOPICS = ["tea", "at  five", ""]
    LINES = ["TOPIC lobby 2 ira tea", "TOPIC lobby 4 ira at  five", "TOPIC lobby 5 ira "]

    def test_plain_is_told_live_and_in_a_replay(self):
        server = self.server()
        self.fill(server)
        for _ in range(2):
            with server.client("bob") as bob:
                bob.send("SINCE lobby 1", "HISTORY lobby 2", "JOIN lobby 3", "PART lobby", "JOIN lobby -2", "PING x")
                shown = [re.sub(r"(HIST lobby \d+) \S+", r"\1", bob.readline()) for _ in range(20)]
                since = ["TOPIC lobby 2 ira tea", "HIST lobby 3 alice text 3", *self.LINES[1:], "HIST lobby 6 alice text 6"]
                newest = ["HIST lobby 3 alice text 3", "HIST lobby 6 alice text 6", "END lobby 6"]
                self.assertEqual(shown, [
                    *since, "END lobby 6", *newest, "OK JOIN lobby 6", *since[2:], "END lobby 6", "OK PART lobby",
                    "OK JOIN lobby 6", *newest, "PONG x"])
            server.restart()

    def test_a_topic_at_the_end_moves_every_cursor(self):
        server = self.server()
        with IRCClient(server.line, "ira", f"#{ROOM}") as ira, server.client("alice", ROOM) as alice:
            alice.say(ROOM, "one")
            ira.answers(f"TOPIC #{ROOM} :tea")
            alice.expect("TOPIC lobby 2 ira tea")
            alice.send("JOIN lobby")
            alice.expect("OK JOIN lobby 2")
            with WebSocketClient(server, f"user=eve&room={ROOM}&after=0") as eve, server.client("bob") as bob:
                frames = [eve.receive()["data"]["id"]]
                bob.send("JOIN lobby 2")
                bob.expect("OK JOIN lobby 2", "END lobby 2")
                server.send_signal(15)
                self.assertEqual((frames, eve.expect_close()), ([1], (1001, "shutdown; resume after 2")))
                bob.expect("RESUME lobby 2", "BYE shutdown")

    def test_http_gives_them_to_who_asks_for_all(self):
        server = self.server()
        self.fill(server)
        with HTTPClient(server) as http:
            def ids(query):
                page = http.get(f"/messages?room={ROOM}&{query}").json()
                return [m["id"] for m in page["messages"]], page["next"]
            self.assertEqual(ids("limit=2"), ([3, 6], 3))
            self.assertEqual(ids("kinds=messages&after=1&limit=1"), ([3], 3))
            self.assertEqual(ids("kinds=all&limit=3"), ([4, 5, 6], 4))
            self.assertEqual(ids("kinds=all&after=1&limit=2"), ([2, 3], 3))
            self.assertEqual(ids("kinds=all&after=3"), ([4, 5, 6], None))
            topic = http.get(f"/messages?room={ROOM}&kinds=all&after=4&limit=1").json()["messages"][0]
            self.assertEqual([topic[name] for name in ("id", "user", "room", "text", "kind")], [5, "ira", ROOM, "", "topic"])
            answer = http.get(f"/messages?room={ROOM}&kinds=topics")
            self.assertEqual((answer.status, answer.json()["field"]), (422, "kinds"))
