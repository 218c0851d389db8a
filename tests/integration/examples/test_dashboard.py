"""The dashboard and the alerts of examples/deploy ask for what a node serves."""

import json
import re

import yaml

from support.deploy import TEXT, documents, run_tool
from support.documents import document

# What every program with a Prometheus client serves, and what Prometheus adds.
USUAL_METRICS = set("up process_cpu_seconds_total process_resident_memory_bytes process_open_fds "
                    "process_max_fds".split())


def dashboard():
    return json.loads(TEXT["grafana-dashboard.json"])


def shown():
    """All that the dashboard asks Prometheus."""
    return [x["expr"] for panel in dashboard()["panels"] for x in panel.get("targets", ())]


def test_only_metrics_that_a_node_serves_are_asked_for():
    """A panel that asks for another one stays empty, and an alert never fires.
    The metrics of a node are those that net/monitoring/README.md has."""
    served = set(re.findall(r"`(atrium_[a-z_]+)", document("net/monitoring/README.md")))
    served |= USUAL_METRICS | {f"{x}_bucket" for x in served if x.endswith("_seconds")}
    asked = "\n".join([*shown(), TEXT["alerts.yml"], json.dumps(dashboard()["templating"])])
    used = set(re.findall(r"\b(?:up(?={)|(?:atrium|process)_\w+)", asked))
    assert len(used) > 20 and not used - served


def test_the_dashboard_is_in_order():
    """Panels have places and ids of their own, and follow the variables."""
    panels, taken = dashboard()["panels"], set()
    assert dashboard()["schemaVersion"] >= 36
    assert len({x["id"] for x in panels}) == len(panels)
    for panel in panels:
        x, y, w, h = (panel["gridPos"][key] for key in "xywh")
        cells = {(x + i, y + j) for i in range(w) for j in range(h)}
        assert x + w <= 24 and not cells & taken, panel["title"]
        taken |= cells
        assert panel.get("datasource", {"uid": "${datasource}"})["uid"] == "${datasource}"
    assert all('instance=~"$node"' in x for x in shown())


def test_prometheus_understands_the_dashboard(tmp_path):
    """Grafana replaces the variables; what is left is PromQL."""
    rules = [{"record": "x", "expr": x.replace("$node", "a").replace("$__rate_interval", "1m")}
             for x in shown()]
    groups = {"groups": [{"name": "dashboard", "rules": rules}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(groups))
    run_tool(["promtool", "check", "rules", "rules.yml"], tmp_path)


def test_every_alert_has_a_reason_and_is_tried():
    rules = documents("alerts.yml")[0]["groups"][0]["rules"]
    for rule in rules:
        assert rule["annotations"]["reason"] and rule["labels"]["severity"] in ("page", "ticket")
    tried = {x["alertname"] for test in documents("alerts_test.yml")[0]["tests"]
             for x in test["alert_rule_test"] if x["exp_alerts"]}
    assert tried == {rule["alert"] for rule in rules}
