"""Who asks for too much, or errs too often, is told so, and closed when that goes on."""

import asyncio

import pytest

from support.client import join, talk
from support.connections import undisturbed
from support.deadline import until


@pytest.fixture(scope="module")
def slow_node(start_shared_node):
    """Ten messages at once, then twenty a second; forty errors a minute."""
    return start_shared_node("--messages-per-second", "20", "--messages-burst", "10",
                             "--errors-per-minute", "40")


async def test_more_than_the_burst_is_refused_and_not_carried_out(slow_node, connect, room):
    """A client that sends too fast is told when to go on.
    What was refused has no effect; the rest is delivered, in order."""
    ann, bob = await connect(slow_node), await connect(slow_node)
    await join(room, ann, bob)
    for number in range(30):
        await ann.post("publish", id=number, room=room, data=number)
    replies = [await ann.take(id=number) for number in range(30)]
    errors = [reply for reply in replies if reply["type"] == "error"]
    assert errors and len(errors) < 30
    for error in errors:
        assert error["code"] == "rate_limited"
        assert 0 < error["retry_after_ms"] <= 50
    accepted = [reply["id"] for reply in replies if reply["type"] == "published"]
    messages = await bob.collect(len(accepted))
    assert [message["data"] for message in messages] == accepted
    assert bob.inbox == []


async def test_who_waits_as_told_is_served(slow_node, connect):
    """The hint is honest: after that time the same request is in order.
    Nobody is closed for having asked once too often."""
    ann = await connect(slow_node)
    for number in range(30):
        await ann.post("ping", id=number)
    replies = [await ann.take(id=number) for number in range(30)]
    refused = [reply for reply in replies if reply["type"] == "error"]
    await asyncio.sleep(refused[-1]["retry_after_ms"] / 1000)
    assert (await ann.ask("ping"))["type"] == "pong"


async def test_bytes_are_bounded_too(start_node, connect, room):
    """Few messages can be a lot of data.
    The same error tells of it; a frame that the node accepts at all gets through in the end."""
    node = start_node("--bytes-per-second", "10000", "--bytes-burst", "20000")
    ann = await connect(node)
    await join(room, ann)
    large = "x" * 19_000
    for number in (1, 2):  # without a pause, in which the bucket would fill
        await ann.post("publish", id=number, room=room, data=large)
    assert (await ann.take(id=1))["type"] == "published"
    error = await ann.take(id=2)
    assert error["code"] == "rate_limited" and 0 < error["retry_after_ms"] <= 2000
    huge = "x" * 60_000
    await until(lambda: ann.succeeds("publish", room=room, data=huge),
                "there is room for a large message again")


@pytest.mark.parametrize("verb, code", [("publish", "not_a_member"), ("whatever", "unknown_type"),
                                        ("join", "bad_request")])
async def test_too_many_errors_are_the_end(start_node, connect, room, verb, code):
    """A client that does nothing but err is broken or hostile.
    It is told each time, and then closed with 4006; its neighbours notice nothing."""
    node = start_node("--errors-per-minute", "5")
    async with undisturbed(connect, node, room):
        broken = await connect(node)
        fields = {} if verb == "join" else {"room": room, "data": 1}
        for _ in range(6):
            await broken.post(verb, **fields)
        assert await broken.close_code() == 4006
        assert len(broken.seen("error", code=code)) == 6
        assert broken.seen("closing")[0]["reconnect"] is False


async def test_who_does_not_listen_to_refusals_is_closed(slow_node, connect):
    """Sending on regardless is an error each time.
    The end of it is close 4006."""
    flood = await connect(slow_node)
    for _ in range(10 + 40 + 60):
        await flood.post("ping", id="flood")
    assert await flood.close_code() == 4006


async def test_a_limit_of_zero_is_none(start_node, connect, room):
    """An operator who measures, or who trusts the clients, turns the limits off.
    Then nothing is refused and nobody closed."""
    node = start_node("--messages-per-second", "0", "--bytes-per-second", "0",
                      "--errors-per-minute", "0")
    ann = await connect(node)
    for _ in range(400):
        await ann.post("publish", room=room, data=1)
    assert len(await ann.collect(400, kind="error", code="not_a_member")) == 400
    await join(room, ann)
    await talk(room, ann)
