"""Connections for the soak test, one task each: lines, HTTP and WebSocket on asyncio, and rude ways to end them."""

import asyncio
import json
import os
import socket
import struct

import websockets
from websockets.exceptions import WebSocketException

# How long anything may take before it counts as not happening; the machine may be busy.
PATIENCE = 120

# What ends a conversation without being a fault of itself.
ENDINGS = (OSError, EOFError, WebSocketException, asyncio.IncompleteReadError)


class Stuck(AssertionError):
    """Something that should come did not."""


async def within(work, what):
    """`work`, or a fault that names what did not come."""
    try:
        return await asyncio.wait_for(work, PATIENCE)
    except asyncio.TimeoutError:
        raise Stuck(f"nothing for {PATIENCE} s: {what}") from None


def connected_socket(where, receive_buffer=None):
    """Connecting to this machine does not wait."""
    connected = socket.socket()
    if receive_buffer:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    try:
        connected.connect(where)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connected.close()
        raise
    return connected


def reset(transport):
    """The end of a machine that crashed: RST, and what was under way is gone."""
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Stream:
    """A TCP connection, in bytes."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, where, receive_buffer=None):
        return cls(*await asyncio.open_connection(sock=connected_socket(where, receive_buffer), limit=1 << 15))

    async def send_bytes(self, data):
        self.writer.write(data)
        await within(self.writer.drain(), "room to send")

    def half_close(self):
        self.writer.write_eof()

    async def read_to_end(self):
        return await within(self.reader.read(-1), "the end of the stream")

    def reset(self):
        reset(self.writer.transport)

    def close(self):
        self.writer.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.close()


class Lines(Stream):
    """The line door; lines are str without their end."""

    async def send(self, *lines):
        await self.send_bytes("".join(line + "\n" for line in lines).encode())

    async def readline(self):
        line = await within(self.reader.readline(), "a line")
        if not line.endswith(b"\n"):
            raise EOFError
        return line.rstrip(b"\r\n").decode()

    async def until(self, starts):
        """The first line that starts so."""
        while not (line := await self.readline()).startswith(starts):
            pass
        return line

    async def register(self, nick):
        """In the plain dialect; an EOFError if the last holder of the nick is not gone yet."""
        await self.send(f"NICK {nick}")
        answer = await self.readline()
        if answer.startswith("ERR nick-in-use"):
            raise EOFError
        if answer != f"OK NICK {nick}":
            raise AssertionError(f"NICK {nick}: {answer}")


class HTTP(Stream):
    """A kept-alive HTTP connection."""

    async def request(self, method, path, body=None, headers=()):
        await self.ask(method, path, body, headers)
        return await self.answer()

    async def ask(self, method, path, body=None, headers=()):
        content = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
        if body is not None:
            head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        await self.send_bytes("\r\n".join(head + ["", ""]).encode() + content)

    async def answer(self):
        """Status and body."""
        head = await within(self.reader.readuntil(b"\r\n\r\n"), "an answer over HTTP")
        status = int(head.split(b" ", 2)[1])
        length = next(
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return status, await within(self.reader.readexactly(length), "the body of an answer")

    async def get(self, path):
        """The JSON of a page, None if there is no such room yet."""
        status, body = await self.request("GET", path)
        if status == 404:
            return None
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {body!r}")
        return json.loads(body)


class WebSocket:
    """A WebSocket of the stock library, which answers pings by itself."""

    def __init__(self, socket_):
        self.socket = socket_

    @classmethod
    async def connect(cls, where, query, receive_buffer=None):
        connected = connected_socket(where, receive_buffer)
        # With a queue of few frames, one that is not read holds up the server, as it should here.
        return cls(await within(websockets.connect(
            f"ws://{where[0]}:{where[1]}/ws?{query}", sock=connected, ping_interval=None, max_queue=16,
            close_timeout=5), "the answer to a handshake"))

    async def receive(self):
        return json.loads(await within(self.socket.recv(), "a frame"))

    async def send(self, message):
        await within(self.socket.send(message), "room to send a frame")

    def reset(self):
        reset(self.socket.transport)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.socket.close()


def nonsense(random):
    """Bytes that are no request of anything, or one that is wrong."""
    return random.choice([
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64),
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"MSG\nJOIN\nNICK 1x\nSINCE room0 x\nHISTORY room0 0\nFOO bar\nPART nowhere\n" * 3,
        b"NICK \xff\xfe\nMSG room0 \xc3\x28\n\x00\x00\n",
        b"x" * 9000,
        b"PRIVMSG #room0 :not registered\r\nCAP LS 302\r\nCAP FOO\r\n",
    ]), random.choice([
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"user\":1",
        b"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Filler: y\r\n" * 2000 + b"\r\n",
        b"GET /ws?user=1x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n",
        b"GET /ws?user=unmasked HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n\x81\x02hi",
        b"NICK alice\r\nJOIN room0\r\n\r\n",
        os.urandom(200),
    ])
