"""`scripts/bench-guard`: what it makes of figures that are made up, and one short run with the server."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from harness import BINARY, REPOSITORY, TIMEOUT, environment

SCRIPTS = os.path.join(REPOSITORY, "scripts")
sys.path.append(SCRIPTS)

from comparing import Comparison, spread

SCENARIOS = ["fanout", "fanout-1", "rooms", "post", "ws"]

# Notes that it serves and listens until it is ended; as `bench` it reports the figure that stands in the file
# `figures` beside the server's program.
PRETENDER = r"""#!/usr/bin/python3
import json, os, signal, socket, sys
arguments = dict(zip(sys.argv, sys.argv[1:]))
if sys.argv[1] == "serve":
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(os.path.dirname(here), "order"), "a") as order:
        order.write(os.path.basename(here) + "\n")
    listening = []
    for option in ("--line", "--http"):
        host, port = arguments[option].split(":")
        listening.append(socket.create_server((host, int(port))))
    while True:
        signal.pause()
with open(f"/proc/{arguments['--pid']}/cmdline") as file:
    program = file.read().split("\0")[1]
with open(os.path.join(os.path.dirname(program), "figures")) as file:
    figures = json.load(file)
post = sys.argv[2] == "post"
print(json.dumps({
    "recipients": 0 if post else 500, "clean": figures["clean"], "problem": None,
    "lost": 1, "doubled": 0, "reordered": 0, "misplaced": 0,
    "server_cpu_us_per_delivery": None if post else figures["cost"], "server_cpu_us_per_message": figures["cost"] * 500}))
"""


def guard(*arguments):
    return subprocess.run(
        [sys.executable, os.path.join(SCRIPTS, "bench-guard"), *map(str, arguments)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=4 * TIMEOUT, env=environment(PYTHONDONTWRITEBYTECODE="1"), check=False)


class Figures(unittest.TestCase):
    """What pairs of figures come to."""

    def compare(self, ratio, *same):
        return Comparison([(1.0, ratio)] * len(same), [(1.0, other) for other in same])

    def test_the_median_of_the_ratios_counts(self):
        change = [(2.0, 2.0), (1.0, 1.02), (1.0, 9.0), (4.0, 4.04), (1.0, 0.5)]
        comparison = Comparison(change, [(1.0, 1.0)] * 5)
        self.assertAlmostEqual(comparison.ratio, 1.01)
        self.assertEqual((comparison.pairs, comparison.low, comparison.high), (5, 1.0, 1.0))

    def test_the_bounds(self):
        calm, restless = [1.0] * 15, [0.9] * 7 + [1.0] + [1.1] * 7
        for ratio, same, is_fine, verdict in (
                (0.5, calm, True, "fine"),
                (1.03, calm, True, "fine"),
                (1.031, calm, False, "dearer than 1.03 times and than the spread"),
                (1.031, restless, True, "fine: above 1.03, and inside the spread"),
                (1.06, restless, True, "fine: above 1.03, and inside the spread"),
                (1.061, restless, False, "dearer than 1.06 times"),
                (1.5, calm, False, "dearer than 1.06 times")):
            with self.subTest(ratio=ratio, calm=same is calm):
                comparison = self.compare(ratio, *same)
                self.assertEqual((comparison.is_fine, comparison.verdict), (is_fine, verdict))

    def test_the_spread_is_of_the_median_and_not_of_the_ratios(self):
        values = [0.5] + [0.98, 0.99, 1.0, 1.01, 1.02] * 3 + [2.0]
        low, high = spread(values)
        self.assertLessEqual(0.98, low)
        self.assertLess(low, 1.0)
        self.assertLess(1.0, high)
        self.assertLessEqual(high, 1.02)
        self.assertEqual(spread(values), (low, high))

    def test_a_spread_below_one_is_no_bound(self):
        self.assertTrue(self.compare(1.0, *[0.9] * 15).is_fine)

    def test_pairs_without_a_figure_do_not_count(self):
        comparison = Comparison([(None, 1.0), (1.0, None), (0.0, 1.0), (1.0, 1.0)], [(1.0, 1.0)] * 4)
        self.assertEqual((comparison.pairs, comparison.ratio), (1, 1.0))
        nothing = Comparison([(None, 1.0)], [(1.0, 1.0)])
        self.assertEqual((nothing.is_fine, nothing.verdict), (False, "no clean pairs to compare"))


class Guard(unittest.TestCase):
    """The script, with programs that only pretend to be servers."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="linechat-guard-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def program(self, name, cost, clean=True):
        os.mkdir(os.path.join(self.directory, name))
        path = os.path.join(self.directory, name, "linechat")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PRETENDER)
        os.chmod(path, 0o700)
        with open(os.path.join(self.directory, name, "figures"), "w", encoding="utf-8") as file:
            json.dump({"cost": cost, "clean": clean}, file)
        return path

    def order(self):
        with open(os.path.join(self.directory, "order"), encoding="utf-8") as file:
            return file.read().split()

    def test_both_kinds_of_pairs_take_turns(self):
        done = guard(self.program("old", 1.0), self.program("new", 1.02), "--pairs", 4, "--scenario", "rooms")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(
            self.order(), ["old", "new", "old", "old", "new", "old", "old", "old"]
            + ["old", "old", "old", "new", "old", "old", "new", "old"])

    def test_each_scenario_has_a_line_with_its_unit(self):
        done = guard(self.program("old", 1.0), self.program("new", 1.02), "--pairs", 1)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        delivery, message = ["delivery", "1.000", "1.020"], ["message", "500.000", "510.000"]
        lines = [line.split() for line in done.stdout.splitlines()[1:]]
        self.assertEqual(lines, [
            [name, *(message if name == "post" else delivery), "1", "1.020", "1.000–1.000", "fine"]
            for name in SCENARIOS])

    def test_the_exit_status_says_what_the_verdicts_say(self):
        for cost, clean, status, verdict in (
                (0.9, True, 0, "fine"), (1.05, True, 1, "dearer than 1.03 times and than the spread"),
                (1.07, True, 1, "dearer than 1.06 times"), (1.0, False, 1, "1 runs of the new one not clean")):
            with self.subTest(cost=cost, clean=clean):
                old, new = self.program(f"old-{cost}", 1.0), self.program(f"new-{cost}", cost, clean)
                done = guard(old, new, "--pairs", 1, "--scenario", "post", "--scenario", "post")
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)
                self.assertEqual(len(done.stdout.splitlines()), 2)
                self.assertTrue(done.stdout.endswith(f"  {verdict}\n"), done.stdout)

    def test_what_cannot_be_measured(self):
        old = self.program("old", 1.0)
        for arguments in (["--pairs", 0], ["--scenario", "history"], ["--seconds", "x"]):
            with self.subTest(arguments=arguments):
                done = guard(old, old, *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
        done = guard(old, os.path.join(self.directory, "nothing"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no program at", done.stderr)


class Together(unittest.TestCase):
    def test_a_short_run_of_the_server_against_itself(self):
        done = guard(BINARY, BINARY, "--pairs", 2, "--seconds", 0.3, "--scenario", "post", "--scenario", "ws")
        lines = done.stdout.splitlines()[1:]
        self.assertEqual([line.split()[:2] for line in lines], [["post", "message"], ["ws", "delivery"]], done.stderr)
        # Whether so short a run is fine is the machine's; that the status says it is not.
        verdicts = [re.search(r"\d–\d\S+ +(fine|dearer)", line) for line in lines]
        self.assertTrue(all(verdicts), done.stdout + done.stderr)
        self.assertEqual(done.returncode, int(any(verdict[1] == "dearer" for verdict in verdicts)))
        self.assertNotIn("not clean", done.stderr)


if __name__ == "__main__":
    unittest.main()
