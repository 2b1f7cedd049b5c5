"""The rule agent in its room."""

import json
import os
import re
import signal

from harness import HTTPClient, ServerCase, WebSocketClient

OTHERS = "I am an automatic agent with a few fixed rules; somebody else may know, {}."


class AgentCase(ServerCase):
    def start(self, *flags):
        self.chat = self.server("--rate-limit", "off", *flags)
        return self.chat

    def client(self, nick, *rooms):
        return self.keep(self.chat.client(nick, *rooms))

    def expect_answer(self, client, room, pattern, agent="mock-ai"):
        """The next line is the agent's; gives back its id."""
        match = client.expect_match(rf"MSG {room} (\d+) {agent} {pattern}")
        return int(match[1])

    def rules(self, *rules):
        path = os.path.join(self.temporary_directory(), "rules.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"rules": rules}, file)
        return path


class StandardRules(AgentCase):
    def setUp(self):
        self.start()
        self.alice = self.client("alice", "default")

    def ask(self, text, pattern):
        id = self.alice.say("default", text)
        self.assertGreater(self.expect_answer(self.alice, "default", pattern), id)

    def test_first_rule_that_matches_wins(self):
        greeting = 'Hello alice! You said: "{}"'.format
        for text in ("hello", "hi there", "Hey!", "well, YO", "hi, what time is it?", "repeat: hello",
                     "hello, bye"):
            self.ask(text, re.escape(greeting(text)))
        self.ask("repeat: what time is it?", r"Repeating: what time is it\?")
        self.ask("Repeat:  X", "Repeating: X")
        self.ask("what time is it?", r"It is \d\d:\d\d:\d\d\.")
        self.ask("the Time", r"It is \d\d:\d\d:\d\d\.")
        self.ask("mock-ai: is anybody here?", re.escape(OTHERS.format("alice")))
        self.ask("bye, Mock-AI?", re.escape(OTHERS.format("alice")))
        self.ask("bye?", "Goodbye, alice!")
        self.ask("ok, bye", "Goodbye, alice!")

    def test_words_are_whole_words(self):
        # Answers come in order: what stands before "bye" and is not answered has no answer.
        for text in ("this is something they say", "I sometimes say: high, youth", "hellos timeout goodbye",
                     "repeat", "repeat:", "repeat: "):
            self.alice.say("default", text)
        self.ask("bye", "Goodbye, alice!")

    def test_a_question_between_people_is_left_to_them(self):
        for text in ("is anybody here?", "bob, where is the log?", "why does mock-ai2 not answer?"):
            self.alice.say("default", text)
        self.ask("mock-ai, are you there?", re.escape(OTHERS.format("alice")))

    def test_somebody_speaks_between_two_answers(self):
        texts = [f"repeat: {n}" for n in range(500)]
        self.alice.send(*(f"MSG default {text}" for text in texts))
        self.alice.read_until(re.compile(r"OK MSG default \d+"))
        # It has come to the end when it answers what was said last.
        for n in range(500):
            self.alice.say("default", f"repeat: end {n}", others=[])
            answer = self.alice.read_until(re.compile(r"MSG default \d+ mock-ai Repeating: .*"))[-1]
            if answer.endswith(f"Repeating: end {n}"):
                break
        self.assertIn(f"Repeating: end {n}", answer)
        roles = [role for (role,) in self.chat.sql("SELECT role FROM messages ORDER BY id")]
        self.assertNotIn(("ai", "ai"), list(zip(roles, roles[1:])))
        self.assertIn("ai", roles)

    def test_everybody_sees_the_answer(self):
        bob = self.client("bob", "default")
        self.alice.expect("JOIN default bob")
        with WebSocketClient(self.chat, "user=wes") as wes:
            self.alice.expect("JOIN default wes")
            id = self.alice.say("default", "hello")
            answer = self.expect_answer(self.alice, "default", "Hello alice.*")
            bob.expect("JOIN default wes", f"MSG default {id} alice hello")
            self.assertEqual(self.expect_answer(bob, "default", "Hello alice.*"), answer)
            frames = wes.receive_until(lambda frame: frame["data"].get("id") == answer)
            self.assertEqual(frames[-1]["type"], "message")
            self.assertEqual(frames[-1]["data"]["role"], "ai")
            self.assertEqual(frames[-2]["data"]["role"], "user")

    def test_answers_are_messages_like_any_other(self):
        self.ask("hello", "Hello alice.*")
        with HTTPClient(self.chat) as client:
            messages = client.get("/messages?room=default").json()["messages"]
        self.assertEqual([(m["user"], m["role"]) for m in messages], [("alice", "user"), ("mock-ai", "ai")])
        self.alice.close()
        self.chat.restart()
        with self.chat.client() as reader:
            reader.send("HISTORY default")
            reader.expect_match("HIST default 1 .* alice hello")
            reader.expect_match("HIST default 2 .* mock-ai Hello alice! .*")
        self.assertEqual(self.chat.sql("SELECT role FROM messages"), [("user",), ("ai",)])

    def test_posts_are_answered(self):
        with HTTPClient(self.chat) as client:
            answer = client.request("POST", "/messages", {"user": "john", "text": "hello"})
            self.assertEqual(answer.json()["room"], "default")
        self.alice.expect("MSG default 1 john hello")
        self.expect_answer(self.alice, "default", "Hello john! .*")

    def test_several_lines_are_quoted_as_such(self):
        with HTTPClient(self.chat) as client:
            client.post("john", "default", "hello\nagain")
        self.alice.expect("MSG+ default 1 john hello", "MSG default 1 john again")
        self.alice.expect('MSG+ default 2 mock-ai Hello john! You said: "hello', 'MSG default 2 mock-ai again"')

    def test_a_long_answer_is_shortened(self):
        text = "hello " + "é" * 2045
        self.alice.say("default", text)
        line = self.alice.readline()
        answer = line.removeprefix("MSG default 2 mock-ai ")
        self.assertTrue(answer.startswith('Hello alice! You said: "hello ééé') and answer.endswith("…"), answer)
        self.assertLessEqual(len(answer.encode()), 4096)
        self.assertGreater(len(answer.encode()), 4000)

    def test_other_rooms_are_not_answered(self):
        self.alice.join("lobby")
        self.alice.say("lobby", "hello")
        self.alice.say("default", "bye")
        self.expect_answer(self.alice, "default", "Goodbye, alice!")
        self.assertEqual(self.chat.sql("SELECT count(*) FROM messages WHERE role = 'ai'"), [(1,)])

    def test_the_name_is_nobody_elses(self):
        client = self.client(None)
        for spelling in ("mock-ai", "Mock-AI"):
            client.send(f"NICK {spelling}")
            client.expect_error("nick-reserved", spelling)
        with HTTPClient(self.chat) as http:
            answer = http.request("POST", "/messages", {"user": "mock-ai", "room": "lobby", "text": "I am it"})
            self.assertEqual(answer.status, 422, answer)
            self.assertEqual(answer.json()["field"], "user")


class Flags(AgentCase):
    def test_rooms(self):
        self.start("--agent-rooms", "Lobby,ops")
        alice = self.client("alice", "default", "lobby", "ops")
        alice.say("default", "hello")
        for room in ("ops", "lobby"):
            alice.say(room, "hello")
            self.expect_answer(alice, room, "Hello alice.*")

    def test_all_rooms(self):
        self.start("--agent-rooms", "*")
        alice = self.client("alice", "anywhere")
        alice.say("anywhere", "hello")
        self.expect_answer(alice, "anywhere", "Hello alice.*")

    def test_name(self):
        self.start("--agent-name", "helper")
        alice = self.client("mock-ai", "default")
        alice.say("default", "bye")
        self.expect_answer(alice, "default", "Goodbye, mock-ai!", agent="helper")
        alice.say("default", "mock-ai, are you there?")
        alice.say("default", "helper, are you there?")
        self.expect_answer(alice, "default", re.escape(OTHERS.format("mock-ai")), agent="helper")
        alice.send("NICK helper")
        alice.expect_error("nick-reserved", "helper")

    def test_off(self):
        self.start("--agent", "off")
        alice = self.client("mock-ai", "default")
        alice.say("default", "hello")
        alice.close()
        self.assertEqual(self.chat.terminate(signal.SIGTERM), 0)
        self.assertEqual(self.chat.sql("SELECT user, role FROM messages"), [("mock-ai", "user")])

    def test_own_rules(self):
        self.start("--agent-rules", self.rules(
            {"name": "deploy", "prefix": "!deploy", "answer": "{user} deploys {rest} in {room} at {time}"},
            {"name": "beer", "words": ["beer", "bier"], "answer": "Prost, {user}!"},
            {"contains": "42", "answer": "«{text}» has it"},
            {"contains": "?", "named": True, "answer": "{user} asks"},
            {"contains": "~", "named": False, "answer": "{user} sails"}))
        alice = self.client("alice", "default")
        for text, pattern in (
            ("!deploy web", r"alice deploys web in default at \d\d:\d\d:\d\d"), ("A BEER!", "Prost, alice!"),
            ("it is 1425", "«it is 1425» has it"),
            ("mock-ai?", "alice asks"), ("why~", "alice sails"),
        ):
            alice.say("default", "hello, beers, !deploy")  # none of the rules
            alice.say("default", text)
            self.expect_answer(alice, "default", pattern)

    def test_agents_never_answer_agents(self):
        self.start("--agent-rules", self.rules({"contains": "echo", "answer": "echo of {text}"}))
        alice = self.client("alice", "default")
        for number in range(5):
            id = alice.say("default", f"echo {number}")
            self.assertEqual(self.expect_answer(alice, "default", f"echo of echo {number}"), id + 1)
        alice.close()
        self.chat.terminate()
        self.assertEqual(
            self.chat.sql("SELECT role, count(*) FROM messages GROUP BY role"), [("ai", 5), ("user", 5)])

    def test_a_flood_is_answered_in_order(self):
        """The agent is off the hot path: what it has not read yet waits in the log, and nothing is dropped."""
        self.start("--agent-rules", self.rules({"prefix": "repeat:", "answer": "Repeating: {rest}"}))
        alice = self.client("alice", "default")
        count = 3000
        alice.send(*(f"MSG default repeat: {n}" for n in range(count)))
        answers = []
        while len(answers) < count:
            line = alice.readline()
            if match := re.fullmatch(r"MSG default \d+ mock-ai Repeating: (\d+)", line):
                answers.append(int(match[1]))
            else:
                self.assertRegex(line, r"OK MSG default \d+")
        self.assertEqual(answers, list(range(count)))
