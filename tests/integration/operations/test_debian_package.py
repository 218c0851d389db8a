"""The Debian package: what is in it, and its life on a machine. `./dev package` builds it."""

import gzip
import os
import re
import shutil
import signal
import stat
import subprocess

import pytest

from support.bare_debian import ENVIRONMENT, SECONDS, BareDebian, inside
from support.child import Child
from support.deadline import wait_until
from support.deploy import run_tool
from support.node import INTERNAL, NUMBERS, ROOT, binary, environment, fetch, run_atrium
from support.reloading import TAKEN

UNIT = ROOT / "packaging" / "atrium.service"
COMMANDS = re.findall(r"^  ([a-z-]+)  ", run_atrium("--help").stdout, re.MULTILINE)
CONFIG = "etc/atrium/atrium.toml"
ENABLED = "etc/systemd/system/multi-user.target.wants/atrium.service"
# Asks systemd elsewhere. Here it fails, as for a service that does not start.
INVOKE = '#!/bin/sh\necho "$*" >>/calls\nexit 1\n'


def settings(text):
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def build_tree():
    """Where the node under test was built, with the files that the package is made of."""
    tree = binary().parents[1]
    if not (tree / "CPackConfig.cmake").exists():
        pytest.skip(f"{binary()} is not in a build tree that makes packages")
    subprocess.run(["cmake", "--build", tree, "--target", "package_files"], check=True,
                   timeout=SECONDS, capture_output=True)
    return tree


@pytest.fixture(scope="module")
def package(build_tree, tmp_path_factory):
    """The package of the node under test."""
    folder = tmp_path_factory.mktemp("package")
    made = subprocess.run(["cpack", "--config", build_tree / "CPackConfig.cmake", "-B", folder],
                          timeout=SECONDS, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return next(folder.glob("atrium_*.deb"))


@pytest.fixture(scope="module")
def content(package, tmp_path_factory):
    """The files of the package; with sanitizers they are large."""
    folder = tmp_path_factory.mktemp("content")
    subprocess.run(["dpkg-deb", "--raw-extract", package, folder], check=True, timeout=SECONDS)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def debian(tmp_path_factory):
    """A machine with Debian and nothing else."""
    path = tmp_path_factory.mktemp("debian") / "tree"
    yield BareDebian(path)
    shutil.rmtree(path)


def edit(path, edited):
    """Writes a file anew, for it may be a link to another one."""
    text = path.read_text()
    path.unlink()
    path.write_text(edited(text))


def later_version(content, folder, number):
    """A package of a later version, whose configuration file says so."""
    shutil.copytree(content, folder, copy_function=os.link)
    edit(folder / "DEBIAN" / "control",
         lambda text: re.sub(r"(?m)^(Version: .*)$", rf"\1.{number}", text))
    edit(folder / CONFIG, lambda text: text + f"# version {number}\n")
    package = folder.with_suffix(".deb")
    subprocess.run(["dpkg-deb", "--build", "-Zgzip", "-z1", "--root-owner-group", folder, package],
                   check=True, timeout=SECONDS, capture_output=True)
    shutil.rmtree(folder)
    return package


def complete(content, *words):
    """What bash offers for the last of the words."""
    script = content / "usr/share/bash-completion/completions/atrium"
    ask = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _atrium; echo "${COMPREPLY[@]}"'
    return subprocess.run(["/bin/bash", "-c", ask, script, "atrium", *words], check=True, cwd=ROOT,
                          timeout=SECONDS, capture_output=True, text=True).stdout.split()


def test_systemd_understands_the_service(tmp_path):
    """systemd finds nothing unknown in the unit, and says that little is exposed."""
    unit, path = settings(UNIT.read_text()), tmp_path / "atrium.service"
    assert unit["Type"] == "notify" and unit["User"] == "atrium" and "WatchdogSec" in unit
    assert unit["ExecReload"] == "/bin/kill -HUP $MAINPID"
    path.write_text(UNIT.read_text().replace("/usr/bin/atrium", str(binary())))
    assert "atrium.service" not in run_tool(["systemd-analyze", "verify", "--man=no", str(path)])
    run_tool(["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)])


def test_the_package_keeps_the_rules_of_debian(package):
    run_tool(["lintian", "--allow-root", "--fail-on", "warning", str(package)])


def test_each_command_has_a_page_without_faults(content):
    """An operator reads what `--help` says as a page, with nothing that roff complains about."""
    pages = {x.name: x for x in (content / "usr/share/man/man1").iterdir()}
    assert len(COMMANDS) > 4
    assert set(pages) == {"atrium.1.gz", *(f"atrium-{x}.1.gz" for x in COMMANDS)}
    text = gzip.decompress(pages["atrium-node.1.gz"].read_bytes()).decode()
    help_text = run_atrium("node", "--help").stdout
    flags = re.findall(r"^  (--[a-z-]+)", help_text, re.MULTILINE)
    assert len(flags) > 50
    assert re.findall(r"^\\fB(--[a-z-]+)\\fR", text.replace("\\-", "-"), re.MULTILINE) == flags
    for page in pages.values():
        assert run_tool(["man", "--warnings", "-l", "-Tutf8", "-Z", str(page)]) == ""


@pytest.mark.parametrize("words, offered", [
    ([""], set(COMMANDS)), (["check"], {"check-config"}),
    (["node", "--jwt-k"], {"--jwt-key", "--jwt-keys"}), (["--jwt-k"], {"--jwt-key", "--jwt-keys"}),
    (["node", "--log-format", ""], {"text", "json"}), (["node", "--page", "=", "o"], {"on", "off"}),
    (["node", "--tls-key", "LIC"], {"LICENSE"}), (["node", "--jwt-keys", "examp"], {"examples"}),
    (["node", "--node-id", ""], set()), (["inspect", "user"], {"user", "users"}),
    (["inspect", "--no"], {"--node"}), (["bench", "sto"], {"storm"}),
    (["bench", "--protocol", "so"], {"socketio"})], ids=" ".join)
def test_bash_completes(content, words, offered):
    assert set(complete(content, *words)) == offered


class Service(Child):
    """The node as the unit starts it; only its port is another, of the kernel's choice."""

    def __init__(self, debian, folder):
        unit = settings(debian.read("lib/systemd/system/atrium.service"))
        command = inside(debian.path, *unit["ExecStart"].split(),
                         user=f"{unit['User']}:{unit['Group']}")
        super().__init__(f"service-{next(NUMBERS)}", command, folder,
                         {**ENVIRONMENT, "ATRIUM_LISTEN": "127.0.0.1:0"})
        wait_until(lambda: "node_listening" in self.log or self.has_exited, "the service listens")
        assert not self.has_exited, self.log_tail()
        assert fetch(int(INTERNAL.search(self.log)[2]), "/ready")[0] == 200

    def reload(self):
        before = self.log
        self.send_signal(signal.SIGHUP)
        wait_until(lambda: TAKEN in self.log[len(before):], "the service has read its file anew")
        return self.log[len(before):]

    def stop(self):
        self.send_signal(signal.SIGTERM)
        assert self.wait_exit_code() == 0, self.log_tail()
        self.kill()


def calls(debian):
    """What systemd has been asked since the last time."""
    path = debian.path / "calls"
    said = path.read_text().splitlines() if path.exists() else []
    path.write_text("")
    return said


def check_installed(debian):
    """The user, the folder of secrets, all files, and what systemd was asked."""
    name, _, user, group, _, home, shell = debian.run("getent", "passwd", "atrium").split(":")
    assert 100 <= int(user) < 1000 and home == "/nonexistent" and "nologin" in shell
    found = (debian.path / "etc/atrium").stat()
    assert (found.st_uid, found.st_gid) == (0, int(group))
    assert stat.S_IMODE(found.st_mode) == 0o750
    assert debian.run("dpkg", "--verify", "atrium") == ""
    assert debian.run("atrium", "default-config") == debian.read(CONFIG)
    assert (debian.path / ENABLED).is_symlink()
    assert calls(debian) == ["restart atrium.service"]


def test_a_machine_gets_the_package_and_gets_rid_of_it(debian, package, content, tmp_path):
    """An operator installs the package on a bare Debian, edits the file, upgrades and removes it.
    The life of the service is that of its unit, though systemd itself does not run there."""
    (debian.path / "run/systemd/system").mkdir(parents=True)
    (debian.path / "usr/bin/deb-systemd-invoke").write_text(INVOKE)
    debian.install(package)
    check_installed(debian)
    service = Service(debian, tmp_path)

    debian.install(later_version(content, tmp_path / "second", 2))
    assert debian.read(CONFIG).endswith("# version 2\n")  # nobody has edited it
    assert calls(debian) == ["restart atrium.service"]
    service.stop()
    service = Service(debian, tmp_path)

    edited = debian.read(CONFIG) + 'log-level = "debug"\n'
    (debian.path / CONFIG).write_text(edited)
    assert "log-level" in service.reload()
    debian.install(later_version(content, tmp_path / "third", 3))
    assert debian.read(CONFIG) == edited
    assert debian.read(CONFIG + ".dpkg-dist").endswith("# version 3\n")
    service.stop()
    calls(debian)

    (debian.path / "etc/atrium/jwt-secret").write_text("an operator's")
    debian.run("apt-get", "remove", "--yes", "atrium")
    assert calls(debian) == ["stop atrium.service"]
    assert debian.read(CONFIG) == edited and not (debian.path / "usr/bin/atrium").exists()
    debian.run("dpkg", "--purge", "atrium")
    tops = ("etc", "usr", "lib", "var/lib/systemd", "run")
    left = {str(x.relative_to(debian.path)) for top in tops
            for x in (debian.path / top).rglob("*atrium*")}
    assert left == {"etc/atrium"}  # with what was not the package's
    assert [x.name for x in (debian.path / "etc/atrium").iterdir()] == ["jwt-secret"]
    assert debian.run("getent", "passwd", "atrium")  # whose files may be anywhere
