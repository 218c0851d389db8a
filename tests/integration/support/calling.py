"""A back end that calls the HTTP API of any node until that succeeds, while faults happen."""

import asyncio
import http.client
import itertools
import json

from .api import Backend
from .durable import living
from .publishing import PAUSE, Talking

OUTAGE = 100  # the code of the error that passes


async def insist(nodes, method, **fields):
    """Calls a method again and again until no part of it fails; returns how often it failed."""
    for failures in itertools.count():
        try:
            errors = await asyncio.to_thread(_call, living(nodes), method, fields)
        except (OSError, http.client.HTTPException):
            errors = [{"code": OUTAGE}]
        if not errors:
            return failures
        assert all(x["code"] == OUTAGE for x in errors), f"{method} {fields}: {errors}"
        await asyncio.sleep(PAUSE)


def _call(node, method, fields):
    """The errors in an answer, which may have many parts."""
    backend = Backend(node)
    try:
        answer = backend.post(f"/api/{method}", json.dumps(fields))
    finally:
        backend.close()
    if answer.status == 503:
        return [{"code": OUTAGE}]
    assert answer.status == 200, f"{answer}"
    parts = answer.json.get("result", answer.json.get("replies", answer.json))
    if isinstance(parts, dict):
        parts = parts.get("responses", parts.get("replies", [answer.json]))
    return [part["error"] for part in parts if "error" in part]


async def send_by_api(nodes, user, numbers):
    """Sends each number as a durable message, every other one in a batch. One after the other:
    of a batch the first may fail and the second not."""
    for number in numbers:
        message = {"user": user, "data": number, "durable": True,
                   "idempotency_key": f"{user}.{number}"}
        if number % 2:
            await insist(nodes, "batch", commands=[{"send": message}])
        else:
            await insist(nodes, "send", **message)


class Calling(Talking):
    """Publishes 1, 2, 3, … to rooms with a history, each until it is accepted: by the methods that
    there are, in turn."""

    def is_in(self, room):
        return False

    async def _talk(self):
        for call in itertools.cycle((self._publish_to_each, self._broadcast, self._batch)):
            if not self._goes_on():
                return
            try:
                await call(self.accepted + 1)
                self.accepted += 1
            except AssertionError as wrong:
                self.complaints.append(f"{wrong}")
            await asyncio.sleep(self.pause)

    async def _publish_to_each(self, number):
        for room in self.room:
            await self._call("publish", **self._publication(room, number))

    async def _broadcast(self, number):
        await self._call("broadcast", channels=self.room, data=number,
                         idempotency_key=f"{self.room[0]}.{number}")

    async def _batch(self, number):
        await self._call("batch", commands=[
            {"publish": self._publication(room, number)} for room in self.room])

    async def _call(self, method, **fields):
        self.refused += await insist(self.nodes, method, **fields)

    @staticmethod
    def _publication(room, number):
        return {"channel": room, "data": number, "idempotency_key": f"{room}.{number}"}
