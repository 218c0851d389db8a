"""The faults that tests and soak put nodes through. Each makes sure that it has bitten, and mends
what it has broken; nothing waits here until the nodes have recovered."""

from .client import Client
from .deadline import until
from .inspector import look
from .network import Network
from .scene import Backup

REPAIRED, TOLD = {}, {}
LEASE = 3  # s after which a node that is silent counts as dead, as the scenes set it
LIFE = 3  # s without a byte after which a node leaves a connection to Redis


def fault(run):
    """One that costs no history: whoever comes back gets everything, and is told of nothing."""
    REPAIRED[run.__name__.replace("_", " ")] = run
    return run


def loss(run):
    """One that costs the history itself something, of which clients are told."""
    TOLD[run.__name__.replace("_", " ")] = run
    return run


# -- connections to Redis ------------------------------------------------------------------------


@fault
async def links_killed(scene):
    scene.redis.disconnect("pubsub")
    scene.redis.disconnect("normal")


@fault
async def command_links_killed(scene):
    scene.redis.disconnect("normal")


@fault
async def subscriptions_killed_thrice(scene):
    for _ in range(3):
        scene.redis.disconnect("pubsub")
        await until(scene.redis.admin.pubsub_channels, "somebody is subscribed again")


@fault
async def link_cut_inside_a_frame(scene):
    link = scene.chance.choice(scene.sites).link
    link.cut_inside(7, 1, 100)
    await until(lambda: link.cuts_left == 0, "the link was cut")


@fault
async def node_cut_off_for_2_s(scene):
    await _break_link(scene, Network.cut, 2)


@fault
async def node_cut_off_for_60_s(scene):
    await _break_link(scene, Network.cut, 60)


@fault
async def black_hole_for_2_s(scene):
    await _break_link(scene, Network.stop_up, 2)


@fault
async def black_hole_for_60_s(scene):
    await _break_link(scene, Network.stop_up, 60)


async def _break_link(scene, how, seconds):
    """Between one node and Redis, for so long."""
    link = scene.chance.choice(scene.sites).link
    how(link)
    await scene.last(seconds)
    link.mend()


@fault
async def no_place_for_a_node_that_reconnects(scene):
    admin = scene.redis.admin
    before = admin.info("stats")["rejected_connections"]
    most = admin.config_get("maxclients")["maxclients"]
    admin.config_set("maxclients", 1)
    scene.chance.choice(scene.sites).link.reset()
    await until(lambda: admin.info("stats")["rejected_connections"] > before + 2,
                "the node is refused")
    admin.config_set("maxclients", most)


@fault
async def slow_subscriber_is_dropped(scene):
    """One node is paused while more is published than Redis keeps for a subscriber. The others
    read each message before the next one is published."""
    admin, (slow, quick, _) = scene.redis.admin, scene.chance.sample(scene.sites, 3)
    usual = admin.config_get("client-output-buffer-limit")["client-output-buffer-limit"]
    admin.config_set("client-output-buffer-limit", "pubsub 262144 0 0")
    ann, bob = await Client.open(quick.url()), await Client.open(slow.url())
    for each in (ann, bob):
        await each.request("join", room="flood")
    name = f"atrium-{look(slow.node, '')['node']}."
    before = {each for each, link in scene.links().items() if link["name"].startswith(name)}
    slow.node.freeze()
    try:
        async def is_dropped():
            await ann.ask("publish", room="flood", data="x" * 60_000)
            await ann.expect("message")
            return before - scene.links().keys()
        assert before, f"no links of {name}"
        await until(is_dropped, "the slow node is dropped")
    finally:
        slow.node.thaw()
        admin.config_set("client-output-buffer-limit", usual)
        for each in (ann, bob):
            await each.abort()


# -- Redis itself --------------------------------------------------------------------------------


@fault
async def scripts_forgotten(scene):
    scene.redis.admin.script_flush()


@fault
async def long_command(scene):
    scene.redis.admin.execute_command("DEBUG", "SLEEP", "1")


@fault
async def writes_paused(scene):
    scene.redis.admin.client_pause(round(1000 * min(3, scene.longest)), all=False)
    await scene.last(3)


@fault
async def redis_paused(scene):
    """For longer than a node waits for a sign of life."""
    scene.redis.stall()
    await scene.last(LIFE + 1)
    scene.redis.resume()


@fault
async def redis_crashes(scene):
    scene.redis.kill()
    await scene.last(0.5)
    scene.redis.start()


@loss
async def redis_crashes_and_loses_writes(scene):
    """After a time in which something is said in each room, and heard by everybody."""
    backup = Backup(scene.redis)
    await scene.last(1.5)
    scene.redis.kill()
    backup.restore()
    scene.redis.start()


@loss
async def everything_deleted(scene):
    scene.redis.admin.flushall()


@fault
async def no_memory(scene):
    admin = scene.redis.admin
    before = _refusals(admin, "OOM")
    admin.config_set("maxmemory", 1)
    await until(lambda: _refusals(admin, "OOM") > before + 3, "writes are refused")
    await scene.last(1)
    admin.config_set("maxmemory", 0)


@fault
async def master_demoted(scene):
    admin = scene.redis.admin
    admin.replicaof("127.0.0.1", "1")
    # Both links leave; those that come meanwhile find no master.
    before = scene.links().keys()
    await until(lambda: not before & scene.links().keys(), "all links are left")
    await scene.last(1)
    admin.replicaof("NO", "ONE")


def _refusals(admin, code):
    return int(admin.info("errorstats").get(f"errorstat_{code}", "count=0").partition("=")[2])


# -- nodes and clients ---------------------------------------------------------------------------


@fault
async def node_crashes(scene):
    site = scene.chance.choice(scene.sites)
    site.node.crash()
    await scene.last(1)
    site.restart()


@fault
async def node_paused_past_its_lease(scene):
    site = scene.chance.choice(scene.sites)
    site.node.freeze()
    await scene.last(LEASE + 2)
    site.node.thaw()


@fault
async def all_clients_cut_off_for_2_s(scene):
    for site in scene.sites:
        site.door.cut()
    await scene.last(2)
    for site in scene.sites:
        site.door.mend()
