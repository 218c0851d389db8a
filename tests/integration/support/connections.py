"""What a test opens, by whatever client, is closed when the test is over."""

import asyncio
import contextlib

from .client import Client, join, talk
from .raw_socket import RawSocket, upgrade_request


class Connections:
    """Opens connections to nodes for one test: `ann = await connect(node)`."""

    def __init__(self):
        self._open = []

    async def __call__(self, node, user=None, **options):
        """A client that has been welcomed, named `user` or else by the node."""
        return await self.at(node.url(user), **options)

    async def at(self, url, **options):
        """The same at an address that is no node's, of a proxy for example."""
        return self._keep(await Client.open(url, **options))

    async def tcp(self, node):
        """A TCP connection on which nothing has been sent."""
        return self._keep(await RawSocket.open(node.port))

    async def http(self, node, path, headers=None, method="GET"):
        """Asks for an upgrade; returns the socket, and status, headers and body of the answer."""
        raw = await self.tcp(node)
        headers = {"Host": f"127.0.0.1:{node.port}", **(headers or {})}
        await raw.send(upgrade_request(path, headers, method))
        return raw, *await raw.read_response()

    async def raw(self, node, user=None, **query):
        """A hand-made WebSocket right after the upgrade: the welcome is not read yet."""
        raw, status, _, body = await self.http(node, node.path(user, **query))
        assert status == 101, f"no upgrade: {status} {body!r}"
        return raw

    async def welcomed(self, node):
        """The same after the welcome."""
        raw = await self.raw(node)
        assert (await raw.read_json())["type"] == "welcome"
        return raw

    async def close(self):
        await asyncio.gather(*(each.close() for each in self._open))

    def _keep(self, connection):
        self._open.append(connection)
        return connection


@contextlib.asynccontextmanager
async def undisturbed(connect, node, room):
    """Two members of a room, one of them for a test to misbehave with, or beside.

    At the end nothing unexpected has come to either, and they can still talk.
    """
    culprit, neighbour = await connect(node), await connect(node)
    await join(room, culprit, neighbour)
    yield culprit
    assert culprit.inbox == [] and neighbour.inbox == []
    await talk(room, culprit, neighbour)
