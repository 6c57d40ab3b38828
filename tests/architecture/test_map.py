"""MAP.md names every file of the package, each with what the file says of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_map_is_up_to_date():
    command = [sys.executable, "tools/make_map.py", "--check"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"run make map. {result.stderr}"


def test_every_file_of_the_package_is_on_the_map():
    text = (ROOT / "MAP.md").read_text(encoding="utf-8")
    listed = set()
    for folder, block in re.findall(r"<!-- files: (\S+) -->\n(.*?)<!-- end -->", text, re.DOTALL):
        listed |= {f"{folder}/{name}" for name in re.findall(r"^- `([^`]+)`:", block, re.MULTILINE)}
    listed |= set(re.findall(r"`(src/cofactor/[a-z_]+\.py)`", text))
    shipped = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src").rglob("*.py")
        if path.parent.name == "cofactor" or path.name != "__init__.py"
    }
    assert shipped - listed == set()
