"""The HTTP routes: what each answers, and how each refuses."""

import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse

import harness
from harness import TIMESTAMP, HTTPClient, ServerCase, curl
from test_shutdown import empty_disk, fill_disk

JSON = {"Content-Type": "application/json"}


class Client(HTTPClient):
    """Checks of every answer what all answers must be: listed in /openapi.json, and a problem if it is a refusal."""

    documents = {}

    def request(self, method, path, body=None, headers=None):
        answer = super().request(method, path, body, headers)
        self.check(method, path, answer)
        return answer

    def operations(self, path):
        where = (self.connection.host, self.connection.port)
        if where not in self.documents:
            self.documents[where] = super().request("GET", "/openapi.json").json()["paths"]
        return self.documents[where].get(urllib.parse.unquote(path.split("?")[0]))

    def check(self, method, path, answer):
        if answer.status >= 400 and method != "HEAD":
            problem = answer.json()
            assert answer.headers["Content-Type"] == "application/problem+json", answer
            assert problem["status"] == answer.status and problem["detail"].endswith("."), answer
            assert problem["type"] == "about:blank" and problem["title"], answer
        assert answer.headers["Date"].endswith(" GMT"), answer
        if answer.status in (429, 503):
            assert int(answer.headers["Retry-After"]) > 0, answer
        operations = self.operations(path)
        operation = operations and operations.get(
            "get" if method == "HEAD" and answer.status != 405 else method.lower())
        if operations is None:
            assert answer.status == 404, answer
        elif operation is None:
            assert answer.status == 405 and answer.headers["Allow"], answer
        else:
            assert str(answer.status) in operation["responses"], f"{method} {path} is not documented: {answer}"


class HTTPCase(ServerCase):
    def start(self, *arguments, **options):
        self.chat = self.server("--agent", "off", "--rate-limit", "off", *arguments, **options)
        self.http = self.keep(Client(self.chat))

    def setUp(self):
        self.start()

    def publish(self, **message):
        return self.http.request("POST", "/messages", message)

    def messages(self, query):
        answer = self.http.get(f"/messages?{query}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def ids(self, query):
        return [message["id"] for message in self.messages(query)["messages"]]

    def assertRefused(self, answer, status, field=None, code=None):
        self.assertEqual(answer.status, status, answer)
        problem = answer.json()
        self.assertEqual((problem.get("field"), problem.get("code")), (field, code), answer)


class Publishing(HTTPCase):
    def test_a_misspelt_room_is_not_the_default(self):
        self.assertRefused(self.publish(user="ann", channel="ops", text="hello"), 422, "channel")
        self.assertEqual(self.http.get("/rooms").json()["rooms"], [])
        self.assertEqual(self.publish(user="ann", room="ops", channel="x", thread=1, text="hello").status, 201)

    def test_a_message_is_published(self):
        bob = self.keep(self.chat.client("bob", "lobby"))
        answer = self.publish(user="alice", room="lobby", text="hello there")
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers["Location"], "/messages?room=lobby&after=0&limit=1")
        published = answer.json()
        self.assertEqual(list(published), ["status", "id", "room", "ts"])
        self.assertEqual((published["status"], published["id"], published["room"]), ("published", 1, "lobby"))
        self.assertRegex(published["ts"], f"^{TIMESTAMP}$")
        bob.expect("MSG lobby 1 alice hello there")
        self.assertEqual(
            self.http.get(answer.headers["Location"]).json(),
            {"messages": [
                {"id": 1, "user": "alice", "room": "lobby", "text": "hello there", "role": "user",
                 "ts": published["ts"]}], "next": None})

    def test_as_the_python_service_took_it(self):
        for extra in ({}, {"room": None}, {"session_id": "s"}, {"session_id": None}, {"more": [1, {}]}):
            answer = self.publish(user="john", text="hello", **extra)
            self.assertEqual((answer.status, answer.json()["room"]), (201, "default"))
            self.assertEqual(answer.json()["status"], "published")

    def test_location_leads_to_the_message_in_any_room(self):
        self.publish(user="ann", room="tea", text="0")
        for room in ("lobby", "#lobby", "Größe", "茶", "a&b=c", "50%", "a+b", "/?", '"\\', "😀"):
            for text in ("one", "two"):
                answer = self.publish(user="ann", room=room, text=text)
                found = self.http.get(answer.headers["Location"]).json()["messages"]
                self.assertEqual([message["id"] for message in found], [answer.json()["id"]])
                self.assertEqual((found[0]["room"], found[0]["text"]), (room.removeprefix("#"), text))

    def test_a_room_keeps_the_name_it_was_first_given(self):
        self.publish(user="ann", room="Lobby", text="one")
        answer = self.publish(user="ann", room="LOBBY", text="two")
        self.assertEqual(answer.json()["room"], "Lobby")
        self.assertEqual(self.ids("room=lobby"), [1, 2])

    def test_a_name_on_the_line_door_is_nobody_elses_business(self):
        alice = self.keep(self.chat.client("alice", "lobby"))
        self.assertEqual(self.publish(user="alice", room="lobby", text="hello").status, 201)
        alice.expect("MSG lobby 1 alice hello")

    def test_texts_come_through(self):
        for text in ("a\r\nb", "tab\there", "\x02bold\x0f", "ünïcödé 😀", "a" * 4096, "\n".join("x" * 64), '"\\/'):
            self.assertEqual(self.publish(user="ann", room="lobby", text=text).status, 201)
            stored = self.messages("room=lobby&limit=1")["messages"][0]["text"]
            self.assertEqual(stored, text.replace("\r\n", "\n"))

    def test_what_is_refused(self):
        good = {"user": "ann", "room": "lobby", "text": "hello"}
        cases = [
            ({"user": ""}, "user", "bad-nick"), ({"user": "a b"}, "user", "bad-nick"),
            ({"user": "1a"}, "user", "bad-nick"), ({"user": "ä"}, "user", "bad-nick"),
            ({"user": "a" * 33}, "user", "bad-nick"), ({"user": "a\r\nQUIT"}, "user", "bad-nick"),
            ({"room": ""}, "room", "bad-room"), ({"room": "a b"}, "room", "bad-room"),
            ({"room": "a,b"}, "room", "bad-room"), ({"room": "ä" * 26}, "room", "bad-room"),
            ({"room": "a\nb"}, "room", "bad-room"),
            ({"text": ""}, "text", "text-empty"), ({"text": "\n\n"}, "text", "text-empty"),
            ({"text": "a" * 4097}, "text", "text-too-long"), ({"text": "\x1b[2J"}, "text", "text-control"),
            ({"text": "a\rb"}, "text", "text-control"), ({"text": "\0"}, "text", "text-control"),
            ({"text": "x\n" * 64}, "text", "too-many-lines"),
            ({"user": 5}, "user", None), ({"text": None}, "text", None), ({"room": []}, "room", None),
            ({"session_id": 5}, "session_id", None),
        ]
        for wrong, field, code in cases:
            with self.subTest(wrong=wrong):
                self.assertRefused(self.publish(**good | wrong), 422, field, code)
        for field in ("user", "text"):
            without = {name: value for name, value in good.items() if name != field}
            self.assertRefused(self.publish(**without), 422, field)
        self.assertEqual(self.http.get("/rooms").json(), {"rooms": []})

    def test_bodies_that_are_no_json_object(self):
        for body, status in [
            (b"", 400), (b"hello", 400), (b"{", 400), (b'{"user":"a","text":"b",}', 400), (b"\xff\xfe{\0}\0", 400),
            (b'{"user":"a","text":"\xff"}', 400), (b'{"user":"a","text":"\\ud800"}', 400), (b"[" * 60_000, 400),
            (b"[]", 422), (b'"text"', 422), (b"null", 422),
        ]:
            with self.subTest(body=body[:40]):
                self.assertRefused(self.http.request("POST", "/messages", body, JSON), status)

    def test_media_types(self):
        body = b'{"user":"ann","text":"hello"}'
        for kind in ("application/json", "Application/JSON", "application/json; charset=utf-8",
                     "application/json;charset=UTF-8"):
            answer = self.http.request("POST", "/messages", body, {"Content-Type": kind})
            self.assertEqual(answer.status, 201, kind)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json", ""):
            answer = self.http.request("POST", "/messages", body, {"Content-Type": kind})
            self.assertEqual((answer.status, answer.headers["Accept"]), (415, "application/json"), kind)
        # Without one, as a POST by a browser's form would come, it is refused too.
        self.assertEqual(self.http.request("POST", "/messages", body).status, 415)

    def test_a_body_that_is_too_long(self):
        answer = self.http.request("POST", "/messages", b" " * (64 * 1024 + 1), JSON)
        self.assertRefused(answer, 413)
        self.assertEqual(answer.headers["Connection"], "close")
        longest = b'{"user":"ann","text":"hello"}'.ljust(64 * 1024)
        with Client(self.chat) as another:
            self.assertEqual(another.request("POST", "/messages", longest, JSON).status, 201)

    def test_with_curl(self):
        url = "http://%s:%d/messages" % self.chat.http
        done = curl("-d", '{"user":"ann","room":"lobby","text":"hello"}', "-H", "Content-Type: application/json",
                    "-w", "\n%{http_code}", url)
        body, status = done.stdout.rsplit("\n", 1)
        self.assertEqual((status, json.loads(body)["id"]), ("201", 1))
        # curl says neither a length nor a type here.
        done = curl("-X", "POST", "-w", "\n%{http_code}", url)
        body, status = done.stdout.rsplit("\n", 1)
        self.assertEqual((status, json.loads(body)["status"]), ("411", 411))

    def test_a_full_disk_is_told_and_survived(self):
        self.publish(user="ann", room="lobby", text="before")
        fill_disk(self.chat)
        answer = self.publish(user="ann", room="lobby", text="x" * 4000)
        while answer.status == 201:  # The log's file may have had some room left.
            answer = self.publish(user="ann", room="lobby", text="x" * 4000)
        self.assertIn((answer.status, answer.json()["code"]), [(503, "not-stored"), (500, "outcome-unknown")])
        health = self.http.get("/health")
        self.assertRefused(health, 503, code="commits-stall")
        empty_disk(self.chat)
        self.assertEqual(self.publish(user="ann", room="lobby", text="after").status, 201)
        self.assertEqual(self.http.get("/health").status, 200)
        texts = [message["text"] for message in self.messages("room=lobby")["messages"]]
        self.assertEqual((texts[0], texts[-1]), ("before", "after"))


class TheAgent(ServerCase):
    def test_its_answer_has_its_role_and_its_name_is_its_own(self):
        chat = self.server()
        http = self.keep(Client(chat))
        with harness.WebSocketClient(chat, "user=watcher") as watcher:
            http.post("john", "default", "hello")
            frames = [watcher.receive() for _ in range(2)]
            self.assertEqual([(f["data"]["user"], f["data"]["role"]) for f in frames],
                             [("john", "user"), ("mock-ai", "ai")])
        for user in ("mock-ai", "Mock-AI"):
            answer = http.request("POST", "/messages", {"user": user, "text": "hello"})
            self.assertEqual((answer.status, answer.json()["code"], answer.json()["field"]),
                             (422, "nick-reserved", "user"))


class History(HTTPCase):
    def fill(self, count, room="lobby"):
        """Every second message is in another room."""
        for n in range(count):
            self.publish(user="ann", room=room, text=f"{n}")
            self.publish(user="ann", room="other", text=f"{n}")
        return list(range(1, 2 * count, 2))

    def test_pages(self):
        ids = self.fill(60)
        self.assertEqual(self.ids("room=lobby"), ids[-50:])
        self.assertEqual(self.ids("room=lobby&limit=3"), ids[-3:])
        self.assertEqual(self.ids("room=lobby&limit=1000"), ids)
        self.assertEqual(self.ids("room=lobby&after=0&limit=3"), ids[:3])
        self.assertEqual(self.ids(f"room=lobby&after={ids[10]}&limit=3"), ids[11:14])
        self.assertEqual(self.ids(f"room=lobby&after={ids[10] - 1}&limit=1"), [ids[10]])
        self.assertEqual(self.ids(f"room=lobby&before={ids[10]}&limit=3"), ids[7:10])
        self.assertEqual(self.ids(f"room=lobby&after={ids[-1]}"), [])
        self.assertEqual(self.ids("room=lobby&before=1"), [])
        self.assertEqual(self.ids("room=lobby&before=9223372036854775807&limit=2"), ids[-2:])
        self.assertEqual(self.ids("room=%23LOBBY&limit=1"), ids[-1:])

    def follow(self, query, parameter):
        """All pages, in the order in which they came."""
        pages = [self.messages(query)]
        while (next := pages[-1]["next"]) is not None:
            pages.append(self.messages(f"{query.split('&after')[0]}&{parameter}={next}"))
        return [[message["id"] for message in page["messages"]] for page in pages]

    def test_next_leads_through_everything(self):
        ids = self.fill(25)
        for limit in (1, 7, 25, 26):
            forward = self.follow(f"room=lobby&limit={limit}&after=0", "after")
            self.assertEqual(sum(forward, []), ids)
            back = self.follow(f"room=lobby&limit={limit}", "before")
            self.assertEqual(sum(reversed(back), []), ids)
            for page in forward[:-1] + back[:-1]:
                self.assertEqual(len(page), limit)

    def test_a_page_of_long_texts_ends_early(self):
        for _ in range(100):
            self.publish(user="ann", room="lobby", text="ä" * 2048)
        pages = self.follow("room=lobby&limit=1000&after=0", "after")
        self.assertGreater(len(pages), 1)
        self.assertEqual(sum(pages, []), list(range(1, 101)))
        pages = self.follow("room=lobby&limit=1000", "before")
        self.assertGreater(len(pages), 1)
        self.assertEqual(sum(reversed(pages), []), list(range(1, 101)))

    def test_what_was_trimmed_is_told(self):
        ids = self.fill(10)
        self.http.close()
        self.chat.terminate()
        self.chat.sql("DELETE FROM messages WHERE id <= ?", ids[3])
        self.chat.sql("DELETE FROM room_messages WHERE id <= ?", ids[3])
        self.chat.sql("UPDATE rooms SET trimmed_to = ? WHERE name = 'lobby'", ids[3])
        self.chat.start()
        self.http = self.keep(Client(self.chat))
        page = self.messages("room=lobby&after=1")
        self.assertEqual([message["id"] for message in page["messages"]], ids[4:])
        self.assertEqual((page["next"], page["gap"]), (None, [1, ids[3]]))
        self.assertNotIn("gap", self.messages(f"room=lobby&after={ids[3]}"))
        self.assertEqual(self.messages("room=lobby")["gap"], [0, ids[3]])
        self.assertNotIn("gap", self.messages("room=lobby&limit=2"))

    def test_kinds(self):
        irc = self.keep(self.chat.client())
        irc.send("USER ann 0 * :Ann", "NICK ann", "JOIN #lobby", "PRIVMSG #lobby :said",
                 "PRIVMSG #lobby :\x01ACTION waves\x01", "NOTICE #lobby :noted", "PING x")
        irc.read_until(re.compile(r".*PONG.*x\r?"))
        found = self.messages("room=lobby")["messages"]
        self.assertEqual([(message["text"], message.get("kind")) for message in found],
                         [("said", None), ("waves", "action"), ("noted", "notice")])

    def test_what_is_refused(self):
        self.fill(3)
        for query, field in [
            ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
            ("limit=-1", "limit"), ("limit=%2B5", "limit"), ("limit=1&limit=2", "limit"), ("after=-1", "after"),
            ("after=1.5", "after"), ("after=99999999999999999999", "after"), ("before=x", "before"),
            ("after=1&before=2", "before"), ("room=a&room=b", "room"),
        ]:
            with self.subTest(query):
                answer = self.http.get(f"/messages?{query}")
                self.assertRefused(answer, 422, field)
        self.assertRefused(self.http.get("/messages?room=lobby&after=7"), 422, "after", "future-id")
        self.assertEqual(self.ids("room=lobby&after=6"), [])
        self.assertRefused(self.http.get("/messages?room=a%20b"), 422, "room", "bad-room")
        self.assertRefused(self.http.get("/messages?room="), 422, "room", "bad-room")
        self.assertRefused(self.http.get("/messages?room=nowhere"), 404, "room", "no-such-room")
        self.assertRefused(self.http.get("/messages"), 404, "room", "no-such-room")
        self.assertRefused(self.http.get("/messages?room=%zz"), 400)
        self.assertRefused(self.http.get("/messages?room=%ff"), 400)

    def test_a_room_in_which_nothing_was_said(self):
        self.keep(self.chat.client("ann", "quiet"))
        self.assertEqual(self.messages("room=quiet"), {"messages": [], "next": None})

    def test_a_long_page_does_not_cut_off_its_reader(self):
        """Not with the smallest send queue, and texts whose JSON is six times as long."""
        self.start("--send-queue", "64k")
        for _ in range(40):
            self.publish(user="ann", room="lobby", text="\x02" * 4096)
        answer = self.http.get("/messages?room=lobby&limit=1000&after=0")
        self.assertGreater(len(answer.body), 512 * 1024)
        self.assertEqual(len(answer.json()["messages"]), len(answer.body) // (6 * 4096))


class TheRest(HTTPCase):
    def test_rooms(self):
        ann = self.keep(self.chat.client("ann", "lobby", "ops"))
        with self.chat.client("bob", "lobby") as bob:
            bob.fence()
            ann.expect("JOIN lobby bob")
            irc = self.keep(self.chat.client())
            irc.send("USER cee 0 * :Cee", "NICK cee", "JOIN #ops", "TOPIC #ops :what we do", "PING x")
            irc.read_until(re.compile(r".*PONG.*x\r?"))
            self.publish(user="dee", room="Zoo", text="hello")
            self.assertEqual(self.http.get("/rooms").json(), {"rooms": [
                {"room": "lobby", "members": 2}, {"room": "ops", "members": 2, "topic": "what we do"},
                {"room": "Zoo", "members": 0}]})

    def test_many_rooms(self):
        rooms = sorted(f"room-{n:04}-{'x' * 30}" for n in range(900))
        ann = self.keep(self.chat.client("ann"))
        ann.send(*(f"JOIN {room}" for room in rooms))
        ann.fence()
        listed = self.http.get("/rooms").json()["rooms"]
        self.assertEqual(listed, [{"room": room, "members": 1} for room in rooms])

    def test_health(self):
        answer = self.http.get("/health")
        self.assertEqual((answer.status, answer.json()), (200, {"status": "ok"}))

    def metrics(self):
        answer = self.http.get("/metrics")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        found, types = {}, {}
        for line in answer.body.decode().splitlines():
            if comment := re.fullmatch(r"# (HELP|TYPE) (\w+) (.+)", line):
                types[comment[2]] = comment[3]
                continue
            sample = re.fullmatch(r'(\w+)(\{\w+="(?:[^"\\]|\\.)*"\})? (\S+)', line)
            self.assertTrue(sample, line)
            self.assertIn(re.sub("_(bucket|sum|count)$", "", sample[1]), types.keys() | {sample[1]})
            found[sample[1] + (sample[2] or "")] = float(sample[3])
        return found

    def test_metrics(self):
        ann = self.keep(self.chat.client("ann", "lobby"))
        socket = self.keep(harness.WebSocketClient(self.chat, "user=bob&room=lobby"))
        ann.expect("JOIN lobby bob")
        # What is said while history is read for it is no live delivery. What it sends is looked at once it is live.
        socket.send({})
        socket.receive_until(lambda frame: frame["type"] == "error")
        for n in range(3):
            self.publish(user="cee", room="lobby", text=f"{n}")
        self.publish(user="a b", room="lobby", text="hello")
        self.http.get("/nowhere")
        ann.send("NONSENSE")
        # Shown to bob, and told to ann, which is no delivery.
        ann.send("MSG lobby four", "MSG lobby five")
        ann.fence()
        found = self.metrics()
        for name, value in {
            'linechat_connections{door="line"}': 1, 'linechat_connections{door="http"}': 1,
            'linechat_connections{door="websocket"}': 1, "linechat_messages_total": 5,
            "linechat_deliveries_total": 3 * 2 + 2, "linechat_commit_messages_sum": 5, "linechat_last_id": 5, "linechat_healthy": 1,
            'linechat_refusals_total{reason="bad-nick"}': 1, 'linechat_refusals_total{reason="http-404"}': 1,
            'linechat_refusals_total{reason="unknown-command"}': 1, "linechat_slow_readers_total": 0,
        }.items():
            self.assertEqual(found.get(name), value, name)
        commits = found["linechat_commit_messages_count"]
        self.assertIn(commits, (4, 5))
        self.assertEqual(found['linechat_commit_messages_bucket{le="+Inf"}'], commits)
        self.assertEqual(found["linechat_commit_seconds_count"], commits)
        self.assertGreaterEqual(found['linechat_commit_messages_bucket{le="1"}'], 3)
        self.assertGreaterEqual(found["linechat_log_queue_bytes"], 0)
        self.assertGreater(found["process_resident_memory_bytes"], 1 << 20)
        self.assertGreater(found["process_open_fds"], 5)
        version = harness.run("--version").stdout.split()[1]
        self.assertEqual(found[f'linechat_build_info{{version="{version}"}}'], 1)
        self.assertAlmostEqual(found["process_start_time_seconds"], time.time(), delta=harness.TIMEOUT)
        self.assertEqual((found["linechat_rooms"], found["linechat_members"]), (1, 2))
        for name in ("linechat.db", "linechat.db-wal"):
            path = os.path.join(self.chat.data, name)
            self.assertEqual(found[f'linechat_database_bytes{{file="{name}"}}'], os.path.getsize(path), name)
        socket.close()
        ann.read_until("PART lobby bob")
        self.assertEqual(self.metrics()['linechat_connections{door="websocket"}'], 0)

    def test_the_page_says_how_to_reach_a_room(self):
        answer = self.http.get("/")
        page = answer.body.decode()
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn("nc %s %d\n" % self.chat.line, page)
        self.assertIn("http://%s:%d/messages" % self.chat.http, page)
        self.assertIn("ws://%s:%d/ws" % self.chat.http, page)
        for forbidden in ("<script", "src=", "<link", "<style", "@import"):
            self.assertNotIn(forbidden, page)
        for link in re.findall(r'href="([^"]*)"', page):
            self.assertEqual(self.http.get(link).status, 200, link)
        page = self.http.get("/", {"Host": "<b>&\"'"}).body.decode()
        self.assertNotIn("<b>", page)
        page = self.http.get("/", {"Host": "a&b'c"}).body.decode()
        self.assertIn("http://a&amp;b&#39;c/messages", page)

    def test_the_curl_of_the_page_works(self):
        page = self.http.get("/").body.decode()
        commands = re.search(r"<pre>(curl .*?)</pre>", page, re.DOTALL)[1]
        done = subprocess.run(["sh", "-c", commands.replace("&amp;", "&").replace("curl", "curl -sS")],
                              capture_output=True, encoding="utf-8", timeout=harness.TIMEOUT, check=True)
        self.assertIn('"status":"published"', done.stdout)
        self.assertIn('"text":"hello there"', done.stdout)

    def test_head(self):
        self.publish(user="ann", room="lobby", text="hello")
        for path in ("/", "/rooms", "/health", "/openapi.json", "/messages?room=lobby", "/nowhere",
                     "/messages?room=nowhere"):
            head = self.http.request("HEAD", path)
            get = self.http.get(path)
            self.assertEqual((head.status, head.body), (get.status, b""))
            for name in ("Content-Type", "Content-Length"):
                self.assertEqual(head.headers[name], get.headers[name])

    def test_other_paths_and_methods(self):
        for path in ("/nowhere", "/messages/", "/messages/1", "/ws/", "/index.html", "/%6Dessagesx"):
            self.assertRefused(self.http.get(path), 404)
        self.assertEqual(self.http.get("/%72ooms").status, 200)
        for method, path, allow in [
            ("DELETE", "/messages", "GET, HEAD, POST"), ("PUT", "/rooms", "GET, HEAD"),
            ("OPTIONS", "/messages", "GET, HEAD, POST"), ("POST", "/ws", "GET"), ("HEAD", "/ws", "GET"),
            ("BREW", "/", "GET, HEAD"),
        ]:
            answer = self.http.request(method, path, b"" if method in ("PUT", "POST") else None)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, allow))

    def test_http_can_be_off(self):
        chat = self.server("--http", "off")
        self.assertIsNone(chat.http)


if __name__ == "__main__":
    unittest.main()
