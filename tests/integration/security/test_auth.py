"""Tokens: how they are carried, what they grant, when they end, how keys change."""

import asyncio
import json
import signal
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.client import Client, join
from support.deadline import until
from support.node import run_node
from support.tables import by_name
from support.tokens import SECRET, bearer, secret_options, token

ROOMS = {"game:*": ["join", "publish"], "news": ["join"]}


@pytest.fixture(scope="module")
def guarded(start_shared_node, tmp_path_factory):
    """A node that lets in who has a token."""
    return start_shared_node(*secret_options(
        tmp_path_factory.mktemp("keys"), "--default-rooms", "lobby:*=join,publish"))


def query(text):
    return {"path": f"/ws?token={text}"}


def header(text):
    return {"headers": {"Authorization": f"Bearer {text}"}}


def protocols(text):
    return {"headers": {"Sec-WebSocket-Protocol": f"atrium.v1, bearer.{text}"}}


WAYS = {"query": query, "header": header, "subprotocol": protocols}


@by_name("way", WAYS)
async def test_a_token_is_admitted(guarded, connect, way):
    """Whichever way it comes, the token's user is the one who is welcome."""
    raw, status, headers, _ = await connect.http(
        guarded, **{"path": "/ws", **way(token("ann", ttl=600))})
    assert status == 101
    assert headers.get("sec-websocket-protocol") == ("atrium.v1" if way is protocols else None)
    welcome = await raw.read_json(type="welcome")
    assert welcome["user"] == "ann"
    assert 500_000 < welcome["expires_at"] - welcome["server_time"] <= 600_000


async def test_the_subprotocol_is_answered_without_tokens_too(node, connect):
    """A browser that names the subprotocol needs it in the answer, on every node."""
    client = await connect(node, subprotocols=["other", "atrium.v1"])
    assert client._socket.subprotocol == "atrium.v1"


BAD_TOKENS = {
    "none": (lambda: "", "token_invalid"),
    "garbage": (lambda: "garbage", "token_invalid"),
    "expired": (lambda: token(ttl=-1), "token_expired"),
    "another secret": (lambda: token(key="x" * 40), "token_invalid"),
    "another algorithm": (lambda: token(algorithm="HS384"), "token_invalid"),
    "unsigned": (lambda: token(key=None, algorithm="none"), "token_invalid"),
    "no user": (lambda: token(sub=None), "token_invalid"),
    "a number for a user": (lambda: token(sub=42), "token_invalid"),
}


@by_name("case", BAD_TOKENS)
@by_name("way", WAYS)
async def test_a_bad_token_is_refused_before_the_upgrade(guarded, connect, case, way):
    """HTTP 401 with a JSON body that says why and does not repeat the token."""
    make, code = case
    text = make()
    _, status, headers, body = await connect.http(guarded, **{"path": "/ws", **way(text)})
    assert status == 401
    assert headers["www-authenticate"] == "Bearer"
    answer = json.loads(body)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert not text or text not in answer["message"]


async def test_a_page_may_ask_for_a_close_code(guarded, connect):
    """With reject=close the refusal comes as 1008 after the upgrade."""
    raw, status, *_ = await connect.http(guarded, "/ws?token=x&reject=close")
    assert status == 101
    assert (await raw.read_json(type="closing"))["reconnect"] is False
    assert await raw.close_code() == 1008


async def test_an_expired_token_at_the_upgrade_is_no_reason_to_stop(guarded, connect):
    """A laptop that wakes up needs a newer token, as one that was connected when its token
    expired: 4001 for both."""
    raw, status, *_ = await connect.http(guarded, f"/ws?token={token(ttl=-1)}&reject=close")
    assert status == 101
    assert (await raw.read_json(type="closing"))["reconnect"] is True
    assert await raw.close_code() == 4001


REASONS = {
    "a number": (lambda: token(sub=42), "'sub' has to be a string"),
    "a control character": (lambda: token("a\nb"), "'sub' has to be a user name"),
    "another secret": (lambda: token(key="x" * 40), "the token's signature is wrong"),
}


@by_name("case", REASONS)
async def test_the_reason_is_the_true_one(guarded, connect, case):
    make, reason = case
    _, status, _, body = await connect.http(guarded, f"/ws?token={make()}")
    assert status == 401 and reason in json.loads(body)["message"]


ALLOWED = {
    "an access token": (lambda: typed("at+jwt"), "ann"),
    "its type in full": (lambda: typed("application/AT+JWT"), "ann"),
    "huge numbers": (lambda: token(x=2**70, y=[1e300, -2**64]), "ann"),
    "U+0000": (lambda: token(x="a\0b", **{"\0": 1}), "ann"),
    "a list of audiences": (lambda: token(aud=["a", "b"]), "ann"),
    "a fraction of a second": (lambda: token(exp=time.time() + 60.5), "ann"),
    "info with huge numbers": (lambda: token(info={"x": 2**70, "y": "\0"}), "ann"),
}


def typed(kind):
    payload = {"sub": "ann", "exp": int(time.time()) + 60}
    return jwt.encode(payload, SECRET, "HS256", headers={"typ": kind})


@by_name("case", ALLOWED)
async def test_what_the_standards_allow_is_allowed(guarded, connect, case):
    """Whatever RFC 7519 and RFC 9068 allow; what the node does not know does not matter."""
    make, user = case
    assert (await connect(guarded, **bearer(make()))).user == user


async def test_naming_oneself_is_not_enough(guarded, connect):
    """?user= counts for nothing where tokens do."""
    _, status, *_ = await connect.http(guarded, "/ws?user=ann")
    assert status == 401
    client = await connect(guarded, "bob", **bearer(token("ann")))
    assert client.user == "ann"


ASKED = {
    "join what is granted": ("join", {"room": "game:1"}, None),
    "join what everybody may": ("join", {"room": "lobby:1"}, None),
    "join something else": ("join", {"room": "private"}, "forbidden"),
    "publish where only joining is granted": ("publish", {"room": "news", "data": 1}, "forbidden"),
    "publish before joining": ("publish", {"room": "game:2", "data": 1}, "not_a_member"),
    "send": ("send", {"user": "ann", "data": 1}, "forbidden"),
    "broadcast": ("broadcast", {"data": 1}, "forbidden"),
    "presence": ("presence", {"room": "game:1"}, "forbidden"),
    "history": ("history", {"room": "game:1"}, "forbidden"),
    "ping": ("ping", {}, None),
}


@by_name("case", ASKED)
async def test_a_token_says_what_its_user_may_do(guarded, connect, case):
    """What neither the token nor the operator grants is forbidden."""
    verb, fields, code = case
    client = await connect(guarded, **bearer(token(rooms=ROOMS)))
    assert (await client.ask(verb, **fields)).get("code") == code


async def test_send_and_broadcast_can_be_granted(guarded, connect):
    client = await connect(guarded, **bearer(token(send=True, broadcast=True)))
    await client.request("send", user="ann", data=1)
    await client.request("broadcast", data=2)
    await client.collect(2)


async def test_the_end_of_a_token_closes_the_connection(guarded, connect):
    """At exp the client is told, then closed with 4001."""
    client = await connect(guarded, **bearer(token(ttl=2)))
    closing = await client.expect("closing")
    assert closing["code"] == 4001
    assert closing["reconnect"] is True
    assert time.time() * 1000 >= client.welcome["expires_at"]
    assert await client.close_code() == 4001


async def test_a_token_may_leave_the_connection_open(guarded, connect):
    """With expires_connection false, exp is only about coming in."""
    short = await connect(guarded, **bearer(token("eve", ttl=2)))
    client = await connect(guarded, **bearer(token(ttl=2, expires_connection=False)))
    assert "expires_at" not in client.welcome
    assert await short.close_code() == 4001
    await client.request("ping")


async def test_a_newer_token_keeps_the_connection(guarded, connect):
    """After a refresh the connection has the end and the rights of the newer token; its
    memberships stay."""
    client = await connect(guarded, **bearer(token(ttl=3, rooms={"old": ["join", "publish"]})))
    other = await connect(guarded, **bearer(token("eve", ttl=3)))
    await join("old", client)
    fresh = token(ttl=600, rooms={"new": ["join"]})
    reply = await client.request("refresh", token=fresh)
    assert reply["type"] == "refreshed"
    assert reply["expires_at"] > client.welcome["expires_at"]
    await client.request("join", room="new")
    assert (await client.refusal("publish", room="old", data=1))["code"] == "forbidden"
    await client.request("leave", room="old")
    assert await other.close_code() == 4001
    await client.request("ping")


async def test_a_shorter_token_shortens(guarded, connect):
    client = await connect(guarded, **bearer(token(ttl=600)))
    await client.request("refresh", token=token(ttl=2))
    assert await client.close_code() == 4001


async def test_a_refresh_can_fail(guarded, connect):
    """What is wrong is said, and the connection goes on as it was."""
    client = await connect(guarded, **bearer(token(rooms=ROOMS)))
    for text, code in [(token("bob"), "forbidden"), (token(ttl=-1), "token_expired"),
                       ("garbage", "token_invalid"), (7, "bad_request")]:
        assert (await client.refusal("refresh", token=text))["code"] == code
    assert (await client.refusal("refresh"))["code"] == "bad_request"
    await client.request("join", room="game:1")


async def test_a_node_without_tokens_takes_none(node, connect):
    client = await connect(node)
    assert (await client.refusal("refresh", token=token()))["code"] == "forbidden"


def write_key(folder, kid):
    """Makes a key pair; the public half goes to the node's folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / f"{kid}.pem").write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


async def refused(node, text):
    try:
        client = await Client.open(node.url(), **bearer(text))
    except Exception as error:  # whatever the library makes of a 401
        return getattr(error, "status_code", None) == 401
    await client.close()
    return False


async def test_keys_change_while_connections_stay(start_node, connect, tmp_path):
    """On SIGHUP the node reads its keys anew: new ones open, old ones do not, and who is in
    stays. If a key cannot be read, all old ones go on."""
    old = write_key(tmp_path, "old")
    node = start_node("--auth", "jwt", "--jwt-alg", "ES256", "--jwt-keys", str(tmp_path))

    def signed(key, kid):
        return token(key=key, algorithm="ES256", kid=kid)

    client = await connect(node, **bearer(signed(old, "old")))
    new = write_key(tmp_path, "new")
    assert await refused(node, signed(new, "new"))
    (tmp_path / "old.pem").unlink()
    node.interrupt(signal.SIGHUP)
    await until(lambda: "read its keys anew" in node.log, "the node reads its keys")
    await connect(node, **bearer(signed(new, "new")))
    assert await refused(node, signed(old, "old"))
    (tmp_path / "broken.pem").write_text("broken")
    node.interrupt(signal.SIGHUP)
    await until(lambda: "goes on with its old keys" in node.log, "the node refuses the keys")
    await connect(node, **bearer(signed(new, "new")))
    await client.request("ping")


@pytest.mark.parametrize("options", [
    ["--auth", "jwt"], ["--auth", "url"], ["--auth", "jwt", "--jwt-alg", "HS256"],
    ["--auth", "jwt", "--jwt-alg", "RS256", "--jwt-secret-file", "x"]])
def test_half_a_configuration_is_refused(options):
    result = run_node(*options)
    assert result.returncode == 2, result.stderr


def test_a_node_without_its_keys_does_not_start(tmp_path):
    result = run_node("--listen", "127.0.0.1:0", "--auth", "jwt", "--jwt-alg", "HS256",
                      "--jwt-secret-file", str(tmp_path / "missing"))
    assert result.returncode == 1
    assert "missing" in result.stderr


async def test_other_machines_may_reach_a_node_with_tokens(start_node, connect, tmp_path):
    """With tokens, no --allow-anonymous is needed, and the log says how users are known."""
    node = start_node(*secret_options(tmp_path), listen="0.0.0.0:0")
    assert (await connect(node, **bearer(token()))).user == "ann"
    assert "users are known by jwt" in node.log


async def test_no_token_is_ever_logged(start_node, connect, tmp_path):
    """Neither good nor bad tokens nor the secret get into the log, also at the level debug."""
    node = start_node(*secret_options(tmp_path))
    good, late, bad = token(), token(ttl=-1), token(key="y" * 40)
    client = await connect(node, **bearer(good))
    await client.refusal("refresh", token=bad)
    await client.request("refresh", token=good)
    for text in (late, bad, "garbage-of-a-client"):
        for way in WAYS.values():
            await connect.http(node, **{"path": "/ws", **way(text)})
    await client.close()
    await asyncio.to_thread(node.stop)
    for secret in (SECRET, "garbage-of-a-client", *(part for text in (good, late, bad)
                                                    for part in text.split(".")[1:])):
        assert secret not in node.log
