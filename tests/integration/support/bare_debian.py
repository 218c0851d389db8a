"""A bare Debian in a folder, made by debootstrap: packages are installed into it, and programs
run in it, as root, with the network of this machine and without systemd."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

APT = pathlib.Path("/etc/apt")
SUITE = "bookworm"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
KEPT = CACHE / "atrium" / f"debian-{SUITE}"
MIRROR = re.compile(r"^(?:URIs:|deb(?: +\[.*\])?) +(\S+)", re.MULTILINE)
SECONDS = 240
# With mounts and processes of its own, of which nothing stays when it ends or is killed.
APART = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
ENTER = 'mount -t proc proc "$0/proc"; exec chroot "$@"'
PROXIES = {k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive", **PROXIES}


def inside(tree, *words, user="root:root"):
    """The command that runs a program in the tree."""
    return ["unshare", "--mount", "sh", "-ec", ENTER, tree, f"--userspec={user}", tree, *words]


def execute(command, **more):
    return subprocess.run(command, timeout=SECONDS, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def try_to(wish, command, **more):
    """Runs a command that needs the network or rights; skips the test where they are missing."""
    try:
        done = execute(command, **more)
    except (OSError, subprocess.SubprocessError) as problem:
        pytest.skip(f"cannot {wish}: {problem}")
    if done.returncode != 0:
        pytest.skip(f"cannot {wish}: {done.stdout[-500:]}")


def ask_for_packages(tree):
    """Fetches the lists of packages; what is there already is not fetched again."""
    try_to("ask for Debian's packages",
           [*APART, *inside(tree, "apt-get", "update", "--error-on=any")], env=ENVIRONMENT)


def sources():
    """Where this machine gets Debian's packages from, and how."""
    listed = [x for x in (APT / "sources.list.d/debian.sources", APT / "sources.list")
              if x.is_file() and SUITE in x.read_text()]
    if not listed:
        pytest.skip(f"this machine knows no source of Debian {SUITE}")
    return [listed[0], *(x for x in APT.glob("apt.conf.d/*") if "Acquire::" in x.read_text())]


def make_tree(path):
    """Makes the tree that others are copies of; under another name until it is whole."""
    listed = sources()
    mirror = MIRROR.search(listed[0].read_text())[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        new = pathlib.Path(folder, "tree")
        try_to("make a bare Debian",
               [*APART, "debootstrap", "--variant=minbase", SUITE, new, mirror])
        new.chmod(0o755)
        (new / "etc/apt/sources.list").unlink(missing_ok=True)
        for source in listed:
            shutil.copy(source, new / source.relative_to("/"))
        shutil.copy("/etc/resolv.conf", new / "etc/resolv.conf")
        (new / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
        ask_for_packages(new)
        new.rename(path)


class BareDebian:
    """A copy of a tree, which is kept for the next run."""

    def __init__(self, path):
        if os.geteuid() != 0:
            pytest.skip("only root can make a bare Debian")
        if not shutil.which("debootstrap"):
            pytest.skip("debootstrap is not installed")
        if not KEPT.exists():
            make_tree(KEPT)
        self.path = path
        execute(["cp", "-a", KEPT, path]).check_returncode()
        shutil.copy("/etc/resolv.conf", path / "etc/resolv.conf")
        ask_for_packages(path)

    def run(self, *words):
        """Runs a program in the tree to its good end, and returns what it has said."""
        done = execute([*APART, *inside(self.path, *words)], env=ENVIRONMENT)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def read(self, path):
        return (self.path / path).read_text()

    def install(self, package):
        """Installs a file with what it depends on. Its user gives no answer to questions."""
        shutil.copy(package, self.path / "root")
        self.run("apt-get", "install", "--yes", "--no-install-recommends",
                 "-o", "Dpkg::Options::=--force-confdef", f"/root/{package.name}")
