"""The examples of deployment fit the node, its build and each other.
This is what shows without containers; tools that read a file are asked where they are installed."""

import json
import re
import subprocess

import pytest

from support.certificates import make_certificate
from support.deadline import DEADLINE
from support.deploy import DEPLOY, TEXT, YAML_FILES, compose, documents, patches, run_tool
from support.documents import document, section
from support.node import ROOT, environment, run_atrium, run_node

VARIANTS = ["plain", "sentinel", "cluster", "managed"]  # of kubernetes/
EXAMPLES = ["compose plain", "compose sentinel", "compose cluster", "systemd",
            *(f"kubernetes {x}" for x in VARIANTS)]
COMPOSE = "docker compose --file compose.yaml"
TOOLS = ["promtool check config prometheus.yml", "promtool check rules alerts.yml",
         "promtool test rules alerts_test.yml", "haproxy -c -f haproxy.cfg",
         *(f"kubectl kustomize kubernetes/{x}" for x in VARIANTS),
         f"{COMPOSE} config", f"{COMPOSE} --file compose.sentinel.yaml config",
         f"{COMPOSE} --file compose.cluster.yaml config"]
# Of other programs than the node.
FOREIGN_FLAGS = set(
    "--build --build-arg --cert --cluster --cluster-replicas --cluster-yes --detach --file "
    "--from --from-file --gid --home-dir --install --interval --key --kustomize --mount "
    "--no-create-home --no-install-recommends --now --prefix --preset --retries --sentinel --start-period "
    "--target --timeout --uid".split())
# Where the password of Redis is in containers.
MOUNTED = ["/run/secrets/redis", "/etc/atrium/redis/password"]


def settings(text, pattern=r"^(\w+)=(.*)$"):
    return dict(re.findall(pattern, text, re.MULTILINE))


def stages():
    """The stages of the Dockerfile; each has its instructions and their arguments."""
    text = re.sub(r"^\s*#.*\n", "", TEXT["Dockerfile"], flags=re.MULTILINE)
    found = []
    for line in filter(str.strip, text.replace("\\\n", " ").splitlines()):
        instruction, arguments = line.split(None, 1)
        if instruction == "FROM":
            found.append({})
        found[-1].setdefault(instruction, []).append(" ".join(arguments.split()))
    return found


def packages_of(stage):
    install = re.search(r"apt-get install (.*?) &&", " ".join(stage["RUN"]))[1]
    return {word for word in install.split() if not word.startswith("-")}


def manifest(kind, name="atrium"):
    """The only Kubernetes manifest of that kind and name."""
    found = [x for path in YAML_FILES if path.startswith("kubernetes/") for x in documents(path)
             if x["kind"] == kind and x.get("metadata", {}).get("name") == name]
    assert len(found) == 1, f"{len(found)} times {kind} {name}"
    return found[0]


def pod():
    return manifest("Deployment")["spec"]["template"]["spec"]


def variables(example):
    """The options that a node of the example gets."""
    kind, _, variant = example.partition(" ")
    if kind == "systemd":
        return {"ATRIUM_CONFIG": str(DEPLOY / "systemd" / "atrium.toml")}
    image = settings(stages()[-1]["ENV"][0].replace(" ", "\n"))
    if kind == "compose":
        return {**image, **compose(variant)["services"]["node-1"]["environment"]}
    given = {x["name"]: x.get("value", "a-pod") for x in pod()["containers"][0]["env"]}
    own = [x["data"] for x in patches(variant) if x["kind"] == "ConfigMap"]
    return {**image, **manifest("ConfigMap")["data"], **own[0], **given}


def check_config(example, folder, secret="a-secret-of-these-tests-with-enough-bytes"):
    """What `atrium check-config` says of the example, with this secret."""
    (folder / "secret").write_text(secret)
    (folder / "password").write_text("open sesame")
    files = {"ATRIUM_JWT_SECRET_FILE": str(folder / "secret")}
    own = {k: str(folder / "password" if v in MOUNTED else v)
           for k, v in variables(example).items()}
    if "ATRIUM_REDIS_CA" in own:
        files["ATRIUM_REDIS_CA"] = str(make_certificate(folder)[0])
    return run_atrium("check-config", **own | files)


def effective(example, folder):
    """The values of all options in an example."""
    checked = check_config(example, folder)
    assert checked.returncode == 0, checked.stderr
    return settings(checked.stdout, r"^(\S+) = (.*)$")


@pytest.mark.parametrize("path", YAML_FILES)
def test_every_yaml_file_can_be_read(path):
    assert all(documents(path))


@pytest.mark.parametrize("command", TOOLS)
def test_the_tool_that_reads_a_file_accepts_it(command):
    run_tool(command.split())


def test_only_known_variables_and_flags_are_used():
    """A node refuses to start with an option that it does not know.
    All that the files mention are in its help, or in CMakeLists.txt."""
    token = run_atrium("token", "--help")
    known = run_node("--help").stdout + token.stdout + (ROOT / "CMakeLists.txt").read_text()
    for pattern in (r"\bATRIUM_\w*[A-Z]\b", r"(?<![\w-])--[a-z][a-z-]*"):
        used = set(re.findall(pattern, "\n".join(TEXT.values()))) - FOREIGN_FLAGS
        strange = used - set(re.findall(pattern.replace(r"(?<![\w-])", ""), known))
        assert len(used) > 5 and not strange


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_configuration_is_sound(tmp_path, example):
    """A node takes the variables of each example, asks for tokens, and shares a bus."""
    options = effective(example, tmp_path)
    assert options["auth"] == '"jwt"' and options["allow-anonymous"] == "false"
    scheme = {"sentinel": "redis-sentinel", "cluster": "redis-cluster",
              "managed": "rediss"}.get(example.partition(" ")[2], "redis")
    assert f'"{scheme}://' in options["redis"] and options["namespace"] == '"prod:chat"'
    assert options["listen"].endswith(':8080"') and options["internal"].endswith(':9080"')


@pytest.mark.parametrize("example", EXAMPLES)
def test_grace_periods_add_up(tmp_path, example):
    """A node that is killed while it drains was stopped for nothing.
    Whoever stops it waits for all of its periods, and some seconds more."""
    options = effective(example, tmp_path)
    waits = {"compose": compose()["services"]["node-1"]["stop_grace_period"].rstrip("s"),
             "kubernetes": pod()["terminationGracePeriodSeconds"],
             "systemd": settings(document("packaging/atrium.service"))["TimeoutStopSec"]
             }[example.partition(" ")[0]]
    drains = (int(options["drain-delay"]) + int(options["drain-window"])) / 1000
    assert drains + int(options["grace"]) + 3 <= int(waits)


def test_load_balancers_notice_a_drain_in_time(tmp_path):
    """Newcomers have to go elsewhere before the node closes its listener."""
    every, falls = map(int, re.search(r"inter (\d+)s fall (\d+)", TEXT["haproxy.cfg"]).groups())
    options = effective("compose plain", tmp_path)
    assert "GET uri /ready" in TEXT["haproxy.cfg"]
    assert every * (falls + 1) * 1000 < int(options["drain-delay"])
    silence = re.findall(r"(?:timeout tunnel |proxy_(?:read|send)_timeout |-timeout: \")(\d+)[s\"]",
                         TEXT["haproxy.cfg"] + TEXT["nginx.conf"]
                         + TEXT["kubernetes/nodes/ingress.yaml"])
    assert len(silence) == 5 and min(map(int, silence)) > 2 * int(options["ping-interval"])
    probe = pod()["containers"][0]["readinessProbe"]
    noticed = probe["periodSeconds"] * (probe["failureThreshold"] + 1)
    assert noticed * 1000 < int(effective("kubernetes plain", tmp_path)["drain-delay"])


def test_the_image_is_built_from_what_is_there():
    """The build stage installs what `dev` installs, and copies what CMake asks for.
    All of it exists, and the ignore file lets it through."""
    lists = re.findall(r'^(?:build|package)_packages="([^"]+)"', document("dev"), re.MULTILINE)
    assert packages_of(stages()[0]) == set(" ".join(lists).split()) and len(lists) == 2
    copied = [source for line in stages()[0]["COPY"] for source in line.split()[:-1]]
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in TEXT["Dockerfile.dockerignore"].splitlines()
    text = "".join(y.read_text() for x in copied for y in (ROOT / x).rglob("CMakeLists.txt"))
    for source in re.findall(r"PROJECT_SOURCE_DIR}/([\w./-]+)", text):
        assert any(f"{source}/".startswith(f"{x}/") for x in copied), f"no COPY of {source}"


def test_the_image_runs_a_node_that_is_not_root():
    final = stages()[-1]
    assert [x["FROM"][0].split()[0] for x in stages()] == ["debian:12", "debian:12-slim"]
    user = pod()["securityContext"]["runAsUser"]
    assert final["USER"] == [f"{user}:{user}"] and user > 0
    assert final["EXPOSE"] == ["8080 9080"] and final["STOPSIGNAL"] == ["SIGTERM"]
    assert packages_of(final) == {"ca-certificates", "/package/atrium_*.deb"}
    assert final["ENTRYPOINT"] == ['["atrium"]'] and final["CMD"] == ['["node"]']


def test_the_health_check_of_the_image_tells_a_node_from_none(start_node):
    """It is a line of bash; it succeeds while a node is healthy, and fails when there is none."""
    command = json.loads(stages()[-1]["HEALTHCHECK"][0].partition(" CMD ")[2])
    node = start_node()
    own = environment(ATRIUM_INTERNAL=f"0.0.0.0:{node.internal_port}")
    assert subprocess.run(command, env=own, timeout=DEADLINE).returncode == 0
    node.stop()
    assert subprocess.run(command, env=own, timeout=DEADLINE).returncode != 0


@pytest.mark.parametrize("kind", ["plain", "sentinel", "cluster"])
def test_compose_names_what_is_there(kind):
    """Files and hosts have their names; no port is open for other machines, and none of nodes."""
    whole = compose(kind)
    services = whole["services"]
    for name, service in services.items():
        for source in (x.split(":")[0] for x in service.get("volumes", ())):
            assert source in whole["volumes"] or (DEPLOY / source).exists(), source
        assert all(x.startswith("127.0.0.1:") for x in service.get("ports", ())), name
        assert set(service["networks"]) <= set(whole["networks"])
        assert set(service.get("secrets", ())) <= set(whole["secrets"])
        assert set(service["depends_on"]) <= set(services)
    nodes = {x: y for x, y in services.items() if "ATRIUM_AUTH" in y.get("environment", {})}
    for name, service in nodes.items():
        assert service["environment"]["ATRIUM_NODE_ID"] == name
        assert "ports" not in service and service["secrets"] == ["jwt", "redis"]
    servers = re.findall(r"server \S+ (\S+):8080", TEXT["haproxy.cfg"])
    assert servers == re.findall(r"server (\S+):8080", TEXT["nginx.conf"])
    scraped = documents("prometheus.yml")[0]["scrape_configs"][0]["static_configs"][0]["targets"]
    assert len(nodes) == 2 and set(servers) == set(nodes)
    assert set(scraped) == {f"{name}:9080" for name in nodes}
    believed = whole["networks"]["clients"]["ipam"]["config"][0]["subnet"]
    assert services["node-1"]["environment"]["ATRIUM_TRUSTED_PROXY"] == believed


def test_pods_are_probed_and_confined():
    """What Kubernetes has to know: who is alive, who is ready, who is who, and what is allowed."""
    spec, container = pod(), pod()["containers"][0]
    assert {"name": "internal", "containerPort": 9080} in container["ports"]
    for probe, path in (("startup", "/health"), ("liveness", "/health"), ("readiness", "/ready")):
        assert container[f"{probe}Probe"]["httpGet"] == {"path": path, "port": "internal"}
    name_of_pod = {"fieldRef": {"fieldPath": "metadata.name"}}
    assert {"name": "ATRIUM_NODE_ID", "valueFrom": name_of_pod} in container["env"]
    assert spec["enableServiceLinks"] is False  # they would be unknown ATRIUM_* variables
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]}}
    assert container["resources"]["limits"]["memory"]  # the watermark is a share of it
    mounts = {x["name"]: x["mountPath"] for x in container["volumeMounts"]}
    own = variables("kubernetes plain")
    assert own["ATRIUM_JWT_SECRET_FILE"] == f"{mounts['jwt']}/secret"
    assert own["ATRIUM_REDIS_PASSWORD_FILE"] == f"{mounts['redis']}/password"


def test_selectors_find_the_pods():
    """A selector with a slip selects nobody, and nothing says so."""
    for name, kind in (("atrium", "Deployment"), ("redis", "StatefulSet")):
        labels = manifest(kind, name)["spec"]["template"]["metadata"]["labels"]
        assert manifest(kind, name)["spec"]["selector"]["matchLabels"] == labels
        assert manifest("Service", name)["spec"]["selector"] == labels
        assert manifest("NetworkPolicy", name)["spec"]["podSelector"]["matchLabels"] == labels
        budget = manifest("PodDisruptionBudget", name)["spec"]
        assert budget == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    assert manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == "atrium"


def test_clients_come_in_by_tls():
    """The Ingress leads to the port of clients, and the page of its host may connect."""
    ingress = manifest("Ingress")["spec"]
    host, = ingress["tls"][0]["hosts"]
    assert ingress["rules"][0]["host"] == host
    assert variables("kubernetes plain")["ATRIUM_ALLOW_ORIGIN"] == f"https://{host}"
    path, = ingress["rules"][0]["http"]["paths"]
    service = manifest("Service")
    assert path["backend"]["service"] == {"name": "atrium", "port": {"name": "clients"}}
    assert [x["name"] for x in service["spec"]["ports"]] == ["clients"]


def test_a_placeholder_is_no_secret(tmp_path):
    """A node refuses the secret of the example, and the kustomization leaves it out."""
    placeholder = manifest("Secret", pod()["volumes"][0]["secret"]["secretName"])["stringData"]
    refused = check_config("kubernetes plain", tmp_path, placeholder["secret"])
    assert refused.returncode == 2 and "bytes" in refused.stderr
    folder = "kubernetes/nodes"
    listed = {f"{folder}/{x}" for x in documents(f"{folder}/kustomization.yaml")[0]["resources"]}
    others = {x for x in YAML_FILES if x.startswith(folder)} - listed
    assert others == {f"{folder}/{x}.yaml" for x in ("kustomization", "secret.example", "hpa")}


def test_a_node_of_ones_own_is_built_on_the_image():
    """Its Dockerfile takes the libraries from the first stage of the node's, and the rest from
    the image; its project is the one that the tests build against an installed Atrium."""
    text = TEXT["own-rooms/Dockerfile"]
    built, final = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    commands = section("examples/deploy/README.md", "Rooms of your own")
    assert f"--target build -t {built} " in commands and f"-t {final} " in commands
    assert re.search(r"^FROM \S+ AS build$", TEXT["Dockerfile"], re.MULTILINE)
    assert "cmake --build build/release" in TEXT["Dockerfile"]
    assert "cmake --install build/release" in text
    name = re.search(r"add_executable\((\S+)", TEXT["own-rooms/CMakeLists.txt"])[1]
    assert f"/{name} " in text and f'ENTRYPOINT ["{name}"]' in text
