"""The database while the server runs: other programs may look at it and copy it, as docs/OPERATIONS.md says."""

import os
import unittest

from harness import ServerCase


class OtherPrograms(ServerCase):
    def test_one_that_looks_takes_nothing_away(self):
        """The last program that closes a database removes its write-ahead log. The server must not seem to be gone: what it
        acknowledged after that would be nowhere but in a removed file."""
        chat = self.server()
        writer = self.keep(chat.client("writer", "lobby"))
        before = writer.say("lobby", "before")
        self.assertEqual(chat.sql("SELECT max(id) FROM messages"), [(before,)])
        self.assertTrue(os.path.exists(chat.database + "-wal"), "the write-ahead log was removed")
        after = writer.say("lobby", "after")
        chat.kill9()
        chat.restart()
        self.assertEqual(chat.sql("SELECT id, text FROM messages"), [(before, "before"), (after, "after")])


if __name__ == "__main__":
    unittest.main()
