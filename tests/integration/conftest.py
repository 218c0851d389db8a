"""Fixtures of the integration tests: nodes and Redis as real processes, and clients to them.

Nodes are shared by the tests of a file, so a test uses rooms and users of its own (`unique`).
A test may be a coroutine: it runs in an event loop of its own, under a deadline.
"""

import asyncio
import contextlib
import inspect

import pytest

# Before they are imported: their assertions, too, explain themselves when they fail.
pytest.register_assert_rewrite("support")

from support import browser as browsers, redis_server
from support.child import Child
from support.client import unique
from support.connections import Connections
from support.deadline import TEST_DEADLINE
from support.node import Node


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs coroutine tests; whatever they opened is closed within the same event loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def run():
        try:
            await asyncio.wait_for(pyfuncitem.obj(**arguments), TEST_DEADLINE)
        finally:
            if "connect" in arguments:
                await arguments["connect"].close()

    asyncio.run(run())
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """Adds the logs of nodes and Redis to the report of a failure."""
    report = (yield).get_result()
    if report.failed:
        for child in Child.running:
            report.sections.append((f"log of {child.name}", child.log_tail()))


@contextlib.contextmanager
def node_starter(tmp_path_factory):
    """A function that starts nodes; all of them are stopped, and judged, at the end."""
    with contextlib.ExitStack() as stack:
        def start(*options, **settings):
            node = Node(tmp_path_factory.mktemp("node"), *options, **settings)
            stack.callback(node.stop)
            return node

        yield start


@pytest.fixture
def start_node(tmp_path_factory):
    """Starts nodes for one test."""
    with node_starter(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def start_shared_node(tmp_path_factory):
    """Starts nodes that all tests of a file share."""
    with node_starter(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="module")
def shared_redis(tmp_path_factory):
    """The Redis of a file's tests."""
    if not redis_server.AVAILABLE:
        pytest.skip("redis-server is not installed")
    server = redis_server.RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
def redis(shared_redis):
    """The same for one test, which may do to it what it likes."""
    yield shared_redis
    shared_redis.heal()


@pytest.fixture(scope="module")
def shared_browser():
    """The browser of a file's tests."""
    if missing := browsers.missing():
        pytest.skip(f"not installed: {missing}")
    browser = browsers.Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(shared_browser):
    """A desktop in daylight. Whatever a test does, the page's scripts must not complain."""
    shared_browser.be()
    shared_browser.complaints()  # of the test before, which has judged them
    yield shared_browser
    complaints = shared_browser.complaints()
    shared_browser.driver.get("about:blank")
    # That something was not found, or does not answer, is what some tests are about.
    assert [each for each in complaints if each["source"] != "network"] == []


@pytest.fixture(scope="module")
def node(start_shared_node):
    """One node with the in-process bus."""
    return start_shared_node()


@pytest.fixture(scope="module")
def pair(start_shared_node, shared_redis):
    """Two nodes on one Redis."""
    return [start_shared_node("--redis", shared_redis.url) for _ in range(2)]


@pytest.fixture(scope="module")
def trio(start_shared_node, shared_redis, pair):
    """Three nodes on one Redis."""
    return [*pair, start_shared_node("--redis", shared_redis.url)]


@pytest.fixture
def connect():
    """Opens connections that are closed after the test."""
    return Connections()


@pytest.fixture
def room():
    """The name of a room that no other test uses."""
    return unique("room")
