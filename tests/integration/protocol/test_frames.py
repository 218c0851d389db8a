"""Frames that no decent client sends end its own connection; odd ones that are fine are served."""

import json

import pytest

from support.connections import undisturbed
from support.raw_socket import (
    BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Ended, close_payload, frame)
from support.tables import by_name

LIMIT = 65536

PING_REQUEST = '{"type":"ping","id":"raw"}'

NOT_UTF_8 = {
    "a lone continuation byte": b"\x80",
    "a Latin-1 letter": b"caf\xe9 au lait",
    "a character cut short at the end": b"caf\xc3",
    "an overlong slash": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "never a UTF-8 byte": b"\xff",
}

PROTOCOL_ERRORS = {
    "a continuation without a start": frame(CONTINUATION, PING_REQUEST),
    "a new message inside of another": frame(TEXT, "{", final=False) + frame(TEXT, PING_REQUEST),
    "a frame without a mask": frame(TEXT, PING_REQUEST, masked=False),
    "a ping without a mask": frame(PING, masked=False),
    "a reserved bit": frame(TEXT, PING_REQUEST, reserved=4),
    "a reserved data opcode": frame(3, PING_REQUEST),
    "a reserved control opcode": frame(11),
    "a fragmented ping": frame(PING, final=False),
    "a ping of 126 bytes": frame(PING, "x" * 126),
    "a close code of one byte": frame(CLOSE, b"\x03"),
    "a close reason that is not UTF-8": frame(CLOSE, close_payload(1000, b"\xff")),
    **{f"close code {code}": frame(CLOSE, close_payload(code)) for code in (
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)},
}

TOO_LONG = {
    "one byte over": [frame(TEXT, "x" * (LIMIT + 1))],
    "announced, not sent": [frame(TEXT, b"{", length=5_000_000)],
    "announced beyond reason": [frame(TEXT, b"{", length=2**62)],
    "two fragments": [frame(TEXT, "x" * LIMIT, final=False), frame(CONTINUATION, "x")],
    "many fragments":
        [frame(TEXT, "x", final=False)] + 70 * [frame(CONTINUATION, "x" * 1000, final=False)],
}


def padded(length):
    """A ping request of exactly so many bytes."""
    head, tail = '{"type":"ping","id":"raw","padding":"', '"}'
    return head + "x" * (length - len(head) - len(tail)) + tail


async def is_answered(raw):
    """Whether what was sent arrived as the ping request."""
    return (await raw.read_json(id="raw"))["type"] == "pong"


async def test_a_binary_frame_is_answered_by_close_1003(node, connect, room):
    """The protocol is text: binary frames are unsupported data.
    The client is disconnected with the code that says so."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send_frame(BINARY, PING_REQUEST)
        assert await raw.close_code() == 1003


async def test_a_fragmented_binary_message_is_answered_by_close_1003(node, connect, room):
    """Cutting a binary message into pieces does not make it text.
    The answer is the same."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send(frame(BINARY, b"\0", final=False) + frame(CONTINUATION, b"\1"))
        assert await raw.close_code() == 1003


@by_name("bad", NOT_UTF_8)
async def test_text_that_is_not_utf_8_is_answered_by_close_1007(node, connect, room, bad):
    """Text frames are UTF-8, and the node checks.
    A client that sends another encoding is disconnected with the code that says so."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send_frame(TEXT, b'{"type":"ping","x":"' + bad)
        assert await raw.close_code() == 1007


@by_name("bad", NOT_UTF_8)
async def test_bad_utf_8_is_found_across_fragments(node, connect, room, bad):
    """The check does not depend on where a message was cut.
    Here it is cut before each byte of the bad sequence."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send_frame(TEXT, '{"type":"ping","x":"', final=False)
        for byte in bad[:-1]:
            await raw.send_frame(CONTINUATION, bytes([byte]), final=False)
        await raw.send_frame(CONTINUATION, bad[-1:])
        assert await raw.close_code() == 1007


async def test_an_empty_last_fragment_does_not_hide_bad_utf_8(node, connect, room):
    """The text ends in the middle of a character, and nothing but its end is yet to come.
    That makes it no better."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send(frame(TEXT, b"caf\xc3", final=False) + frame(CONTINUATION))
        assert await raw.close_code() == 1007


async def test_characters_may_be_split_over_fragments(node, connect):
    """A fragment may end in the middle of a character.
    The message is whole in the end and is answered."""
    raw = await connect.welcomed(node)
    text = '{"type":"ping","id":"raw","x":"é中😀"}'.encode()
    await raw.send_frame(TEXT, text[:1], final=False)
    for byte in text[1:]:
        await raw.send_frame(CONTINUATION, bytes([byte]), final=False)
    await raw.send_frame(CONTINUATION)
    assert await is_answered(raw)


async def test_pings_between_fragments_are_answered_at_once(node, connect):
    """Control frames may come between the fragments of a message.
    Each ping gets its pong before the message is complete, and the message its reply after."""
    raw = await connect.welcomed(node)
    first, *rest = PING_REQUEST
    await raw.send_frame(TEXT, first, final=False)
    for number, character in enumerate(rest):
        await raw.send_frame(PING, str(number))
        assert (await raw.read_until(PONG)).payload == str(number).encode()
        await raw.send_frame(CONTINUATION, character, final=False)
    await raw.send_frame(PONG, "nobody asked")
    await raw.send_frame(CONTINUATION)
    assert await is_answered(raw)


async def test_a_ping_is_answered_with_its_payload(node, connect):
    """A WebSocket ping may carry up to 125 bytes of any kind.
    The pong carries the same."""
    raw = await connect.welcomed(node)
    for payload in (b"", b"\xff\0", b"x" * 125):
        await raw.send_frame(PING, payload)
        assert (await raw.read_until(PONG)).payload == payload


@by_name("bad", PROTOCOL_ERRORS)
async def test_a_broken_frame_is_answered_by_close_1002(node, connect, room, bad):
    """Frames that violate RFC 6455 cannot be understood any further.
    The client is disconnected with the code for protocol errors."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send(bad)
        assert await raw.close_code() == 1002


@by_name("bad", TOO_LONG)
async def test_a_message_over_the_limit_is_answered_by_close_1009(node, connect, room, bad):
    """The welcome says how long a message may be; frames and fragments count alike.
    The node refuses as soon as it knows, not after it has taken everything in."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        for part in bad:
            await raw.send(part)
        assert await raw.close_code() == 1009


async def test_a_message_of_the_very_limit_is_served(node, connect):
    """The limit itself is allowed, in one frame or in fragments.
    The request is answered as usual."""
    raw = await connect.welcomed(node)
    text = padded(LIMIT)
    await raw.send_frame(TEXT, text)
    assert await is_answered(raw)
    await raw.send(frame(TEXT, text[:40_000], final=False) + frame(CONTINUATION, text[40_000:]))
    assert await is_answered(raw)


async def test_a_frame_of_5_megabytes_ends_that_connection_only(node, connect, room):
    """A client that sends a huge frame in earnest is disconnected, by 1009 or plainly.
    Nobody else notices, though the node had all those bytes to get rid of."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        await raw.send_frame(TEXT, "x" * 5_000_000)
        try:
            assert await raw.close_code() == 1009
        except Ended:
            pass  # The kernel drops the close frame of a node that leaves bytes unread.


async def test_many_requests_in_one_segment_are_all_answered(node, connect):
    """The network does not keep the borders of frames.
    Fifty requests that arrive at once get fifty replies, in order."""
    raw = await connect.welcomed(node)
    requests = [json.dumps({"type": "ping", "id": number}) for number in range(50)]
    await raw.send(b"".join(frame(TEXT, request) for request in requests))
    for number in range(50):
        assert json.loads((await raw.read_until(TEXT)).payload)["id"] == number


async def test_a_frame_that_arrives_byte_by_byte_is_understood(node, connect):
    """Nor does the network deliver a frame in one piece.
    A request that trickles in is answered all the same."""
    raw = await connect.welcomed(node)
    for byte in frame(TEXT, PING_REQUEST):
        await raw.send(bytes([byte]))
    assert await is_answered(raw)


@pytest.mark.parametrize("length", [60, 1000, 40_000])
async def test_requests_of_many_that_come_in_pieces_do_not_mix(node, connect, length):
    """A lane reads what its clients send into the same memory.
    Eight of them send a third of a request each, by turns: each gets its own answer."""
    *clients, other = [await connect.welcomed(node) for _ in range(9)]
    requests = [frame(TEXT, padded(length).replace("raw", f"r{number}", 1))
                for number in range(8)]
    size = len(requests[0]) // 3 + 1
    for at in range(0, 3 * size, size):
        for raw, request in zip(clients, requests):
            await raw.send(request[at:at + size])
        assert (await other.request("ping"))["type"] == "pong"  # what has come has been read
    for number, raw in enumerate(clients):
        assert (await raw.read_json(id=f"r{number}"))["type"] == "pong"


# What may be sent of iana.org/assignments/websocket, and what is for applications.
CLOSE_CODES = [*range(1000, 1004), *range(1007, 1015), 3000, 3003, 3999, 4000, 4999]


@pytest.mark.parametrize("code", CLOSE_CODES)
async def test_a_goodbye_is_answered_with_its_code(node, connect, code):
    """A client that closes gets a close frame back.
    Then the node ends the TCP connection."""
    raw = await connect.welcomed(node)
    await raw.send_frame(CLOSE, close_payload(code, b"bye"))
    assert await raw.close_code() == code
    assert await raw.read_to_end() == b""


async def test_a_goodbye_without_a_code_is_answered(node, connect):
    """The code of a close frame is optional.
    The node answers without one, or calls it normal."""
    raw = await connect.welcomed(node)
    await raw.send_frame(CLOSE)
    assert await raw.close_code() in (None, 1000)
    assert await raw.read_to_end() == b""


async def test_nothing_is_done_after_a_goodbye(node, connect, room):
    """A close frame is the last word of a client.
    Requests that follow it are neither answered nor obeyed."""
    async with undisturbed(connect, node, room):
        raw = await connect.welcomed(node)
        assert (await raw.request("join", room=room))["type"] == "joined"
        publish = json.dumps({"type": "publish", "room": room, "data": "from the grave"})
        await raw.send(frame(CLOSE, close_payload(1000)) + frame(TEXT, publish))
        assert await raw.close_code() == 1000
