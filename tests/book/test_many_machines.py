"""The page on many machines: its commands have options that dask knows, its manifests are YAML."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "book" / "many-machines.md").read_text(encoding="utf-8")
DASK = str(Path(sys.executable).with_name("dask"))
MANIFESTS = list(yaml.safe_load_all(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]))


def containers() -> list[dict]:
    specs = [m["spec"]["template"]["spec"] for m in MANIFESTS if m["kind"] == "Deployment"]
    return [container for spec in specs for container in spec["containers"]]


@pytest.mark.parametrize("name", ["scheduler", "worker"])
def test_options_are_dasks_own(name):
    told = subprocess.run([DASK, name, "--help"], capture_output=True, text=True, check=True)
    known = set(re.findall(r"--[a-z-]+", told.stdout))
    lines = [line.split("#")[0] for line in PAGE.splitlines() if f"dask {name} " in line]
    lines += [" ".join(c["command"]) for c in containers() if c["command"][:2] == ["dask", name]]
    used = {option for line in lines for option in re.findall(r" (--[a-z-]+)", line)}
    assert len(lines) >= 3
    assert used <= known


def test_manifests_belong_together():
    service = next(m for m in MANIFESTS if m["kind"] == "Service")
    apps = [m["spec"]["template"]["metadata"]["labels"] for m in MANIFESTS[1:]]
    assert service["spec"]["selector"] in apps
    worker = next(c for c in containers() if c["name"] == "worker")
    port = service["spec"]["ports"][0]["port"]
    assert f"tcp://{service['metadata']['name']}:{port}" in worker["command"]
    scheduler = next(c for c in containers() if c["name"] == "scheduler")
    assert str(port) in scheduler["command"]
    for manifest in MANIFESTS[1:]:
        labels = manifest["spec"]["template"]["metadata"]["labels"]
        assert manifest["spec"]["selector"]["matchLabels"] == labels
