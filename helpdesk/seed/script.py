"""The conversations of the demo company, read from `stories/*.txt`.

A file names a place (`Group › Category`), then stories. Each line begins with a mark:

    @ subcategory                 begins a story
    # title                       then, on lines without a mark, the description
    ! priority                    of the finished request; none: the requester chose none
    A:  R:  N:                    agent's message, requester's message, internal note
    ~ reason                      a hold, until the next line of the other side
    = code | text                 the resolution
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files

from helpdesk.domain.enums import HoldReason, Priority, ResolutionCode


@dataclass(slots=True)
class Story:
    """One conversation with gaps such as `{device}` to fill."""

    group: str
    category: str
    subcategory: str
    title: str = ""
    description: str = ""
    priority: Priority | None = None
    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # (mark, text)
    code: ResolutionCode = ResolutionCode.SOLVED
    resolution: str = ""


def read_stories() -> list[Story]:
    """All stories, by file name."""
    found: list[Story] = []
    folder = files("helpdesk.seed") / "stories"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".txt"):
            found += parse(file.read_text(encoding="utf-8"))
    return found


def parse(text: str) -> list[Story]:
    """The stories of one file. Raises `ValueError` for a line that is out of place."""
    found: list[Story] = []
    group = category = ""
    for line in text.splitlines():
        mark, _, rest = line.partition(" ")
        if " › " in line and mark not in {"#", "A:", "R:", "N:", "="}:
            group, category = line.split(" › ")
        elif mark == "@":
            found.append(Story(group, category, rest))
        elif line.strip() and not found:
            raise ValueError(f"before the first story: {line!r}")
        elif found:
            _add(found[-1], mark, rest, line)
    for story in found:
        story.description = story.description.strip()
        story.lines = [(mark, text.strip()) for mark, text in story.lines]
        if not (story.title and story.description and story.lines and story.resolution):
            raise ValueError(f"unfinished story: {story.title or story.subcategory}")
    return found


def _add(story: Story, mark: str, rest: str, line: str) -> None:
    if mark == "#":
        story.title = rest
    elif mark == "!":
        story.priority = Priority(rest)
    elif mark in {"A:", "R:", "N:"}:
        story.lines.append((mark[0], rest))
    elif mark == "~":
        story.lines.append(("~", HoldReason(rest)))
    elif mark == "=":
        code, _, story.resolution = rest.partition(" | ")
        story.code = ResolutionCode(code)
    elif story.lines:
        last, text = story.lines[-1]
        story.lines[-1] = (last, f"{text}\n{line}")
    else:
        story.description += f"{line}\n"
