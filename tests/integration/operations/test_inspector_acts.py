"""The inspector's page in a browser: what an operator can do to a node."""

from support.client import join
from support.deadline import wait_until
from support.inspector import HOSTILE, address, view_of

ADMINISTRATORS = 4005  # the close code of clients that one has disconnected


async def test_a_connection_can_be_disconnected(browser, node, connect):
    """An administrator disconnects a client and confirms it.
    The client is closed with 4005, another one of the same user is not."""
    ann, again = [await connect(node, "ann") for _ in range(2)]
    browser.open(address(node, view_of("connections", ann.connection)))
    browser.click("#actions button", "Disconnect")
    browser.reads("dialog", ann.connection)
    browser.click("dialog button", "Cancel")
    wait_until(lambda: not browser.text("dialog"), "the dialog is closed")
    await ann.request("ping")
    browser.click("#actions button", "Disconnect")
    browser.click("dialog button[type=submit]", "Disconnect")
    assert await ann.close_code() == ADMINISTRATORS
    browser.reads("#outcome", "Disconnected", ann.connection)
    browser.reads("#trouble", "no such connection")
    await again.request("ping")


async def test_a_user_can_be_disconnected(browser, node, connect):
    """An administrator disconnects a user, whose name is hostile.
    All of the user's connections are closed with 4005, nobody else's."""
    mallory = [await connect(node, HOSTILE) for _ in range(2)]
    bob = await connect(node)
    browser.open(address(node, view_of("users", HOSTILE)))
    browser.reads("#about", "2 connections")
    browser.click("#actions button", "Disconnect")
    browser.click("dialog button[type=submit]", "Disconnect")
    for client in mallory:
        assert await client.close_code() == ADMINISTRATORS
    browser.reads("#outcome", "2 connections")
    await bob.request("ping")


async def test_a_test_message_reaches_the_members(browser, node, connect, room):
    """An administrator sends a message to a room, at first with a slip in its JSON.
    The slip is pointed out; the message comes to the members as it was typed."""
    ann = await connect(node)
    await join(room, ann)
    browser.open(address(node, view_of("rooms", room)))
    browser.click("#actions button", "Send")
    browser.type("dialog textarea", "}")
    browser.click("dialog button[type=submit]")
    assert browser.run("document.querySelector('dialog textarea').validity.customError")
    browser.type("dialog textarea", "\b")
    browser.click("dialog button[type=submit]")
    message = await ann.expect("message", room=room)
    assert message["data"] == {"text": "a test"}
    browser.reads("#outcome", "Sent to", room)


async def test_a_token_is_asked_for_where_one_is_needed(browser, start_node, connect, tmp_path):
    """The node wants an administrator's token, and the first one is wrong.
    Nothing is done before the right one is there; then it is known until it is forgotten."""
    secret = tmp_path / "token"
    secret.write_text("a-token-of-administrators\n")
    node = start_node("--admin-token-file", str(secret))
    ann, bob = await connect(node, "ann"), await connect(node, "bob")
    browser.open(address(node, view_of("connections", ann.connection)))
    browser.click("#actions button", "Disconnect")
    browser.click("dialog button[type=submit]", "Disconnect")
    browser.type("#token", "a-guess\n")
    browser.reads("dialog", "was not taken")
    await ann.request("ping")
    browser.type("#token", secret.read_text())
    assert await ann.close_code() == ADMINISTRATORS
    browser.run("void (location.hash = arguments[0])", f"#/{view_of('users', 'bob')}")
    browser.reads("#about", "1 connection")
    browser.click("#actions button", "Disconnect")
    browser.click("dialog button[type=submit]", "Disconnect")
    assert await bob.close_code() == ADMINISTRATORS
    browser.click("#forget")
    assert browser.run("sessionStorage.length") == 0
