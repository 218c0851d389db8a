"""What happens before, or instead of, a WebSocket: pages, refusals, and who may come in."""

import json
import re

import pytest

from support.client import talk
from support.connections import undisturbed
from support.deadline import until
from support.node import fetch
from support.tables import by_name
from support.tokens import secret_options

CONTENT_TYPES = {"js": "text/javascript", "css": "text/css"}

BAD_UPGRADES = {
    "no upgrade headers": {"Upgrade": None, "Connection": None},
    "another protocol": {"Upgrade": "h2c"},
    "no key": {"Sec-WebSocket-Key": None},
    "no version": {"Sec-WebSocket-Version": None},
    "an old version": {"Sec-WebSocket-Version": "8"},
}

BAD_USERS = {
    "empty": "",
    "129 bytes": "x" * 129,
    "129 bytes in 65 characters": "%C3%A9" * 64 + "x",
    "NUL": "a%00b",
    "line feed": "a%0Ab",
    "delete": "a%7Fb",
    "not UTF-8": "caf%E9",
    "an overlong slash": "%C0%AF",
    "half an escape": "a%4",
    "not hexadecimal": "a%zz",
}

GOOD_USERS = {
    "letters": ("ann", "ann"),
    "a space": ("ann%20b", "ann b"),
    "reserved characters": ("%26%3D%3F%23%2F%25%2B", "&=?#/%+"),
    "two bytes": ("%C3%A9", "é"),
    "emoji": ("%f0%9f%98%80", "😀"),
    "128 bytes": ("%C3%A9" * 64, "é" * 64),
}

FOREIGN_ORIGINS = ["http://evil.example", "http://127.0.0.1.evil.example", "null", "rubbish",
                   "file://", "capacitor://localhost"]

# What programs with a web view, extensions and files say, as an operator may allow it.
ODD_ORIGINS = ["capacitor://localhost", "ionic://localhost", "file://", "null",
               "chrome-extension://abcdefghijklmnopabcdefghijklmnop"]


@pytest.fixture(scope="module")
def small_node(start_shared_node):
    """A node for two connections that trusts one more origin and is impatient with handshakes."""
    return start_shared_node("--max-connections", "2", "--allow-origin", "https://app.example",
                             "--allow-origin", "https://b.example", "--handshake-timeout", "3")


@pytest.mark.parametrize("path", ["/", "/?room=lobby"])
def test_the_start_page_is_the_chat(node, path):
    """A browser that opens the node's address gets a page to chat with.
    It is HTML in UTF-8, whatever the query says."""
    status, headers, body = fetch(node.port, path)
    assert status == 200
    assert headers.get_content_type() == "text/html"
    assert "utf-8" in headers["Content-Type"].lower()
    assert b"<html" in body.lower()


def test_what_the_start_page_needs_is_served_too(node):
    """The page has scripts and styles of its own.
    Each of them comes from the node, with the type that browsers insist on."""
    page = fetch(node.port, "/")[2].decode()
    for name in re.findall(r'(?:src|href)="([\w./-]+)"', page):
        status, headers, body = fetch(node.port, "/" + name.lstrip("./"))
        assert status == 200 and body, f"{name}: {status}"
        assert headers.get_content_type() == CONTENT_TYPES[name.rsplit(".")[-1]]


@pytest.mark.parametrize("options, status", [
    ([], 200), (["--page", "off"], 404), (["--page", "on"], 200)])
def test_the_start_page_can_be_switched_off(start_node, options, status):
    assert fetch(start_node(*options).port, "/")[0] == status


@pytest.mark.parametrize("options, status", [([], 404), (["--page", "on"], 200)])
def test_where_users_need_tokens_there_is_no_start_page_by_itself(
        start_node, tmp_path, options, status):
    assert fetch(start_node(*secret_options(tmp_path, *options)).port, "/")[0] == status


ANSWERS = {
    "the page": (200, "port", "GET", "/", {}),
    "what is not there": (404, "port", "GET", "/nothing", {}),
    "another method": (405, "port", "POST", "/", {}),
    "no upgrade": (426, "port", "GET", "/ws", {}),
    "a refused upgrade": (403, "port", "GET", "/ws", {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x" * 22 + "==", "Origin": "https://evil.example"}),
    "what is no HTTP": (400, "port", "GET", "/", {"Transfer-Encoding": "x"}),
    "a long address": (414, "port", "GET", "/" + "x" * 5000, {}),
    "readiness": (200, "port", "GET", "/ready", {}),
    "the inspector": (200, "internal_port", "GET", "/inspector", {}),
    "JSON": (200, "internal_port", "GET", "/inspect", {}),
    "JSON of an error": (404, "internal_port", "GET", "/inspect/nothing", {}),
    "text": (200, "internal_port", "GET", "/metrics", {}),
    "health": (200, "internal_port", "GET", "/health", {}),
    "a foreign page": (403, "internal_port", "GET", "/inspect", {"Host": "evil.example"}),
    "an act that is no JSON": (415, "internal_port", "POST", "/inspect/users/x/disconnect", {}),
}


@by_name("answer", ANSWERS)
def test_every_answer_tells_browsers_to_be_careful(node, answer):
    """Whatever the answer is, no browser guesses its type, frames it, says whence it came, or
    runs a script that is not the page's own."""
    expected, port, method, path, headers = answer
    status, headers, _ = fetch(getattr(node, port), path, method, None, headers)
    assert status == expected
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Referrer-Policy") == ["no-referrer"]
    (policy,) = headers.get_all("Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    sources = rules.get("script-src", "") + rules.get("style-src", "")
    assert "unsafe" not in policy and "*" not in policy
    assert ("sha256-" in sources) == (headers.get_content_type() == "text/html")


@pytest.mark.parametrize("path", ["/nothing", "/ws/", "/ws2", "/../etc/passwd", "/index.php"])
def test_other_paths_are_not_found(node, path):
    """There is nothing else to be had.
    Any other path is 404."""
    assert fetch(node.port, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_not_allowed(node, method):
    """The page can be read, not written.
    Other methods are answered by 405, with or without a body."""
    assert fetch(node.port, "/", method)[0] == 405
    assert fetch(node.port, "/", method, body=b"x" * 100)[0] == 405


@by_name("headers", BAD_UPGRADES)
async def test_a_bad_upgrade_is_refused_in_http(node, connect, headers):
    """An upgrade request that breaks the rules of WebSocket gets an HTTP error.
    It is one that blames the client."""
    _, status, _, _ = await connect.http(node, "/ws", headers)
    assert status in (400, 426)


async def test_only_the_websocket_path_can_be_upgraded(node, connect):
    """The page is not a WebSocket, nor is a path that does not exist.
    Who asks for an upgrade there gets the page, or an error, but no upgrade."""
    for path in ("/", "/nothing"):
        _, status, _, _ = await connect.http(node, path)
        assert status == 200 or 400 <= status < 500


async def test_rubbish_instead_of_http_harms_nobody(node, connect, room):
    """Scanners and broken clients send anything to an open port.
    The node answers 400, or 505 to another version, or hangs up; others are served as before."""
    async with undisturbed(connect, node, room):
        for rubbish in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                        b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"GET / HTTP/1.1\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"):
            raw = await connect.tcp(node)
            await raw.send(rubbish)
            answer = await raw.read_to_end()
            assert answer == b"" or answer.split()[1].startswith((b"4", b"505"))


@by_name("names", GOOD_USERS)
async def test_a_user_name_comes_from_the_query(node, connect, names):
    """Names are percent-encoded in the address, like everything there.
    The welcome has the name that was meant."""
    encoded, name = names
    raw, status, _, _ = await connect.http(node, f"/ws?other=1&user={encoded}&more")
    assert status == 101
    assert (await raw.read_json())["user"] == name


@by_name("name", BAD_USERS)
async def test_a_bad_user_name_is_refused_before_the_upgrade(node, connect, name):
    """A name that is no name gets HTTP 400 and a JSON body.
    A program sees the reason without speaking WebSocket."""
    _, status, headers, body = await connect.http(node, f"/ws?user={name}")
    assert status == 400
    assert headers["content-type"].startswith("application/json")
    assert isinstance(json.loads(body), dict)


async def test_compression_is_not_negotiated_when_it_is_off(node, connect, room):
    """Browsers always offer to compress. The node, as it comes, declines.
    The client simply goes on without."""
    ann = await connect(node, compression="deflate")
    await ann.request("join", room=room)
    await talk(room, ann)
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate"}
    _, status, headers, _ = await connect.http(node, "/ws", offer)
    assert status == 101
    assert "sec-websocket-extensions" not in headers


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_a_foreign_origin_is_forbidden(node, connect, origin):
    """A page from elsewhere must not use its visitor's browser to get in.
    Its upgrade is answered by 403."""
    _, status, _, _ = await connect.http(node, "/ws", {"Origin": origin})
    assert status == 403


@pytest.mark.parametrize("origin", [
    "http://127.0.0.1:5173", "http://localhost:8095", "https://[::1]:3000"])
async def test_a_developers_own_page_is_welcome(node, connect, origin):
    """A node that talks to this machine only, and asks nobody for a token, is for trying things:
    the page may come from another server on the machine."""
    for host in (f"127.0.0.1:{node.port}", f"localhost:{node.port}"):
        _, status, *_ = await connect.http(node, "/ws", {"Origin": origin, "Host": host})
        assert status == 101


async def test_the_log_names_an_origin_that_is_refused(start_node, connect):
    """A browser does not say why an upgrade failed. The log does: once for each origin, with the
    option that would let it in, and not for as many as somebody can make up."""
    node = start_node(log_level="info")
    for number in range(40):
        for _ in range(2):
            origin = f"http://{number}.example"
            assert (await connect.http(node, "/ws", {"Origin": origin}))[1] == 403
    await until(lambda: "origin_refused" in node.log, "the log tells of it")
    lines = [line for line in node.log.splitlines() if "origin_refused" in line]
    assert "--allow-origin" in lines[0] and "http://0.example" in lines[0]
    assert len(lines) == len(set(re.findall(r"http://\d+[.]example", "".join(lines)))) <= 16


@pytest.fixture(scope="module")
def odd_node(start_shared_node):
    return start_shared_node(*(word for x in ODD_ORIGINS for word in ("--allow-origin", x)),
                             "--allow-origin", "https://app.example")


@pytest.mark.parametrize("origin, status", [
    *((origin, 101) for origin in ODD_ORIGINS), ("HTTPS://APP.example:443", 101),
    ("https://app.example:444", 403), ("app://localhost", 403), ("http://localhost", 403)])
async def test_any_origin_can_be_allowed_by_name(odd_node, connect, origin, status):
    """Origins are compared by scheme, host and port (RFC 6454), whatever the scheme."""
    assert (await connect.http(odd_node, "/ws", {"Origin": origin}))[1] == status


async def test_the_own_origin_and_none_are_welcome(node, connect):
    """The node's own page may connect, and so may programs, which send no origin.
    Both get their welcome."""
    assert await connect(node, origin=f"http://127.0.0.1:{node.port}")
    assert await connect(node)


@pytest.mark.parametrize("origin, status", [
    ("https://app.example", 101), ("https://b.example", 101), ("https://c.example", 403),
    ("http://app.example", 403)])
async def test_origins_can_be_allowed(small_node, connect, origin, status):
    """An operator lists the origins of the application, any number of them.
    These are let in, and only exactly these."""
    headers = {"Origin": origin}
    await until(lambda: answers(connect, small_node, headers, status), f"answered by {status}")


async def answers(connect, node, headers, status):
    """Whether an upgrade is answered so; a node still busy with the last test says 503."""
    raw, actual, _, _ = await connect.http(node, "/ws", headers)
    await raw.close()
    assert actual in (status, 503)
    return actual == status


async def test_a_full_node_turns_newcomers_away_until_somebody_leaves(small_node, connect):
    """Over its limit of connections the node answers 503 and when to come again.
    As soon as somebody has left, there is room."""
    ann = await until(lambda: admitted(connect, small_node), "the first is let in")
    await until(lambda: admitted(connect, small_node), "the second is let in")
    _, status, headers, _ = await connect.http(small_node, "/ws")
    assert status == 503
    assert int(headers["retry-after"]) > 0
    assert (await ann.request("ping"))["type"] == "pong"
    await ann.close()
    await until(lambda: admitted(connect, small_node), "somebody has left, another is let in")


async def admitted(connect, node):
    try:
        return await connect(node)
    except Exception as refusal:
        assert getattr(refusal, "status_code", None) == 503, refusal
        return None


async def test_a_browser_can_be_told_of_a_refusal_by_close_code(node, small_node, connect):
    """Scripts in a browser cannot see the status of a failed upgrade.
    With ?reject=close they are upgraded and closed with a code: no welcome before it."""
    for _ in range(2):
        await until(lambda: admitted(connect, small_node), "the node is full")
    full = await connect.raw(small_node, reject="close")
    assert await full.refusal_code() == 1013
    nameless = await connect.raw(node, "x" * 129, reject="close")
    assert await nameless.refusal_code() == 1008
    foreign, status, _, _ = await connect.http(
        node, "/ws?reject=close", {"Origin": "http://evil.example"})
    assert status == 101
    assert await foreign.refusal_code() == 1008


@pytest.mark.parametrize("beginning", [b"", b"GET", b"GET /ws HTTP/1.1\r\nHost: x\r\n"],
                         ids=["silence", "a word", "half a request"])
async def test_a_slow_handshake_is_cut(small_node, connect, beginning):
    """Who connects and does not come to the point is occupying a place.
    The node hangs up after the handshake timeout."""
    slow = await connect.tcp(small_node)
    await slow.send(beginning)
    rest = await slow.read_to_end()
    assert rest == b"" or rest.split()[1] == b"408"
    await until(lambda: admitted(connect, small_node), "others are served")


async def test_a_welcomed_client_is_not_cut_by_the_handshake_timeout(small_node, connect):
    """The timeout is for handshakes only.
    A client that has been welcomed outlives a handshake that is given up after it."""
    ann = await until(lambda: admitted(connect, small_node), "ann is let in")
    slow = await connect.tcp(small_node)
    await slow.read_to_end()
    assert (await ann.request("ping"))["type"] == "pong"
