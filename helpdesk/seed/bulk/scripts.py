"""The demo company's stories, cut to the conversations of a bulk load: three messages each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from helpdesk.domain.enums import Priority
from helpdesk.seed.script import Story, read_stories

MESSAGES = 3
NOTES = (
    "Checked the event log of {device}: same pattern as in {thing}.",
    "Called {me}, no answer; trying again tomorrow. See {thing}.",
    "Known from {thing}, the vendor has a case open for it.",
    "Needs somebody on site in {room}. Asset {asset}.",
    "Configuration of {app} compared with {asset}: no difference.",
    "For the handover: everything tried is in {thing}, the rest is waiting for {me}.",
)
ANSWERS = (
    "Hello {me}, I am looking into it and will come back to you today.",
    "Hi {me}, could you restart {device} once and tell me whether {app} behaves the same?",
    "Hello {me}, thank you. I have passed {asset} on to the colleagues for {thing}.",
    "Hi {me}, that is set up now. Please try again and tell me if {thing} is still missing.",
)
REPLIES = (
    "Thank you. It is still the same here, also in {room}.",
    "That helped for now, I will watch it. The device is {asset}.",
    "Is there any news? {colleague} has the same with {thing}.",
    "Yes, since the update of {app}. I have tried it on {device} too.",
)
DETAILS = (
    "",
    "\n\nIt is about {asset}.",
    "\n\nThe message names {thing}.",
    "\n\nAlso seen by {colleague} with {thing}, {asset}.",
    "\n\nError 0x{code:08X} in {app}.",
)
TITLE_ENDS = ("", "", "", " ({thing})", " ({asset})", ": {thing}")


@dataclass(frozen=True, slots=True)
class Script:
    """What is said on a ticket: `(mark, text)` with the marks of `seed.script`, three of them messages."""

    category: str
    subcategory: str
    title: str
    description: str
    priority: Priority | None
    lines: tuple[tuple[str, str], ...]
    code: str
    resolution: str


def read_scripts() -> dict[str, list[Script]]:
    """By the name of the group whose stories they are; each story twice, once with an internal note."""
    found: dict[str, list[Script]] = defaultdict(list)
    for number, story in enumerate(read_stories()):
        for noted in (False, True):
            found[story.group].append(_script(story, number, noted=noted))
    return dict(found)


def _script(story: Story, number: int, *, noted: bool) -> Script:
    lines = list(story.lines)
    first = next(place for place, (mark, _) in enumerate(lines) if mark == "A")
    if noted and all(mark != "N" for mark, _ in lines[: first + 2]):
        lines.insert(first + number % 2, ("N", NOTES[number % len(NOTES)]))
    kept: list[tuple[str, str]] = []
    for mark, text in lines:
        if sum(one != "~" for one, _ in kept) == MESSAGES:
            break
        kept.append((mark, str(text)))
    extra = (("A", ANSWERS), ("R", REPLIES), ("A", ANSWERS))
    for mark, texts in extra[sum(one != "~" for one, _ in kept) :]:
        kept.append((mark, texts[number % len(texts)]))
    return Script(
        story.category,
        story.subcategory,
        story.title,
        story.description,
        story.priority,
        tuple(kept),
        str(story.code),
        story.resolution,
    )
