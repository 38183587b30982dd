"""What is kept under version control: nothing that belongs to one machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def test_nothing_that_is_ignored_is_tracked(root: Path) -> None:
    """An environment that got in, even as a link, would replace everybody else's at their next merge."""
    if not (root / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a checkout")
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
