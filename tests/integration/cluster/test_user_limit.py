"""A user has so many connections at most, on all nodes together."""

import asyncio

import pytest

from support.client import Client, Closed, unique
from support.deadline import DEADLINE, until
from support.metrics import Scrape

TOO_MANY = 4004
LEASE = 3


@pytest.fixture(scope="module")
def strict_pair(start_shared_node, shared_redis):
    """Two nodes of one cluster that refuse a third connection of a user."""
    return [start_shared_node("--redis", shared_redis.url, "--user-connections", "2",
                              "--user-lease", str(LEASE), "--namespace", "strict:test")
            for _ in range(2)]


@pytest.fixture(scope="module")
def kicking_pair(start_shared_node, shared_redis):
    """Two nodes that close a user's oldest connection for a third one."""
    return [start_shared_node("--redis", shared_redis.url, "--user-connections", "2",
                              "--user-policy", "kick_oldest", "--namespace", "kicking:test")
            for _ in range(2)]


async def close_code_of_newcomer(connect, node, user):
    """How a connection of a user who has enough of them ends: without a welcome."""
    raw = await connect.raw(node, user)
    closing = await raw.read_json()
    assert (closing["type"], closing["reconnect"]) == ("closing", False)
    return await raw.close_code()


async def is_welcome(connect, node, user):
    """Whether one more connection finds a place, which it keeps."""
    raw = await connect.raw(node, user)
    first = await raw.read_json()
    if first["type"] != "welcome":
        assert first["code"] == TOO_MANY
        await raw.close()
    return first["type"] == "welcome"


def lost_leases(node):
    """How often others took the node for dead."""
    return Scrape(node)("atrium_lease_events_total", event="lost")


async def test_by_default_a_user_has_five(node, connect):
    """The fifth connection is welcome, the sixth is closed with 4004.
    Other users do not notice; a connection that goes makes room."""
    user = unique("ann")
    five = [await connect(node, user) for _ in range(5)]
    assert await close_code_of_newcomer(connect, node, user) == TOO_MANY
    assert (await (await connect(node)).ask("ping"))["type"] == "pong"
    await five.pop().abort()
    await until(lambda: is_welcome(connect, node, user), "there is room again")
    for each in five:
        assert (await each.ask("ping"))["type"] == "pong"


async def test_the_limit_can_be_lifted(start_node, connect):
    """Zero means no limit."""
    node = start_node("--user-connections", "0")
    user = unique("ann")
    for _ in range(20):
        await connect(node, user)


async def test_connections_on_all_nodes_count(strict_pair, connect):
    """Going to another node does not help.
    A place that is given up on one node can be taken on another."""
    user = unique("ann")
    phone, _ = [await connect(node, user) for node in strict_pair]
    for node in strict_pair:
        assert await close_code_of_newcomer(connect, node, user) == TOO_MANY
    await phone.close()
    await until(lambda: is_welcome(connect, strict_pair[1], user), "the place is free elsewhere")


async def test_of_many_at_once_exactly_so_many_get_in(strict_pair, connect):
    """Forty connections of one user race for two places on two nodes.
    Two of them win, whatever the nodes know of each other at that moment."""
    user = unique("ann")

    async def attempt(number):
        try:
            return await connect(strict_pair[number % 2], user)
        except (Closed, AssertionError):
            return None

    clients = await asyncio.gather(*(attempt(number) for number in range(40)))
    assert sum(client is not None for client in clients) == 2


async def test_the_oldest_can_be_made_to_go(kicking_pair, connect):
    """Some prefer the device that the user holds now.
    The user's oldest connection is closed with 4004, on whichever node it is; nobody else's is."""
    user, stranger = unique("ann"), await connect(kicking_pair[0])
    phone = await connect(kicking_pair[0], user)
    laptop = await connect(kicking_pair[1], user)
    tablet = await connect(kicking_pair[1], user)
    assert await phone.close_code() == TOO_MANY
    assert phone.seen("closing")[0]["reconnect"] is False
    for survivor in (laptop, tablet, stranger):
        assert (await survivor.ask("ping"))["type"] == "pong"
    desk = await connect(kicking_pair[0], user)
    assert await laptop.close_code() == TOO_MANY
    assert (await desk.ask("ping"))["type"] == "pong"


async def test_the_places_of_a_node_that_dies_are_free_after_the_lease(
        strict_pair, start_node, redis, connect):
    """A node that is killed cannot say who was connected to it.
    Its places are kept for the lease and not for ever."""
    user = unique("ann")
    dying = start_node("--redis", redis.url, "--user-connections", "2",
                       "--user-lease", str(LEASE), "--namespace", "strict:test")
    for _ in range(2):
        await connect(dying, user)
    assert await close_code_of_newcomer(connect, strict_pair[0], user) == TOO_MANY
    dying.crash()
    await until(lambda: is_welcome(connect, strict_pair[0], user), "the lease is over")


async def test_the_places_of_a_node_that_is_known_to_be_dead_are_free(start_node, redis, connect):
    """Other nodes notice a node that is killed within --lease.
    Its places are free then, long before their own time, which is an hour here, is up."""
    options = ("--redis", redis.url, "--user-connections", "1", "--user-lease", "3600",
               "--lease", str(LEASE), "--namespace", "killed:test")
    dying, staying = [start_node(*options) for _ in range(2)]
    user = unique("ann")
    await connect(dying, user)
    assert await close_code_of_newcomer(connect, staying, user) == TOO_MANY
    dying.crash()
    await until(lambda: is_welcome(connect, staying, user), "the node is known to be dead")
    await until(lambda: len(redis.admin.zrange("{killed:test:nodes}:leases", 0, -1)) == 1,
                "nothing is left of the lease")


async def test_a_node_that_was_only_paused_has_its_places_again(start_node, redis, connect):
    """A node that is stopped for longer than --lease counts as dead, and then comes back.
    Its connections are counted again, and of too many the youngest goes."""
    options = ("--redis", redis.url, "--user-connections", "1", "--user-lease", "6",
               "--lease", str(LEASE), "--namespace", "paused:test")
    pausing, staying = [start_node(*options) for _ in range(2)]
    user = unique("ann")
    laptop = await connect(pausing, user)
    pausing.freeze()
    phones = []

    async def has_a_place():
        phones.append(await connect.raw(staying, user))
        return (await phones[-1].read_json())["type"] == "welcome"

    await until(has_a_place, "the paused node counts as dead")
    pausing.thaw()
    assert (await phones[-1].read_json())["code"] == TOO_MANY
    assert (await laptop.ask("ping"))["type"] == "pong"
    await until(lambda: is_refused(staying, user), "the other node knows that it is alive")
    assert (await laptop.ask("ping"))["type"] == "pong"
    await until(lambda: lost_leases(pausing) >= 1, "the node knows that it was taken for dead")


async def test_the_places_of_a_node_that_stops_are_free_at_once(start_node, redis, connect):
    """Whoever is sent away by one node is welcome at the next.
    Long before the lease, which is an hour here, would be over."""
    options = ("--redis", redis.url, "--user-connections", "1", "--user-lease", "3600",
               "--namespace", "hour:test")
    leaving, staying = [start_node(*options) for _ in range(2)]
    user = unique("ann")
    ann = await connect(leaving, user)
    leaving.interrupt()
    assert await ann.close_code() == 1001
    assert await leaving.exit_code() == 0
    assert await is_welcome(connect, staying, user)


async def test_places_are_kept_while_redis_is_away(strict_pair, redis, connect):
    """An outage of Redis closes nobody, and a Redis that comes back empty learns who is there.
    Who is connected stays so, and there are still no more than two."""
    user = unique("ann")
    both = [await connect(node, user) for node in strict_pair]
    redis.restart()
    key = f"{{strict:test:user:{user}}}:connections"
    await until(lambda: redis.admin.hlen(key) == 2, "both places are known again")
    await until(lambda: is_refused(strict_pair[0], user), "a third one is refused")
    for each in both:
        assert (await each.ask("ping"))["type"] == "pong"


@pytest.mark.parametrize("policy", ["reject", "kick_oldest"])
async def test_a_client_whose_network_is_gone_holds_no_place(start_node, redis, connect, policy):
    """A phone that changes networks leaves connections that nobody has closed.
    Whoever is in the way is asked first: one that does not answer goes, on whichever node it
    is, and one that answers stays."""
    nodes = [start_node("--redis", redis.url, "--namespace", f"{policy}:test",
                        "--user-policy", policy) for _ in range(2)]
    user = unique("ann")
    laptop = await connect(nodes[1], user)
    phones = [await connect.raw(nodes[number % 2], user) for number in range(4)]
    for phone in phones:
        assert (await phone.read_json())["type"] == "welcome"
    tablet = await connect(nodes[0], user)
    words = [asyncio.ensure_future(phone.read_json()) for phone in phones]
    told, others = await asyncio.wait(words, timeout=DEADLINE,
                                      return_when=asyncio.FIRST_COMPLETED)
    assert [each.result()["code"] for each in told] == [TOO_MANY]
    for each in others:
        each.cancel()
    for each in (laptop, tablet):
        assert (await each.ask("ping"))["type"] == "pong"


async def test_a_place_that_a_node_knows_nothing_of_is_free(strict_pair, redis, connect):
    """A Redis that comes back with older data has places of connections that have gone since.
    The node whose they were says so at once."""
    user = unique("ann")
    ann = await connect(strict_pair[0], user)
    run = ann.connection.rpartition("-")[0]
    later = redis.admin.time()[0] * 1000 + LEASE * 900
    redis.admin.hset(f"{{strict:test:user:{user}}}:connections", f"{run}-9999999", f"1:{later}")
    bob = await connect(strict_pair[1], user)
    for each in (ann, bob):
        assert (await each.ask("ping"))["type"] == "pong"


async def test_who_could_not_be_asked_may_have_gone(start_node, redis, connect):
    """A node that has crashed answers for nobody, and its places last as long as its lease.
    A newcomer without a place is told to come again after that."""
    options = ("--redis", redis.url, "--user-connections", "1", "--lease", "20",
               "--namespace", "crash:test")
    dying, staying = [start_node(*options) for _ in range(2)]
    user = unique("ann")
    await connect(dying, user)
    dying.crash()
    raw = await connect.raw(staying, user)
    closing = await raw.read_json()
    assert (closing["code"], closing["reconnect"]) == (TOO_MANY, True)
    assert closing["after_ms"] == 20_000


@pytest.mark.parametrize("policy, first_goes", [("reject", False), ("kick_oldest", True)])
async def test_a_redis_that_has_lost_its_data_changes_no_ages(start_node, redis, connect, policy,
                                                              first_goes):
    """A newcomer may be the first of whom an empty Redis hears.
    Who goes is decided by when each has come, not by when Redis has heard of it."""
    nodes = [start_node("--redis", redis.url, "--user-connections", "2", "--user-lease",
                        str(LEASE), "--user-policy", policy, "--namespace", f"lost:{policy}")
             for _ in range(2)]
    user = unique("ann")
    first, second = [await connect(node, user) for node in nodes]
    redis.admin.flushall()
    third = await connect(nodes[1], user)
    goes, stay = (first, (second, third)) if first_goes else (third, (first, second))
    assert await goes.close_code() == TOO_MANY
    for each in stay:
        assert (await each.ask("ping"))["type"] == "pong"


async def is_refused(node, user):
    """Whether a newcomer is closed with 4004; while Redis is away nobody gets in at all."""
    try:
        client = await Client.open(node.url(user))
    except (Closed, AssertionError) as refusal:
        return str(TOO_MANY) in str(refusal)
    await client.close()
    return False
