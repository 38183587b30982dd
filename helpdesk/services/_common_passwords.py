"""The passwords that are tried first, as patterns: well-known words with usual endings, runs, repetitions."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

_WORDS = frozenset(files("helpdesk.services").joinpath("common_passwords.txt").read_text("utf-8").split())
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopüasdfghjklöäyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "a1b2c3d4e5f6g7h8i9j0",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_SHORTEST_RUN = 4
_FEW_KINDS = 3


def is_common(password: str) -> bool:
    """Whether this is a guess that attackers make first; case, endings and look-alikes don't help."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    squeezed = re.sub(r"[\W_]+", "", plain)
    if len(set(plain)) <= _FEW_KINDS or _is_repeated(squeezed) or _is_runs(squeezed):
        return True
    return any(_is_word(form) for form in (squeezed, plain))


def _is_word(text: str) -> bool:
    """A word of the list, plain or in look-alike characters, between digits and punctuation, also doubled."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    for form in (bare, bare.translate(_LEET), text.translate(_LEET), re.sub(r"[\W\d_]+", "", text)):
        stem = re.sub(r"[\W_]+", "", form)
        if stem in _WORDS or _doubled(stem) in _WORDS:
            return True
    return not bare


def _doubled(text: str) -> str:
    half = text[: len(text) // 2]
    return half if half * 2 == text else text


def _is_repeated(text: str) -> bool:
    """A short piece over and over: `abcabcabc`, `1212121212`."""
    return not text or re.fullmatch(r"(.{1,4})\1+.?", text) is not None


def _is_runs(text: str) -> bool:
    """Nothing but runs along the alphabet, the digits or a keyboard, forwards or backwards."""
    place = 0
    while place < len(text):
        length = max(_run_length(text[place:]), 0)
        if length < min(_SHORTEST_RUN, len(text) - place):
            return False
        place += length
    return True


def _run_length(text: str) -> int:
    rows = (*_RUNS, *(row[::-1] for row in _RUNS))
    return max(next((size for size in range(len(text), 0, -1) if text[:size] in row), 0) for row in rows)
