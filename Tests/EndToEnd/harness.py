"""What the end-to-end tests stand on: a server process, and clients for each of its doors.

Nothing here sleeps: everything waits for a line, a frame, the end of a stream or of a process, each with a
time limit after which the test fails. The binary is $LINECHAT, else .build/debug/linechat of this repository.
"""

import asyncio
import collections
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.path.abspath(os.environ.get("LINECHAT") or os.path.join(REPOSITORY, ".build/debug/linechat"))

# How long anything may take before it counts as not happening. Generous: it only shows in failures.
TIMEOUT = float(os.environ.get("LINECHAT_TEST_TIMEOUT", "20"))

# Freed memory is kept back by the address sanitizer, and shadowed by both: how much there is says nothing then.
SANITIZED = bool(os.environ.get("LINECHAT_SANITIZER"))
measures_memory = unittest.skipIf(SANITIZED, "a sanitizer needs memory of its own")

READY = re.compile(r"ready line=(\S+) http=(\S+) data=(.*)\n")
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class NotReady(Exception):
    """The server ended, or said something else, before it was ready."""


def environment(**more):
    """This process's environment without what would configure a server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINECHAT")}
    return kept | more


def command(*arguments):
    """The program with these arguments; the kernel ends it when the thread that started it ends."""
    return ["setpriv", "--pdeathsig", "KILL", BINARY, *map(str, arguments)]


def run(*arguments, input=None, timeout=TIMEOUT, env=None, cwd=None):
    """Runs the program to its end; gives back the CompletedProcess, with text in UTF-8."""
    return subprocess.run(
        command(*arguments), input=input, stdin=subprocess.DEVNULL if input is None else None,
        capture_output=True, timeout=timeout, env=env or environment(), cwd=cwd, encoding="utf-8",
        errors="replace")


def address(text):
    """("127.0.0.1", 6667) for "127.0.0.1:6667"."""
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


class Server:
    """A server of its own, on free ports and a data directory of its own.

    Further arguments are flags of `serve`. `data`: a data directory to use, which is then kept. `under`: a command that runs the
    server, and has these descriptors.
    """

    def __init__(self, *arguments, data=None, env=None, start=True, under=(), descriptors=()):
        self._own = None if data else tempfile.mkdtemp(prefix="linechat-test-")
        self.data = data or os.path.join(self._own, "data")
        self.arguments = list(map(str, arguments))
        self._env = environment(**(env or {}))
        self._under, self._descriptors = list(under), descriptors
        self._log = tempfile.NamedTemporaryFile(prefix="linechat-log-", suffix=".txt")
        self._ports = ["127.0.0.1:0", "127.0.0.1:0"]
        self.process = None
        self.line = self.http = None
        if start:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    def start(self):
        """Starts the server and waits until it is ready."""
        flags = ["--line", self._ports[0], "--http", self._ports[1], "--data", self.data]
        self.process = subprocess.Popen(
            self._under + command("serve", *flags, *self.arguments), pass_fds=self._descriptors, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._log.fileno(), env=self._env,
            # SIGXFSZ stays ignored, as it is in Python: a file that may not grow is an error, not the end.
            restore_signals=False)
        self._read_ready()
        return self

    def _read_ready(self):
        output = self.process.stdout
        deadline = time.monotonic() + TIMEOUT
        said = b""
        while not said.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0, deadline - time.monotonic()))
            byte = os.read(output.fileno(), 4096) if ready else b""
            if not byte:
                self.process.kill() if not ready else None
                status = self.process.wait(TIMEOUT)
                raise NotReady(f"exit status {status}; said {said!r}; log:\n{self.log()}")
            said += byte
        match = READY.fullmatch(said.decode())
        if not match:
            raise NotReady(f"not a ready line: {said!r}")
        self.lines = [address(one) for one in match[1].split(",")]
        self.line = self.lines[0]
        self.http = None if match[2] == "off" else address(match[2])
        self.ready = said.decode()
        # Restarts come back on the same ports.
        self._ports = [match[1].split(",")[0], match[2]]

    @property
    def pid(self):
        return self.process.pid

    @property
    def database(self):
        return os.path.join(self.data, "linechat.db")

    def log(self):
        """All that the server has logged so far, over all its lives."""
        with open(self._log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def resident_bytes(self):
        """The server's memory."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=TIMEOUT):
        """Waits for the server's end; gives back its exit status."""
        status = self.process.wait(timeout)
        self.process.stdout.close()
        return status

    def kill9(self):
        """The server dies at once, and is told nothing."""
        self.process.kill()
        self.wait()

    def terminate(self, number=signal.SIGTERM):
        """Asks the server to stop; gives back its exit status."""
        self.send_signal(number)
        return self.wait()

    def restart(self, *arguments):
        """Starts again on the same data and ports, with other flags if any are given. Stops it first if it runs."""
        if self.process and self.process.poll() is None:
            self.terminate()
        if arguments:
            self.arguments = list(map(str, arguments))
        return self.start()

    def sql(self, statement, *parameters):
        """Executes a statement on the database and gives back its rows. Change rows only while the server is down."""
        connection = sqlite3.connect(self.database, timeout=TIMEOUT)
        try:
            with connection:
                return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()

    def client(self, nick=None, *rooms, **options):
        """A LineClient that has the nick and is in the rooms."""
        client = LineClient(self.line, **options)
        if nick:
            client.send(f"NICK {nick}")
            client.expect(f"OK NICK {nick}")
        for room in rooms:
            client.join(room)
        return client

    def show_log(self, title="the server's log"):
        """Shows the end of the log, for a test that failed."""
        lines = self.log().splitlines(keepends=True)
        sys.stderr.write(f"\n--- {title} ---\n{''.join(lines[-40:])}---\n")

    def close(self):
        """Leaves no process and no file."""
        if self.process:
            self.process.kill()
            self.process.wait(TIMEOUT)
            self.process.stdout.close()
        self._log.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind and not issubclass(kind, unittest.SkipTest):
            self.show_log()
        self.close()


class LineClient:
    """A blocking client of the line door. Lines are str without their terminator (invalid UTF-8 is escaped)."""

    def __init__(self, where, timeout=TIMEOUT, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        try:
            self.socket.connect(where)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self.socket.close()
            raise
        self._lines = collections.deque()
        self._partial = b""
        self._ended = False
        self._fences = 0

    # Sending

    def send_bytes(self, data):
        self.socket.sendall(data)

    def send(self, *lines):
        """Sends the lines in one piece, each ended by LF."""
        self.send_bytes("".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))

    def half_close(self):
        """Says that nothing more is sent, as `nc -N` does."""
        self.socket.shutdown(socket.SHUT_WR)

    # Receiving

    def readline(self):
        """The next line, None at the end of the stream. socket.timeout if none comes."""
        while not self._lines:
            if self._ended:
                return None
            data = self.socket.recv(1 << 18)
            if not data:
                self._ended = True
                if self._partial:
                    raise AssertionError(f"the stream ended in a line: {self._partial!r}")
                return None
            pieces = (self._partial + data).split(b"\n")
            self._partial = pieces.pop()
            self._lines.extend(piece.decode("utf-8", "surrogateescape") for piece in pieces)
        return self._lines.popleft()

    def expect(self, *lines):
        """The next lines are exactly these."""
        for line in lines:
            got = self.readline()
            if got != line:
                raise AssertionError(f"expected {line!r}, got {got!r}")

    def expect_match(self, pattern):
        """The next line matches all of the pattern; gives back the match."""
        got = self.readline()
        match = re.fullmatch(pattern, got) if got is not None else None
        if not match:
            raise AssertionError(f"expected a match of {pattern!r}, got {got!r}")
        return match

    def expect_error(self, code, asked=None):
        """The next line is ERR with this code (and this quotation) and a reason; gives back the reason."""
        quoted = r"(?: .*)?" if asked is None else (" " + re.escape(asked) if asked else "")
        return self.expect_match(rf"ERR {re.escape(code)}{quoted}: (.+)")[1]

    def expect_end(self):
        """The server has closed, and there was nothing more."""
        got = self.readline()
        if got is not None:
            raise AssertionError(f"expected the end, got {got!r}")

    def read_until(self, last):
        """The lines up to the first that equals `last` (a pattern or a str), which is included."""
        matches = last.fullmatch if isinstance(last, re.Pattern) else last.__eq__
        lines = []
        while True:
            line = self.readline()
            if line is None:
                raise AssertionError(f"the stream ended before {last!r}; got {lines[-20:]!r}")
            lines.append(line)
            if matches(line):
                return lines

    def read_to_end(self):
        """All lines up to the end of the stream."""
        return list(iter(self.readline, None))

    def fence(self):
        """Waits until everything sent before is answered; gives back the lines that came until then."""
        self._fences += 1
        self.send(f"PING fence-{self._fences}")
        return self.read_until(f"PONG fence-{self._fences}")[:-1]

    # Common commands

    def ask(self, line):
        """Sends a line and gives back the next one."""
        self.send(line)
        return self.readline()

    def join(self, room):
        """Joins without a past; gives back the id of the room's newest message. Skips what else is said."""
        self.send(f"JOIN {room}")
        pattern = re.compile(rf"OK JOIN {re.escape(room.removeprefix('#'))} (\d+)", re.IGNORECASE)
        newest = int(pattern.fullmatch(self.read_until(pattern)[-1])[1])
        return newest

    def say(self, room, text, others=None):
        """Sends a message; gives back its id. What else comes goes to the list `others`; without it nothing may."""
        self.send(f"MSG {room} {text}")
        while True:
            line = self.readline()
            match = re.fullmatch(r"OK MSG \S+ (\d+)", line or "")
            if match:
                return int(match[1])
            if others is None or line is None or line.startswith("ERR "):
                raise AssertionError(f"expected an OK for the message, got {line!r}")
            others.append(line)

    # Ending

    def reset(self):
        """Ends the connection with a RST, as a machine does that crashed."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Response:
    """An answer over HTTP."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body!r}"


class HTTPClient:
    """A kept-alive HTTP connection to a server."""

    def __init__(self, server, timeout=TIMEOUT):
        self.connection = http.client.HTTPConnection(*server.http, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        """`body`: bytes, str, or what becomes JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, user, room, text):
        """Posts a message that must be taken; gives back its id."""
        answer = self.request("POST", "/messages", {"user": user, "room": room, "text": text})
        if answer.status != 201:
            raise AssertionError(f"POST /messages: {answer}")
        return answer.json()["id"]

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class WebSocketClosed(Exception):
    """The server closed; `code` and `reason` are those of its close frame."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class WebSocketClient:
    """A blocking face of the stock library `websockets`. One thread at a time may use it."""

    def __init__(self, server, query="", timeout=TIMEOUT, path="/ws", **options):
        import websockets
        import websockets.exceptions

        self._errors = websockets.exceptions
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()
        uri = f"ws://{server.http[0]}:{server.http[1]}{path}" + (f"?{query}" if query else "")
        # The library's own pings need a loop that runs all the time.
        options.setdefault("ping_interval", None)
        # With a bound, frames that nobody has read keep the answer to a close from being seen.
        options.setdefault("max_queue", None)

        async def connected():
            # Made within the loop, which it takes for its own.
            return await websockets.connect(uri, **options)

        try:
            self.socket = self._run(connected())
        except BaseException:
            self._loop.close()
            raise

    def _run(self, work):
        async def limited():
            return await asyncio.wait_for(work, self._timeout)

        try:
            return self._loop.run_until_complete(limited())
        except self._errors.ConnectionClosed as error:
            code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
            raise WebSocketClosed(code, reason) from None

    def send(self, message):
        """`message`: str, bytes, or what becomes JSON."""
        self._run(self.socket.send(message if isinstance(message, (str, bytes)) else json.dumps(message)))

    def receive_text(self):
        return self._run(self.socket.recv())

    def receive(self):
        """The next frame's JSON."""
        return json.loads(self.receive_text())

    def receive_until(self, predicate):
        """The frames up to the first for which `predicate` holds, which is included."""
        frames = []
        while not frames or not predicate(frames[-1]):
            frames.append(self.receive())
        return frames

    def expect_close(self):
        """Reads up to the close; gives back its code and reason."""
        try:
            while True:
                self.receive_text()
        except WebSocketClosed as closed:
            return closed.code, closed.reason

    def close(self, politely=True):
        """Closes with the closing handshake, or at once."""
        if self._loop.is_closed():
            return
        try:
            if politely:
                self._run(self.socket.close())
            else:
                self.socket.transport.abort()
        except (WebSocketClosed, OSError):
            pass
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
                self._loop.run_until_complete(asyncio.wait([task]))
            self._loop.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close(politely=kind is None)


def nc(server, input, *flags, timeout=TIMEOUT):
    """Runs netcat on the line door with this input; gives back its output as text."""
    host, port = server.line
    data = input.encode() if isinstance(input, str) else input
    done = subprocess.run(
        ["nc", *flags, host, str(port)], input=data, capture_output=True, timeout=timeout, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


def curl(*arguments, timeout=TIMEOUT):
    """Runs curl silently; gives back the CompletedProcess, with text."""
    return subprocess.run(
        ["curl", "--silent", "--show-error", *arguments], capture_output=True, timeout=timeout,
        encoding="utf-8")


class ServerCase(unittest.TestCase):
    """A test case that closes the servers and clients it made, and shows the servers' logs when it failed."""

    def server(self, *arguments, **options):
        return self.keep(Server(*arguments, **options))

    def keep(self, resource):
        """Closes `resource` when the test is over."""
        self.addCleanup(self._close, resource)
        return resource

    def _close(self, resource):
        if isinstance(resource, Server) and not self._outcome.success:
            resource.show_log(f"the server's log in {self.id()}")
        resource.close()

    def temporary_directory(self):
        return self.keep(_TemporaryDirectory()).path


class _TemporaryDirectory:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="linechat-test-")

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)
