"""The files of examples/deploy, and the tools that can read them."""

import shutil
import subprocess

import pytest
import yaml

from .node import ROOT

DEPLOY = ROOT / "examples" / "deploy"
FILES = sorted(x for x in DEPLOY.rglob("*") if x.is_file() and "secrets" not in x.parts)
YAML_FILES = [str(x.relative_to(DEPLOY)) for x in FILES if x.suffix in (".yaml", ".yml")]
TEXT = {str(x.relative_to(DEPLOY)): x.read_text() for x in FILES}


class StrictLoader(yaml.SafeLoader):
    """Refuses what PyYAML would silently drop: the first of two equal keys."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value if not key.tag.endswith(":merge")]
        assert len(keys) == len(set(keys)), f"a key twice: {keys}{node.start_mark}"
        return super().construct_mapping(node, deep)


def documents(path):
    """The documents of a YAML file."""
    return list(yaml.load_all(TEXT[path], StrictLoader))


def run_tool(command, folder=DEPLOY):
    """Runs a tool that must find nothing wrong; skips the test where it is not installed."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if "unknown command: docker compose" in result.stderr:
        pytest.skip("docker is installed without compose")
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stderr
