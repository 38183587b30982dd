"""The Chromium of the tests in a browser: `find()` for the tests; as a program, install one if there is none."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """Return the path of a Chromium: `$CHROMIUM`, the system's, or the one that Playwright keeps."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.access(path, os.X_OK) else None


def _install() -> None:
    """By the package manager where that is ours to use, as it brings the libraries too; else by Playwright."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("browser: installing chromium by apt-get", flush=True)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "-qq", "update"], check=False, env=environment)
        done = subprocess.run(
            ["apt-get", "-qq", "-y", "--no-install-recommends", "install", "chromium"],
            stdout=subprocess.DEVNULL,
            env=environment,
            check=False,
        )
        if done.returncode == 0 and find():
            return
    print("browser: installing chromium by playwright", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    if find() is None:
        _install()
    path = find()
    if path is None:
        print(
            "browser: no Chromium; install one (Debian: apt-get install chromium) or set CHROMIUM=/path.",
            file=sys.stderr,
        )
        return 1
    trial = subprocess.run([path, "--version", "--no-sandbox"], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        print(f"browser: {path} does not run: {trial.stderr.strip()[-500:]}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
