"""What a soak leaves behind: memory, actors, subscriptions and keys, compared with the beginning."""

import contextlib
from urllib.parse import unquote

from support.channels import NODE, PROBES, subscribed
from support.deadline import until
from support.inspector import look
from support.metrics import Scrape

GROWTH, SLACK = 1.25, 64 << 20  # of the memory of a node with all its clients
QUIET = 60  # s after which all who were there have gone


class Remains:
    """What there is at one moment. Of nodes, which may be others than before, the sets."""

    def __init__(self, scene):
        scrapes = [Scrape(node) for node in scene.nodes]
        self.memory = max(s("process_resident_memory_bytes") for s in scrapes)
        self.subscriptions = [s("atrium_subscriptions") for s in scrapes]
        self.files = [s("process_open_fds") for s in scrapes]
        self.counts = [{key: look(node, "")[key] for key in ("connections", "rooms", "users")}
                       for node in scene.nodes]
        self.actors = [sorted(actors_in(look(node, "/tree")["tree"])) for node in scene.nodes]
        self.channels = {name for name in scene.redis.channels()
                         if not name.startswith((NODE, PROBES))}
        self.keys = keys_in(scene)

    def quiet(self):
        return self.subscriptions, self.files, self.counts, self.actors, self.channels


def keys_in(scene):
    return {key.decode() for key in scene.redis.admin.scan_iter(count=1000)}


async def settled(scene):
    """What there is when the nodes have asked Redis which channels they may use."""
    await subscribed(scene.redis)
    await until(lambda: len(set(Remains(scene).subscriptions)) == 1, "all nodes have asked")
    return Remains(scene)


def actors_in(tree):
    """Kinds and names; a node's own name is its own."""
    if tree["kind"] != "node":
        yield tree["kind"], tree["name"]
    for child in tree.get("children", []):
        yield from actors_in(child)


def is_kept(key, names):
    """Whether it is a key of a room or user of whom messages are kept, or of events that were told:
    they last longer than a soak. Dead letters there are none."""
    owner, _, purpose = key.removeprefix("{dev:atrium").partition("}:")
    kind, _, name = owner.removeprefix(":").partition(":")
    if kept := {"room": ("m", "h", "i"), "user": ("in", "cur", "id")}.get(kind):
        return unquote(name) in names and purpose.partition(":")[0] in kept
    return (kind == "inbox" or (kind == "nodes" and purpose.startswith("rooms:"))
            or purpose in ("events", "events:n") or purpose.startswith("events:answer:"))


async def left_over(scene, before, busy, busy_at_end, names):
    """What is left when everybody has gone that was not there `before`."""
    found = []
    with contextlib.suppress(AssertionError):
        await until(lambda: Remains(scene).quiet() == before.quiet(), "all have gone", QUIET)
    found += [f"left over: {now}, at the beginning {was}"
              for was, now in zip(before.quiet(), Remains(scene).quiet()) if was != now]

    def new_keys():
        return {key for key in keys_in(scene) - before.keys if not is_kept(key, names)}

    with contextlib.suppress(AssertionError):
        await until(lambda: not new_keys(), "no more keys", QUIET)
    if keys := new_keys():
        found.append(f"keys left over: {sorted(keys)[:20]}")
    after = Remains(scene)
    figures = [round(x.memory / 2**20) for x in (before, busy, busy_at_end, after)]
    print("memory of the largest node, MiB: {} at first, {} busy, {} busy at the end, {} after"
          .format(*figures))
    if max(busy_at_end.memory, after.memory) > GROWTH * busy.memory + SLACK:
        found.append("memory has grown")
    return found
