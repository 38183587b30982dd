"""Every page at 360, 768 and 1440 pixels, light and dark: `make screenshots` on a running demo company.

The pictures are there to be looked at before a change of the UI is called done; nothing compares them. With
`--readme` only those of the README are made, into docs/img.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import find

WIDTHS = (360, 768, 1440)
THEMES = ("light", "dark")
PASSWORD = "helpdesk-demo-1"  # the demo company's, as the README prints it
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Shot:
    name: str
    who: str
    path: str


PAGES = (
    Shot("wizard-topic", "client", "/new"),
    Shot("wizard-details", "client", "/new?group=1&category=1&step=details"),
    Shot("my-requests", "client", "/my"),
    Shot("my-closed", "client", "/my?view=closed"),
    Shot("ticket-client", "client", "/my*"),
    Shot("queue-mine", "agent", "/queue?view=mine"),
    Shot("queue-all", "agent", "/queue?view=all"),
    Shot("queue-empty", "agent", "/queue?view=all&q=nothing-has-this-word"),
    Shot("ticket-agent", "agent", "/queue?view=mine*"),
    Shot("home", "manager", "/home"),
    Shot("reports", "manager", "/reports"),
    Shot("profile", "agent", "/profile"),
    Shot("bell", "client", "/notifications"),
    Shot("tree", "admin", "/admin/tree"),
    Shot("people", "admin", "/admin/people"),
    Shot("notifications", "admin", "/admin/notifications"),
    Shot("mailbox", "admin", "/mailbox"),
    Shot("not-found", "client", "/tickets/HD-1"),
)
README = {
    "queue": PAGES[6],
    "ticket-agent": PAGES[8],
    "ticket-client": PAGES[4],
    "wizard": PAGES[0],
    "home": PAGES[9],
}


def sign_in(browser: Browser, url: str, who: str, width: int, theme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 500 else 780},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
    )
    page = context.new_page()
    page.goto(f"{url}/login")
    page.fill("input[name=email]", f"{who}@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("[data-hydrated=true]", state="attached")
    return page


def take(page: Page, url: str, shot: Shot, target: Path) -> None:
    """One picture; a path that ends with * means the first ticket of that list."""
    page.goto(url + shot.path.rstrip("*"))
    page.wait_for_selector("[data-hydrated=true]", state="attached")
    page.wait_for_timeout(1000)  # what is read after the frame, and the fonts
    if shot.path.endswith("*"):
        link = page.locator("[data-row-open]:visible, a.qc:visible").first
        page.goto(url + str(link.get_attribute("href")))
        page.wait_for_selector("[data-hydrated=true]", state="attached")
        page.wait_for_timeout(1000)
    page.screenshot(path=target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the demo company answers, such as http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "test-results" / "screenshots")
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    out: Path = ROOT / "docs" / "img" if options.readme else options.out
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), args=["--no-sandbox", "--disable-background-networking"]
        )
        if options.readme:
            for name, shot in README.items():
                page = sign_in(browser, options.url, shot.who, 1440, "light")
                take(page, options.url, shot, out / f"{name}.png")
                page.context.close()
            return
        for width in WIDTHS:
            for theme in THEMES:
                pages: dict[str, Page] = {}
                for shot in PAGES:
                    if shot.who not in pages:
                        pages[shot.who] = sign_in(browser, options.url, shot.who, width, theme)
                    take(pages[shot.who], options.url, shot, out / f"{shot.name}-{width}-{theme}.png")
                for page in pages.values():
                    page.context.close()


if __name__ == "__main__":
    main()
