"""The channels that nodes use on Redis, and waiting until they are just the expected ones."""

from deadline import until

ALL = "{dev:atrium:all}"


def rooms(*names):
    return {f"{{dev:atrium:room:{name}}}" for name in names}


def users(*clients):
    return {f"{{dev:atrium:user:{client.user}}}" for client in clients}


async def subscribed(redis, *sets):
    """Waits until these are the channels of the whole cluster, besides the one for everybody."""
    expected = {ALL}.union(*sets)
    try:
        await until(lambda: redis.channels() == expected, "the expected channels")
    except AssertionError:
        assert redis.channels() == expected
