"""SIGHUP: a node takes over what has changed in its file, or nothing; connections stay."""

import signal

import pytest

from support.client import join
from support.deadline import until
from support.node import example
from support.reloading import REFUSED, ConfigFile, changes, hang_up
from support.tokens import SECRET, bearer, token


@pytest.fixture
def file(tmp_path):
    return ConfigFile(tmp_path / "atrium.toml")


async def test_limits_change_for_who_is_connected(start_node, connect, file):
    file.write(max_rooms=1, max_room_members=1)
    node = start_node("--config", str(file.path))
    ann, bob = await connect(node), await connect(node)
    await join("a", ann)
    assert (await ann.refusal("join", room="b"))["code"] == "too_many_rooms"
    assert (await bob.refusal("join", room="a"))["code"] == "room_full"
    file.write(max_rooms=2, max_room_members=2)
    said = await hang_up(node)
    assert len(changes(said)) == 2
    assert "option=max-rooms from=1 to=2" in said
    await join("b", ann)
    await join("a", bob)
    await ann.request("publish", room="a", data=1)
    await bob.expect("message", data=1)


async def test_rates_change_for_who_is_connected(start_node, connect, file):
    file.write(messages_per_second=1, messages_burst=1)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    answers = [await ann.ask("ping") for _ in range(3)]
    assert answers[2]["code"] == "rate_limited"
    file.write(messages_per_second=0)
    await hang_up(node)
    for _ in range(20):
        await ann.request("ping")


async def test_patterns_change_for_rooms_that_begin(start_node, connect, file):
    """A room that runs keeps its rule until it ends."""
    file.write(history=["old-*=10,1h"], presence=["old-*"])
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await join("new-before", ann)
    file.write(history=["new-*=10,1h"], presence=["new-*"])
    await hang_up(node)
    await join("new-after", ann)
    assert "offset" in await ann.request("publish", room="new-after", data=1)
    assert "offset" not in await ann.request("publish", room="new-before", data=1)
    assert (await ann.request("presence", room="new-after"))["present"] == 1
    assert (await ann.refusal("presence", room="old-any"))["code"] == "presence_off"


async def test_pages_that_may_connect_change(start_node, connect, file):
    file.write(allow_origin=["https://a.example"])
    node = start_node("--config", str(file.path))
    other = {"extra_headers": {"Origin": "https://b.example"}}
    with pytest.raises(Exception, match="403"):
        await connect(node, **other)
    file.write(allow_origin=["https://b.example"])
    await hang_up(node)
    await connect(node, **other)


async def test_the_number_of_connections_changes_and_nobody_has_to_go(start_node, connect, file):
    file.write(max_connections=3, user_connections=1)
    node = start_node("--config", str(file.path))
    members = [await connect(node, "ann"), await connect(node), await connect(node)]
    file.write(max_connections=1, user_connections=2, user_policy="kick_oldest")
    await hang_up(node)
    with pytest.raises(Exception, match="503"):
        await connect(node)
    for member in members:
        await member.request("ping")
    file.write(max_connections=9, user_connections=2)
    await hang_up(node)
    await connect(node, "ann")
    file.write(max_connections=9, user_connections=2, user_policy="kick_oldest")
    await hang_up(node)
    await connect(node, "ann")
    assert await members[0].close_code() == 4004


async def test_the_level_of_the_log_changes(start_node, connect, file):
    file.write(log_level="info")
    node = start_node("--config", str(file.path), log_level=None)
    await connect(node, "quiet")
    file.write(log_level="debug", trace_user=["traced"])
    assert "option=log-level from=info to=debug" in await hang_up(node)
    await connect(node, "loud")
    await connect(node, "traced")
    await until(lambda: "user=loud" in node.log and "trace_" in node.log, "the log has more")
    assert "user=quiet" not in node.log
    file.write(log_level="debug")
    node.send_signal(signal.SIGUSR1)  # from the new usual level
    await until(lambda: "trace by SIGUSR1" in node.log or "to=trace" in node.log,
                "the level is one below")


# -- what is wrong ------------------------------------------------------------------------------


BROKEN = {
    "a bad value": ("max-rooms = 9\n\nmax-pending = 0\n", ":3: max-pending: '0' is not a whole"),
    "no TOML": ("max-rooms = 9\nwhat is this\n", ":2"),
    "an unknown key": ("max-rooms = 9\nmax-romms = 8\n", ":2: max-romms: unknown key"),
    "a contradiction": ("max-rooms = 9\noutbox-bytes = 5000\n", ":2: outbox-bytes: 5000 is less"),
}


@pytest.mark.parametrize("text, where", BROKEN.values(), ids=BROKEN.keys())
async def test_a_mistake_is_named_and_nothing_changes(start_node, connect, file, text, where):
    file.write(max_rooms=1)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    await join("a", ann)
    file.write_text(text)
    said = await hang_up(node, REFUSED)
    assert f"{file.path}{where}" in said
    assert said.count(REFUSED) == 1 and not changes(said)
    assert (await ann.refusal("join", room="b"))["code"] == "too_many_rooms"
    file.write(max_rooms=2)
    await hang_up(node)
    await join("b", ann)


async def test_a_bad_key_keeps_the_options_back_too(start_node, connect, file, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    access = {"auth": "jwt", "jwt_alg": "HS256", "jwt_secret_file": str(secret)}
    file.write(**access, max_rooms=1)
    node = start_node("--config", str(file.path))
    ann = await connect(node, **bearer(token(rooms={"*": ["join"]})))
    await join("a", ann)
    secret.write_text("short")
    file.write(**access, max_rooms=2)
    assert "goes on with its old keys" in await hang_up(node, REFUSED)
    assert (await ann.refusal("join", room="b"))["code"] == "too_many_rooms"
    await connect(node, **bearer(token()))


async def test_a_file_that_is_gone_changes_nothing(start_node, connect, file):
    file.write(max_rooms=1)
    node = start_node("--config", str(file.path))
    file.path.unlink()
    assert "cannot read the file" in await hang_up(node, REFUSED)
    await connect(node)


async def test_what_needs_a_restart_is_named_and_stays(start_node, connect, file):
    file.write(workers=1, max_rooms=1)
    node = start_node("--config", str(file.path))
    file.write(workers=2, redis="redis://:secret@127.0.0.1:1", max_rooms=2)
    said = await hang_up(node)
    assert said.count("option_needs_restart") == 2
    assert len(changes(said)) == 1
    assert "secret" not in said
    await join("a", await connect(node))


async def test_flags_and_variables_still_win(start_node, connect, file):
    file.write(max_rooms=1, max_room_members=5)
    node = start_node("--config", str(file.path), "--max-rooms=3", ATRIUM_MAX_ROOM_MEMBERS="1")
    file.write(max_rooms=2, max_room_members=6)
    assert not changes(await hang_up(node))


# -- signals ------------------------------------------------------------------------------------


async def test_a_node_without_a_file_reloads_too(start_node):
    node = start_node()
    assert not changes(await hang_up(node))


async def test_signals_one_after_the_other(start_node, connect, file):
    """The last file counts, however many signals came meanwhile."""
    file.write(max_rooms=1)
    node = start_node("--config", str(file.path))
    ann = await connect(node)
    for most in range(2, 30):
        file.write(max_rooms=most)
        node.send_signal(signal.SIGHUP)
    await until(lambda: "to=29" in node.log, "the last file counts")
    for number in range(29):
        await join(f"r{number}", ann)


async def test_a_signal_while_the_node_stops_is_ignored(start_node, file):
    file.write(drain_delay=300)
    node = start_node("--config", str(file.path))
    node.interrupt()
    await until(lambda: "node_stopping" in node.log, "the node stops")
    file.write_text("rubbish")
    node.send_signal(signal.SIGHUP)
    assert await node.exit_code() == 0
    assert REFUSED not in node.log


async def test_a_node_of_ones_own_reloads_as_well(start_node, connect, file):
    file.write(max_rooms=1)
    node = start_node("--config", str(file.path), program=example("dice"))
    file.write(max_rooms=2)
    assert len(changes(await hang_up(node))) == 1
