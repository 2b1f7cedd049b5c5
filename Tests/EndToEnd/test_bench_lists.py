"""`scripts/bench-lists`, in short."""

import os
import re
import subprocess
import unittest

from harness import BINARY, REPOSITORY, TIMEOUT


class Lists(unittest.TestCase):
    def test_lists_on_a_slow_disk(self):
        """Only that it measures: how fast lists are is not asked here."""
        script = os.path.join(REPOSITORY, "scripts/bench-lists")
        done = subprocess.run(
            [script, BINARY, "--seconds", "0.3", "--delay", "0.2", "--goal", "60000"], capture_output=True, text=True,
            timeout=TIMEOUT, check=False)
        if done.returncode == 2 and "may not attach" in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall(r" times: p50 [\d.]+ ms, p99 [\d.]+ ms", done.stdout)), 3, done.stdout)
        self.assertGreaterEqual(int(done.stdout.split()[-1]), 1)


if __name__ == "__main__":
    unittest.main()
