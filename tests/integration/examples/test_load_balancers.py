"""The proxies of examples/deploy in front of real nodes, each where it is installed."""

import asyncio
import contextlib
import re
import subprocess

import pytest

from support.child import Child
from support.client import join, talk, unique
from support.deadline import wait_until
from support.deploy import DEPLOY
from support.inspector import Events, look
from support.node import fetch
from support.proxies import haproxy, nginx, program
from support.redis_server import free_port

CONFIGURATIONS = {name: DEPLOY / f"{name}.{ending}"
                  for name, ending in (("haproxy", "cfg"), ("nginx", "conf"))}
FAR = "127.0.0.2"  # a client that is not on the address of the proxy


class Proxy:
    """A proxy as the example has it, but for addresses, its size and the folders of its files."""

    def __init__(self, name, nodes, folder):
        self.name, self.nodes = name, nodes
        self.port, self.internal_port = free_port(), free_port()
        path = folder / CONFIGURATIONS[name].name
        path.write_text(self.adapted(CONFIGURATIONS[name].read_text(), folder))
        command, check, foreground = {"haproxy": (haproxy, "-c", "-db"),
                                      "nginx": (nginx, "-t", "-q")}[name]
        checked = subprocess.run(command(path, check), capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        self.process = Child(name, command(path, foreground), folder)
        try:
            wait_until(self.is_open, f"{name} lets clients in")
        except BaseException:
            self.process.kill()
            raise

    def adapted(self, text, folder):
        """The example's text for these nodes and ports, with all files in the folder."""
        text = text.replace("listen 127.0.0.1:9080", f"listen 127.0.0.1:{self.internal_port}")
        for number, node in enumerate(self.nodes, 1):
            text = text.replace(f"node-{number}:8080", f"127.0.0.1:{node.port}")
            text = text.replace(f"node-{number}:9080", f"127.0.0.1:{node.internal_port}")
        text = text.replace("maxconn 100000", "maxconn 100")  # has to fit `ulimit -n`
        text = re.sub(r"(bind|listen) :?8080", rf"\1 127.0.0.1:{self.port}", text)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        text = text.replace("\nhttp {\n", f"\nhttp {{\n{folders}")
        return text.replace("/dev/stdout", str(folder / "access.log"))

    def is_open(self):
        assert not self.process.has_exited, self.process.log_tail()
        try:
            return fetch(self.port, "/ready")[0] == 200
        except OSError:
            return False

    def url(self, user):
        return f"ws://127.0.0.1:{self.port}/ws?user={user}"


@pytest.fixture(scope="module")
def ann():
    return unique("ann")


@pytest.fixture(params=sorted(CONFIGURATIONS))
def proxy(request, start_node, redis, ann, tmp_path):
    """One of the proxies; its `nodes` believe it about addresses."""
    program(request.param)
    nodes = [start_node("--redis", redis.url, "--trusted-proxy", "127.0.0.1",
                        "--trace-user", ann) for _ in range(2)]
    proxy = Proxy(request.param, nodes, tmp_path)
    yield proxy
    proxy.process.kill()


async def test_clients_come_through_with_their_own_addresses(proxy, connect, room, ann):
    """A client that claims another address in its header.
    Nodes see the one from which it has come, and clients hear each other."""
    spoof = {"X-Forwarded-For": "198.51.100.7"}
    far = await connect.at(proxy.url(ann), local_addr=(FAR, 0), extra_headers=spoof)
    near = await connect.at(proxy.url(unique("bob")))
    await join(room, far, near)
    await talk(room, far, near)
    log = "".join(node.log for node in proxy.nodes)
    assert re.findall(r"trace_connected.*address=(\S+)", log) == [FAR]


async def test_pages_of_the_own_host_may_connect(proxy, connect, ann):
    """Nodes compare the origin with the host that the browser has asked, port and all."""
    origin = f"http://127.0.0.1:{proxy.port}"
    await connect.at(proxy.url(ann), origin=origin)


async def test_newcomers_go_where_a_node_is(proxy, connect):
    """A node crashes. Whoever comes then is let in by the other one."""
    gone, left = proxy.nodes
    gone.crash()
    names = set()
    for _ in range(4):
        client = await connect.at(proxy.url(unique("bob")))
        names.add(client.welcome["node"])
    assert names == {look(left, "")["node"]}


async def test_operators_see_events_when_they_happen(proxy, connect):
    """An operator reads the stream of events through a proxy that gathers what it passes on."""
    if proxy.name != "nginx":
        pytest.skip("the internal listeners are not behind HAProxy")
    events = await Events.open(proxy)
    while not events.seen:  # the first look begins the recording
        client = await connect(proxy.nodes[0])
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(events.until(user=client.user), 1)
    events.close()
