"""What the servers of other people need, below build/peers, and which version that is."""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = ROOT / "build/peers"
INSTALL_LIMIT = 600
# Not the `python3` of a version manager: the packages are Debian's.
PYTHON = "/usr/bin/python3"
BUN = PACKAGES / "node_modules/.bin/bun"
FLOOR = PACKAGES / "floor"
CENTRIFUGO_MODULE = "github.com/centrifugal/centrifugo/v6"
CENTRIFUGO_VERSION = "v6.9.1"
CENTRIFUGO = PACKAGES / f"go/centrifugo-{CENTRIFUGO_VERSION}"
SOCKUDO_VERSION = "5.2.0"
SOCKUDO = PACKAGES / f"cargo/sockudo-{SOCKUDO_VERSION}/bin/sockudo"
SOCKUDO_LIMIT = 3600


class Unavailable(Exception):
    """Why a server cannot be had on this machine, or did not do its work."""


def tool(name, package):
    found = shutil.which(name)
    if not found:
        raise Unavailable(f"there is no {name} (Debian package {package})")
    return found


def run(*words, limit=INSTALL_LIMIT, **variables):
    """Runs an installer or asks for a version; returns what it prints."""
    try:
        done = subprocess.run(words, cwd=PACKAGES, env={**os.environ, **variables}, text=True,
                              capture_output=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{words[0]} takes longer than {limit} s") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(f"{words[0]} failed: {lines[-1].strip() if lines else 'no output'}")
    return done.stdout.strip()


# -- how to get them ----------------------------------------------------------


def have_floor():
    run(tool("cc", "gcc"), "-O2", "-o", FLOOR, HERE / "floor.c")


def have_npm_packages():
    names = ["bun", "socket.io", "@socket.io/redis-adapter", "redis"]
    if not all((PACKAGES / "node_modules" / name).is_dir() for name in names):
        run(tool("npm", "npm"), "install", "--no-audit", "--no-fund", "--prefix", PACKAGES, *names)


def have_bun():
    have_npm_packages()
    bun_version()


def have_fastapi():
    try:
        run(PYTHON, "-c", "import fastapi, uvicorn, redis.asyncio, websockets")
    except Unavailable as error:
        raise Unavailable("it needs python3-fastapi, python3-uvicorn, python3-redis and "
                          "python3-websockets") from error


def have_centrifugo():
    if not CENTRIFUGO.exists():
        # Not `go install`: it asks for the list of versions, which not every proxy has.
        module = CENTRIFUGO.parent / "module"
        module.mkdir(parents=True, exist_ok=True)
        (module / "go.mod").write_text(
            f"module peers\n\nrequire {CENTRIFUGO_MODULE} {CENTRIFUGO_VERSION}\n")
        run(tool("go", "golang"), "-C", module, "build", "-mod=mod", "-o", CENTRIFUGO,
            CENTRIFUGO_MODULE)


def have_sockudo():
    if not SOCKUDO.exists():
        tool("protoc", "protobuf-compiler")  # what it is built from includes a .proto
        # The package has no profile of its own; this is the one of its repository.
        run(tool("cargo", "rustup"), "install", "sockudo", "--version", SOCKUDO_VERSION, "--locked",
            "--no-default-features", "--features", "local,redis", "--root", SOCKUDO.parents[1],
            limit=SOCKUDO_LIMIT, CARGO_PROFILE_RELEASE_LTO="true",
            CARGO_PROFILE_RELEASE_CODEGEN_UNITS="1")


# -- their versions -----------------------------------------------------------


def floor_version():
    return "floor.c by " + run("cc", "--version").splitlines()[0]


def bun_version():
    return "Bun " + run(BUN, "--version")


def socketio_version():
    ask = "console.log(require('socket.io/package.json').version, process.version)"
    return "Socket.IO {} on Node.js {}".format(*run("node", "-e", ask).split())


def fastapi_version():
    ask = "import fastapi, uvicorn; print(fastapi.__version__, uvicorn.__version__)"
    return "FastAPI {} on uvicorn {}".format(*run(PYTHON, "-c", ask).split())


def centrifugo_version():
    return f"Centrifugo {CENTRIFUGO_VERSION}"


def sockudo_version():
    return f"Sockudo {SOCKUDO_VERSION}"


PACKAGES.mkdir(parents=True, exist_ok=True)
