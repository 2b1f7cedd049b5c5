"""The acknowledgement leaves after the disk has what it must have: kill -9 cannot show that, the order of system calls can."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import HTTPClient, NotReady, Server

CALLS = "pwrite64,pwritev,fdatasync,fsync,sendto,sendmsg,write,writev"


class Trace:
    """The system calls of a running server."""

    def __init__(self, server):
        self.file = tempfile.NamedTemporaryFile("r", prefix="linechat-trace-", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            ["strace", "-f", "-y", "-s", "200", "-e", f"trace={CALLS}", "-o", self.file.name, "-p", str(server.pid)],
            stderr=subprocess.PIPE, text=True)
        said = self.process.stderr.readline()
        if "attached" not in said:
            self.process.kill()
            self.process.communicate()
            self.file.close()
            raise unittest.SkipTest(f"strace may not attach here: {said}")

    def end(self):
        """The calls so far, in the order in which they returned."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()
        lines = self.file.read().splitlines()
        self.file.close()
        return list(returned(lines))


def returned(lines):
    """The calls of a trace, in the order in which they returned."""
    begun = {}
    for line in lines:
        thread, _, call = line.partition(" ")
        call = call.strip()
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>")
        elif match := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
            yield begun.pop(thread, "") + match[1]
        else:
            yield call


class TracedServer:
    """A server whose system calls are known from the first on."""

    def __init__(self, *arguments, data=None, calls=CALLS):
        reading, writing = os.pipe()
        # All that a start writes, as nobody reads before the server is ready.
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.trace = open(reading, encoding="utf-8", errors="replace")
        try:
            # -D: the server is the child of this process, and strace is not.
            self.server = Server(
                *arguments, data=data, descriptors=[writing],
                under=["strace", "-D", "-f", "-y", "-s", "200", "-e", f"trace={calls}", "-o", f"/dev/fd/{writing}"])
        except NotReady as error:
            raise unittest.SkipTest(f"strace may not run a server here: {error}") from error
        finally:
            os.close(writing)
        self.calls = returned(self.trace)

    def until(self, isLast):
        """The next calls, up to the first of which `isLast` is true. Waits for it."""
        calls = []
        for call in self.calls:
            calls.append(call)
            if isLast(call):
                return calls
        raise AssertionError("the server ended:\n" + "\n".join(calls))

    def until_said(self, words):
        return self.until(lambda call: words in call and call.startswith(("sendto", "sendmsg", "write")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Not in an orderly way: a sanitizer looks for leaks at the end, and cannot while it is traced.
        self.server.close()
        self.trace.close()


def is_write(call):
    return bool(re.match(r"pwrite(64|v)\(\d+<[^>]*-wal", call))


def is_sync(call):
    return bool(re.match(r"f(data)?sync\(\d+<[^>]*-wal>\)\s*= 0", call))


@unittest.skipUnless(shutil.which("strace"), "strace is not here")
class SyncTest(unittest.TestCase):
    def check(self, calls, acknowledgement):
        """Between the last write to the WAL and the acknowledgement lies a sync of it."""
        places = {"write": [], "sync": [], "said": []}
        for index, call in enumerate(calls):
            if is_write(call):
                places["write"].append(index)
            elif is_sync(call):
                places["sync"].append(index)
            elif acknowledgement in call and call.startswith(("sendto", "sendmsg", "write")):
                places["said"].append(index)
        self.assertTrue(places["said"], f"{acknowledgement} is not among the calls")
        said = places["said"][0]
        written = max(index for index in places["write"] if index < said)
        self.assertTrue(any(written < index < said for index in places["sync"]), "\n".join(calls))

    def test_every_door(self):
        with Server() as server:
            watcher = server.client("eve", "ops")
            ann = server.client("ann", "ops")
            watcher.expect("JOIN ops ann")
            trace = Trace(server)
            ann.send("MSG ops one")
            ann.expect("OK MSG ops 1")
            watcher.expect("MSG ops 1 ann one")
            self.check_all(trace.end(), ["OK MSG ops 1", "MSG ops 1 ann one"])

            trace = Trace(server)
            with HTTPClient(server) as http:
                self.assertEqual(http.post("ci", "ops", "two"), 2)
            watcher.expect("MSG ops 2 ci two")
            self.check_all(trace.end(), ["HTTP/1.1 201", "MSG ops 2 ci two"])

    def test_what_a_start_stores_is_synced_before_it_is_ready(self):
        """With `normal`: the mark that no clean end was made yet, and after such an end the jump of ids."""
        with tempfile.TemporaryDirectory(prefix="linechat-test-") as directory:
            data = os.path.join(directory, "data")
            for acknowledgement in ("OK MSG ops 1\\n", "OK MSG ops 1000002\\n"):
                with TracedServer("--durability", "normal", data=data) as traced:
                    start = traced.until_said("ready line=")
                    self.check(start, "ready line=")
                    with traced.server.client("ann", "ops") as ann:
                        ann.send("MSG ops one")
                        calls = traced.until_said(acknowledgement)
                        self.assertTrue(any(map(is_write, calls)), "the message is not in the write-ahead log")
                        self.assertFalse(any(map(is_sync, calls)), "this is slower than it need be")
                        # And nobody does anything more.
                        traced.until(is_sync)

    def test_what_a_start_makes_is_synced_before_it_is_ready(self):
        """A directory that was made is there after a loss of power when the one that it is in was synced."""
        with tempfile.TemporaryDirectory(prefix="linechat-test-") as directory:
            directory = os.path.realpath(directory)
            data = os.path.join(directory, "a", "data")
            with TracedServer(data=data, calls=CALLS + ",mkdir,openat,close") as traced:
                calls = traced.until_said("ready line=")
            for made, where in (
                (r'mkdir\("[^"]*/a", .*= 0', directory), (r'mkdir\("[^"]*/a/data", .*= 0', os.path.join(directory, "a")),
                (r'openat\(.*/linechat\.db", .*O_CREAT.*= \d', data),
            ):
                with self.subTest(made=made):
                    [first, *_] = [index for index, call in enumerate(calls) if re.match(made, call)]
                    synced = re.compile(rf"f(data)?sync\(\d+<{re.escape(where)}>\)\s*= 0")
                    self.assertTrue(any(map(synced.match, calls[first:])), "\n".join(calls[first:]))

    def check_all(self, calls, said):
        for one in said:
            with self.subTest(said=one):
                self.check(calls, one)


if __name__ == "__main__":
    unittest.main()
