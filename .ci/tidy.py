"""Runs clang-tidy over our own sources, but not the tests: tidy.py TREE JOBS.

TREE is a build tree that was built: it knows the flags of each source, and which
headers it includes. A source that was clean, in whatever clone or work tree, is
looked at again only when it, one of our headers that it includes, its flags or
the checks have changed; what was clean is remembered in the user's cache. Tests
would double the time, and a defect in a test is seen when it runs.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

TIDY = "clang-tidy-14"
ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))


def is_ours(path):
    return ROOT in path.parents and ROOT / "build" not in path.parents


def dependencies(tree):
    """Maps each source to itself and our headers that it includes."""
    output = subprocess.run(["ninja", "-C", tree, "-t", "deps"], check=True,
                            capture_output=True, text=True).stdout
    found = {}
    for block in output.split("\n\n"):
        paths = [(tree / line.strip()).resolve()
                 for line in block.splitlines() if line.startswith(" ")]
        if paths:
            found[paths[0]] = sorted(filter(is_ours, paths))
    return found


def fingerprint(common, command, files):
    """Returns a name for everything that the outcome depends on."""
    digest = hashlib.sha256(common + command.replace(str(ROOT), "").encode())
    for path in files:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def check(tree, source):
    """Returns what clang-tidy says about the source, or nothing."""
    command = [TIDY, "-p", tree, "--quiet",
               "--extra-arg=-Wno-unknown-warning-option", source]
    result = subprocess.run(command, capture_output=True, text=True)
    return "" if result.returncode == 0 else result.stdout or result.stderr


def main(tree, jobs):
    stamps = CACHE / "atrium" / "tidy"
    stamps.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([TIDY, "--version"], check=True,
                             capture_output=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    headers = dependencies(tree)
    todo = {}
    for entry in json.loads((tree / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"]).resolve()
        if not is_ours(source) or ROOT / "tests" in source.parents:
            continue
        files = headers.get(source)
        stamp = files and stamps / fingerprint(common, entry["command"], files)
        if not stamp or not stamp.exists():
            todo[source] = stamp
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        work = {pool.submit(check, tree, source): source for source in todo}
        for i, done in enumerate(concurrent.futures.as_completed(work), 1):
            source = work[done]
            print(f"[{i}/{len(todo)}] {source.relative_to(ROOT)}", flush=True)
            if done.result():
                failed += 1
                print(done.result(), flush=True)
            elif todo[source]:
                todo[source].touch()
    print(f"clang-tidy: {len(todo)} checked, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    built_tree, job_count = sys.argv[1:]
    sys.exit(main(pathlib.Path(built_tree).resolve(), int(job_count)))
