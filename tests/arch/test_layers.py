"""Who may import whom: the contracts of `pyproject.toml`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_import_contracts(root: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
