#!/usr/bin/env python3
"""A back end that knows who is online: reads the events of Atrium from their stream in Redis,
keeps a table in SQLite, and serves it as JSON.

    atrium node --redis redis://127.0.0.1:6379 --events redis-stream
    python3 online.py --redis redis://127.0.0.1:6379 --listen 127.0.0.1:8070

Needs redis-py (Debian: python3-redis) and nothing else. Run one of it for each database: events
have an order. It may be killed at any moment: the group in Redis remembers which events were
given out, and the database which of them it has.
"""

import argparse
import contextlib
import http.server
import json
import sqlite3
import sys
import threading
import time

import redis

GROUP = "online"
CONSUMER = "only"  # who comes next takes over what the last one has left

TABLES = """
    CREATE TABLE IF NOT EXISTS connections (connection PRIMARY KEY, user, node, since);
    CREATE TABLE IF NOT EXISTS members (room, connection, PRIMARY KEY (room, connection));
    CREATE TABLE IF NOT EXISTS rooms (room PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS progress (one PRIMARY KEY, entry, n, missed);
    INSERT OR IGNORE INTO progress VALUES (1, '0-0', 0, 0);
"""


def say(text):
    print(text, file=sys.stderr, flush=True)


def place(entry):
    """The id of an entry as something that can be compared."""
    return tuple(int(part) for part in entry.split("-"))


class Table:
    """Who is online, as far as the events tell that were taken. An event and the note that it
    was taken are one transaction."""

    def __init__(self, path):
        self.path = path
        with self.open() as database:
            database.executescript(TABLES)

    @contextlib.contextmanager
    def open(self):
        database = sqlite3.connect(self.path, timeout=10)
        try:
            with database:
                yield database
        finally:
            database.close()

    @property
    def last(self):
        """The entry that was taken last; `0-0`: none."""
        with self.open() as database:
            return database.execute("SELECT entry FROM progress").fetchone()[0]

    def begin_anew(self):
        """What was taken is of a Redis that is no more."""
        with self.open() as database:
            self._begin_anew(database)
            database.execute("UPDATE progress SET entry = '0-0', n = 0")

    def go_back(self, entry):
        """Redis has lost what came after this entry: its ids may be those of other events now."""
        with self.open() as database:
            database.execute("UPDATE progress SET entry = ?", (entry,))

    def _begin_anew(self, database):
        say("Redis has lost its data: beginning anew")
        for table in "connections", "members", "rooms":
            database.execute(f"DELETE FROM {table}")

    def take(self, entries):
        """Takes events, `(entry, fields)` each, in order."""
        with self.open() as database:
            for entry, fields in entries:
                self._take_one(database, entry, json.loads(fields["d"]))

    def _take_one(self, database, entry, event):
        last, n, missed = database.execute("SELECT entry, n, missed FROM progress").fetchone()
        if place(entry) <= place(last):
            return  # a repeat: taken before the last one of us ended
        if event["n"] == 1 and n != 0:
            self._begin_anew(database)
        elif event["n"] > n + 1:
            say(f"events {n + 1} to {event['n'] - 1} are gone (the stream keeps too few): "
                "the table may show who is no longer there")
            missed += event["n"] - n - 1
        database.execute("UPDATE progress SET entry = ?, n = ?, missed = ?",
                         (entry, event["n"], missed))
        if apply := getattr(self, "_" + event["type"], None):  # newer versions may tell more
            apply(database, event)

    # What is told twice changes nothing.

    def _connected(self, database, event):
        database.execute("INSERT OR REPLACE INTO connections VALUES (?, ?, ?, ?)",
                         (event["connection"], event["user"], event["node"], event["time"]))

    def _disconnected(self, database, event):
        for table in "connections", "members":  # of a node that died nobody tells who left
            database.execute(f"DELETE FROM {table} WHERE connection = ?", (event["connection"],))

    def _joined(self, database, event):
        database.execute("INSERT OR REPLACE INTO members VALUES (?, ?)",
                         (event["room"], event["connection"]))

    def _left(self, database, event):
        database.execute("DELETE FROM members WHERE room = ? AND connection = ?",
                         (event["room"], event["connection"]))

    def _room_occupied(self, database, event):
        database.execute("INSERT OR REPLACE INTO rooms VALUES (?)", (event["room"],))

    def _room_vacated(self, database, event):
        database.execute("DELETE FROM rooms WHERE room = ?", (event["room"],))

    def show(self):
        with self.open() as database:
            users = database.execute("SELECT user, count(*) FROM connections GROUP BY user")
            members = database.execute(
                "SELECT DISTINCT room, user FROM members JOIN connections USING (connection)")
            rooms = {room: [] for room, in database.execute("SELECT room FROM rooms")}
            for room, user in sorted(members):
                rooms.setdefault(room, []).append(user)
            n, missed = database.execute("SELECT n, missed FROM progress").fetchone()
            return {"users": dict(users), "rooms": rooms, "n": n, "missed": missed}


def serve(table, address):
    """Answers GET with the table, on a thread of its own."""
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(table.show(), indent=2).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    host, port = address.rsplit(":", 1)
    server = http.server.ThreadingHTTPServer((host, int(port)), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"who is online: http://{host}:{server.server_port}/")


class Stream:
    """The events, of which those come first that were given out and never taken."""

    def __init__(self, server, key):
        self.server = server
        self.key = key

    def begin(self, table):
        """Makes the group if it is not there, and finds out whether the server has lost what the
        table was made from: all of it, so that nobody knows our group, or the latest of it, so that
        the group has not got as far as the table."""
        given = self._given_out()
        last = table.last
        if last != "0-0" and not self.server.xrange(self.key, last, last):  # lost, or only trimmed
            if given is None:
                table.begin_anew()
            elif place(given) < place(last):
                table.go_back(given)
        if given is None:
            self.server.xgroup_create(self.key, GROUP, id="0", mkstream=True)

    def _given_out(self):
        """The latest entry that the group was given; None: there is no group."""
        if not self.server.exists(self.key):
            return None
        return next((group["last-delivered-id"] for group in self.server.xinfo_groups(self.key)
                     if group["name"] == GROUP), None)

    def left_over(self):
        """What an earlier one of us was given, by any name, and has not taken."""
        start = "0-0"
        while True:
            start, entries, *_ = self.server.xautoclaim(
                self.key, GROUP, CONSUMER, min_idle_time=0, start_id=start, count=100)
            # What was trimmed meanwhile has no fields; the numbers tell of it.
            yield [(entry, fields) for entry, fields in entries if fields]
            if start == "0-0":
                return

    def news(self):
        for _, entries in self.server.xreadgroup(GROUP, CONSUMER, {self.key: ">"}, count=100,
                                                 block=1000):
            yield entries

    def taken(self, entries):
        self.server.xack(self.key, GROUP, *(entry for entry, _ in entries))


def follow(stream, table):
    """Takes events until the server fails."""
    stream.begin(table)
    batches = stream.left_over()
    while True:
        for entries in batches:
            if entries:
                table.take(entries)
                # After the table has them: a crash in between makes repeats, not losses.
                stream.taken(entries)
        batches = stream.news()


def main():
    words = argparse.ArgumentParser(description="Who is online, by the events of Atrium.")
    words.add_argument("--redis", default="redis://127.0.0.1:6379", metavar="URL")
    words.add_argument("--namespace", default="dev:atrium", help="that of the nodes")
    words.add_argument("--database", default="online.sqlite", metavar="FILE")
    words.add_argument("--listen", default="127.0.0.1:8070", metavar="HOST:PORT")
    given = words.parse_args()
    table = Table(given.database)
    serve(table, given.listen)
    server = redis.Redis.from_url(given.redis, decode_responses=True)
    while True:
        try:
            follow(Stream(server, f"{{{given.namespace}}}:events"), table)
        except redis.RedisError as error:
            say(f"Redis: {error}; trying again")
            time.sleep(1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
