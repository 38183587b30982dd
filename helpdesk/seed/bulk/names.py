"""Names of people, of things and of what nobody has heard of: common words and rare ones."""

from __future__ import annotations

import unicodedata
from random import Random

FIRST = (  # noqa: SIM905 - a hundred lines otherwise
    "Anna Jonas Leonie Felix Mia Noah Jürgen Käthe Björn Søren Łukasz Zoë Chloé François Renée Iñaki"
    " Sofía José Márton Eszter Jiří Kateřina Tomáš Živa Ivan Olga Dmitri Elif Mehmet Ayşe Tuğba Aoife Séan"
    " Nkechi Kofi Imani Amara Wei Mei Hiroshi Yuki Ananya Rahul Priya Fatima Omar Layla Yusuf Grace Oliver"
    " Emily Jack محمد فاطمة أحمد مريم يوسف ليلى"
).split()
LAST = (  # noqa: SIM905 - a hundred lines otherwise
    "Müller Schmidt Weiß Jäger Groß Köhler Schröder Öztürk Yıldız Demir Kowalska Wiśniewski Nováková"
    " Dvořák Horvat Kovács Szabó Popescu Ionescu Petrov Ivanova Hernández García Muñoz Ferreira Gonçalves"
    " Rossi Bianchi Dubois Lefèvre Girard O’Brien Byrne Håkansson Lindqvist Østergaard Dahl Nielsen Okafor"
    " Mensah Mwangi Abebe Chen Tanaka Kim Nguyen Khan Sharma Patel Haddad Smith Jones Taylor Walker Hughes"
    " الحسن الزهراء الخطيب منصور"
).split()
DEPARTMENTS = (
    "Sales",
    "Engineering",
    "Operations",
    "Customer Care",
    "Finance",
    "Marketing",
    "Legal",
    "People",
)
LOCATIONS = ("Hamburg", "Leipzig", "Lisbon", "Vienna", "Boston", "Austin", "Singapore", "Sydney")
DEVICES = (
    "ThinkPad T14",
    "ThinkPad X1",
    "MacBook Air",
    "MacBook Pro 14",
    "Latitude 7440",
    "EliteBook 840",
    "Surface Pro",
)
APPS = ("Invoice Desk", "Atlas CRM", "PlanBoard", "StockRoom", "TimeSheet", "Ledger One", "FieldNotes")
ROOMS = ("Aurora", "Bremen", "Elbe", "Galileo", "Island", "Polaris", "Zürich", "Århus")
TAGS = (
    "vip",
    "remote",
    "supplier",
    "audit",
    "onboarding",
    "rollout",
    "recurring",
    "warranty",
    "travel",
    "lab",
)
FLOORS = ("second floor", "third floor", "fourth floor", "fifth floor")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i", "’": None})
_SYLLABLES = (  # noqa: SIM905 - a hundred lines otherwise
    "bal cor dra fen gal hyr jol kest lum mar nev orb pell quin ros sol tarn ul vex wen yar zim ach brin"
    " cyr dun esk far"
).split()
_WORDS = 40_000


def address(name: str, number: int) -> str:
    """An address in ASCII that nobody else has."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    plain = "".join(c for c in letters if c.isascii() and (c.isalnum() or c == " "))
    return f"{'.'.join([*plain.split(), str(number)])}@people.example.com"


def rare_word(rng: Random) -> str:
    """A project, a host, a product: few come often, most come once in a while (a Zipf-like vocabulary of 40,000)."""
    number = int(_WORDS ** rng.random())
    word = ""
    while number or not word:
        number, syllable = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word.capitalize()


def asset_tag(rng: Random) -> str:
    """What stands on the sticker: nearly always another."""
    return f"{rng.choice(('LT', 'PC', 'MON', 'PH', 'PRN'))}-{rng.randrange(10_000, 99_999)}"
