"""The file of a node, and a node that reads it anew."""

import os
import signal

from .deadline import until

TAKEN = "node has read its options anew"
REFUSED = "node_reload_failed"


class ConfigFile:
    """The file of a node, which another program replaces as a whole."""

    def __init__(self, path):
        self.path = path

    def write(self, **values):
        def shown(value):
            if isinstance(value, list):
                return "[" + ", ".join(f'"{x}"' for x in value) + "]"
            return str(value) if isinstance(value, int) else f'"{value}"'

        self.write_text("".join(f"{name} = {shown(x)}\n" for name, x in values.items()))

    def write_text(self, text):
        new = self.path.with_suffix(".new")
        new.write_text(text)
        os.replace(new, self.path)


async def hang_up(node, expected=TAKEN):
    """Has the node reload, and waits until it says how that went; returns what it has said."""
    before = node.log
    node.send_signal(signal.SIGHUP)
    await until(lambda: expected in node.log[len(before):], f"the node says '{expected}'")
    return node.log[len(before):]


def changes(said):
    return [line for line in said.splitlines() if "option_changed" in line]
