"""Sending the same message again, because the answer was lost, says it once."""

import unittest

from harness import HTTPClient, Server, WebSocketClient
from irc_client import IRCClient, source


def post(server, key, text="hello", user="ci", room="ops"):
    with HTTPClient(server) as client:
        body = {"user": user, "room": room, "text": text}
        answer = client.request("POST", "/messages", body, {"Idempotency-Key": key})
        return answer.status, answer.json()


class OnceTest(unittest.TestCase):
    def test_post(self):
        with Server() as server:
            watcher = server.client("eve", "ops")
            self.addCleanup(watcher.close)
            first = post(server, "build-17")
            self.assertEqual(first[0], 201)
            self.assertEqual(post(server, "build-17"), first)
            self.assertEqual(post(server, '"build-17"'), first)
            status, problem = post(server, "build-17", text="something else")
            self.assertEqual((status, problem["code"]), (422, "reference-used"))
            self.assertEqual(post(server, "two words")[0], 400)
            self.assertEqual(post(server, "build-18")[1]["id"], 2)
            watcher.expect("MSG ops 1 ci hello", "MSG ops 2 ci hello")
            server.kill9()
            server.start()
            self.assertEqual(post(server, "build-17"), first)
            self.assertEqual(server.sql("SELECT count(*) FROM messages"), [(2,)])

    def test_plain(self):
        with Server() as server:
            bob = server.client("bob", "ops")
            self.addCleanup(bob.close)
            ann = server.client("ann", "ops")
            self.addCleanup(ann.close)
            bob.expect("JOIN ops ann")
            ann.send("@ref=a1 MSG ops one", "@ref=a1 MSG ops one", "@ref=a2 MSG ops two", "@ref=a1 MSG ops three")
            ann.expect("OK MSG ops 1", "OK MSG ops 1", "OK MSG ops 2")
            ann.expect_error("reference-used", "a1")
            bob.expect("MSG ops 1 ann one", "MSG ops 2 ann two")
            # The same reference over another door is the same message, for the same name.
            status, body = post(server, "a1", text="one", user="ann")
            self.assertEqual((status, body["id"]), (201, 1))
            for line in ["@ref= MSG ops x", "@ref=a1", "@ref=a1 PING", "@other=a MSG ops x", "@"]:
                ann.send(line)
                ann.expect_error("bad-reference")
            ann.send("PING after")
            ann.expect("PONG after")
            bob.send("PING all")
            bob.expect("PONG all")

    def test_irc(self):
        with Server() as server:
            bob = server.client("bob", "ops")
            self.addCleanup(bob.close)
            ann = IRCClient(server.line, "ann", "#ops", caps="message-tags echo-message")
            self.addCleanup(ann.close)
            bob.expect("JOIN ops ann")
            for _ in range(2):
                echo = ann.answers("@+linechat/ref=i1 PRIVMSG #ops :one")
                self.assertEqual(echo, [f"@msgid=1 {source('ann')} PRIVMSG #ops :one"])
            for line in ["@+linechat/ref=i1 PRIVMSG #ops :other", "@+linechat/ref= PRIVMSG #ops :empty"]:
                self.assertRegex("\n".join(ann.answers(line)), r"^:linechat 404 ann #ops :.*reference[^\n]*$")
            two = ann.answers("@+linechat/ref=i2 PRIVMSG #ops,#other :two")
            self.assertEqual([line.split()[1] for line in two], ["404", "404"])
            bob.expect("MSG ops 1 ann one")
            bob.send("PING all")
            bob.expect("PONG all")
            # The same reference at another door is the same message.
            self.assertEqual(post(server, "i1", text="one", user="ann")[1]["id"], 1)

    def test_websocket(self):
        with Server() as server:
            ws = WebSocketClient(server, "user=jo&room=ops")
            self.addCleanup(ws.close)
            for _ in range(2):
                ws.send('{"text":"hello","ref":"w1"}')
                frame = ws.receive()
                self.assertEqual((frame["type"], frame["data"]["id"]), ("message", 1))
            ws.send('{"text":"other","ref":"w1"}')
            frame = ws.receive()
            self.assertEqual((frame["type"], frame["data"]["code"]), ("error", "reference-used"))
            self.assertEqual(server.sql("SELECT count(*) FROM messages"), [(1,)])


if __name__ == "__main__":
    unittest.main()
