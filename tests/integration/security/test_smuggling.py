"""HTTP requests that are not what they seem, or more than anybody needs."""

import asyncio

from support.attack import survived
from support.raw_socket import TEXT, frame, upgrade_request
from support.tables import by_name

HOST = b"Host: 127.0.0.1\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKS = b"0\r\n\r\n"

# Requests after which two parsers may not agree where the next one begins.
AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 5\r\n",
    "a list of lengths": b"Content-Length: 0, 5\r\n",
    "a negative length": b"Content-Length: -1\r\n",
    "a length with a sign": b"Content-Length: +5\r\n",
    "a hexadecimal length": b"Content-Length: 0x5\r\n",
    "an endless length": b"Content-Length: 18446744073709551617\r\n",
    "another coding": b"Transfer-Encoding: xchunked\r\n",
    "a coding after chunks": b"Transfer-Encoding: chunked, identity\r\n",
    "two codings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n",
    "a name with a line feed": b"X: a\nTransfer-Encoding: chunked\r\n",
    "a carriage return alone": b"X: a\rContent-Length: 5\r\n",
    "a NUL": b"X: a\0b\r\n",
    "two hosts": b"Host: evil.example\r\n",
}

BOMBS = {
    "a header of a megabyte": b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20),
    "ten thousand headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000,
    "an address of a megabyte": b"GET /" + b"x" * (1 << 20),
    "a query of 64 KiB": b"GET /ws?user=" + b"x" * 65_536 + b" HTTP/1.1\r\n",
    "thousands of headers of one name": b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 100_000,
    "a folded header without end": b"GET / HTTP/1.1\r\nX: a\r\n" + b" b\r\n" * 100_000,
}


def responses(answer):
    return answer.count(b"HTTP/1.1 ")


@by_name("headers", AMBIGUOUS)
async def test_requests_with_two_readings_are_refused(node, connect, headers):
    """Behind a proxy, bytes that the proxy takes for a body must not become a request here.
    Such a request is answered by 400, and nothing after it is read."""
    async with survived(connect, node) as ann:
        raw = await connect.tcp(node)
        await raw.send(b"GET / HTTP/1.1\r\n" + HOST + headers + b"\r\n" + CHUNKS + SMUGGLED)
        raw.end_sending()
        answer = await raw.read_to_end()
        assert responses(answer) == 1 and answer.startswith(b"HTTP/1.1 400 ")
        await ann.served()


async def test_line_feeds_alone_end_no_lines(node, connect):
    """Some servers take a line feed for a line's end. A request that relies on it is refused."""
    raw = await connect.tcp(node)
    await raw.send(b"GET / HTTP/1.1\nHost: a\n\n" + SMUGGLED)
    raw.end_sending()
    assert (await raw.read_to_end()).startswith(b"HTTP/1.1 400 ")


@by_name("rest", {
    "a length": b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "chunks": b"Transfer-Encoding: chunked\r\n\r\n"
              b"%x\r\n%s\r\n" % (len(SMUGGLED), SMUGGLED) + CHUNKS,
    "a folded header": b"X: a\r\n Content-Length: 5\r\n\r\n",
})
async def test_a_body_is_no_request(node, connect, rest):
    """A GET may have a body, and a header more than one line. Either is read for what it is:
    the next request begins where it ends, and is answered once."""
    raw = await connect.tcp(node)
    await raw.send(b"GET / HTTP/1.1\r\n" + HOST + rest)
    assert (await raw.read_response())[0] == 200
    await raw.send(b"GET /nothing HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    answer = await raw.read_to_end()
    assert responses(answer) == 1 and answer.startswith(b"HTTP/1.1 404 ")


@by_name("more", {"a request": SMUGGLED, "a frame": frame(TEXT, '{"type":"ping","id":1}'),
                  "a byte": b"\x81"})
async def test_nothing_may_follow_an_upgrade_before_its_answer(node, connect, more):
    """A client waits for the answer to its upgrade (RFC 6455, 4.1). What comes before that was
    smuggled past somebody: it is neither a request nor a frame, and there is no upgrade."""
    async with survived(connect, node) as ann:
        raw = await connect.tcp(node)
        await raw.send(upgrade_request("/ws") + more)
        raw.end_sending()
        answer = await raw.read_to_end()
        assert responses(answer) == 1 and answer.startswith(b"HTTP/1.1 400 ")
        await ann.served()


@by_name("trailer", {"no field of it counts": b"Host: evil.example\r\nHost: a\r\n",
                     "not even one that may be there once": b"Authorization: a\r\n" * 2})
async def test_a_trailer_is_no_header(node, connect, trailer):
    """What comes behind the chunks was seen by no proxy that looks at headers."""
    raw = await connect.tcp(node)
    await raw.send(b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
                   b"0\r\n" + trailer + b"\r\n")
    assert (await raw.read_response())[0] == 200
    await raw.send(b"GET /nothing HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (await raw.read_response())[0] == 404


@by_name("rest", {"extensions of a chunk": b"0;" + b"a" * (1 << 20),
                  "a trailer": b"0\r\n" + b"a:\r\n" * 100_000,
                  "a long line of a trailer": b"0\r\na:" + b"b" * (1 << 20)})
async def test_what_comes_with_chunks_is_bounded(node, connect, rest):
    """The node reads 16 KiB of it and says so. Others are served meanwhile."""
    async with survived(connect, node) as ann:
        raw = await connect.tcp(node)
        await raw.send(b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        sending = asyncio.create_task(raw.send(rest))
        await ann.served()
        assert (await raw.read_to_end()).startswith(b"HTTP/1.1 400 ")
        sending.cancel()


@by_name("bomb", BOMBS)
async def test_a_header_bomb_is_answered_by_431(node, connect, bomb):
    """A header has 8 KiB, the address included. The node reads no further and says so;
    the answer arrives although the client was not done sending."""
    async with survived(connect, node) as ann:
        bombers = [await connect.tcp(node) for _ in range(10)]
        await asyncio.gather(*(raw.send(bomb) for raw in bombers))
        await ann.served()
        for raw in bombers:
            raw.end_sending()
            answer = await raw.read_to_end()
            assert responses(answer) == 1 and answer.startswith(b"HTTP/1.1 431 ")
