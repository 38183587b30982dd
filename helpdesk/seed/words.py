"""Words that fill the stories, and how long things take, in minutes of working time."""

from __future__ import annotations

from helpdesk.domain.enums import Priority

ANSWER_MINUTES = {
    Priority.LOW: 150,
    Priority.MEDIUM: 68,
    Priority.HIGH: 19,
    Priority.CRITICAL: 4,
}  # the median
# Minutes of working time that an agent takes for the next answer, and waits for an objection before resolving.
WORK = {
    Priority.LOW: (20, 900),
    Priority.MEDIUM: (15, 460),
    Priority.HIGH: (8, 190),
    Priority.CRITICAL: (3, 45),
}
SILENCE = {
    Priority.LOW: (60, 3200),
    Priority.MEDIUM: (30, 1400),
    Priority.HIGH: (10, 420),
    Priority.CRITICAL: (5, 120),
}
WITH_FILES = frozenset({"Software", "Hardware", "Network"})
CAN_WAIT = frozenset({Priority.LOW, Priority.MEDIUM})
DEVICES = ("ThinkPad T14", "ThinkPad X1", "MacBook Air", "MacBook Pro 14", "Latitude 7440", "EliteBook 840")
APPS = ("Invoice Desk", "Atlas CRM", "PlanBoard", "StockRoom", "TimeSheet")
MEETING_ROOMS = ("Aurora", "Bremen", "Elbe", "Galileo", "Island", "Polaris")
FLOORS = ("second floor", "third floor", "fourth floor", "fifth floor")
OPENINGS = ("", "", "Hello,\n\n", "Hi team,\n\n", "Good morning,\n\n")
CLOSINGS = (
    "",
    "",
    "\n\nThanks, {me}",
    "\n\nKind regards\n{full}",
    "\n\nThank you in advance\n{me}",
    "\n\n{me}",
)
NOT_YET = (
    "It came back this morning, exactly as before.",
    "Not quite: it works here, but not for {colleague}.",
    "Sorry, I was too quick. After a restart it is the same again.",
)
AGAIN = (
    "Thanks for telling us, {me}. I have found a second cause and corrected it too, please try again.",
    "I see, {me}. I have done it once more from scratch and tested it with your account this time.",
)
PATIENCE = {
    "third_party": (
        "One more thing, {me}: to be sure that it lasts I have ordered a spare part. I keep this open until it is in.",
        "The supplier will look at this again in the coming weeks, {me}; until then please go on as now.",
    ),
    "approval": (
        "For the lasting solution I need a budget approval, {me}. I will come back to you as soon as I have it.",
        "This touches a rule for the whole company, so it goes to the next round of the committee, {me}.",
    ),
}
PRAISE = (
    "",
    "Fast and friendly.",
    "Great help, thank you!",
    "👍",
    "Solved at the first try.",
    "Danke, perfekt!",
)
BLAME = ("Took rather long.", "I had to ask twice.", "Works now, but nobody told me in between.")
