"""The channels that nodes use on Redis, and waiting until they are just the expected ones."""

from .deadline import until

ALL = "{dev:atrium:all}"
NODES = "{dev:atrium:nodes}"
NODE = "{dev:atrium:node:"
PROBES = "{dev:atrium:probe:"


def rooms(*names):
    return {f"{{dev:atrium:room:{name}}}" for name in names}


def users(*clients):
    return {f"{{dev:atrium:user:{client.user}}}" for client in clients}


async def subscribed(redis, *sets):
    """Waits until these are the channels of the whole cluster.

    Those for everybody and of the nodes are always there.
    """
    expected = {ALL, NODES}.union(*sets)

    def channels():
        return {name for name in redis.channels() if not name.startswith((NODE, PROBES))}

    try:
        await until(lambda: channels() == expected, "the expected channels")
    except AssertionError:
        assert channels() == expected
