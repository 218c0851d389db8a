"""Who may use the API, and what HTTP says of a request that is no command."""

import json
import signal
import socket

import pytest

from support.api import KEY, Backend, write_keys
from support.client import join, unique
from support.deadline import DEADLINE, wait_until
from support.metrics import Scrape
from support.node import fetch, run_node

READER = "a-key-of-a-reader"
PUBLISHER = "a-key-of-a-publisher"
LINES = [f"shop:{KEY}", "# who only looks", f"reader:{READER}:read", f"press:{PUBLISHER}:publish"]


@pytest.fixture(scope="module")
def node(start_shared_node, tmp_path_factory):
    """A node whose API has keys, also on the listener of clients."""
    keys = write_keys(tmp_path_factory.mktemp("keys") / "keys", *LINES)
    return start_shared_node("--api-key-file", keys, "--api-public", "--api-max-bytes", "65536",
                             "--presence", "told-*", "--handshake-timeout", "2")


@pytest.fixture
def backend(node):
    backend = Backend(node, KEY)
    yield backend
    backend.close()


# -- keys ---------------------------------------------------------------------


@pytest.mark.parametrize("public", [False, True])
def test_only_who_shows_a_key_may_ask(node, public):
    port = node.port if public else node.internal_port
    for key in (None, "a-key-of-a-stranger", KEY[:-1], KEY + "x"):
        answer = Backend(node, key, port).post("/api/info", "{}")
        assert answer.status == 401
        assert answer.json["error"]["code"] == 101
        assert "WWW-Authenticate" in answer.headers
    assert Backend(node, KEY, port).post("/api/info", "{}").status == 200
    assert Backend(node, None, port).post(
        "/api/info", "{}", Authorization=f"apikey {KEY}").status == 200
    assert Backend(node, None, port).post(f"/api/info?api_key={KEY}", "{}").status == 401


def test_a_key_does_what_it_has_the_right_for(node):
    message = json.dumps({"channel": unique("room"), "data": 1})
    assert Backend(node, PUBLISHER).post("/api/publish", message).status == 200
    assert Backend(node, READER).post("/api/info", "{}").status == 200
    for key, method in ((READER, "publish"), (PUBLISHER, "info"), (PUBLISHER, "history_remove")):
        answer = Backend(node, key).post(f"/api/{method}", message)
        assert answer.status == 403
        assert answer.json["error"]["code"] == 103
    by_name = json.dumps({"method": "publish", "params": json.loads(message)})
    assert Backend(node, READER).post("/api", by_name).status == 403
    batch = json.dumps({"commands": [{"publish": json.loads(message)}, {"info": {}}]})
    replies = Backend(node, PUBLISHER).post("/api/batch", batch).json["replies"]
    assert "publish" in replies[0]
    assert replies[1]["error"]["code"] == 103


def test_new_keys_count_after_a_hangup_and_bad_ones_do_not(start_node, tmp_path):
    keys = tmp_path / "keys"
    node = start_node("--api-key-file", write_keys(keys, f"shop:{KEY}"))
    backend = Backend(node, KEY)
    assert backend.post("/api/info", "{}").status == 200
    write_keys(keys, "shop:the-second-key-of-it")
    node.interrupt(signal.SIGHUP)
    wait_until(lambda: backend.post("/api/info", "{}").status == 401, "the old key is void")
    second = Backend(node, "the-second-key-of-it")
    assert second.post("/api/info", "{}").status == 200
    write_keys(keys, "# nobody", "shop:short")
    node.interrupt(signal.SIGHUP)
    wait_until(lambda: f"{keys}:2: a key has 16" in node.log, "the node says what is wrong")
    assert second.post("/api/info", "{}").status == 200
    assert KEY not in node.log and "the-second-key-of-it" not in node.log


def test_without_keys_only_this_machine_may_ask(start_node, tmp_path):
    open_ = start_node()
    assert "the API needs no key" in open_.log
    assert Backend(open_).post("/api/info", "{}").status == 200
    assert fetch(open_.port, "/api/info", "POST", "{}")[0] == 404
    ended = run_node("--listen", "127.0.0.1:0", "--api-public")
    assert ended.returncode == 2 and "api-key-file" in ended.stderr
    bad = write_keys(tmp_path / "keys", f"shop:{KEY}", f"shop:{READER}")
    ended = run_node("--listen", "127.0.0.1:0", "--api-key-file", bad)
    assert ended.returncode == 1 and f"{bad}:2: this name or key" in ended.stderr


def test_a_page_of_another_site_may_not_ask(start_node):
    """Without keys the API must not be open to whatever page the browser shows."""
    node = start_node()
    message = json.dumps({"channel": "lobby", "data": 1})
    assert Backend(node).post("/api/publish", message, Origin="http://evil.example").status == 403
    assert Backend(node).post("/api/publish", message, Host="evil.example").status == 403


# -- requests that are no command ---------------------------------------------


def test_what_is_malformed_is_named(backend):
    for body in (b"", b"[]", b"{", b"\xff", b'{"channel":"a","data":}'):
        assert backend.post("/api/publish", body).status == 400
    answer = backend.post("/api/publish", '{"channel":7,"data":1}')
    assert answer.status == 400
    assert answer.json["error"] == {"code": 107, "message": "channel: has to be a text"}
    answer = backend.post("/api/publish",
                          '{"channel":"a","data":1,"idempotency_key":"no id of an event"}')
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith("idempotency_key: has to be an event id")


def test_other_faults_of_http(backend):
    assert backend.post("/api/nothing", "{}").status == 404
    assert backend.post("/api/nothing", "{}").json["error"]["code"] == 104
    assert backend.post("/api", '{"method":"nothing"}').status == 404
    assert backend.post("/api/publish", "x" * 65537).status == 413


@pytest.mark.parametrize("public", [False, True])
def test_only_post_may_be_used(node, public):
    port = node.port if public else node.internal_port
    for method in ("GET", "PUT", "DELETE"):
        status, headers, _ = fetch(port, "/api/publish", method, headers={"X-API-Key": KEY})
        assert (status, headers["Allow"]) == (405, "POST")
    status, headers, body = fetch(port, "/api/openapi.json")
    assert status == 200 and headers["Content-Type"] == "application/json"
    assert json.loads(body)["openapi"].startswith("3.1")


def test_errors_are_told_by_the_status_where_that_is_wanted(backend):
    plain = backend.post("/api/history", '{"channel":"nowhere"}')
    assert plain.status == 200 and plain.json["error"]["code"] == 108
    mode = {"X_Centrifugo_Error_Mode": "transport"}
    answer = backend.post("/api/history", '{"channel":"nowhere"}', **mode)
    assert answer.status == 501 and answer.json["code"] == 108
    assert backend.post("/api/history", "{}", **mode).status == 400
    assert backend.post("/api/info", "{}", **mode).json["result"]["nodes"]


# -- connections --------------------------------------------------------------


def raw_request(key, body, path="/api/publish"):
    text = json.dumps(body)
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {key}\r\n"
            f"Content-Length: {len(text)}\r\n\r\n{text}").encode()


def read_until(connection, enough):
    connection.settimeout(DEADLINE)
    received = b""
    while not enough(received):
        more = connection.recv(65536)
        if not more:
            break
        received += more
    return received


@pytest.mark.parametrize("public", [False, True])
async def test_requests_may_be_pipelined(node, connect, public):
    room = unique("room")
    ann = await connect(node, unique("ann"))
    await join(room, ann)
    port = node.port if public else node.internal_port
    many = b"".join(raw_request(KEY, {"channel": room, "data": n}) for n in range(200))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(many)
        answers = read_until(connection, lambda x: x.count(b'{"result":{}}') == 200)
    assert answers.count(b"HTTP/1.1 200 OK") == 200
    heard = await ann.collect(200)
    assert [x["data"] for x in heard] == list(range(200))


def has_ended(connection):
    try:
        return connection.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def test_who_has_a_key_stays_on_the_listener_of_clients(node):
    """Requests over more than --handshake-timeout, on one connection; without a key it ends."""
    backend = Backend(node, KEY, node.port)
    with socket.create_connection(("127.0.0.1", node.port)) as stranger:
        assert backend.post("/api/info", "{}").status == 200
        wait_until(lambda: backend.post("/api/info", "{}").status == 200 and has_ended(stranger),
                   "the stranger has to go")
    assert backend.post("/api/info", "{}").status == 200


def test_a_long_body_is_not_read_for_who_has_no_key(node):
    head = b"POST /api/publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n{"
    with socket.create_connection(("127.0.0.1", node.internal_port)) as stranger:
        stranger.sendall(head)
        answer = read_until(stranger, lambda x: b"}}" in x)
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b"Connection: close" in answer


def test_requests_under_way_are_bounded(start_node):
    node = start_node("--api-concurrency", "1", "--api-max-bytes", "1024",
                      "--api-pending-bytes", "65536")
    backend = Backend(node)
    with socket.create_connection(("127.0.0.1", node.internal_port)) as slow:
        slow.sendall(b"POST /api/info HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{")
        wait_until(lambda: Scrape(node)("atrium_api_requests") == 1, "the request is under way")
        answer = backend.post("/api/info", "{}")
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "1"
        slow.sendall(b"}")
        assert read_until(slow, lambda x: b"}]}}" in x).startswith(b"HTTP/1.1 200 ")
    assert backend.post("/api/info", "{}").status == 200
    scrape = Scrape(node)
    assert scrape("atrium_api_refused_total", reason="overloaded") == 1
    assert scrape("atrium_api_commands_total", method="info") == 2


def test_back_ends_that_wait_leave_room_for_operators(start_node, redis):
    """More requests than operators have places wait for a bus that hangs."""
    node = start_node("--redis", redis.url, "--history", "kept-*=9,1h")
    message = json.dumps({"channel": unique("kept-"), "data": 1})
    assert Backend(node).post("/api/publish", message).status == 200
    redis.stall()
    head = ("POST /api/publish HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Length: {len(message)}\r\n\r\n")
    waiting = [socket.create_connection(("127.0.0.1", node.internal_port), DEADLINE)
               for _ in range(40)]
    for one in waiting:
        one.sendall((head + message).encode())
    wait_until(lambda: Scrape(node)("atrium_api_requests") == 40, "all of them wait")
    assert fetch(node.internal_port, "/health")[0] == 200
    redis.resume()
    for one in waiting:
        assert one.recv(4096).startswith(b"HTTP/1.1 ")
        one.close()
