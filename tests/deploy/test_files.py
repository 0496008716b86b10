"""The files of `deploy/` that no test can run here: they name what there is, and agree with each other."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from prometheus_client import REGISTRY

from config import health
from guestchat import measures
from tests.config.conftest import ROOT

DEPLOY = ROOT / "deploy"
# What the settings and PostgreSQL's own image read.
READ = set(re.findall(r'environment\.\w+\("([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "CERTIFICATES", "PATH", "PYTHONUNBUFFERED"}


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def kubernetes() -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for file in (DEPLOY / "kubernetes").glob("*.yaml"):
        for each in yaml.safe_load_all(file.read_text()):
            found[each["kind"], each["metadata"]["name"]] = each
    return found


def pods() -> dict[str, dict[str, Any]]:
    specs = [(name, each.get("spec", {})) for (_kind, name), each in kubernetes().items()]
    return {name: spec["template"] for name, spec in specs if "template" in spec}


def named_variables() -> set[str]:
    """Return every variable that a file of `deploy/` gives to the product."""
    named = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "systemd" / "environment.example").read_text(), re.MULTILINE))
    named |= set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    for unit in (DEPLOY / "systemd").glob("*.service"):
        for line in re.findall(r"^Environment=(.*)$", unit.read_text(), re.MULTILINE):
            named |= {each.partition("=")[0] for each in line.split()}
    for service in compose()["services"].values():
        named |= set(service.get("environment", {}))
    named |= set(kubernetes()["ConfigMap", "guestchat"]["data"])
    named |= set(kubernetes()["Secret", "guestchat"]["stringData"])
    image = (DEPLOY / "Containerfile").read_text()
    return named | set(re.findall(r"\b([A-Z_]{4,})=", image.partition("ENV ")[2].partition("RUN")[0]))


def test_every_variable_is_one_that_is_read() -> None:
    assert len(READ) > 10
    assert named_variables() >= {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "GUESTCHAT_RUN_JOBS", "GUESTCHAT_PROXIES"}
    assert named_variables() - READ - OTHERS == set()


def test_every_command_is_one_that_there_is() -> None:
    commands = {file.stem for file in (ROOT / "guestchat" / "management" / "commands").glob("*.py")}
    texts = [file.read_text() for file in DEPLOY.rglob("*") if file.is_file()]
    named = {name for text in texts for name in re.findall(r"manage\.py[\"', ]+([a-z_]+)", text)}
    assert named - {"collectstatic"} <= commands
    assert {"serve", "worker"} <= named


def test_each_process_of_compose_is_prepared_first_and_alone_in_doing_jobs() -> None:
    services = compose()["services"]
    assert {"prepare", "web1", "web2", "worker", "postgres", "redis", "nginx"} == set(services)
    for name in ("web1", "web2", "worker"):
        assert services[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"]["GUESTCHAT_RUN_JOBS"] == "0"
    for name in ("postgres", "redis", "nginx"):
        assert services[name]["healthcheck"]["test"]
    told = compose()["configs"]["upstream"]["content"]
    for name in ("web1", "web2"):
        assert f"server {services[name]['networks']['inside']['ipv4_address']}:8000 " in told


def test_what_selects_pods_finds_them() -> None:
    for (kind, name), each in kubernetes().items():
        spec = each.get("spec", {})
        selector = spec.get("selector", {})
        wanted = selector.get("matchLabels", selector)
        if not wanted:
            continue
        labels = [pod["metadata"]["labels"] for pod in pods().values()]
        assert any(wanted.items() <= found.items() for found in labels), (kind, name)
    scaled = kubernetes()["HorizontalPodAutoscaler", "guestchat-web"]["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) in kubernetes()
    paths = kubernetes()["Ingress", "guestchat"]["spec"]["rules"][0]["http"]["paths"]
    ports = {port["name"] for port in kubernetes()["Service", "guestchat"]["spec"]["ports"]}
    assert {path["backend"]["service"]["name"] for path in paths} == {"guestchat"}
    assert {path["backend"]["service"]["port"]["name"] for path in paths} <= ports


def test_nobody_goes_before_somebody_new_is_ready() -> None:
    web = kubernetes()["Deployment", "guestchat-web"]["spec"]
    assert web["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    container = web["template"]["spec"]["containers"][0]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert waits < web["template"]["spec"]["terminationGracePeriodSeconds"]


def test_no_pod_may_more_than_it_needs() -> None:
    assert set(pods()) == {"guestchat-web", "guestchat-worker", "guestchat-prepare"}
    for name, pod in pods().items():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True, name
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_what_may_be_scaled_to_fits_into_postgresql() -> None:
    most = kubernetes()["HorizontalPodAutoscaler", "guestchat-web"]["spec"]["maxReplicas"]
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    assert most * pool <= 100 - 3 - 6, "its default of 100, less what superusers and the workers have"


def test_the_image_copies_what_there_is_and_is_nobody() -> None:
    image = (DEPLOY / "Containerfile").read_text()
    for copied in re.findall(r"^COPY (?!--from)(\S+) ", image, re.MULTILINE):
        assert (ROOT / copied).exists(), copied
    assert re.findall(r"^USER (\S+)", image, re.MULTILINE) == ["10001"]
    assert "/readyz" in image
    assert not re.search(r"apt-get|gcc|build-essential", image)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = unit.read_text().replace("/opt/guestchat/.venv/bin/python", sys.executable)
        (tmp_path / unit.name.replace("@.", "@8001.")).write_text(text)
    units = [str(each) for each in sorted(tmp_path.iterdir())]
    assert len(units) == 2
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], text=True, capture_output=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "guestchat" in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", sorted(each.name for each in DEPLOY.glob("*.sh")))
def test_scripts_are_sound(script: str) -> None:
    subprocess.run(["bash", "-n", DEPLOY / script], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", "--external-sources", script], cwd=DEPLOY, check=True)


# --- monitoring ---------------------------------------------------------------------
def monitored() -> list[str]:
    """Return every expression that the dashboard and the alerts ask of Prometheus."""
    board = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text())
    rules = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*asked, *(rule["expr"] for group in rules["groups"] for rule in group["rules"])]


def test_the_dashboard_and_the_alerts_ask_for_what_a_process_tells() -> None:
    assert callable(health.metrics)  # what a process tells is registered when its modules are read
    families = list(REGISTRY.collect())
    told = {sample.name for each in families for sample in each.samples} | {each.name for each in families} | {"up"}
    asked = {name for each in monitored() for name in re.findall(r"\b((?:guestchat|process)_\w+|up)\b", each)}
    assert len(asked) > 10
    assert asked - told == set()
    codes = set(re.findall(r'code="(\w+)"', " ".join(monitored())))
    steps = set(re.findall(r'step="(\w+)"', " ".join(monitored())))
    assert codes <= set(measures.CODES)
    assert steps <= {"acknowledged", "first_piece", "finished"}


def test_every_alert_says_why() -> None:
    rules = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text())["groups"][0]["rules"]
    assert len(rules) > 5
    for rule in rules:
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["reason"].endswith("."), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_no_two_panels_lie_on_each_other() -> None:
    board = json.loads((DEPLOY / "monitoring" / "grafana.json").read_text())
    cells = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _y in cells) < 24
