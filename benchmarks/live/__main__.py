"""`python -m benchmarks.live [--pages N] [--rate N] [--seconds S] [URL]`: see the package."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.live import report
from benchmarks.live.cast import Cast
from benchmarks.live.changes import KINDS, Company
from benchmarks.live.expect import Start, expect
from benchmarks.live.machine import Meter
from benchmarks.live.pages import OpenPage, Tally
from helpdesk.core.config import PREFIX, get_settings
from helpdesk.stack.network import free_port
from tests.stack.running import PARTS, Running

_READY_S = 420  # with a front end to build on a slow machine
_CUT_EVERY, _CUT_S = 5, 3.0
_PATIENCE_S = 15.0  # longer than pages compare with the database
_SETTLE_S = 5.0


class Run:
    """One measurement, in its order."""

    def __init__(self, running: Running, options: argparse.Namespace) -> None:
        self.running, self.options = running, options
        self.tally = Tally()
        pids = {part: number for part in PARTS if (number := running.pid(part))}
        self.meter = Meter(pids)
        self.happened: Counter[str] = Counter()
        self.opened: list[float] = []
        self.healed: list[float] = []
        self.pages: list[OpenPage] = []
        self.start: Start
        self.company: Company

    async def measure(self) -> None:
        cast = Cast(self.running.url, get_settings().demo_password)
        self.company = await cast.assemble(self.options.pages)
        self.pages = cast.pages(self.options.pages, self.company, self.tally)
        await asyncio.sleep(_SETTLE_S)
        self.meter.mark("before")
        for page in self.pages:
            self.opened.append(await page.open())
        await asyncio.sleep(_SETTLE_S)
        self.start = Start(self.pages)
        self.tally.frames = self.tally.characters = 0
        self.meter.mark("open")
        cutting = asyncio.create_task(self._cut_some(self.options.seconds * 0.4))
        await self._change(self.options.seconds)
        self.meter.mark("end")
        await cutting
        await self._settled()
        self.told = (self.tally.frames, self.tally.characters)
        await asyncio.gather(*(page.close() for page in self.pages))
        await asyncio.sleep(_SETTLE_S)
        self.meter.mark("closed")
        if self.options.restart:
            await asyncio.gather(*(page.open() for page in self.pages))
            await self._restart()
            await asyncio.gather(*(page.close() for page in self.pages))
        await cast.close(self.company)

    async def _change(self, seconds: float) -> None:
        """Changes at an even rate, however long each takes."""
        began, under_way = time.perf_counter(), set[asyncio.Task[None]]()
        for number in range(round(seconds * self.options.rate)):
            await asyncio.sleep(max(0.0, began + number / self.options.rate - time.perf_counter()))
            task = asyncio.create_task(self._change_once())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        self.took = time.perf_counter() - began

    async def _change_once(self) -> None:
        kind = self.company.choice.choices(list(KINDS), list(KINDS.values()))[0]
        if change := await self.company.act(kind):
            self.happened[kind] += 1
            expect(change, self.pages, self.start)

    async def _cut_some(self, wait: float) -> None:
        """A fifth of the pages loses the line, and has it again while changes go on."""
        await asyncio.sleep(wait)
        some = self.pages[::_CUT_EVERY]
        await asyncio.gather(*(page.cut() for page in some))
        await asyncio.sleep(_CUT_S)
        self.healed += await asyncio.gather(*(page.open() for page in some))

    async def _settled(self) -> None:
        end = time.perf_counter() + _PATIENCE_S
        while any(page.awaited for page in self.pages) and time.perf_counter() < end:
            await asyncio.sleep(0.2)
        self.never = Counter((page.kind, one.what, one.away) for page in self.pages for one in page.awaited)
        for page in self.pages:
            page.awaited.clear()

    async def _restart(self) -> None:
        """The web process goes, as with a new version, and all pages come back at once."""
        old = self.running.pid("web")
        if old is None:
            raise SystemExit("the web process is not there")
        for page in self.pages:
            page.away = "restart"
        began = time.perf_counter()
        os.kill(old, signal.SIGTERM)
        back = asyncio.gather(*(self._come_back(page) for page in self.pages))
        while self.running.pid("web") in {None, old} or not await asyncio.to_thread(self.running.answers):
            await asyncio.sleep(0.05)
        self.answering = time.perf_counter() - began
        await back
        self.all_back = time.perf_counter() - began
        for _ in range(round(self.options.rate)):
            await self._change_once()
        await self._settled()
        self.right = time.perf_counter() - began

    async def _come_back(self, page: OpenPage) -> float:
        await page.ended()
        return await page.open()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("url", nargs="?", metavar="URL", help="a database to do it in; else one of its own")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20, help="changes a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=1, help="web processes")
    parser.add_argument(
        "--data", help="the product's folder, kept: a second run has its demo company already"
    )
    parser.add_argument("--no-restart", dest="restart", action="store_false")
    options = parser.parse_args()
    settings = {}
    if key := os.environ.get(f"{PREFIX}SECRET_KEY"):  # of the database that is named; a folder keeps its own
        settings["secret_key"] = key
    if options.url:
        settings["database_url"] = options.url
    with tempfile.TemporaryDirectory(prefix="helpdesk-live-") as folder:
        running = Running(
            Path(options.data or Path(folder) / "data"),
            *("--port", f"{free_port()}", "--workers", f"{options.workers}", "--demo"),
            rate_limits="off",
            bcrypt_cost="4",
            **settings,
        )
        try:
            running.ready(_READY_S)
            run = Run(running, options)
            asyncio.run(run.measure())
            report.show(run)
        finally:
            running.stop()


if __name__ == "__main__":
    main()
