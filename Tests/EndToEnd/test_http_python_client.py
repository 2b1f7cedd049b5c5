"""The client of the Python service that LineChat grew out of works with nothing changed but the address."""

import subprocess
import sys
import textwrap
import unittest

from harness import TIMEOUT, WebSocketClient, ServerCase, environment

# What that client does: it prints each frame of the WebSocket, posts each line that is typed, and an empty line quits.
CLIENT = textwrap.dedent('''
    import asyncio, json, sys, urllib.request
    import websockets

    HOST, USER, ROOM, SESSION = sys.argv[1:]

    async def listen():
        async with websockets.connect(f"ws://{HOST}/ws?user={USER}&room={ROOM}") as socket:
            async for frame in socket:
                frame = json.loads(frame)
                data = frame["data"]
                if frame["type"] in ("history", "message"):
                    print(f"[{frame['type']}] {data['user']} ({data['role']}): {data['text']}", flush=True)

    def publish(text):
        body = {"user": USER, "room": ROOM, "text": text, "session_id": SESSION}
        request = urllib.request.Request(
            f"http://{HOST}/messages", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            assert json.load(answer)["status"] == "published"

    async def main():
        listener = asyncio.create_task(listen())
        while True:
            line = (await asyncio.to_thread(sys.stdin.readline)).strip()
            if not line:
                break
            await asyncio.to_thread(publish, line)
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)

    asyncio.run(main())
''')


class PythonClient(ServerCase):
    def client(self, chat, user, room="default"):
        host = "%s:%d" % chat.http
        process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, host, user, room, "a-session"], env=environment(), encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1)
        self.addCleanup(process.wait, TIMEOUT)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        return process

    def type(self, client, line):
        client.stdin.write(line + "\n")
        client.stdin.flush()

    def test_two_people_and_the_agent(self):
        chat = self.server()
        with WebSocketClient(chat, "user=watcher") as watcher:
            # Refused, and that is seen when it is live.
            watcher.send({})
            watcher.receive()
            john = self.client(chat, "john")
            watcher.receive_until(lambda frame: frame["type"] == "join" and frame["data"]["user"] == "john")
            self.type(john, "good morning to all")
            watcher.receive_until(lambda frame: frame["type"] == "message")
            self.assertEqual(john.stdout.readline(), "[message] john (user): good morning to all\n")
            mary = self.client(chat, "mary")
            self.assertEqual(mary.stdout.readline(), "[history] john (user): good morning to all\n")
            self.type(mary, "hello")
            for client in (john, mary):
                self.assertEqual(client.stdout.readline(), "[message] mary (user): hello\n")
                self.assertRegex(client.stdout.readline(), r"^\[message\] mock-ai \(ai\): .*mary.*hello")
            for client in (john, mary):
                self.type(client, "")
                self.assertEqual(client.wait(TIMEOUT), 0)
            gone = set()
            while gone != {"john", "mary"}:
                frame = watcher.receive()
                if frame["type"] == "part":
                    gone.add(frame["data"]["user"])


if __name__ == "__main__":
    unittest.main()
