"""Several nodes on one Redis behave like one."""

import asyncio
import itertools

import pytest

from support.client import join, talk, unique

MESSAGES = 500


@pytest.mark.parametrize("count", [2, 3])
async def test_members_of_a_room_hear_each_other_across_nodes(trio, connect, room, count):
    """Friends who happen to be on different nodes share a room without knowing it.
    Everybody hears everybody."""
    members = [await connect(node) for node in trio[:count]]
    await join(room, *members)
    await talk(room, *members)
    assert all(member.inbox == [] for member in members)


@pytest.mark.parametrize("count", [2, 3])
async def test_a_user_is_reached_on_every_node(trio, connect, count):
    """A user with a connection on each node gets a message on all of them.
    It does not matter on which node it was sent, and nobody else gets it."""
    user, stranger = unique("bob"), await connect(trio[0])
    devices = [await connect(node, user) for node in trio[:count]]
    for node in trio:
        ann = await connect(node)
        sent = await ann.request("send", user=user, data="psst")
        for device in devices:
            await device.expect("message", event_id=sent["event_id"], scope="user")
    await stranger.request("send", user=stranger.user, data="fence")
    assert (await stranger.next())["data"] == "fence"
    assert all(device.inbox == [] for device in devices)


@pytest.mark.parametrize("count", [2, 3])
async def test_a_broadcast_reaches_everybody_on_every_node(trio, connect, count):
    """What is said to all is heard by all, whichever node it comes from.
    Each connection gets it once."""
    clients = [await connect(node) for node in trio[:count] for _ in range(2)]
    for speaker in clients:
        reply = await speaker.request("broadcast", data="all hands")
        for listener in clients:
            await listener.expect("message", event_id=reply["event_id"], scope="all")
    assert all(client.inbox == [] for client in clients)


async def test_a_node_need_not_have_members_to_be_published_from(trio, connect, room):
    """A member who leaves and comes back on another node finds the room there.
    The others hear every word of before and after."""
    bob = await connect(trio[1])
    await join(room, bob)
    for node in trio:
        ann = await connect(node)
        await join(room, ann)
        await ann.request("publish", room=room, data="hello")
        await bob.expect("message", data="hello", sender=ann.sender)
        await ann.request("leave", room=room)
    await talk(room, bob)


async def test_without_echo_only_the_publishing_connection_is_left_out(pair, connect, room):
    """Echo off means: not to me, here. The same user's device on another node does hear it.
    So does everybody else."""
    phone = await connect(pair[0], unique("ann"))
    laptop, bob = await connect(pair[1], phone.user), await connect(pair[1])
    await join(room, phone, laptop, bob)
    await phone.request("publish", room=room, data="quiet", echo=False)
    await phone.request("publish", room=room, data="loud")
    for other in (laptop, bob):
        assert [m["data"] for m in await other.collect(2)] == ["quiet", "loud"]
    assert (await phone.expect("message"))["data"] == "loud"


async def test_publishers_keep_their_order_and_nothing_comes_twice(trio, connect, room):
    """Two people on different nodes write five hundred messages each, as fast as they can.
    Every member gets all of them once, each writer's in order; one node's members agree."""
    writers = [await connect(node) for node in trio[:2]]
    readers = [(await connect(node), await connect(node)) for node in trio]
    await join(room, *writers, *itertools.chain(*readers))

    async def write(writer):
        for number in range(MESSAGES):
            await writer.post("publish", room=room, data=number)

    await asyncio.gather(*(write(writer) for writer in writers))
    for neighbours in readers:
        one, other = [await reader.collect(len(writers) * MESSAGES) for reader in neighbours]
        assert [m["event_id"] for m in one] == [m["event_id"] for m in other]
        assert len({m["event_id"] for m in one}) == len(one)
        for writer in writers:
            numbers = [m["data"] for m in one if m["sender"]["user"] == writer.user]
            assert numbers == list(range(MESSAGES))
        assert all(reader.inbox == [] for reader in neighbours)


async def test_messages_after_joined_are_never_missed(pair, connect, room):
    """Once a client has read `joined`, it hears whatever is published from then on.
    A publisher on another node starts at that very moment, again and again."""
    ann = await connect(pair[0])
    await join(room, ann)
    for number in range(50):
        bob = await connect(pair[1])
        await join(room, bob)
        await ann.request("publish", room=room, data=number)
        assert (await bob.expect("message"))["data"] == number
        await bob.close()


async def test_namespaces_do_not_mix(redis, start_node, pair, connect, room):
    """Two applications may share a Redis, each in a namespace of its own.
    Rooms, users and broadcasts of the same name have nothing to do with each other."""
    other = start_node("--redis", redis.url, "--namespace", "other:app")
    ann = await connect(pair[0], unique("ann"))
    namesake = await connect(other, ann.user)
    await join(room, ann, namesake)
    for client in (ann, namesake):
        for verb in ("publish", "send", "broadcast"):
            await client.request(verb, room=room, user=ann.user, data=verb)
        # Redis serves one command after the other: a stray message would be here by now.
        assert {m["data"] for m in await client.collect(3)} == {"publish", "send", "broadcast"}
    assert ann.inbox == [] and namesake.inbox == []


async def test_every_way_to_name_a_redis_leads_to_it(redis, start_node, pair, connect, room):
    """Redis may be named by TCP address, with user and password, or by its Unix socket.
    Nodes that name it differently are one cluster; the password is in no log."""
    redis.admin.acl_setuser("atrium", enabled=True, passwords=["+pa:ss/word"], keys=["*"],
                            channels=["*"], categories=["+@all"])
    secured = start_node("--redis", f"redis://atrium:pa%3Ass%2Fword@127.0.0.1:{redis.port}/3")
    local = start_node("--redis", f"unix://{redis.socket_path}")
    members = [await connect(node) for node in (pair[0], secured, local)]
    await join(room, *members)
    await talk(room, *members)
    assert "ss/word" not in secured.log and "ss%2Fword" not in secured.log
