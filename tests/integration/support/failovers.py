"""What happens to Redis where one server takes the place of another. Each of these makes sure that
it has bitten, waits until the successor is known, lets the test look at the nodes then, and mends
what it has broken."""

import contextlib

import redis

from .deadline import until
from .readiness import pass_by

SENTINEL, CLUSTER = {}, {}  # names, to failovers


class Failover:
    """`run` gets the servers and a conversation; `told` is whether clients may be told of a loss:
    `no`, `yes`, or `if it was lost`, which depends on what had reached the successor. In rooms
    without a history messages are in order, unless some come `late`. `settings` are for the
    servers."""

    def __init__(self, run, told, late, settings):
        self.run, self.told, self.late = contextlib.asynccontextmanager(run), told, late
        self.settings = settings

    @property
    def patience(self):
        """How long (ms) a server is silent before another one takes its place: where that is not
        to happen, a busy machine must not bring it about."""
        return 15_000 if self.told == "no" else 1_000


def of(table, told, late=False, **settings):
    def add(run):
        table[run.__name__.replace("_", " ")] = Failover(run, told, late, settings)
        return run
    return add


# -- Sentinel ------------------------------------------------------------------------------------


@of(SENTINEL, "no")
async def failover_after_the_last_write(sentinels, _):
    former = sentinels.master
    former.admin.client_pause(10_000, all=False)
    await until(lambda: _behind(former) == 0, "the replica has everything")
    await sentinels.fail_over()
    yield
    await _is_demoted(former)


@of(SENTINEL, "if it was lost")
async def failover(sentinels, _):
    former = sentinels.master
    await sentinels.fail_over()
    # Until Sentinels demote it, in ten seconds, it takes PUBLISH as if nothing had happened.
    await until(lambda: not _is_used(former), "the nodes have left the former master", 5)
    yield
    await _is_demoted(former)


@of(SENTINEL, "if it was lost")
async def failover_that_no_node_hears_of(sentinels, _):
    """Nodes find out by asking, every five seconds."""
    former = sentinels.master
    for each in sentinels.sentinels:
        each.admin.execute_command("ACL", "SETUSER", "default", "-subscribe")
        each.disconnect("pubsub")
    await sentinels.fail_over()
    await until(lambda: not _is_used(former), "the nodes have left the former master", 10)
    yield
    for each in sentinels.sentinels:
        each.admin.execute_command("ACL", "SETUSER", "default", "+subscribe")
    await _is_demoted(former)


@of(SENTINEL, "if it was lost")
async def master_paused(sentinels, _):
    former = sentinels.master
    former.stall()
    await sentinels.has_left(former)
    yield
    former.resume()
    await _is_demoted(former)


@of(SENTINEL, "if it was lost")
async def master_crashes(sentinels, _):
    former = sentinels.master
    former.kill()
    await sentinels.has_left(former)
    yield
    former.start()
    await _is_demoted(former)


@of(SENTINEL, "yes")
async def master_crashes_before_its_replica_has_the_last_writes(sentinels, talk):
    former, (replica,) = sentinels.master, sentinels.replicas
    replica.admin.replicaof("127.0.0.1", 1)
    await talk.goes_on(20)
    await talk.catches_up()
    former.kill()
    await sentinels.has_left(former)
    yield
    former.start()
    await _is_demoted(former)


@of(SENTINEL, "no")
async def sentinels_crash(sentinels, talk):
    for each in sentinels.sentinels:
        each.kill()
    await talk.goes_on(20)
    yield
    for each in sentinels.sentinels:
        each.start()


def _behind(master):
    """How many bytes a replica lacks; None: there is none."""
    told = master.admin.info("replication")
    return told["master_repl_offset"] - told["slave0"]["offset"] if "slave0" in told else None


def _is_used(server):
    """Whether a node is connected to it."""
    return any(x["name"].startswith("atrium-") for x in server.admin.client_list())


async def _is_demoted(server):
    def is_replica():
        with contextlib.suppress(redis.ConnectionError):  # whoever demotes it closes connections
            return server.admin.info("replication")["role"] == "slave" and not _is_used(server)

    await until(is_replica, "the former master follows the new one", 40)


# -- Cluster -------------------------------------------------------------------------------------


@of(CLUSTER, "no", late=True)
async def failover_of_each_master(cluster, talk):
    """What the former master was told last may reach those who listen at the new one after what
    that was told: servers of a shard pass messages on to each other by a way of their own."""
    for master in cluster.servers[:cluster.masters]:
        await cluster.fail_over(cluster.replica_of(master))
        await talk.goes_on(10)
    yield


@of(CLUSTER, "if it was lost")
async def a_master_crashes(cluster, talk):
    master = _busiest(cluster, talk)
    replica = cluster.replica_of(master)
    master.kill()
    await cluster.is_led_by(replica)
    yield
    master.start()
    await cluster.is_whole()


@of(CLUSTER, "if it was lost", late=True)
async def a_master_paused(cluster, talk):
    """What it had not carried yet it passes on when it runs again: its successor, which those who
    listen have gone to meanwhile, gets it from the bus of the servers."""
    master = _busiest(cluster, talk)
    replica = cluster.replica_of(master)
    master.stall()
    await cluster.is_led_by(replica)
    yield
    master.resume()
    await cluster.is_whole()


@of(CLUSTER, "if it was lost", cuttable=True)
async def a_master_cut_off_from_the_others(cluster, talk):
    master = _busiest(cluster, talk)
    replica = cluster.replica_of(master)
    cluster.cut_off(master)
    await until(lambda: cluster.owner_of(_slot(cluster, talk)) is replica,
                "the others have another master")
    yield
    cluster.join_again()
    await cluster.is_whole()


@of(CLUSTER, "no")
async def slots_of_rooms_move_there_and_back(cluster, talk):
    for room in sorted(talk.kept)[:3]:
        slot = cluster.slot_of(channel_of(room))
        owner = cluster.owner_of(slot)
        for other in cluster.servers[:cluster.masters]:
            cluster.move_slot(slot, other)
            await talk.goes_on(5)
        cluster.move_slot(slot, owner)
    yield


@of(CLUSTER, "no")
async def a_slot_moves_slowly(cluster, talk):
    """Some of its keys are here, some there: Redis answers with ASK, and with TRYAGAIN to a script
    that needs both."""
    slot = _slot(cluster, talk)
    to = next(x for x in cluster.servers[:cluster.masters] if not x.owns(slot))
    cluster.begin_move(slot, to)
    await pass_by(0.3)
    cluster.move_some(slot, to)
    await pass_by(0.3)
    cluster.move_slot(slot, to)
    yield


def channel_of(room):
    """The channel of a room, which is also the tag of its keys."""
    return "{dev:atrium:room:" + room.replace(":", "%3A") + "}"


def _slot(cluster, talk):
    """The slot of one of its rooms."""
    return cluster.slot_of(channel_of(min(talk.kept)))


def _busiest(cluster, talk):
    """The master of that slot."""
    return cluster.owner_of(_slot(cluster, talk))
