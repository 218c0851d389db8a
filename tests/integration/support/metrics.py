"""What a node's /metrics says, as numbers."""

import re

from .node import fetch

SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def fetch_metrics(node, method="GET", port=None):
    """Status, headers and text of the answer."""
    status, headers, body = fetch(port or node.internal_port, "/metrics", method)
    return status, headers, body.decode()


class Scrape:
    """All metrics of one moment: `scrape("atrium_errors_total", code="forbidden")`."""

    def __init__(self, node):
        status, _, self.text = fetch_metrics(node)
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

    def values(self, name, label):
        """The values of a label of a metric, also where the count is 0."""
        return {dict(labels)[label] for key, labels in self._samples
                if key in (name, f"{name}_count")}

    def types(self):
        """The type of every metric by its name, also of those without a value."""
        return dict(re.findall(r"^# TYPE (\S+) (\S+)$", self.text, re.MULTILINE))
