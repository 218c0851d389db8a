"""Rooms have work done that takes too long: an operator sees it, and can stop the node."""

import re

import pytest

from support.client import join, unique
from support.deadline import until
from support.metrics import Scrape
from support.node import binary


@pytest.fixture
def start(start_node):
    """Starts a node with rooms whose messages begin tasks that take a minute."""
    def start(*options):
        return start_node(*options, program=binary().parents[1] / "tests" / "blocking_room")

    return start


async def begin(client, *works):
    """Begins tasks, in a room of their own."""
    room = unique("task:room")
    await join(room, client)
    for work in works:
        await client.request("publish", room=room, data=work)
    return room


def is_at_work(node, threads):
    return Scrape(node)("atrium_tasks_running") == threads


async def test_a_node_whose_tasks_are_reasonable_ends_well(start, connect):
    """Tasks run and wait as a node is told to stop, and would take a minute.
    Those that run are told that nobody waits any more, the others never begin."""
    node = start("--drain-window", "0")
    ann = await connect(node)
    await begin(ann, *["patient"] * 5)
    await until(lambda: is_at_work(node, 2), "they are at it")
    assert Scrape(node)("atrium_tasks_waiting") == 3
    node.interrupt()
    assert await node.exit_code() == 0


async def test_a_task_that_never_ends_cannot_hold_up_the_end(start, connect):
    """A task does not look whether anybody waits for it.
    The node ends in time nevertheless, not well, and the log names the task and its room."""
    node = start("--grace", "1", "--drain-window", "0")
    node.good_end = 1
    ann = await connect(node)
    room = await begin(ann, "stubborn")
    await until(lambda: is_at_work(node, 1), "it is at it")
    node.interrupt()
    assert await node.exit_code(15) == 1
    assert re.search(f'node_stop_failed: .* waits_for="tasks of rooms; task sum of room {room} '
                     'does not end"', node.log)


async def test_tasks_that_are_late_are_seen(start, connect):
    """All threads for tasks are kept by work that nobody waits for any more.
    An operator sees it, and which tasks found no place; clients are served as before."""
    node = start("--grace", "1", "--drain-window", "0", "--task-threads", "1", "--task-queue", "1")
    node.good_end = 1
    ann = await connect(node)
    room = await begin(ann, "stubborn")
    await until(lambda: Scrape(node)("atrium_tasks_overdue") == 1, "the task is late")
    assert re.search(f'room_task_failed: .* room={room} task=sum error="no result in time"',
                     node.log)
    await until(lambda: f'task_overdue: task runs past its deadline and keeps a thread from others '
                f'task="sum of room {room}"' in node.log, "the log names the task")
    for number in range(3):
        await ann.request("publish", room=room, data="patient")
    await until(lambda: Scrape(node).by("atrium_room_tasks_total", "result")
                == {"overdue": 1, "refused": 2}, "two found no place")
    assert Scrape(node)("atrium_limits_hit_total", limit="task-queue") == 2
    assert Scrape(node)("atrium_tasks_waiting") == 1
    await until(node.is_ready, "the node is ready nevertheless")


async def test_a_room_that_ends_gives_its_threads_back(start, connect):
    """The members of a room leave while its tasks run and wait.
    Nobody waits for them any more, and the next room finds the threads free."""
    node = start("--task-threads", "1")
    ann = await connect(node)
    room = await begin(ann, "patient", "patient")
    await until(lambda: is_at_work(node, 1), "it is at it")
    await ann.request("leave", room=room)
    await until(lambda: Scrape(node).by("atrium_room_tasks_total", "result") == {"dropped": 2},
                "the room has ended")
    await until(lambda: is_at_work(node, 0), "the thread is free")
