"""What a node's /metrics says, as numbers."""

import contextlib
import http.client
import re

from deadline import DEADLINE

SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def fetch(node, path="/metrics", method="GET", port=None):
    """Status, headers by lower-case name, and text of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port or node.internal_port,
                                            timeout=DEADLINE)
    with contextlib.closing(connection):
        connection.request(method, path)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, headers, response.read().decode()


class Scrape:
    """All metrics of one moment: `scrape("atrium_errors_total", code="forbidden")`."""

    def __init__(self, node):
        status, _, self.text = fetch(node)
        assert status == 200
        self._samples = {}
        for line in self.text.splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                key = (name, frozenset(LABEL.findall(labels or "")))
                assert key not in self._samples, f"twice: {line}"
                self._samples[key] = float(value)

    def __call__(self, name, **labels):
        return self._samples[name, frozenset(labels.items())]

    def __contains__(self, name):
        return any(key[0] == name for key in self._samples)

    def by(self, name, label):
        """The values of a metric by one label, without those that are 0."""
        return {dict(labels)[label]: value for (key, labels), value in self._samples.items()
                if key == name and value != 0}

    def types(self):
        """The type of every metric by its name, also of those without a value."""
        return dict(re.findall(r"^# TYPE (\S+) (\S+)$", self.text, re.MULTILINE))
