"""What the tests and the README need is in the lists of Debian packages that `dev` installs.
On the machine of a developer it is there anyway; on a fresh one it is only there if it is listed."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys

from support.node import ROOT

TESTS = {path: ast.parse(path.read_text())
         for path in sorted((ROOT / "tests" / "integration").rglob("*.py"))}
# Packages on which one that is listed depends.
COME_WITH = {"binutils": "g++", "python3-minimal": "python3"}


def listed(name):
    """The packages of one list in `dev`, with those of the lists that it includes."""
    words = re.search(rf'^{name}="([^"]+)"', (ROOT / "dev").read_text(), re.MULTILINE)[1].split()
    return {x for word in words for x in (listed(word[1:]) if word[0] == "$" else {word})}


def query(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def package_of(path):
    assert path, "it is not installed here either"
    return query("dpkg", "-S", path).partition(":")[0]


def is_installed_by(packages, path):
    """Whether the file is there when these packages are, or on every Debian."""
    package = package_of(path)
    return (COME_WITH.get(package, package) in packages
            or query("dpkg-query", "-W", "-f", "${Essential}", package) == "yes")


def imported(tree):
    """The modules that a file imports which are neither Python's own nor ours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]


def programs(tree):
    """The programs that a file names where it runs or looks for one."""
    for call in (x for x in ast.walk(tree) if isinstance(x, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name == "which" and isinstance(call.args[0], ast.Constant):
            yield call.args[0].value
        elif name in ("run", "Popen", "check_output", "check_call", "Child"):
            lists = (x.elts for x in call.args if isinstance(x, ast.List) and x.elts)
            yield from (x[0].value for x in lists if isinstance(x[0], ast.Constant))


def module_file(name):
    found = importlib.util.find_spec(name)
    return found and found.origin


def test_every_module_that_a_test_imports_is_installed():
    """A module that only comes along as somebody's recommendation is missing elsewhere."""
    packages = listed("test_packages")
    modules = {x for tree in TESTS.values() for x in imported(tree)}
    foreign = modules - {"support"} - set(sys.stdlib_module_names)
    assert len(foreign) > 5
    assert not {x for x in foreign if not is_installed_by(packages, module_file(x))}


def test_every_program_that_a_test_runs_is_installed():
    packages = listed("test_packages") | listed("build_packages")
    names = {x for tree in TESTS.values() for x in programs(tree)}
    assert len(names) > 5
    assert not {x for x in names if not is_installed_by(packages, shutil.which(x))}


def test_every_program_of_the_readme_is_installed():
    """A newcomer copies the commands of the README after the build, which installs the tools."""
    text = "".join((ROOT / x).read_text() for x in ["README.md", "net/auth/README.md"])
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    inline = re.findall(r"`([a-z-]+-cli) ", text)
    names = {line.split()[0] for line in lines} | set(inline)
    names = {x for x in names if not x.startswith(("./dev", "build/", "export"))}
    packages = listed("readme_packages")
    assert len(names) > 3 and "python3-websockets" in packages
    assert not {x for x in names if not is_installed_by(packages, shutil.which(x))}
