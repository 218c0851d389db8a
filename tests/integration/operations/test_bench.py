"""The load generator against real nodes: every scenario in small, its report and its exit codes.

Nothing here judges speed: only that messages are counted, that none is lost, and that what the
generator cannot do is said in a line.
"""

import json
import signal
import socket
import subprocess
import time

import pytest

from support.bench import SHORT, UNPACED, bench, run, words_for
from support.child import die_with_parent
from support.deadline import DEADLINE, wait_until
from support.metrics import Scrape
from support.node import binary, environment

KEPT = ["--history", "kept:*=1000,1h"]
TOLD = ["--presence", "counted:*=count", "--presence", "present:*", "--presence-grace", "0"]
TRAFFIC = {
    "fanout": ["--connections", "20"],
    "chat": ["--connections", "20", "--rooms", "4", "--publishers", "8"],
    "direct": ["--connections", "20", "--users", "5"],
    "broadcast": ["--connections", "20"],
}


@pytest.fixture(scope="module")
def node(start_shared_node):
    return start_shared_node(*UNPACED)


@pytest.fixture(scope="module")
def keeping(start_shared_node):
    """A node with a history of the rooms that --history uses."""
    return start_shared_node(*UNPACED, *KEPT)


@pytest.fixture(scope="module")
def keeping_pair(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url, *UNPACED, *KEPT) for _ in range(2)]


@pytest.fixture(scope="module")
def telling(start_shared_node):
    """A node that tells who is in the rooms of the scenario presence."""
    return start_shared_node(*UNPACED, *TOLD)


@pytest.fixture(scope="module")
def telling_pair(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url, *UNPACED, *TOLD) for _ in range(2)]


@pytest.fixture(scope="module")
def pair(start_shared_node, shared_redis):
    return [start_shared_node("--redis", shared_redis.url, *UNPACED) for _ in range(2)]


def stored(nodes):
    return sum(Scrape(node)("atrium_history_stored_total") for node in nodes)


def read_from_log(nodes):
    return sum(Scrape(node)("atrium_history_reads_total") for node in nodes)


def check_traffic(report):
    assert report["good"]
    assert report["lost"] == report["duplicated"] == report["reordered"] == report["foreign"] == 0
    assert report["received"] > 0
    assert 0 < report["latency_p50_us"] <= report["latency_p99_us"] <= report["latency_max_us"]
    assert report["server_cpu_us_per_delivery"] > 0
    assert report["server_rss_bytes"] > 0


@pytest.mark.parametrize("scenario", TRAFFIC)
def test_closed_loop_delivers_everything_once(scenario, node):
    check_traffic(bench(scenario, [node], *TRAFFIC[scenario]))


@pytest.mark.parametrize("scenario", TRAFFIC)
def test_open_loop_publishes_at_its_rate(scenario, node):
    report = bench(scenario, [node], *TRAFFIC[scenario], "--rate", "50")
    check_traffic(report)
    assert report["published_per_second"] < 200  # a closed loop makes thousands


@pytest.mark.parametrize("scenario", TRAFFIC)
def test_traffic_crosses_nodes(scenario, pair):
    check_traffic(bench(scenario, pair, *TRAFFIC[scenario]))


@pytest.mark.parametrize("size", [39, 200, 20_000])
def test_size_is_that_of_the_data(size, node):
    report = bench("fanout", [node], "--connections", "3", "--rate", "20", "--size", str(size))
    check_traffic(report)
    assert report["bytes_per_second"] >= 0.9 * size * report["deliveries_per_second"]


def test_idle_reports_what_a_connection_costs(node):
    report = bench("idle", [node], "--connections", "50")
    assert report["connections"] == 50
    assert {"server_rss_bytes_per_connection", "server_cpu_us_per_connection_second"} <= set(report)


def test_churn_counts_cycles(node):
    report = bench("churn", [node], "--connections", "4")
    assert report["cycles_per_second"] > 0
    assert report["server_cpu_us_per_cycle"] > 0


def test_storm_brings_everybody_back(node):
    report = bench("storm", [node], "--connections", "100")
    assert report["connections"] == report["back"] == 100
    assert report["refused"] == 0
    assert 0 < report["back_seconds"] < DEADLINE


@pytest.mark.parametrize("scenario", ["fanout", "chat"])
def test_rooms_with_a_history_have_an_offset_for_each_message(scenario, keeping, keeping_pair):
    for nodes in [keeping], keeping_pair:
        before = stored(nodes)
        report = bench(scenario, nodes, *TRAFFIC[scenario], "--history")
        check_traffic(report)
        assert report["offsets_wrong"] == 0
        assert stored(nodes) > before


def test_other_rooms_of_the_same_node_keep_nothing(keeping):
    before = stored([keeping])
    report = bench("fanout", [keeping], "--connections", "3")
    assert report["offsets_wrong"] == 0
    assert stored([keeping]) == before


def test_history_needs_a_server_that_keeps_one(node):
    done = run("bench", "fanout", "--history", "--url", f"ws://127.0.0.1:{node.port}/ws")
    assert done.returncode == 1
    assert done.stderr.startswith("atrium bench: the server keeps no history of rooms like kept:")


def test_recover_gives_everybody_what_was_missed(keeping, keeping_pair):
    for nodes in [keeping], keeping_pair:
        before = read_from_log(nodes)
        report = bench("recover", nodes, "--connections", "200", "--rooms", "5", "--missed", "30")
        assert report["connections"] == report["complete"] == 200
        assert report["replayed"] == 200 * 30
        assert report["not_recovered"] == report["lost"] == report["duplicated"] == 0
        assert report["reordered"] == report["foreign"] == report["offsets_wrong"] == 0
        assert 0 < report["complete_p50_ms"] <= report["complete_p99_ms"]
        assert report["server_cpu_us_per_replayed_message"] > 0
        # Where the room is when it begins, where it is when it begins again, and what was missed.
        assert 0 < read_from_log(nodes) - before <= 5 * len(nodes) * 3


def test_recover_fails_where_the_history_is_too_short(start_node):
    node = start_node(*UNPACED, "--history", "kept:*=10,1h")
    done = run(*words_for("recover", [node], *SHORT, "--json", "--connections", "20", "--rooms",
                          "2", "--missed", "30"))
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["not_recovered"] == 20
    assert report["complete"] == 0


@pytest.mark.parametrize("events", [False, True])
def test_presence_counts_changes(events, telling, telling_pair):
    for nodes in [telling], telling_pair:
        report = bench("presence", nodes, "--connections", "20", *["--events"] * events)
        assert report["good"] and report["members"] == report["present"] == 20
        assert report["changes_per_second"] > 0
        assert 0 < report["change_p50_ms"] <= report["change_p99_ms"]
        assert report["server_cpu_us_per_change"] > 0
        assert report["events_wrong"] == 0
        assert (report["events"] > 0) == (0 < report["events_per_change"] <= 1.1) == events


def test_presence_measures_redis_apart(telling_pair, shared_redis):
    report = bench("presence", telling_pair, "--connections", "20", "--redis-pid",
                   str(shared_redis.process.process.pid))
    assert report["redis_cpu_us_per_change"] > 0


def test_presence_needs_a_server_that_tells_it(node):
    done = run(*words_for("presence", [node], *SHORT, "--connections", "4"))
    assert done.returncode == 1
    assert "presence_off" in done.stderr


def api_words(node, *options):
    return ["bench", "api", "--url", f"http://127.0.0.1:{node.internal_port}/api", "--pid",
            str(node.process.pid), *SHORT, "--connections", "4", "--rooms", "3", *options]


@pytest.mark.parametrize("batch", [1, 7])
def test_api_counts_what_the_node_has_published(batch, keeping):
    before = stored([keeping])
    done = run(*api_words(keeping, "--batch", str(batch), "--history", "--json"))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["good"] and report["batch"] == batch
    assert report["publishes_per_second"] >= 0.99 * batch * report["requests_per_second"] > 0
    assert report["server_cpu_us_per_publish"] > 0
    assert 0 < report["request_p50_us"] <= report["request_p99_us"] <= report["request_p999_us"]
    assert stored([keeping]) - before >= report["publishes_per_second"] * report["seconds"]


def test_api_tells_what_the_node_refuses(start_node, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("shop:a-secret-of-the-shop\n")
    node = start_node("--api-key-file", str(keys))
    done = run(*api_words(node, "--key", "a-key-of-nobody-else"))
    assert done.returncode == 1
    assert "HTTP status 401" in done.stdout + done.stderr
    assert run(*api_words(node, "--key", "a-secret-of-the-shop")).returncode == 0


def test_text_is_for_people(node):
    done = run(*words_for("fanout", [node], *SHORT, "--connections", "3"))
    assert done.returncode == 0
    assert done.stdout.startswith("fanout\n")
    for label in ("deliveries", "lost", "latency p99.9", "server CPU per delivery"):
        assert label in done.stdout


def deliveries(node):
    return Scrape(node)("atrium_deliveries_total", scope="room")


def start(node, seconds):
    """Starts a run that takes so long by itself, and returns once messages are delivered."""
    words = words_for("fanout", [node], "--connections", "3", "--json", "--warmup", "0",
                    "--duration", str(seconds))
    before = deliveries(node)
    generator = subprocess.Popen([binary(), *words], env=environment(), preexec_fn=die_with_parent,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    wait_until(lambda: deliveries(node) > before, "the generator works")
    return generator


def test_a_server_that_ends_the_run_is_a_failure(start_node):
    node = start_node(*UNPACED)
    generator = start(node, 8)
    node.interrupt()
    report = json.loads(generator.communicate(timeout=2 * DEADLINE)[0])
    assert generator.returncode == 1
    assert report["connections_lost"] == 3
    assert not report["good"]


def test_what_arrives_after_the_end_has_a_latency_too(start_node):
    node = start_node(*UNPACED)
    generator = start(node, 2)
    end = time.monotonic() + 2  # of the measured time, which began before
    node.freeze()
    frozen = time.monotonic()
    wait_until(lambda: time.monotonic() > end, "the measured time is over")
    node.thaw()
    report = json.loads(generator.communicate(timeout=2 * DEADLINE)[0])
    check_traffic(report)
    assert report["latency_max_us"] > 1e6 * (end - frozen) / 2


def test_an_interrupt_ends_the_run_early_with_a_report(node):
    generator = start(node, 600)
    generator.send_signal(signal.SIGINT)
    report = json.loads(generator.communicate(timeout=DEADLINE)[0])
    assert report["received"] > 0
    assert any("interrupted" in note for note in report["notes"])


def test_an_unreachable_server_is_named():
    with socket.socket() as taken:  # nobody else can listen there meanwhile
        taken.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}/ws"
        done = run("bench", "fanout", "--url", url)
    assert done.returncode == 1
    assert done.stderr == f"atrium bench: {url}: Connection refused\n"


def test_a_wrong_path_is_told_by_its_status(node):
    done = run("bench", "fanout", "--url", f"ws://127.0.0.1:{node.port}/nowhere")
    assert done.returncode == 1
    assert "HTTP status" in done.stderr


@pytest.mark.parametrize("options", [
    [], ["marathon"], ["fanout", "--window", "1", "--rate", "1"], ["fanout", "--cheese"],
    ["fanout", "--url", "http://x/"], ["idle", "--publishers", "3"]])
def test_bad_options_end_with_2_and_a_line(options):
    done = run("bench", *options)
    assert done.returncode == 2
    assert done.stderr.startswith("atrium bench: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_help_names_the_scenarios():
    done = run("bench", "--help")
    assert done.returncode == 0
    for scenario in [*TRAFFIC, "idle", "churn", "storm", "recover", "presence", "api"]:
        assert f"\n  {scenario} " in done.stdout


def test_a_plan_needs_no_node():
    """An operator asks what a load needs before there is anything to measure."""
    done = run("bench", "--plan", "--user-lease", "600", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["masters"] == 1
    refused = run("bench", "--plan", "--kept", "101")
    assert refused.returncode == 2 and "--kept" in refused.stderr
