"""What attackers need and decent clients do not, and a bystander who must not suffer from them."""

import asyncio
import contextlib
import os
import resource
import socket

from .client import join, talk, unique
from .deadline import PAUSE, until

ECHOES = 20
SOURCES = 50  # addresses: 127.0.0.2 and up


def descriptors(node):
    """How many files and sockets the node has open."""
    return len(os.listdir(f"/proc/{node.process.pid}/fd"))


@contextlib.asynccontextmanager
async def survived(connect, node):
    """Around an attack: a bystander who is served before, during (by its `served`) and after it.

    At the end the node holds no more descriptors than before: whoever attacked is gone, for the
    node at least.
    """
    ann = Bystander(await connect(node), unique("calm"))
    await join(ann.room, ann.client)
    before = descriptors(node)
    await ann.served()
    yield ann
    await ann.served()
    await until(lambda: descriptors(node) <= before, "the node holds no more than before")


class Bystander:
    """A client in a room of its own."""

    def __init__(self, client, room):
        self.client = client
        self.room = room

    async def served(self, echoes=ECHOES):
        """Lets the client publish and hear itself, several times."""
        for _ in range(echoes):
            await talk(self.room, self.client)


async def drip(raw, data):
    """Sends byte by byte until there are no more, or the node has hung up; the answer, if any."""
    listening = asyncio.create_task(raw.read_to_end())
    for byte in data:
        if listening.done():
            break
        await raw.send(bytes([byte]))
        await asyncio.sleep(PAUSE)
    return await listening


async def flood(raw, data, times):
    """Sends the same again and again and reads nothing; whether the node took it all."""
    for _ in range(times):
        if not await raw.send(data):
            return False
    return True


def allow_sockets(count):
    """Raises the limit of open files, which children inherit; returns how many sockets fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1000
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(count, soft - 1000)


def silent_sockets(port, count):
    """Connects so often, from many addresses, without waiting for any of them."""
    sockets = []
    for number in range(count):
        one = socket.socket()
        one.setblocking(False)
        one.bind((f"127.0.0.{2 + number % SOURCES}", 0))
        one.connect_ex(("127.0.0.1", port))
        sockets.append(one)
    return sockets


def hung_up(one):
    """Whether the other side of a silent socket has ended the connection."""
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
