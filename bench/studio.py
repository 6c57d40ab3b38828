"""The studio under load, through its real door: `python bench/studio.py [--only slider] [--scale 1] [--write FILE]`.

Four figures of one running server. From the move of a slider to the frame that shows it, in Chromium, with a posterior
of 1,000 bodies; forecasts of one stored person a second, every level over a year; ten times as many requests as may be
inside, what is refused and how soon it answers again; memory over many requests. The generator of load runs on the same
processors. Figures are of one run on one machine and never tested.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import cofactor
from cofactor.faces.work import AT_ONCE, WAITING
from cofactor.person.store import open_store

ANNA = Path(__file__).parents[1] / "examples" / "anna.yaml"
CHROMIUM = "/usr/bin/chromium"
MOVES = 60
WARM = 10  # moves, and hundreds of requests, before anything is counted
FORECASTS, AT_A_TIME = 1000, 8
TIMES_OVER = 10
REQUESTS = 20_000

MOVE = """
([key, value]) => new Promise((moved) => {
  const slider = document.getElementById(`s-${key}`), begun = performance.now()
  const painted = () => requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => moved(performance.now() - begun)
    channel.port2.postMessage(0)
  })
  document.addEventListener('drawn', painted, { once: true })
  slider.value = value
  slider.dispatchEvent(new Event('input', { bubbles: true }))
})
"""
"""Resolves to the milliseconds from the move to the first message handled after the frame that shows the answer."""


IN_SIGHT = """
[...document.querySelectorAll('[data-small]')]
  .map((box) => box.getBoundingClientRect()).filter(({ top, bottom }) => bottom > 0 && top < innerHeight).length
"""


@dataclass
class Served:
    """A running studio: its address and process, and Anna's id."""

    url: str
    token: str
    process: subprocess.Popen[str]
    anna: str
    cookie: str = ""

    @property
    def port(self) -> int:
        """The port of the address."""
        return int(self.url.rpartition(":")[2])

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serve() -> Iterator[Served]:
    """``cofactor serve`` with Anna's case in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        with open_store(Path(folder) / "cases", create=True) as store:
            anna = store.save("Anna", ANNA.read_text(encoding="utf-8"))[0].case
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        command = [sys.executable, "-m", "cofactor", "serve", "--no-browser", "--json", "--port", port]
        environment = {**os.environ, "COFACTOR_DATA": folder}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            said = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            try:
                yield Served(said["url"], said["token"], process, anna)
            finally:
                process.terminate()


def enter(at: Served) -> None:
    """Exchange the token for the cookie of the one session, as soon as the door stands."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", at.port)).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    door = HTTPConnection("127.0.0.1", at.port, timeout=10)
    door.request("POST", "/login", at.token.encode())
    at.cookie = door.getresponse().headers["set-cookie"].partition(";")[0]
    door.close()


def move(at: Served) -> tuple[list[float], list[float], int]:
    """Milliseconds from a move to its frame: at the top of the page, and among small drawings, with their number."""
    name, _, value = at.cookie.partition("=")
    moves = places()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.context.add_cookies([{"name": name, "value": value, "url": at.url}])
        page.goto(f"{at.url}/live/{at.anna}")
        page.wait_for_timeout(2000)
        top = [page.evaluate(MOVE, next(moves)) for _ in range(WARM + MOVES)]
        page.locator("[data-small=Ca_total]").scroll_into_view_if_needed()
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(1000)
        below = [page.evaluate(MOVE, next(moves)) for _ in range(WARM + MOVES)]
        seen = page.evaluate(IN_SIGHT)
        browser.close()
    return top[WARM:], below[WARM:], seen


def places() -> Iterator[tuple[str, float]]:
    """Sliders and where they are moved to, in turns, so that no scenario comes twice and none is remembered."""
    for i in itertools.count():
        yield "d", 2.5 * (1 + 7 * i % 49)
        yield "mg", 25.0 * (1 + 5 * i % 16)


# ------------------------------------------------------------------------------------------------- many requests


@asynccontextmanager
async def connection(at: Served) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is kept open."""
    reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def get(at: Served, io: tuple[asyncio.StreamReader, asyncio.StreamWriter], path: str) -> int:
    """The status of one answer, which is read to its end."""
    reader, writer = io
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{at.port}\r\nCookie: {at.cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head[9:12])


def forecast(at: Served, number: int) -> str:
    """A forecast that nobody has asked for before."""
    return f"/api/cases/{at.anna}/forecast?s=d{number % 12_000 / 100:g}"


async def many(at: Served, count: int, together: int, first: int = 0) -> tuple[list[float], list[int]]:
    """Seconds and statuses of ``count`` forecasts over ``together`` connections."""
    numbers, seconds, statuses = iter(range(first, first + count)), [], []

    async def ask() -> None:
        async with connection(at) as io:
            for number in numbers:
                begun = time.perf_counter()
                statuses.append(await get(at, io, forecast(at, number)))
                seconds.append(time.perf_counter() - begun)

    await asyncio.gather(*(ask() for _ in range(together)))
    return seconds, statuses


async def recovery(at: Served) -> float:
    """Seconds until a forecast is answered again."""
    begun = time.perf_counter()
    async with connection(at) as io:
        while await get(at, io, forecast(at, 1)) != 200:
            await asyncio.sleep(0.02)
    return time.perf_counter() - begun


# ------------------------------------------------------------------------------------------------------- figures


def slider(at: Served, _: float) -> Iterator[str]:
    """From the move of a slider to its frame."""
    top, below, seen = move(at)
    for where, took in (("at the top of the page", top), (f"with {seen} small drawings in sight", below)):
        yield (
            f"Slider to redraw, 1,000 bodies, {len(took)} moves in Chromium, {where}: median {np.median(took):.0f} ms, "
            f"95 % within {np.percentile(took, 95):.0f} ms."
        )


def rate(at: Served, _: float) -> Iterator[str]:
    """Forecasts a second."""
    asyncio.run(many(at, 200, AT_A_TIME))
    begun = time.perf_counter()
    seconds, statuses = asyncio.run(many(at, FORECASTS, AT_A_TIME, 200))
    whole = time.perf_counter() - begun
    assert set(statuses) == {200}
    yield (
        f"One-person forecast (200 bodies, 11 levels, a year), {AT_A_TIME} at a time: "
        f"{FORECASTS / whole:.0f} a second, median {1e3 * np.median(seconds):.0f} ms, "
        f"99 % within {1e3 * np.percentile(seconds, 99):.0f} ms."
    )


def overload(at: Served, _: float) -> Iterator[str]:
    """Ten times as many requests as may be inside."""
    together = TIMES_OVER * (AT_ONCE + WAITING)
    _seconds, statuses = asyncio.run(many(at, 10 * together, together, 1200))
    answered, refused = statuses.count(200), statuses.count(429)
    assert answered + refused == len(statuses)
    yield (
        f"{together} at a time, {TIMES_OVER} times what may be inside: {answered} answered, {refused} told to come "
        f"back (429), nothing else; answers again after {asyncio.run(recovery(at)):.2f} s."
    )


def memory(at: Served, scale: float) -> Iterator[str]:
    """Memory of the server over many requests."""
    asyncio.run(many(at, 500, AT_A_TIME, 4000))
    before, count = at.megabytes, int(REQUESTS * scale)
    asyncio.run(many(at, count, AT_A_TIME, 5000))
    yield (
        f"Memory over {count:,} forecasts: {before:.0f} MB before, {at.megabytes:.0f} MB after "
        f"({100 * (at.megabytes / before - 1):+.1f} %)."
    )


FIGURES = {f.__name__: f for f in (slider, rate, overload, memory)}


def main() -> None:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="of the 20,000 requests of the memory figure")
    parser.add_argument("--write", type=Path, help="write the figures to this file too")
    parser.add_argument("--only", choices=FIGURES, nargs="+", default=list(FIGURES), help="which figures")
    chosen = parser.parse_args()
    lines = [
        f"cofactor {cofactor.__version__}, Python {platform.python_version()}, {platform.system()}, "
        f"{len(os.sched_getaffinity(0))} processors, which Chromium and the load share."
    ]
    print(lines[0], flush=True)
    with serve() as at:
        enter(at)
        for line in (line for name in chosen.only for line in FIGURES[name](at, chosen.scale)):
            print(line, flush=True)
            lines.append(line)
    if chosen.write:
        chosen.write.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
