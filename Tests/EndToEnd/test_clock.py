"""A clock that is or was wrong: no history is lost by it, people are told, and there is a way back."""

import re
import time

from harness import TIMEOUT, HTTPClient, ServerCase, run

DAY = 86_400_000


class ClockCase(ServerCase):
    def serve(self, *arguments):
        self.chat = self.server("--agent", "off", *arguments)
        with self.chat.client("alice", "lobby") as alice:
            for text in ("one", "two", "three"):
                alice.say("lobby", text)
        self.chat.terminate()

    def get(self, path):
        with HTTPClient(self.chat) as http:
            return http.get(path)

    def health(self):
        answer = self.get("/health")
        self.assertEqual(answer.status, 200)
        return answer.json()

    def metric(self, name):
        return float(re.search(rf"^{name} (\S+)$", self.get("/metrics").body.decode(), re.MULTILINE)[1])

    def wait_for(self, condition):
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come to that in time")

    def texts(self):
        return [text for text, in self.chat.sql("SELECT text FROM messages ORDER BY id")]

    def repair(self, *arguments):
        return run("repair-times", "--data", self.chat.data, *arguments)


class Ahead(ClockCase):
    """The clock is 400 days ahead of what the last server saw: all that it has left is moved back by as much."""

    def test_removes_nothing_until_a_person_says_so(self):
        self.serve("--retain", "30d")
        self.chat.sql("UPDATE messages SET time = time - ?", 400 * DAY)
        self.chat.sql("UPDATE state SET value = value - ? WHERE key = 'time'", 400 * DAY)
        self.chat.start()
        self.wait_for(lambda: "is 400 days ahead of the time that the server has seen pass" in self.chat.log()
                      or not self.texts())
        self.assertEqual(self.texts(), ["one", "two", "three"])
        self.assertEqual([w["code"] for w in self.health()["warnings"]], ["clock-ahead"])
        self.assertIn("linechat repair-times", self.health()["warnings"][0]["detail"])
        self.assertAlmostEqual(self.metric("linechat_clock_ahead_seconds"), 400 * 86_400, delta=60)
        self.chat.terminate()
        done = self.repair()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.chat.start()
        self.wait_for(lambda: not self.texts())
        self.assertEqual(self.health(), {"status": "ok"})
        self.assertEqual(self.metric("linechat_clock_ahead_seconds"), 0)


class Behind(ClockCase):
    """A clock that was years ahead has left a message of that time."""

    def test_is_told_and_can_be_repaired(self):
        self.serve()
        self.chat.sql("UPDATE messages SET time = 253402300799999 WHERE id = 3")
        self.chat.start()
        self.assertRegex(self.chat.log(), r" warning the newest message is dated \d+ days ahead of the clock")
        self.assertEqual([w["code"] for w in self.health()["warnings"]], ["times-ahead"])
        self.assertGreater(self.metric("linechat_newest_message_ahead_seconds"), 86_400)
        held = self.repair()
        self.assertEqual(held.returncode, 1)
        self.assertIn("another server is running", held.stderr)
        self.chat.terminate()
        before = time.time() * 1000
        done = self.repair()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^1 messages and 0 topics were dated after ")
        self.chat.start()
        self.assertEqual(self.health(), {"status": "ok"})
        self.assertLess(self.metric("linechat_newest_message_ahead_seconds"), 1)
        with self.chat.client("alice", "lobby") as alice:
            alice.say("lobby", "four")
        times = [time for time, in self.chat.sql("SELECT time FROM messages ORDER BY id")]
        self.assertEqual(times, sorted(times))
        self.assertGreaterEqual(times[2], int(before))
        self.assertLess(times[3], before + 1000 * TIMEOUT)

    def test_where_there_is_no_data(self):
        done = run("repair-times", "--data", "/nowhere/data")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nowhere/data cannot be used", done.stderr)
