"""The load generator against a small server of Pusher's protocol, which checks what it is told."""

import asyncio
import collections
import contextlib
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest
import websockets

from support.bench import SHORT, run

KEY = SECRET = "bench"


class Server:
    """Channels of one process. `echo` and `deaf` are faults: a publisher hears itself, or the
    first other member hears nothing."""

    def __init__(self, echo=False, deaf=False):
        self.echo = echo
        self.deaf = deaf
        self.pongs = 0
        self.channels = collections.defaultdict(list)

    async def serve(self, client, path):
        where = urlsplit(path)
        assert where.path == f"/app/{KEY}" and parse_qs(where.query)["protocol"] == ["7"]
        socket_id = f"{id(client)}.7"
        data = json.dumps({"socket_id": socket_id, "activity_timeout": 120}, separators=(",", ":"))
        await self.say(client, "pusher:connection_established", data)
        await self.say(client, "pusher:ping", {})
        async for text in client:
            await self.hear(client, socket_id, json.loads(text))

    async def hear(self, client, socket_id, request):
        if request["event"] == "pusher:pong":
            self.pongs += 1
        elif request["event"] == "pusher:subscribe":
            channel = request["data"]["channel"]
            right = hmac.new(SECRET.encode(), f"{socket_id}:{channel}".encode(), hashlib.sha256)
            if request["data"]["auth"] != f"{KEY}:{right.hexdigest()}":
                await self.say(client, "pusher:error", {"code": 4009, "message": "not allowed"})
                return
            self.channels[channel].append(client)
            await self.say(client, "pusher_internal:subscription_succeeded", "{}", channel)
        else:
            event, channel = request["event"], request["channel"]
            assert event.startswith("client-") and channel.startswith("private-")
            others = [x for x in self.channels[channel] if self.echo or x is not client]
            for member in others[self.deaf:]:
                await self.say(member, event, request["data"], channel)

    @staticmethod
    async def say(client, event, data, channel=None):
        words = {"event": event, "channel": channel, "data": data}
        text = json.dumps({k: v for k, v in words.items() if v is not None}, separators=(",", ":"))
        with contextlib.suppress(websockets.ConnectionClosed):
            await client.send(text)


async def bench(server, scenario, *options):
    """Runs a scenario against the server for a second; returns its report."""
    async with websockets.serve(server.serve, "127.0.0.1", 0) as listener:
        url = f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}/app/{KEY}"
        done = await asyncio.to_thread(run, "bench", scenario, "--protocol", "pusher", "--url", url,
                                       *SHORT, "--json", *options)
    assert done.stderr == "" and done.stdout
    return json.loads(done.stdout)


@pytest.mark.parametrize("words", [
    ["fanout", "--connections", "20"], ["fanout", "--connections", "20", "--rate", "50"],
    ["chat", "--connections", "20", "--rooms", "4", "--publishers", "8"]], ids=" ".join)
async def test_all_but_the_publisher_get_each_message_once(words):
    server = Server()
    report = await bench(server, *words)
    assert report["good"] and report["received"] > 0
    assert report["lost"] == report["duplicated"] == report["reordered"] == report["foreign"] == 0
    assert server.pongs == 20


async def test_a_publisher_that_hears_itself_is_no_delivery():
    report = await bench(Server(echo=True), "fanout", "--connections", "5", "--rate", "20")
    assert report["lost"] == 0 and 4 * report["foreign"] == report["received"] > 0


async def test_what_a_member_does_not_get_is_lost():
    report = await bench(Server(deaf=True), "fanout", "--connections", "5", "--rate", "20")
    assert not report["good"] and 3 * report["lost"] == report["received"] > 0


@pytest.mark.parametrize("scenario", ["direct", "broadcast", "churn", "recover", "presence"])
def test_what_the_protocol_does_not_have_is_refused(scenario):
    done = run("bench", scenario, "--protocol", "pusher", *SHORT)
    assert done.returncode == 1
    assert done.stderr == f"atrium bench: the server cannot do {scenario}\n"
