"""A backend that says who somebody is: asked over HTTP, by its good and its bad answers."""

import asyncio
import json
import time

from deadline import until
from tokens import bearer


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


async def backend_and_node(start_node, *options):
    """A backend in the event loop of the test, and a node that asks it."""
    backend = Backend()
    port = await backend.start()
    node = start_node("--auth", "url", "--auth-url", f"http://127.0.0.1:{port}/who?x=1", *options)
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


async def test_who_shows_nothing_is_not_worth_a_question(start_node, connect):
    backend, node = await backend_and_node(start_node)
    _, status, *_ = await connect.http(node, "/ws")
    assert status == 401 and backend.asked == []


ANSWERS = {
    "unauthorized": ((401, b"{}"), 401, "token_invalid"),
    "forbidden": ((403, b""), 401, "token_invalid"),
    "an error": ((500, b"{}"), 503, "auth_unavailable"),
    "a redirection": ((302, b"{}"), 503, "auth_unavailable"),
    "not JSON": ((200, b"hello"), 503, "auth_unavailable"),
    "no user": ((200, b"{}"), 503, "auth_unavailable"),
    "a bad user": (says(user="a\nb"), 503, "auth_unavailable"),
    "bad rights": (says(user="ann", rooms={"r": ["jump"]}), 503, "auth_unavailable"),
    "too long": ((200, b" " * 100_000), 503, "auth_unavailable"),
    "nothing": (b"", 503, "auth_unavailable"),
    "not HTTP": (b"hello\r\n\r\n", 503, "auth_unavailable"),
    "half an answer": (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", 503, "auth_unavailable"),
    "silence": ("silence", 503, "auth_unavailable"),
}


async def test_answers_and_what_becomes_of_them(start_node, connect):
    """A refusal is a 401; a backend that fails is a 503 with a hint, and the node goes on."""
    backend, node = await backend_and_node(start_node, "--auth-timeout", "1")
    for name, (answer, status, code) in ANSWERS.items():
        backend.answers[name] = answer
        _, got, headers, body = await connect.http(
            node, "/ws", {"Authorization": f"Bearer {name}"})
        assert (name, got, json.loads(body)["code"]) == (name, status, code)
        assert ("retry-after" in headers) == (status == 503)
    backend.answers["good"] = says(user="ann")
    assert (await connect(node, **bearer("good"))).user == "ann"
    await until(lambda: "answers again" in node.log, "the log tells that the backend is back")


async def test_a_backend_that_is_not_there(start_node, connect):
    backend, node = await backend_and_node(start_node)
    backend.server.close()
    await backend.server.wait_closed()
    raw, status, *_ = await connect.http(node, "/ws?token=x&reject=close")
    assert status == 101
    assert await raw.close_code() == 1013


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
