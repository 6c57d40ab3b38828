"""The lock files: complete, hashed, of one mind, and without an address."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {
    "requirements.lock": ("build",),
    "requirements-dev.lock": ("build", "dev"),
    "requirements-docs.lock": ("build", "docs"),
}


def entries(text: str) -> dict[str, set[Version]]:
    """Locked versions by package; a package may be locked at one version per Python."""
    found: dict[str, set[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", text, re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(Version(version))
    return found


def unlocked(wanted: list[str], locked: dict[str, set[Version]]) -> list[str]:
    """Requirements that the lock does not meet."""
    missing = []
    for text in wanted:
        requirement = Requirement(text)
        versions = locked.get(canonicalize_name(requirement.name), set())
        if not versions or not all(requirement.specifier.contains(v) for v in versions):
            missing.append(text)
    return missing


def unhashed(text: str) -> list[str]:
    """Entries without a SHA-256, and lines that are anything but an entry, a hash or a comment."""
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    kept = [b for b in blocks if b.strip() and not b.startswith("#")]
    return [b.split("\n")[0] for b in kept if not re.search(r"--hash=sha256:[0-9a-f]{64}", b) or "://" in b]


@pytest.mark.parametrize("file", GROUPS)
def test_a_lock_meets_the_project_and_is_hashed(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    wanted = PROJECT["project"]["dependencies"] + [r for g in GROUPS[file] for r in PROJECT["dependency-groups"][g]]
    assert unlocked(wanted, entries(text)) == [], "run tools/lock.sh"
    assert unhashed(text) == []


@pytest.mark.parametrize("file", [name for name in GROUPS if name != "requirements.lock"])
def test_one_environment_can_hold_all(file):
    base, other = (
        entries((ROOT / "requirements.lock").read_text(encoding="utf-8")),
        entries((ROOT / file).read_text(encoding="utf-8")),
    )
    assert {name: other.get(name) for name in base} == base


def test_the_list_of_components_is_that_of_the_lock():
    command = [sys.executable, "tools/make_sbom.py", "--check"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0, "run python tools/make_sbom.py"
    bill = json.loads((ROOT / "docs" / "_static" / "components.cdx.json").read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    found = {(canonicalize_name(c["name"]), Version(c["version"])) for c in bill["components"]}
    locked = entries((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert found == {(name, version) for name, versions in locked.items() for version in versions}
    assert len({c["bom-ref"] for c in bill["components"]}) == len(bill["components"])
    for component in bill["components"]:
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        assert all(re.fullmatch("[0-9a-f]{64}", h["content"]) for h in component["hashes"])
        assert component["hashes"]


def test_a_gap_in_a_lock_is_caught():
    assert unlocked(["numpy>=2", "scipy>=1"], entries("numpy==1.26.4 \\\n")) == ["numpy>=2", "scipy>=1"]
    good = "numpy==2.0.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
    assert unhashed(good) == []
    assert unhashed("numpy==2.0.0\n") == ["numpy==2.0.0"]
    assert unhashed("--extra-index ftp://x\n" + good) == ["--extra-index ftp://x"]
