"""A cluster under load: generator, metrics, inspector and the tool tell the same story."""

import pytest

from support.client import join, unique
from support.deadline import until, wait_until
from support.bench import bench
from support.inspector import act, look
from support.metrics import Scrape


@pytest.fixture
def cluster(start_node, redis):
    options = ["--redis", redis.url, "--messages-per-second", "0", "--user-connections", "0"]
    return [start_node(*options) for _ in range(3)]


def total(nodes, name, **labels):
    """The sum of a metric over all nodes."""
    return sum(Scrape(node)(name, **labels) for node in nodes)


def listing(node):
    return {row["node"]: row for row in look(node, "/cluster")["nodes"]}


async def test_all_count_the_same(cluster):
    """Three nodes carry what the load generator sends.
    What it has counted is the sum of what the nodes say, by metrics and by the inspector."""
    report = bench("chat", cluster, "--connections", "60", "--rooms", "6", "--publishers", "12")
    assert report["good"] and report["received"] > 0
    wait_until(lambda: total(cluster, "atrium_connections") == 0, "everybody has left")
    assert total(cluster, "atrium_deliveries_total", scope="room") == report["received"]
    assert total(cluster, "atrium_connections_opened_total") == 60
    totals = [look(node, "")["totals"] for node in cluster]
    assert sum(each["deliveries"] for each in totals) == report["received"]
    assert sum(each["connections_opened"] for each in totals) == 60


async def test_each_node_shows_the_room_on_all_of_them(cluster, connect, room):
    """A room has members on three nodes.
    Whichever node is asked counts them all, and the metrics agree."""
    clients = [await connect(node) for node in cluster for _ in range(2)]
    await join(room, *clients)
    for node in cluster:
        await until(lambda: answers(node, room) == (6, []), "all nodes answer")
    assert total(cluster, "atrium_connections") == 6
    assert total(cluster, "atrium_rooms") == 3
    await until(lambda: sum(row["connections"] for row in listing(cluster[0]).values()) == 6,
                "the registry knows of all connections")


def answers(node, room):
    """How many members the nodes know that answer within their second, and who does not."""
    shown = look(node, f"/rooms/{room}")
    return shown["members"], shown["silent"]


async def test_a_client_is_found_and_disconnected_from_any_node(cluster, connect):
    ann = await connect(cluster[0], unique("ann"))
    shown = look(cluster[1], f"/connections/{ann.connection}")["connection"]
    assert shown["user"] == ann.user
    status, answer = act(cluster[2], f"/users/{ann.user}/disconnect")
    assert (status, answer["disconnected"]) == (200, 1)
    assert await ann.close_code() == 4005


async def test_a_stopped_node_is_named_and_the_others_answer(cluster, connect, room):
    """A node hangs.
    The others show it as silent within 15 seconds, and go on answering."""
    clients = [await connect(node) for node in cluster]
    await join(room, *clients)
    frozen = look(cluster[2], "")["node"]
    await until(lambda: len(listing(cluster[0])) == 3, "the registry has all of them")
    cluster[2].freeze()
    try:
        await until(lambda: answers(cluster[0], room) == (2, [frozen]), "the others answer")
        await until(lambda: listing(cluster[0])[frozen]["silent"], "it is called silent", 40)
        await until(lambda: answers(cluster[1], room)[0] == 2, "they still do")
    finally:
        cluster[2].thaw()
    await until(lambda: not listing(cluster[0])[frozen]["silent"], "it is back")
