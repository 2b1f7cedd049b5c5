"""The acknowledgement leaves after the disk has the message: kill -9 cannot show that, the order of system calls can."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import HTTPClient, Server

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
        begun, calls = {}, []
        for line in lines:
            thread, _, call = line.partition(" ")
            call = call.strip()
            if call.endswith("<unfinished ...>"):
                begun[thread] = call.removesuffix("<unfinished ...>")
            elif match := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
                calls.append(begun.pop(thread, "") + match[1])
            else:
                calls.append(call)
        return calls


@unittest.skipUnless(shutil.which("strace"), "strace is not here")
class SyncTest(unittest.TestCase):
    def check(self, calls, acknowledgement):
        """Between the last write to the WAL and the acknowledgement lies a sync of it."""
        places = {"write": [], "sync": [], "said": []}
        for index, call in enumerate(calls):
            if re.match(r"pwrite(64|v)\(\d+<[^>]*-wal", call):
                places["write"].append(index)
            elif re.match(r"f(data)?sync\(\d+<[^>]*-wal>\)\s*= 0", call):
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

    def check_all(self, calls, said):
        for one in said:
            with self.subTest(said=one):
                self.check(calls, one)


if __name__ == "__main__":
    unittest.main()
