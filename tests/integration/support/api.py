"""A back end that uses the HTTP API of a node."""

import http.client
import json
from collections import namedtuple

from .deadline import DEADLINE

KEY = "a-key-of-a-back-end"
Answer = namedtuple("Answer", "status json headers")


class Backend:
    """One keep-alive connection to the API, by default to the internal listener."""

    def __init__(self, node, key=None, port=None):
        self._headers = {"X-API-Key": key} if key else {}
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port or node.internal_port, timeout=DEADLINE)

    def post(self, path, body, **headers):
        """Sends a body as it is, and returns the whole answer."""
        fields = {**self._headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        self._connection.request("POST", path, body, fields)
        response = self._connection.getresponse()
        return Answer(response.status, json.loads(response.read()), response.headers)

    def ask(self, method, **fields):
        """Calls a method; returns the JSON of an answer with the status 200."""
        answer = self.post(f"/api/{method}", json.dumps(fields))
        assert answer.status == 200, answer
        return answer.json

    def __call__(self, method, **fields):
        """Calls a method that must succeed, and returns the result."""
        answer = self.ask(method, **fields)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method, **fields):
        """Calls a method that must fail, and returns the code of the error."""
        return self.ask(method, **fields)["error"]["code"]

    def close(self):
        self._connection.close()


def write_keys(path, *lines):
    """Writes a file of keys and returns its name."""
    path.write_text("\n".join(lines) + "\n")
    return str(path)
