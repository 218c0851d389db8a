"""Streams through proxies that gather what they pass on, unless they are told not to."""

import asyncio

import pytest

from support.child import Child
from support.deadline import DEADLINE
from support.proxies import nginx
from support.redis_server import free_port

# What has to be said; everything that could be left to nginx is.
CONFIGURATION = """
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{to}; }}
  }}
}}
"""


@pytest.fixture
def proxy(tmp_path):
    """Starts an nginx in front of a port; returns its own."""
    started = []

    def start(to):
        port = free_port()
        path = tmp_path / "nginx.conf"
        path.write_text(CONFIGURATION.format(folder=tmp_path, port=port, to=to))
        started.append(Child("nginx", nginx(path), tmp_path))
        return port

    yield start
    for each in started:
        each.process.terminate()
        each.wait_exit_code()
        each.kill()


async def open_when_up(port):
    end = asyncio.get_running_loop().time() + DEADLINE
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert asyncio.get_running_loop().time() < end, "nginx does not listen"
            await asyncio.sleep(0.01)


async def test_events_come_through_a_proxy_as_they_happen(node, connect, room, proxy):
    """An operator watches through nginx as it is by default.
    The stream begins at once, and an event comes without waiting for more of them."""
    reader, writer = await open_when_up(proxy(node.internal_port))
    writer.write(b"GET /inspect/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE)
    assert b" 200 OK\r\n" in head and b"no-transform" in head
    await asyncio.wait_for(reader.readuntil(b"retry: 2000\n\n"), DEADLINE)
    ann = await connect(node)

    async def come_and_go():
        while True:
            await ann.request("join", room=room)
            await ann.request("leave", room=room)
            await asyncio.sleep(0.05)

    visits = asyncio.ensure_future(come_and_go())
    try:
        await asyncio.wait_for(reader.readuntil(room.encode()), DEADLINE)
    finally:
        visits.cancel()
        writer.close()
