"""What RFC 9110 and RFC 9112 demand of a server, rule by rule."""

import email.utils
import json
import time

import pytest

from support.node import fetch
from support.raw_socket import RawSocket, upgrade_request
from support.tables import by_name

HOST = b"Host: 127.0.0.1\r\n"
JSON = b"Content-Type: application/json\r\n"

# What is sent, the status that answers it, and fields of the answer.
ANSWERED = {
    "GET": (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "HEAD": (b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "a relative reference": (b"GET nothing HTTP/1.1\r\n" + HOST + b"\r\n", 400, {}),
    "an absolute target": (b"GET http://127.0.0.1/ready HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "its scheme in capitals": (b"GET HTTPS://a:443/ready HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "an absolute target without a path": (b"GET http://a?x HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "an absolute target with a user": (b"GET http://u@a/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, {}),
    "a target of another scheme": (b"GET ftp://a/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, {}),
    "letters percent-encoded": (b"GET /%72ead%79 HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "a slash percent-encoded": (b"GET /%2Fready HTTP/1.1\r\n" + HOST + b"\r\n", 404, {}),
    "OPTIONS": (b"OPTIONS / HTTP/1.1\r\n" + HOST + b"\r\n", 204, {"allow": "GET, HEAD"}),
    "OPTIONS of the server": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 204, {}),
    "GET of the server": (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400, {}),
    "a method that is not for here":
        (b"DELETE / HTTP/1.1\r\n" + HOST + b"\r\n", 405, {"allow": "GET, HEAD"}),
    "a method that nobody knows": (b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n", 501, {}),
    "a method in small letters": (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 501, {}),
    "CONNECT": (b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n", 501, {}),
    "no Host": (b"GET / HTTP/1.1\r\n\r\n", 400, {}),
    "an empty Host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 200, {}),
    "two Hosts": (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, {}),
    "a Host that is none": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, {}),
    "a Host with a user": (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, {}),
    "a Host in brackets": (b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200, {}),
    "HTTP/1.0 without a Host": (b"GET / HTTP/1.0\r\n\r\n", 200, {"connection": "close"}),
    "HTTP/1.0 that stays":
        (b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 200, {"connection": "keep-alive"}),
    "HTTP/1.1 that goes":
        (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Close\r\n\r\n", 200, {"connection": "close"}),
    "options of the connection on two lines":
        (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: x\r\nConnection: close\r\n\r\n", 200,
         {"connection": "close"}),
    "HTTP/2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505, {"connection": "close"}),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, {}),
    "no version": (b"GET / HTTX/1.1\r\n" + HOST + b"\r\n", 400, {}),
    "an empty line before": (b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", 200, {}),
    "a space before the first field": (b"GET / HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n", 400, {}),
    "a space before the colon": (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, {}),
    "a folded line": (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 200, {}),
    "no space after the colon": (b"GET / HTTP/1.1\r\nhOST:127.0.0.1\r\n\r\n", 200, {}),
    "chunks": (b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: Chunked\r\n\r\n"
               b"1;x=\"y\"\r\na\r\n0\r\nTrailer: b\r\n\r\n", 200, {}),
    "chunks in HTTP/1.0":
        (b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, {}),
    "an unknown coding": (b"GET / HTTP/1.1\r\n" + HOST
                          + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, {}),
    "codings on two lines": (b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501, {}),
    "chunks twice": (b"GET / HTTP/1.1\r\n" + HOST
                     + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, {}),
    "too much": (b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000000\r\n\r\n", 413, {}),
    "too much in chunks": (b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
                           b"FFFFF\r\n", 413, {}),
    "an expectation in HTTP/1.0":
        (b"GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx", 200, {}),
    "an expectation and its body":
        (b"GET / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
         200, {}),
    "no upgrade": (b"GET /ws HTTP/1.1\r\n" + HOST + b"\r\n", 426,
                   {"upgrade": "websocket", "connection": "upgrade"}),
    "no upgrade, asked by HEAD": (b"HEAD /ws HTTP/1.1\r\n" + HOST + b"\r\n", 426, {}),
}

UPGRADES = {
    "several protocols": ({"Upgrade": "h2c/2.0, WebSocket"}, 101),
    "a list with gaps": ({"Connection": ", ,keep-alive ,, UPGRADE ,"}, 101),
    "another connection": ({"Connection": "keep-alive"}, 426),
    "version 8": ({"Sec-WebSocket-Version": "8"}, 426),
    "no version": ({"Sec-WebSocket-Version": None}, 426),
    "no key": ({"Sec-WebSocket-Key": None}, 400),
    "a short key": ({"Sec-WebSocket-Key": "c2hvcnQ="}, 400),
    "a key that is not base64": ({"Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!=="}, 400),
    "an expectation": ({"Expect": "100-continue"}, 101),
}


async def answers(port, request):
    """A socket on which a request was sent, and its answer, which has what every answer has."""
    raw = await RawSocket.open(port)
    await raw.send(request)
    if request.startswith(b"HEAD"):
        raw.end_sending()
        head = (await raw.read_to_end()).decode()
        assert head.endswith("\r\n\r\n"), "an answer to HEAD has no body"
        status, lines = int(head.split()[1]), head.split("\r\n")[1:-2]
        headers = {k.lower(): v.strip() for k, v in (x.split(":", 1) for x in lines)}
    else:
        status, headers, _ = await raw.read_response()
    then = email.utils.parsedate_to_datetime(headers["date"]).timestamp()
    assert abs(then - time.time()) < 60 and headers["date"].endswith(" GMT")
    assert ("content-length" in headers) == (status != 204)
    return raw, status, headers


@by_name("rule", ANSWERED)
async def test_a_request_is_answered_as_the_rules_say(node, rule):
    """By the status that the standard has for it, with the fields that have to be there; and where
    the connection stays open the next request finds it in order."""
    request, status, fields = rule
    raw, got, headers = await answers(node.port, request)
    assert (got, {name: headers.get(name) for name in fields}) == (status, fields)
    if "close" in headers.get("connection", ""):
        assert await raw.read_to_end() == b""
    elif not request.startswith(b"HEAD"):
        await raw.send(b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await raw.read_response())[0] == 404
    await raw.close()


@by_name("rule", UPGRADES)
async def test_an_upgrade_is_answered_as_the_rules_say(node, connect, rule):
    headers, status = rule
    raw = await connect.tcp(node)
    await raw.send(upgrade_request("/ws", headers))
    got = await raw.read_response()
    if got[0] == 100:
        got = await raw.read_response()
    assert got[0] == status
    if status == 426:
        assert got[1]["sec-websocket-version"] == "13"
        assert "upgrade" in got[1]["connection"]


async def test_a_list_on_several_lines_is_one_list(node, connect):
    """Proxies and libraries put each element of a list on a line of its own."""
    request = upgrade_request("/ws", {"Connection": None, "Upgrade": None})[:-2]
    raw = await connect.tcp(node)
    await raw.send(request + b"Connection: keep-alive\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Protocol: other\r\nUpgrade: websocket\r\n"
                   b"Sec-WebSocket-Protocol: atrium.v1\r\n\r\n")
    status, headers, _ = await raw.read_response()
    assert (status, headers["sec-websocket-protocol"]) == (101, "atrium.v1")


@pytest.mark.parametrize("name", ["Origin", "Authorization", "Sec-WebSocket-Key",
                                  "Sec-WebSocket-Version"])
async def test_what_is_no_list_stands_there_once(node, connect, name):
    """Which of two values counts is nobody's guess."""
    raw = await connect.tcp(node)
    await raw.send(upgrade_request("/ws")[:-2] + 2 * f"{name}: 13\r\n".encode() + b"\r\n")
    assert (await raw.read_response())[0] == 400


async def test_who_waits_for_100_hears_it(node):
    """A client that says so sends the body of its POST when it is told to go on."""
    raw = await RawSocket.open(node.internal_port)
    body = json.dumps({"data": 1}).encode()
    head = (b"POST /inspect/rooms/lobby/publish HTTP/1.1\r\n" + HOST + JSON
            + b"Expect: 100-Continue\r\nContent-Length: %d\r\n\r\n" % len(body))
    for _ in range(2):
        await raw.send(head)
        assert (await raw.read_response())[0] == 100
        await raw.send(body)
        assert (await raw.read_response())[0] == 200
    await raw.close()


@pytest.mark.parametrize("path, status", [("/nothing", 404), ("/metrics", 405)])
async def test_who_waits_in_vain_hears_that_at_once(node, path, status):
    """A body that nobody wants is not asked for; the connection ends, for it may come yet."""
    raw = await RawSocket.open(node.internal_port)
    await raw.send(f"POST {path} HTTP/1.1\r\n".encode() + HOST
                   + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
    got, headers, _ = await raw.read_response()
    assert (got, headers["connection"]) == (status, "close")
    await raw.close()


@pytest.mark.parametrize("kind, status", [
    ("application/json", 200), ("Application/JSON ; charset=utf-8", 200),
    ("application/json;charset=\"utf-8\"", 200), ("application/jsonp", 415), ("text/plain", 415)])
def test_a_type_of_content_may_have_parameters(node, kind, status):
    got = fetch(node.internal_port, "/log-level", "POST", b'{"level":"debug"}',
                {"Content-Type": kind})
    assert got[0] == status


@pytest.mark.parametrize("accept, kind", [
    ("Text/Event-Stream;charset=utf-8", "text/event-stream"),
    ("application/json, text/event-stream;q=0.5", "text/event-stream"),
    ("text/event-stream;q=0, application/json", "application/json"),
    ("text/event-streams", "application/json"), ("*/*", "application/json")])
async def test_what_a_client_accepts_is_read_as_a_list(node, accept, kind):
    raw = await RawSocket.open(node.internal_port)
    await raw.send(b"GET /inspect/events HTTP/1.1\r\n" + HOST
                   + f"Accept: {accept}\r\n\r\n".encode())
    _, headers, _ = await raw.read_response()
    assert headers["content-type"].startswith(kind)
    await raw.close()
