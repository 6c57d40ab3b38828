"""Make the list of components that ships with the documentation, as CycloneDX, from the lock of what runs."""

from __future__ import annotations

import json
import re
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK, LIST = ROOT / "requirements.lock", ROOT / "docs" / "_static" / "components.cdx.json"
_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;\n]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, object]]:
    """Every package of a lock: name, version, its address as registries write it, and the hash of each of its files."""
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name.lower()}@{version}",
            "name": name.lower(),
            "version": version,
            "purl": f"pkg:pypi/{name.lower()}@{version}",
            "hashes": [{"alg": "SHA-256", "content": found} for found in _HASH.findall(rest)],
        }
        for name, version, rest in _ENTRY.findall(lock)
    ]


def bill(lock: str, version: str) -> str:
    """The whole list as JSON. The same lock gives the same bytes: no date, and a number made of the lock."""
    found = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cofactor", "version": version}},
        "components": components(lock),
    }
    return json.dumps(found, indent=1) + "\n"


def _version() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    assert found, "pyproject.toml has no version"
    return found[1]


def main() -> None:
    """Write the list; with ``--check`` only tell whether it is that of the lock."""
    text = bill(LOCK.read_text(encoding="utf-8"), _version())
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if LIST.read_text(encoding="utf-8") == text else "run python tools/make_sbom.py")
    LIST.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
