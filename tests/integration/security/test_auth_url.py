"""A backend that says who somebody is: asked over HTTP, by its good and its bad answers."""

import asyncio
import json
import time

from support.deadline import until
from support.name_server import unreachable_name_server
from support.node import binary
from support.tables import by_name
from support.tokens import bearer


class Backend:
    """An HTTP server that answers each token as `answers` says and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.answers = {}
        self.open = 0

    async def start(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        self.open += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            fields = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
            question = json.loads(await reader.readexactly(int(fields["content-length"])))
            self.asked.append((head.split("\r\n")[0], question))
            answer = self.answers.get(question["token"], (401, b"{}"))
            if isinstance(answer, asyncio.Future):
                answer = await answer
            if answer == "silence":
                await reader.read()
            elif isinstance(answer, bytes):
                writer.write(answer)
            else:
                status, body = answer
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
                             + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            writer.close()


def says(**fields):
    return 200, json.dumps(fields).encode()


async def backend_and_node(start_node, *options, **more):
    """A backend in the event loop of the test, and a node that asks it."""
    backend = Backend()
    port = await backend.start()
    node = start_node("--auth", "url", "--auth-url", f"http://127.0.0.1:{port}/who?x=1", *options,
                      **more)
    return backend, node


async def test_a_backend_says_who_it_is_and_what_she_may(start_node, connect):
    """It gets token, address and the headers that are named; its answer is as good as a token."""
    backend, node = await backend_and_node(
        start_node, "--auth-header", "X-App", "--default-rooms", "lobby=join")
    backend.answers["secret"] = says(
        user="ann", rooms={"r": ["join"]}, expires_at=int(time.time() * 1000) + 60_000)
    client = await connect(node, extra_headers={
        "Authorization": "Bearer secret", "X-App": "7", "X-Other": "8"})
    assert client.user == "ann" and "expires_at" in client.welcome
    await client.request("join", room="r")
    await client.request("join", room="lobby")
    assert (await client.refusal("join", room="s"))["code"] == "forbidden"
    assert backend.asked == [("POST /who?x=1 HTTP/1.1", {
        "token": "secret", "ip": "127.0.0.1", "headers": {"X-App": "7"}})]
    assert "secret" not in node.log


async def test_a_newer_token_does_not_hold_up_a_node_that_stops(start_node, connect, room):
    """A client with an unanswered request is told to go; then its refresh is answered.
    It goes all the same when the request has had its time."""
    backend, node = await backend_and_node(
        start_node, "--lanes", "1", "--bus-timeout", "2", "--grace", "10",
        program=binary().parents[1] / "tests" / "blocking_room")
    node.good_end = 1  # the room blocks
    backend.answers["old"] = says(user="ann", rooms={"*": ["join", "publish"]})
    newer = backend.answers["new"] = asyncio.get_running_loop().create_future()
    ann, bob = [await connect(node, **bearer("old")) for _ in range(2)]
    await ann.request("join", room=f"stuck:{room}")
    await ann.post("publish", room=f"stuck:{room}", data="?")
    await ann.post("refresh", id="newer", token="new")
    await until(lambda: len(backend.asked) == 3, "the backend is asked about the newer token")
    node.interrupt()
    assert (await bob.expect("closing"))["code"] == 1001
    newer.set_result(says(user="ann", rooms={"*": ["join"]}))
    assert (await ann.expect("refreshed"))["id"] == "newer"
    assert (await ann.expect("closing"))["code"] == 1001
    assert await ann.close_code() == 1001
    assert await node.exit_code(20) == 1


async def test_who_shows_nothing_is_not_worth_a_question(start_node, connect):
    backend, node = await backend_and_node(start_node)
    _, status, *_ = await connect.http(node, "/ws")
    assert status == 401 and backend.asked == []


REFUSED, AWAY, BROKEN = (401, "token_invalid"), (503, "auth_unavailable"), (502, "auth_broken")

# What the backend answers, whose fault that is, and what the log says of it.
ANSWERS = {
    "unauthorized": ((401, b"{}"), REFUSED, None),
    "forbidden": ((403, b""), REFUSED, None),
    "an error": ((500, b"{}"), AWAY, "status 500"),
    "overload": ((503, b"{}"), AWAY, "status 503"),
    "too many": ((429, b"{}"), AWAY, "status 429"),
    "a redirection": ((302, b"{}"), BROKEN, "status 302"),
    "no such path": ((404, b"{}"), BROKEN, "status 404"),
    "no content": ((204, b""), BROKEN, "status 204"),
    "not JSON": ((200, b"hello"), BROKEN, "is not a JSON object"),
    "a list": ((200, b"[]"), BROKEN, "is not a JSON object"),
    "no user": ((200, b"{}"), BROKEN, "has no 'user'"),
    "a number for a user": (says(user=42), BROKEN, "'user' has to be a string"),
    "nobody": (says(user=None), BROKEN, "'user' has to be a string"),
    "a bad user": (says(user="a\nb"), BROKEN, "'user' has to be 1 to 128 bytes"),
    "bad rights": (says(user="ann", rooms={"r": ["jump"]}), BROKEN, "'rooms' has to be"),
    "a bad end": (says(user="ann", expires_at="soon"), BROKEN, "'expires_at' is no time"),
    "too long": ((200, b" " * 100_000), BROKEN, "cannot be read"),
    "not HTTP": (b"hello\r\n\r\n", BROKEN, "cannot be read"),
    "nothing": (b"", AWAY, "does not answer"),
    "half an answer":
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", AWAY, "does not answer"),
    "silence": ("silence", AWAY, "does not answer in time"),
}


@by_name("case", ANSWERS)
async def test_whose_fault_a_failure_is(start_node, connect, case):
    """The client's is a 401, the backend's a 502 when it answers as it should not and a 503 when
    it does not answer: only then is it worth trying again soon. The log has the reason."""
    answer, (status, code), reason = case
    backend, node = await backend_and_node(start_node, "--auth-timeout", "1", log_level="info")
    backend.answers["it"] = answer
    _, got, headers, body = await connect.http(node, "/ws", {"Authorization": "Bearer it"})
    assert (got, json.loads(body)["code"]) == (status, code)
    assert ("retry-after" in headers) == (status == 503)
    if reason:
        await until(lambda: "auth_backend_failed" in node.log, "the log tells of it")
        assert reason in node.log and reason in json.loads(body)["message"]
    else:
        assert "auth_backend_failed" not in node.log
    raw, *_ = await connect.http(node, "/ws?token=it&reject=close")
    assert await raw.close_code() == {401: 1008, 502: 1011, 503: 1013}[status]


async def test_a_backend_that_is_back(start_node, connect):
    """While it fails clients are refused; when it answers again the node goes on as before."""
    backend, node = await backend_and_node(start_node)
    backend.answers.update(bad=(500, b""), good=says(user="ann"))
    assert (await connect.http(node, "/ws?token=bad"))[1] == 503
    assert (await connect(node, **bearer("good"))).user == "ann"
    await until(lambda: "answers again" in node.log, "the log tells that the backend is back")


async def test_a_backend_that_is_not_there(start_node, connect):
    backend, node = await backend_and_node(start_node)
    backend.server.close()
    await backend.server.wait_closed()
    raw, status, *_ = await connect.http(node, "/ws?token=x&reject=close")
    assert status == 101
    assert await raw.close_code() == 1013


async def test_a_backend_whose_name_is_not_resolved(start_node, connect, tmp_path):
    """No name server answers. Clients are told so in time, and the node can stop."""
    node = start_node("--auth", "url", "--auth-url", "http://who.example/", "--auth-timeout", "1",
                      "--grace", "2", **unreachable_name_server(tmp_path))
    assert (await connect.http(node, "/ws?token=x"))[1] == 503
    node.interrupt()
    assert await asyncio.to_thread(node.wait_exit_code, 10) == 0


async def test_questions_are_bounded(start_node, connect):
    """While as many as allowed are under way, further ones get 503 at once; others in the node
    do not wait for the backend."""
    backend, node = await backend_and_node(
        start_node, "--auth-concurrency", "2", "--auth-timeout", "60", "--lanes", "1",
        "--handshake-timeout", "60", "--grace", "5")
    backend.answers.update(slow="silence", good=says(user="ann"))
    client = await connect(node, **bearer("good"))
    waiting = [asyncio.create_task(connect.http(node, "/ws", {"Authorization": "Bearer slow"}))
               for _ in range(2)]
    await until(lambda: backend.open == 2, "two questions are under way")
    _, status, _, body = await connect.http(node, "/ws", {"Authorization": "Bearer good"})
    assert (status, json.loads(body)["code"]) == (503, "auth_unavailable")
    await client.request("ping")
    await asyncio.to_thread(node.stop)  # does not wait for the backend either
    for task in waiting:
        task.cancel()


async def crowd(connect, node, count, address):
    """Upgrades of so many clients behind a proxy, each with a token of its own."""
    return [asyncio.create_task(connect.http(node, f"/ws?token=slow-{number}",
                                             {"X-Forwarded-For": address}))
            for number in range(count)]


async def test_one_address_does_not_take_all_questions(start_node, connect):
    """Bogus tokens from one address, against a backend that takes its time: that address is told
    to come later, by 429, and everybody else is served."""
    backend, node = await backend_and_node(
        start_node, "--auth-concurrency", "32", "--auth-timeout", "60", "--handshake-timeout", "60",
        "--trusted-proxy", "127.0.0.1", "--grace", "5", "--lanes", "1")
    backend.answers.update({f"slow-{number}": "silence" for number in range(64)},
                           good=says(user="ann"))
    tasks = await crowd(connect, node, 64, "203.0.113.1")
    await until(lambda: sum(task.done() for task in tasks) == 47, "those beyond its share are done")
    answers = [task.result() for task in tasks if task.done()]
    assert {(status, json.loads(body)["code"]) for _, status, _, body in answers} \
        == {(429, "rate_limited")}
    assert all("retry-after" in headers for _, _, headers, _ in answers)
    # No more than are left for others, and one.
    await until(lambda: backend.open == 17, "its share of the questions is asked")
    for address in ("203.0.113.2", "2001:db8::1"):
        _, status, *_ = await connect.http(node, "/ws?token=good", {"X-Forwarded-For": address})
        assert status == 101
    for task in tasks:
        task.cancel()


async def test_a_refusal_is_remembered_for_a_moment(start_node, connect):
    """The same bad token again costs the backend no question; another client with the same token
    does, for the backend sees more than the token. Who was accepted is asked for each time."""
    backend, node = await backend_and_node(start_node, "--auth-header", "X-App",
                                           "--trusted-proxy", "127.0.0.1")
    backend.answers["good"] = says(user="ann")
    for headers, asked in [({}, 1), ({}, 1), ({"X-App": "7"}, 2), ({"X-App": "7"}, 2),
                           ({"X-Forwarded-For": "203.0.113.9"}, 3)]:
        assert (await connect.http(node, "/ws?token=bad", headers))[1] == 401
        assert len(backend.asked) == asked
    for asked in (4, 5):
        assert (await connect.http(node, "/ws?token=good"))[1] == 101
        assert len(backend.asked) == asked
    backend.answers["bad"] = says(user="bob")
    await until(lambda: is_welcome(connect, node), "the refusal is forgotten")


async def is_welcome(connect, node):
    return (await connect.http(node, "/ws?token=bad"))[1] == 101


async def test_a_backend_that_fails_is_no_mistake_of_the_client(start_node, connect):
    """A client that asks for a refresh while the backend is wrong is not closed for it."""
    backend, node = await backend_and_node(start_node, "--errors-per-minute", "2")
    backend.answers.update(good=says(user="ann"), bad=says(user=42))
    client = await connect(node, **bearer("good"))
    for _ in range(6):
        assert (await client.refusal("refresh", token="bad"))["code"] == "auth_broken"
    await client.request("ping")


async def test_a_refresh_asks_the_backend(start_node, connect):
    backend, node = await backend_and_node(start_node, "--auth-timeout", "1")
    backend.answers.update(
        old=says(user="ann", expires_at=int(time.time() * 1000) + 60_000),
        new=says(user="ann", rooms={"r": ["join"]}), other=says(user="bob"), slow="silence")
    client = await connect(node, **bearer("old"))
    for text, code in [("other", "forbidden"), ("unknown", "token_invalid"),
                       ("slow", "auth_unavailable")]:
        assert (await client.refusal("refresh", token=text))["code"] == code
    assert "expires_at" not in await client.request("refresh", token="new")
    await client.request("join", room="r")
