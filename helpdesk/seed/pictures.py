"""Screenshots and log files for demo tickets: drawn here, so that the package carries no pictures."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from random import Random

_WIDTH, _HEIGHT = 480, 300
_Colour = tuple[int, int, int]
_DESKTOPS: tuple[_Colour, ...] = ((38, 70, 83), (42, 57, 80), (58, 71, 57), (70, 52, 74))
_WHITE, _BAR, _INK, _RED, _BLUE = (
    (255, 255, 255),
    (226, 230, 236),
    (120, 128, 140),
    (200, 60, 60),
    (48, 105, 200),
)


def screenshot(rng: Random) -> bytes:
    """A PNG of a desktop with a program's window and an error message in front of it."""
    canvas = _Canvas(rng.choice(_DESKTOPS))
    canvas.box(30, 24, 420, 240, _WHITE)
    canvas.box(30, 24, 420, 22, _BAR)
    for line in range(9):
        canvas.box(46, 62 + line * 20, rng.randrange(120, 380), 6, _BAR)
    left, top = rng.randrange(90, 170), rng.randrange(90, 130)
    canvas.box(left - 1, top - 1, 232, 102, _INK)
    canvas.box(left, top, 230, 100, _WHITE)
    canvas.box(left, top, 230, 20, _RED)
    for line in range(3):
        canvas.box(left + 16, top + 34 + line * 12, rng.randrange(90, 195), 5, _INK)
    canvas.box(left + 160, top + 76, 56, 16, _BLUE)
    return canvas.png()


def log_file(rng: Random, until: datetime) -> bytes:
    """The last lines that a program wrote before `until`."""
    at, lines = until - timedelta(minutes=rng.randrange(9, 30)), list[str]()
    for number in range(rng.randrange(14, 30)):
        at += timedelta(seconds=rng.randrange(1, 25))
        lines.append(
            f"{at:%Y-%m-%d %H:%M:%S} INFO  step {number + 1} finished after {rng.randrange(3, 900)} ms"
        )
    lines.append(
        f"{at:%Y-%m-%d %H:%M:%S} ERROR timeout while waiting for the server, giving up after 3 tries"
    )
    return ("\n".join(lines) + "\n").encode()


class _Canvas:
    def __init__(self, ground: _Colour) -> None:
        self._rows = [bytearray(bytes(ground) * _WIDTH) for _ in range(_HEIGHT)]

    def box(self, left: int, top: int, width: int, height: int, colour: _Colour) -> None:
        for row in self._rows[top : top + height]:
            row[left * 3 : (left + width) * 3] = bytes(colour) * width

    def png(self) -> bytes:
        header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)  # 8 bits, RGB
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows), 9)
        chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
