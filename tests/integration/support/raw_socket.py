"""A WebSocket made by hand: it can send what no library sends, and reads only when told to."""

import asyncio
import base64
import json
import os
import socket
import struct
from collections import namedtuple

from .deadline import DEADLINE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK_KEY = bytes.fromhex("37fa213d")

RawFrame = namedtuple("RawFrame", "final opcode payload")


def frame(opcode, payload=b"", *, final=True, reserved=0, masked=True, length=None):
    """The bytes of a client's frame; `length` announces another length than the payload has."""
    payload = payload.encode() if isinstance(payload, str) else payload
    length = len(payload) if length is None else length
    mask = 0x80 if masked else 0
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    if length < 126:
        head += bytes([mask | length])
    elif length < 1 << 16:
        head += struct.pack("!BH", mask | 126, length)
    else:
        head += struct.pack("!BQ", mask | 127, length)
    return head + (MASK_KEY + masked_with_key(payload) if masked else payload)


def masked_with_key(payload):
    key = (MASK_KEY * (len(payload) // 4 + 1))[:len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return masked.to_bytes(len(payload), "big")


def close_payload(code, reason=b""):
    return struct.pack("!H", code) + reason


def upgrade_request(path, headers=None, method="GET"):
    """The bytes of an upgrade request; a header whose value is None is left out."""
    fields = {
        "Host": "127.0.0.1", "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), **(headers or {})}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()


class Ended(Exception):
    """The node ended the TCP connection."""


class RawSocket:
    """A TCP connection to a node. Nothing is answered, and nothing read, behind the test's back."""

    def __init__(self, tcp):
        self._tcp = tcp
        self._buffer = b""

    @classmethod
    async def open(cls, port):
        tcp = socket.socket()
        tcp.setblocking(False)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(tcp, ("127.0.0.1", port))
        return cls(tcp)

    async def send(self, data):
        """Sends bytes; a peer that has hung up already is for the reading side to notice.

        Says whether they were sent.
        """
        try:
            sending = asyncio.get_running_loop().sock_sendall(self._tcp, data)
            await asyncio.wait_for(sending, DEADLINE)
            return True
        except (ConnectionResetError, BrokenPipeError):
            return False

    def end_sending(self):
        """Ends the client's half of the TCP connection."""
        self._tcp.shutdown(socket.SHUT_WR)

    def reset(self):
        """Ends the connection by RST, as a crashed machine or a scanner does."""
        self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._tcp.close()

    async def send_frame(self, opcode, payload=b"", **options):
        await self.send(frame(opcode, payload, **options))

    async def request(self, verb, **fields):
        """Sends a request and returns its reply, passing over everything else."""
        await self.send_frame(TEXT, json.dumps({"type": verb, "id": "raw", **fields}))
        return await self.read_json(id="raw")

    async def read_response(self):
        """Reads an HTTP response: its status, its headers by lower-case name, its body."""
        head = await self._read_through(b"\r\n\r\n")
        first, *lines = head.decode().rstrip().split("\r\n")
        headers = {name.lower(): value.strip()
                   for name, value in (line.split(":", 1) for line in lines)}
        body = await self._read(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def read_frame(self):
        first, second = await self._read(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(await self._read(2), "big")
        elif length == 127:
            length = int.from_bytes(await self._read(8), "big")
        assert not second & 0x80, "a server masks no frames"
        return RawFrame(bool(first & 0x80), first & 0x0F, await self._read(length))

    async def read_until(self, opcode):
        """Passes over frames until one has this opcode."""
        while (received := await self.read_frame()).opcode != opcode:
            pass
        return received

    async def read_json(self, **fields):
        """Passes over frames until one is JSON with these fields."""
        while True:
            message = json.loads((await self.read_until(TEXT)).payload)
            if all(message.get(name) == value for name, value in fields.items()):
                return message

    async def close_code(self):
        """Passes over frames until the node closes and returns its code."""
        payload = (await self.read_until(CLOSE)).payload
        return int.from_bytes(payload[:2], "big") if payload else None

    async def refusal_code(self):
        """The same for who is not let in: only the announcement of it comes before."""
        while (received := await self.read_frame()).opcode == TEXT:
            assert json.loads(received.payload)["type"] == "closing"
        return int.from_bytes(received.payload[:2], "big")

    async def read_to_end(self):
        """Reads what comes until the node ends the TCP connection."""
        received = b""
        try:
            while True:
                received, self._buffer = received + self._buffer, b""
                await self._receive()
        except Ended:
            return received

    async def close(self):
        self._tcp.close()

    async def _read_through(self, mark):
        while mark not in self._buffer:
            await self._receive()
        return await self._read(self._buffer.index(mark) + len(mark))

    async def _read(self, count):
        while len(self._buffer) < count:
            await self._receive()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    async def _receive(self):
        try:
            receiving = asyncio.get_running_loop().sock_recv(self._tcp, 1 << 16)
            data = await asyncio.wait_for(receiving, DEADLINE)
        except ConnectionResetError:
            data = b""
        except asyncio.TimeoutError:
            raise AssertionError(f"nothing to read; so far: {self._buffer[:200]!r}") from None
        if not data:
            raise Ended(f"the node hung up; unread: {self._buffer[:200]!r}")
        self._buffer += data
