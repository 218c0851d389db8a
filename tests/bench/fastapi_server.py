"""A peer to compare with: rooms of FastAPI, with redis.asyncio between processes.

Speaks as much of net/PROTOCOL.md as the generator needs. Each process subscribes to the rooms of
its clients, and one task per room passes on what comes. Usage: fastapi_server.py PORT REDIS_URL
"""

import asyncio
import json
import sys
import time

import redis.asyncio
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


def encode(**fields):
    """Compact: the generator looks at how a text begins."""
    return json.dumps(fields, separators=(",", ":"))


class Room:
    """The members of a room in this process."""

    def __init__(self, name):
        self.name = name
        self.members = set()
        self.pubsub = app.state.redis.pubsub(ignore_subscribe_messages=True)
        self.ready = asyncio.ensure_future(self.pubsub.subscribe(name))
        self.task = asyncio.create_task(self.listen())

    async def listen(self):
        await self.ready
        async for message in self.pubsub.listen():
            for member in list(self.members):
                await self.pass_on(member, message["data"])

    async def pass_on(self, member, text):
        try:
            await member.send_text(text)
        except (RuntimeError, WebSocketDisconnect):
            self.members.discard(member)

    async def stop(self):
        self.task.cancel()
        await self.pubsub.close()


rooms = {}


@app.on_event("startup")
async def connect():
    app.state.redis = redis.asyncio.from_url(sys.argv[2], decode_responses=True)


async def enter(socket, name, mine):
    room = rooms.get(name) or rooms.setdefault(name, Room(name))
    room.members.add(socket)
    mine.add(name)
    await room.ready


async def leave(socket, name):
    room = rooms.get(name)
    if room is None:
        return
    room.members.discard(socket)
    if not room.members:
        del rooms[name]
        await room.stop()


async def handle(socket, user, mine, request):
    kind, room = request["type"], request["room"]
    if kind == "join":
        await enter(socket, room, mine)
        await socket.send_text(encode(type="joined", id=request["id"], room=room))
    elif kind == "leave":
        mine.discard(room)
        await leave(socket, room)
        await socket.send_text(encode(type="left", id=request["id"], room=room))
    elif kind == "publish":
        text = encode(type="message", room=room, user=user, ts=int(time.time() * 1000),
                      data=request["data"])
        await app.state.redis.publish(room, text)


@app.websocket("/ws")
async def serve(socket: WebSocket, user: str = "guest"):
    await socket.accept()
    await socket.send_text(encode(type="welcome", user=user))
    mine = set()
    try:
        while True:
            await handle(socket, user, mine, json.loads(await socket.receive_text()))
    except WebSocketDisconnect:
        for name in mine:
            await leave(socket, name)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", backlog=4096)
