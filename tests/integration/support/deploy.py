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


def merged(under, over):
    """What Compose makes of two files: mappings are merged, of the rest the upper one counts."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{k: merged(under.get(k), over[k]) for k in over}}
    return over


def names_as_keys(service):
    """`depends_on: [a]` is short for `depends_on: {a: ...}`, which is merged."""
    wanted = service.get("depends_on")
    if isinstance(wanted, list):
        wanted = {name: {"condition": "service_started"} for name in wanted}
    return {**service, "depends_on": wanted or {}}


def compose(kind="plain"):
    """What `docker compose --file compose.yaml --file compose.KIND.yaml` runs."""
    base = documents("compose.yaml")[0]
    over = {} if kind == "plain" else documents(f"compose.{kind}.yaml")[0]
    for part in (base, *([over] if over else [])):
        part["services"] = {name: names_as_keys(x) for name, x in part["services"].items()}
    for name, service in over.get("services", {}).items():
        if extended := service.pop("extends", None):
            assert extended["file"] == "compose.yaml"
            over["services"][name] = merged(base["services"][extended["service"]], service)
    return merged(base, over)


def patches(variant):
    """What a folder of kubernetes/ changes in that of the nodes or of Redis, as objects."""
    text = documents(f"kubernetes/{variant}/kustomization.yaml")[0]
    objects = [yaml.load(x["patch"], StrictLoader) for x in text.get("patches", ())]
    return [x for x in objects if isinstance(x, dict)]


def rendered(variant):
    """What `kubectl apply` gets of a folder of kubernetes/, by kind and name."""
    text = result_of(["kubectl", "kustomize", f"kubernetes/{variant}"], DEPLOY).stdout
    made = list(yaml.load_all(text, StrictLoader))
    found = {(x["kind"], x["metadata"]["name"]): x for x in made}
    assert len(found) == len(made)
    return found


def run_tool(command, folder=DEPLOY):
    """What a tool, which must find nothing wrong, says on stderr."""
    return result_of(command, folder).stderr


def result_of(command, folder):
    """Runs a tool that must find nothing wrong; skips the test where it is not installed."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    if command[1] == "compose" and subprocess.run(
            [*command[:2], "version"], capture_output=True).returncode != 0:
        pytest.skip("docker is installed without compose")
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result
