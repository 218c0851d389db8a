"""A client that comes back by the protocol, as a good client author would write it."""

import asyncio
import contextlib
import random
import time

import websockets

from .client import Client, Closed
from .stay import Stay

LOST = "lost"  # told at this place that messages are gone
PAUSE = 0.02
LONGEST_PAUSE = 1.0
LATE = 1000  # ms; a message that took longer was held up by a fault
OUTAGE_ERRORS = {"bus_unavailable", "timeout"}
FAILURES = (OSError, Closed, asyncio.TimeoutError, websockets.WebSocketException)


class Recovering:
    """Follows rooms over however many connections it takes, and writes down what it gets.

    `kept` are rooms with a history: `heard[room]` has the data of each message in the order in
    which they came, and LOST where the node has said that some are gone. `passing` are rooms
    without: `stays[room]` has what was heard in each membership. `complaints` says what was
    against the protocol. `nodes` are the nodes it may go to; one that has crashed is left out.
    """

    def __init__(self, nodes, kept, passing=(), user=None):
        self.nodes, self.user = nodes, user
        self.heard = {room: [] for room in kept}
        self.stays = {room: [] for room in passing}
        self.positions = {}
        self.joined = set()
        self.newest = {}
        self.complaints = []
        self.connections = self.messages = self.recovered = self.told = self.late = 0
        self.slowest = 0  # ms
        self.client = None
        self._pause = PAUSE
        self._takers = {"joined": self._take_joined, "message": self._take_message,
                        "gap": self._take_gap, "error": self._take_error}
        self._task = asyncio.create_task(self._follow())

    async def close(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def drop(self):
        """The network fails."""
        if self.client is not None:
            await self.client.abort()

    def is_in(self, room):
        return room in self.joined

    def is_in_all(self):
        return self.joined == {*self.heard, *self.stays}

    def has(self, room, number):
        """Whether it has got so far in a room."""
        return self.newest.get(room, 0) >= number

    def forget_past_stays(self):
        """For a conversation so long that what was judged must go."""
        for stays in self.stays.values():
            del stays[:-1]

    async def _follow(self):
        while True:
            try:
                self.client = await Client.open(self._choose().url(self.user))
                self.connections += 1
                await self._stay()
            except FAILURES:
                pass
            except AssertionError as late:
                self._complain(f"{late}")
            finally:
                self.joined = set()
                if self.client is not None:
                    await self.client.abort()
            await asyncio.sleep(self._pause * random.uniform(0.5, 1))
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _choose(self):
        living = [node for node in self.nodes if not node.has_exited]
        if not living:
            raise ConnectionError("no node lives")
        return random.choice(living)

    async def _stay(self):
        for room in (*self.heard, *self.stays):
            await self._join(room)
        while True:
            frame = await self.client.next_however_late()
            kind, room = frame["type"], frame.get("room")
            if kind in ("message", "gap") and room and room not in self.joined:
                self._complain(f"no member: {frame}")
            elif take := self._takers.get(kind):
                await take(frame, room)

    async def _join(self, room):
        since = self.positions.get(room)
        fields = {"since": since} if since else {}
        await self.client.post("join", id=room, room=room, **fields)

    async def _take_joined(self, frame, room):
        self.joined.add(room)
        self._pause = PAUSE
        if room in self.stays:
            self.stays[room].append(Stay(time.time() * 1000))
            return
        if ("recovered" in frame) != (room in self.positions):
            self._complain(f"of recovery: {frame}")
        self.recovered += frame.get("recovered", False)
        if not frame.get("recovered", True):
            self._tell(room)
        self._move(room, frame)

    async def _take_message(self, frame, room):
        took = time.time() * 1000 - frame["ts"]
        self.messages += 1
        self.late += took > LATE
        self.slowest = max(self.slowest, took)
        if room in self.stays:
            self.stays[room][-1].heard.append(frame["data"])
            self.newest[room] = frame["data"][1]
            return
        self.heard[room].append(frame["data"])
        self.positions[room]["offset"] = frame["offset"]
        self.newest[room] = frame["data"]

    async def _take_gap(self, frame, room):
        if room in self.stays:
            self.stays[room][-1].gaps.append((frame["from_ts"], frame["to_ts"]))
        elif room is not None:  # not one of the user, or of broadcasts
            if "offset" not in frame:
                self._complain(f"a gap in a room with history: {frame}")
                return
            self._tell(room)
            self._move(room, frame)

    async def _take_error(self, frame, room):
        if frame["code"] not in OUTAGE_ERRORS:
            self._complain(f"{frame}")
        await asyncio.sleep(PAUSE)
        await self._join(room)

    def _tell(self, room):
        self.told += 1
        self.heard[room].append(LOST)

    def _complain(self, text):
        self.complaints.append(f"{self.client.user if self.client else None}: {text}")

    def _move(self, room, frame):
        self.positions[room] = {"epoch": frame["epoch"], "offset": frame["offset"]}


def holes_in(heard):
    """Numbers that do not follow, without a word of a loss between them; and after such a word
    those that were heard before. The last one may come again: its publisher had no answer, and
    the history that knew it is lost."""
    holes, last, is_told = [], 0, False
    for number in heard:
        if number == LOST:
            is_told = True
            continue
        if number < last if is_told else number != last + 1:
            holes.append((last, number))
        last, is_told = number, False
    return holes
