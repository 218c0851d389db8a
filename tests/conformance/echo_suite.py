"""Runs the Autobahn test suite against a node: echo_suite.py PORT FOLDER CASE...

To be run by a Python that has the package `autobahntestsuite`, which today means Python 2.7; reads
as Python 3, too. The suite wants its messages back as they were. A node answers requests, so text
is sent inside of a publish to a room, and what comes back from the room is the echo: the frames
around it are cut as the case cuts them, and only the first and the last become longer.
"""

import json
import re
import sys

from autobahntestsuite import fuzzing
from twisted.internet import reactor

ROOM = "echo"
HEAD = '{"type":"publish","room":"%s","data":"' % ROOM
TAIL = '"}'
TEXT, CONTINUATION, BINARY = 1, 0, 2


def escaped(payload):
    """The payload inside of a JSON string; it need not be UTF-8."""
    return re.sub(r'[\x00-\x1f"\\]', lambda found: "\\u%04x" % ord(found.group()), payload)


class Client(fuzzing.FuzzingClientProtocol):
    """Autobahn's client, with a dialect between the case and the node."""

    wraps = False  # what is being sent is text

    def onOpen(self):
        self.connectionWasOpen = True
        join = json.dumps({"type": "join", "room": ROOM, "id": 0})
        fuzzing.FuzzingClientProtocol.sendFrame(self, opcode=TEXT, payload=join)

    def onMessage(self, msg, binary):
        answer = json.loads(msg)
        if answer["type"] == "joined":
            self.txFrameStats.clear()
            fuzzing.FuzzingClientProtocol.onOpen(self)
        elif answer["type"] == "message":
            self.runCase.onMessage(answer["data"].encode("utf-8"), binary)

    def sendFrame(self, opcode, payload="", fin=True, rsv=0, mask=None, payload_len=None,
                  chopsize=None, sync=False):
        if payload_len is not None and opcode < 8:
            payload = (payload * (payload_len // len(payload) + 1))[:payload_len]
            payload_len = None
        if opcode in (TEXT, BINARY):
            self.wraps = opcode == TEXT
        if self.wraps and opcode in (TEXT, CONTINUATION):
            payload = escaped(payload)
            if opcode == TEXT:
                payload = HEAD + payload
            if fin:
                payload, self.wraps = payload + TAIL, False
        fuzzing.FuzzingClientProtocol.sendFrame(
            self, opcode, payload, fin, rsv, mask, payload_len, chopsize, sync)


class Factory(fuzzing.FuzzingClientFactory):

    def buildProtocol(self, addr):
        client = fuzzing.FuzzingClientFactory.buildProtocol(self, addr)
        client.__class__ = Client
        return client


def main(port, folder, cases):
    Factory({"outdir": folder, "cases": cases, "exclude-cases": [], "exclude-agent-cases": {},
             "servers": [{"agent": "atrium", "url": "ws://127.0.0.1:%s/ws" % port}]})
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
