"""What HTTP itself has to say to a back end: in the form of the API, and as it is described."""

import json
import re

import pytest

from support.api import KEY, Backend, write_keys
from support.client import unique
from support.deadline import until
from support.metrics import Scrape
from support.node import fetch
from support.raw_socket import RawSocket
from support.tables import by_name

HOST = b"Host: 127.0.0.1\r\n"
AUTHORIZED = HOST + b"X-API-Key: " + KEY.encode() + b"\r\n"
CHUNKED = AUTHORIZED + b"Transfer-Encoding: chunked\r\n\r\n"
PUBLISH = b"POST /api/publish HTTP/1.1\r\n"
LONG = b"x" * 5_000

# All that may be wrong with a request before there is a command, and how it is answered.
REFUSED = {
    "another method": (b"GET /api/publish HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 405),
    "another method of all": (b"PUT /api HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 405),
    "another method below": (b"DELETE /api/nothing/x HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 405),
    "POST of the description": (b"POST /api/openapi.json HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "a method that nobody knows": (b"BREW /api/publish HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 501),
    "an unknown path": (b"POST /api/nothing HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 404),
    "an unknown path below": (b"POST /api/publish/x HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 404),
    "no room": (b"POST /api/rooms//close HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 404),
    "no key": (PUBLISH + HOST + b"\r\n", 401),
    "no Host": (PUBLISH + b"\r\n", 400),
    "two Hosts": (PUBLISH + HOST + HOST + b"\r\n", 400),
    "two Hosts and an escape": (b"POST /%61pi/publish HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "two Hosts and an absolute target":
        (b"POST http://a/api/publish HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "a line that is no field": (PUBLISH + HOST + b"no field\r\n\r\n", 400),
    "a length that is none": (PUBLISH + AUTHORIZED + b"Content-Length: x\r\n\r\n", 400),
    "no version": (b"POST /api/publish HTTX/1.1\r\n" + HOST + b"\r\n", 400),
    "another version": (b"POST /api/publish HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "an unknown coding": (PUBLISH + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "two codings that are one": (PUBLISH + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 400),
    "a chunk that is none": (PUBLISH + CHUNKED + b"zz\r\n", 400),
    "chunks that are too much": (PUBLISH + CHUNKED + b"FFFFF\r\n", 413),
    "too much": (PUBLISH + AUTHORIZED + b"Content-Length: 70000\r\n\r\n", 413),
    "more than fits": (PUBLISH + AUTHORIZED + b"Content-Length: 99999999999\r\n\r\n", 413),
    "a body of the description":
        (b"GET /api/openapi.json HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n", 413),
    "a long URL": (b"POST /api/publish?" + LONG + b" HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 414),
    "a URL longer than a header": (b"POST /api/publish?" + 2 * LONG, 431),
    "a long header": (PUBLISH + AUTHORIZED + b"X: " + 2 * LONG + b"\r\n\r\n", 431),
    "a long header in many lines": (PUBLISH + AUTHORIZED + 2_000 * b"X: yyy\r\n" + b"\r\n", 431),
    "not JSON": (PUBLISH + AUTHORIZED + b"Content-Length: 1\r\n\r\n{", 400),
}
FOREIGN = {
    "another site": PUBLISH + HOST + b"Origin: http://evil.example\r\n\r\n",
    "a name bound anew": PUBLISH + b"Host: evil.example\r\n\r\n",
    "another site asks what there is":
        b"OPTIONS /api/publish HTTP/1.1\r\n" + HOST + b"Origin: http://evil.example\r\n\r\n",
}


@pytest.fixture(scope="module")
def node(start_shared_node, tmp_path_factory):
    keys = write_keys(tmp_path_factory.mktemp("keys") / "keys", f"shop:{KEY}")
    return start_shared_node("--api-key-file", keys, "--api-public", "--api-max-bytes", "65536")


@pytest.fixture(scope="module")
def description(node):
    return json.loads(fetch(node.internal_port, "/api/openapi.json")[2])


def check_form(answer, request, description):
    """The body is an error of the API, and the description tells of the status."""
    status, headers, body = answer
    error = json.loads(body)
    assert list(error) == ["error"] and list(error["error"]) == ["code", "message"]
    schema = description["components"]["schemas"]["error"]["properties"]["code"]
    assert error["error"]["code"] in schema["enum"] and error["error"]["message"]
    assert headers["content-type"] == "application/json"
    path = re.search(rb"/(?:a|%61)pi[^? ]*", request)[0].decode().replace("%61", "a")
    described = description["paths"].get(path, description["paths"]["/api/publish"])
    responses = next(iter(described.values()))["responses"]
    assert str(status) in responses
    name = responses[str(status)]["$ref"].rsplit("/", 1)[1]
    for field in description["components"]["responses"][name].get("headers", ()):
        assert field.lower() in headers


async def answer_to(port, request):
    raw = await RawSocket.open(port)
    await raw.send(request)
    answer = await raw.read_response()
    await raw.close()
    return answer


@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
@by_name("case", REFUSED)
async def test_each_refusal_has_the_form_of_the_api(node, description, public, case):
    request, status = case
    answer = await answer_to(node.port if public else node.internal_port, request)
    assert answer[0] == status
    check_form(answer, request, description)


@by_name("request_", FOREIGN)
async def test_pages_of_other_sites_are_refused_in_the_form_of_the_api(node, description, request_):
    answer = await answer_to(node.internal_port, request_)
    assert answer[0] == 403
    check_form(answer, request_, description)


async def test_other_paths_keep_the_form_of_other_errors(node):
    for path, status in (("/apis", 404), ("/ap", 404), ("/ready/api", 404), ("/metrics", 405)):
        request = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        answer = await answer_to(node.internal_port, request)
        assert (answer[0], json.loads(answer[2])["type"]) == (status, "error")


async def test_who_has_no_place_is_told_when_to_try_again(start_node, description):
    node = start_node("--api-concurrency", "1")
    slow = await RawSocket.open(node.internal_port)
    await slow.send(PUBLISH + AUTHORIZED + b"Content-Length: 2\r\n\r\n{")
    await until(lambda: Scrape(node)("atrium_api_requests") == 1, "the request is under way")
    request = post(b"/api/info", b"{}")
    answer = await answer_to(node.internal_port, request)
    assert (answer[0], answer[1]["retry-after"]) == (503, "1")
    check_form(answer, request, description)
    await slow.close()


# -- connections ----------------------------------------------------------------------------------


def post(path, body, fields=b""):
    return (b"POST %b HTTP/1.1\r\n" % path + AUTHORIZED + fields
            + b"Content-Length: %d\r\n\r\n" % len(body) + body)


@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
async def test_a_refused_request_among_others_costs_only_itself(node, public):
    """Pipelined: where its end is known the next one is answered, in the same order."""
    message = json.dumps({"channel": unique("room"), "data": 1}).encode()
    good = post(b"/api/publish", message)
    refused = [
        (post(b"/api/nothing", message), 404),
        (good.replace(KEY.encode(), b"a-key-of-a-stranger"), 401),
        (good.replace(b"POST", b"PUT", 1), 405),
        (post(b"/api/publish", b"{"), 400),
        (post(b"/api/publish?" + LONG, message), 414),
        (b"OPTIONS /api/publish HTTP/1.1\r\n" + AUTHORIZED + b"\r\n", 204),
    ]
    raw = await RawSocket.open(node.port if public else node.internal_port)
    await raw.send(good + b"".join(request + good for request, _ in refused))
    assert (await raw.read_response())[0] == 200
    for _, status in refused:
        assert (await raw.read_response())[0] == status
        assert (await raw.read_response())[0] == 200
    await raw.close()


async def test_a_body_may_come_in_chunks(node):
    message = json.dumps({"channel": unique("room"), "data": "in chunks"}).encode()
    raw = await RawSocket.open(node.internal_port)
    for cut in (1, 7, len(message) - 1):
        parts = (message[:cut], message[cut:])
        await raw.send(PUBLISH + CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(x), x) for x in parts)
                       + b"0\r\nX-API-Key: another\r\n\r\n")
        status, _, body = await raw.read_response()
        assert (status, body) == (200, b'{"result":{}}')
    await raw.close()


async def test_who_waits_for_100_hears_it_or_why_not(node, description):
    message = json.dumps({"channel": unique("room"), "data": 1}).encode()
    raw = await RawSocket.open(node.internal_port)
    request = post(b"/api/publish", message, b"Expect: 100-continue\r\n")
    for _ in range(2):
        await raw.send(request[:-len(message)])
        assert (await raw.read_response())[0] == 100
        await raw.send(message)
        assert (await raw.read_response())[0] == 200
    await raw.send(request[:-len(message)].replace(KEY.encode(), b"a-key-of-a-stranger"))
    answer = await raw.read_response()
    assert (answer[0], answer[1]["connection"]) == (401, "close")
    assert answer[1]["www-authenticate"] == "apikey"
    check_form(answer, request, description)
    await raw.close()


async def test_a_client_that_has_its_answer_takes_nothing(start_node):
    """Connection: close. Who has been answered and does not hang up holds no place of others."""
    node = start_node("--api-concurrency", "1")
    lingering = []
    for _ in range(5):
        raw = await RawSocket.open(node.internal_port)
        await raw.send(post(b"/api/info", b"{}", b"Connection: close\r\n"))
        assert (await raw.read_response())[0] == 200
        lingering.append(raw)
    for raw in lingering:
        await raw.close()


def test_a_room_is_closed_by_both_paths(node):
    backend = Backend(node, KEY)
    for path, body in (("/api/close_room", {"channel": "lobby"}), ("/api/rooms/lobby/close", {}),
                       ("/api", {"method": "close_room", "params": {"channel": "lobby"}})):
        answer = backend.post(path, json.dumps(body))
        assert (answer.status, answer.json) == (200, {"result": {}})
    assert backend.error("close_room") == 107
    backend.close()
