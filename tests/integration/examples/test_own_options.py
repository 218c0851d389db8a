"""The options of a program's own, `examples/word_filter.cpp`, are like those of every node."""

import functools

import pytest

from support.client import join
from support.node import example, run_atrium
from support.reloading import REFUSED, ConfigFile, changes, hang_up


@pytest.fixture
def start(start_node):
    """Starts the program."""
    return functools.partial(start_node, program=example("word_filter"))


@pytest.fixture
def file(tmp_path):
    return ConfigFile(tmp_path / "node.toml")


def run(*options, **variables):
    """Runs the program, which is expected to end by itself."""
    return run_atrium(*options, program=example("word_filter"), **variables)


async def said_by(member, text):
    """What a room makes of this text."""
    await member.request("publish", room="family:1", data={"text": text})
    return (await member.take(type="message", sender=member.sender))["data"]["text"]


async def test_a_flag_wins_over_a_variable_over_the_file_over_the_default(
        start, connect, file):
    """The file has all options, a variable one of them, and a flag another.
    Of the first the room goes by the variable, of the second by the flag; without any of them
    no word is listed, and three are too many."""
    file.write(family_word=["file"], family_strikes=9)
    one = start("--family-strikes", "1", ATRIUM_CONFIG=str(file.path),
                ATRIUM_FAMILY_WORD="left, right")
    ann = await connect(one)
    await join("family:1", ann)
    assert await said_by(ann, "a file is left right here") == "a file is **** ***** here"
    error = await ann.refusal("publish", room="family:1", data={"text": "hi"})
    assert error["message"] == "you have said enough"
    bare = await connect(start())
    await join("family:1", bare)
    assert await said_by(bare, "a file is left right here") == "a file is left right here"


def test_the_help_explains_them_under_a_heading():
    """Somebody asks the program for help.
    Its options come last, in the form of the others, and the program goes by its own name."""
    text = run("--help").stdout
    assert "Usage: word_filter [" in text
    own = text[text.index("Options of word_filter:\n"):]
    assert "  --family-word WORD\n      Word that becomes stars.\n" \
           "      not set by default; ATRIUM_FAMILY_WORD; live\n" in own
    assert "      1..100 messages; default 3 messages; ATRIUM_FAMILY_STRIKES\n" in own
    assert "--lanes" in text and "--lanes" not in own
    assert run("--version").stdout.startswith("word_filter 1.0 (atrium ")


@pytest.mark.parametrize("options, variables, text, reason", [
    (["--family-strikes=0"], {}, None, "--family-strikes: '0' is not a whole number in 1..100"),
    (["--family-words=x"], {}, None,
     "--family-words: unknown option; did you mean --family-word?"),
    ([], {"ATRIUM_FAMILY_STRIKES": "many"}, None, "ATRIUM_FAMILY_STRIKES: 'many' is not a whole"),
    ([], {"ATRIUM_FAMILY_STRIKE": "1"}, None,
     "ATRIUM_FAMILY_STRIKE: unknown variable; did you mean ATRIUM_FAMILY_STRIKES?"),
    ([], {}, "\nfamily-strikes = 101\n", "node.toml:2: family-strikes: '101' is not a whole"),
    ([], {}, "family-word = 3\n", "node.toml:1: family-word: expected an array of strings"),
    ([], {}, "family-wort = ['x']\n",
     "node.toml:1: family-wort: unknown key; did you mean family-word?"),
])
def test_what_is_wrong_is_named(file, options, variables, text, reason):
    """An option is out of range, misspelt or of another type.
    The program ends with 2 and says which flag, variable or line it means."""
    if text:
        file.write_text(text)
        options = [*options, "--config", str(file.path)]
    ended = run(*options, **variables)
    assert ended.returncode == 2
    assert ended.stderr.startswith("word_filter: ") and reason in ended.stderr


async def test_a_running_node_takes_over_what_is_live(start, connect, file):
    """The list in the file changes, and so does how often is too often.
    After SIGHUP the room, which is open, goes by the new list; the rest needs a restart, and the
    log says both."""
    file.write(family_word=["darn"], family_strikes=2)
    node = start("--config", str(file.path))
    ann = await connect(node)
    await join("family:1", ann)
    assert await said_by(ann, "darn heck") == "**** heck"
    file.write(family_word=["heck", "frak"], family_strikes=9)
    said = await hang_up(node)
    assert ["option=family-word" in line for line in changes(said)] == [True]
    assert "to=\"heck, frak\"" in said
    assert "option=family-strikes" in said and said.count("option_needs_restart") == 1
    assert await said_by(ann, "darn heck") == "darn ****"
    assert (await ann.refusal("publish", room="family:1", data={"text": "hi"}))["code"] \
        == "room_refused"


async def test_a_mistake_changes_nothing(start, connect, file):
    """The list in the file changes, beside a mistake.
    After SIGHUP the log names its line, and the room goes by the old list."""
    file.write(family_word=["darn"])
    node = start("--config", str(file.path))
    ann = await connect(node)
    await join("family:1", ann)
    file.write(family_word=["heck"], family_strikes=0)
    said = await hang_up(node, REFUSED)
    assert f"{file.path}:2: family_strikes: '0' is not a whole number" in said
    assert await said_by(ann, "darn heck") == "**** heck"
