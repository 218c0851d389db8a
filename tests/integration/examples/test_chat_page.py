"""The chat page in a browser, under the policy that the node sends with it."""

from support.client import join, unique


async def test_somebody_enters_and_is_heard(browser, node, connect):
    """A guest opens the page, types a name and a message; a member of the room hears it, and its
    answer is shown. The browser has nothing to complain about."""
    bob = await connect(node, unique("bob"))
    await join("lobby", bob)
    browser.open(f"http://127.0.0.1:{node.port}/")
    name = unique("ann")
    browser.type("#name", name + "\n")
    browser.reads("#log", "You are in lobby")
    browser.type("#text", "hello\n")
    message = await bob.expect("message", room="lobby")
    assert message["sender"]["user"] == name and message["data"] == {"text": "hello"}
    await bob.request("publish", room="lobby", data={"text": "<b>hello</b> yourself"})
    browser.reads("#log", "<b>hello</b> yourself")
    assert browser.complaints() == []
