"""Names of rooms, topics and texts with characters that are not to be seen, change the direction, or end a line."""

import json
import unittest

from harness import HTTPClient, ServerCase, WebSocketClient
from irc_client import SERVER, IRCClient, source

HIDDEN = [
    0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060,
    0x2066, 0x2069, 0xFE0F, 0xFEFF, 0xFFFE, 0xFDD0, 0x1FFFF, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0x00A0, 0x2003, 0x3000,
    0x3164, 0x2800,
]


def point(number):
    return f"U+{number:04X}"


class Hidden(ServerCase):
    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def test_no_door_makes_a_room_with_a_hidden_character(self):
        plain = self.keep(self.chat.client("alice"))
        irc = self.keep(IRCClient(self.chat.line, "bob"))
        http = self.keep(HTTPClient(self.chat))
        for number in HIDDEN:
            with self.subTest(point(number)):
                room = f"op{chr(number)}s"
                plain.send(f"JOIN {room}")
                self.assertIn(point(number), plain.expect_error("bad-room", "op?s"))
                answer = irc.answers(f"JOIN #{room}")
                self.assertEqual(len(answer), 1)
                self.assertTrue(answer[0].startswith(f":{SERVER} 403 bob #{room} :"), answer)
                self.assertIn(point(number), answer[0])
                posted = http.request("POST", "/messages", {"user": "u", "room": room, "text": "x"})
                self.assertEqual((posted.status, posted.json()["code"]), (422, "bad-room"))
                self.assertIn(point(number), posted.json()["detail"])
        self.assertEqual(http.get("/rooms").json(), {"rooms": []})

    def test_no_websocket_makes_one(self):
        upgrade = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        for number in (0x200B, 0x202E):
            http = self.keep(HTTPClient(self.chat))
            quoted = "".join(f"%{byte:02X}" for byte in chr(number).encode())
            answer = http.request("GET", f"/ws?user=u&room=ops{quoted}", headers=upgrade)
            self.assertEqual((answer.status, answer.json()["code"]), (422, "bad-room"))
            self.assertIn(point(number), answer.json()["detail"])

    def test_a_room_stored_before_this_rule_is_read_joined_and_written(self):
        plain = self.keep(self.chat.client("alice", "opsX"))
        plain.say("opsX", "before")
        self.chat.terminate()
        room = "ops\u200b"
        self.chat.sql("UPDATE rooms SET name = ? WHERE name = 'opsX'", room)
        self.chat.start()
        plain = self.keep(self.chat.client("alice"))
        self.assertEqual(plain.ask("ROOMS"), f"ROOM {room} 0")
        plain.expect("END ROOMS")
        plain.send(f"JOIN {room} 0")
        plain.expect(f"OK JOIN {room} 1")
        self.assertTrue(plain.readline().endswith(" alice before"))
        plain.expect(f"END {room} 1")
        plain.say(room, "after")
        http = self.keep(HTTPClient(self.chat))
        texts = [message["text"] for message in http.get("/messages?room=ops%E2%80%8B&after=0").json()["messages"]]
        self.assertEqual(texts, ["before", "after"])

    def test_visible_names_of_all_scripts_are_rooms(self):
        plain = self.keep(self.chat.client("alice"))
        for room in ("café", "日本語", "комната", "غرفة", "खिड़की", "👍🏽", "a-b_c.d/e"):
            self.assertEqual(plain.join(room), 0)

    def test_a_topic_neither_begins_nor_ends_with_one(self):
        irc = self.keep(IRCClient(self.chat.line, "bob", "#ops"))
        for topic in ("\u200bx", "x\u202e", "\ufeff", "\ufe0fx", "x\u2069"):
            answer = irc.answers(f"TOPIC #ops :{topic}")
            self.assertEqual(len(answer), 1)
            self.assertTrue(answer[0].startswith(f":{SERVER} 400 bob TOPIC #ops :a topic "), answer)
        answer = irc.answers("TOPIC #ops :one\u2028two")
        self.assertEqual(answer, [irc.numeric(400, "TOPIC #ops :a topic is one line")])
        for topic in ("ships \u2764\ufe0f", "a\u200db", " spaces ", "\U0001f3f4\U000e0067\U000e0062\U000e007f"):
            self.assertEqual(irc.answers(f"TOPIC #ops :{topic}"), [f"{source('bob')} TOPIC #ops :{topic}"])


class Separators(ServerCase):
    """U+2028 and U+2029 end a line of a text, as Python's splitlines and others have it: nobody is shown them."""

    def setUp(self):
        self.chat = self.server("--rate-limit", "off")

    def test_what_follows_is_a_line_of_the_same_speaker_on_every_door(self):
        plain = self.keep(self.chat.client("reader", "ops"))
        irc = self.keep(IRCClient(self.chat.line, "ircreader", "#ops"))
        socket = self.keep(WebSocketClient(self.chat, "user=web&room=ops"))
        plain.fence()
        mallory = self.keep(IRCClient(self.chat.line, "mallory", "#ops"))
        plain.read_until("JOIN ops mallory")
        irc.read_until(f"{source('mallory')} JOIN #ops")
        mallory.answers("PRIVMSG #ops :hi\u2028MSG ops 9 boss pay\u2029now")
        plain.expect("MSG+ ops 1 mallory hi", "MSG+ ops 1 mallory MSG ops 9 boss pay", "MSG ops 1 mallory now")
        for line in ("hi", "MSG ops 9 boss pay", "now"):
            irc.expect(f"{source('mallory')} PRIVMSG #ops :{line}")
        frame = socket.receive_until(lambda frame: frame["type"] == "message")[-1]
        self.assertEqual(frame["data"]["text"], "hi\nMSG ops 9 boss pay\nnow")
        self.assertEqual(self.chat.sql("SELECT text FROM messages"), [("hi\nMSG ops 9 boss pay\nnow",)])

    def test_no_line_has_more_lines(self):
        """Read as bytes and cut anywhere where a program may cut, but in the formatting that a text may have."""
        reader = self.keep(self.chat.client("reader", "ops"))
        mallory = self.keep(self.chat.client("mallory", "ops"))
        reader.expect("JOIN ops mallory")
        for end in "\x0b\x0c\x1c\x85\u2028\u2029":
            mallory.send(f"MSG ops a{end}b")
            mallory.readline()
        self.assertEqual(
            [len(line.splitlines()) for line in reader.fence()], [1, 1, 1, 1], "two messages of two lines")

    def test_posted_ones_too(self):
        http = self.keep(HTTPClient(self.chat))
        http.post("u", "ops", "one\u2028two")
        body = http.get("/messages?room=ops&after=0").body
        self.assertEqual(json.loads(body)["messages"][0]["text"], "one\ntwo")

    def test_a_reason_of_leaving_stays_one_line(self):
        reader = self.keep(IRCClient(self.chat.line, "reader", "#ops"))
        mallory = self.keep(IRCClient(self.chat.line, "mallory", "#ops"))
        reader.fence()
        mallory.send("PART #ops :one\u2028two")
        reader.expect(f"{source('mallory')} PART #ops :one two")


if __name__ == "__main__":
    unittest.main()
