"""The demo company: who works there, and the tree of what can be asked for (product rules §9)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from helpdesk.domain.enums import Role
from helpdesk.services.tree import NewCategory, NewGroup, NewSubcategory


@dataclass(frozen=True, slots=True)
class Employee:
    name: str
    email: str
    role: Role
    department: str
    location: str
    groups: tuple[str, ...] = ()
    share: int = 1  # of the tickets that somebody with this role files or works on

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


def _staff(name: str, email: str, role: Role, place: str, share: int, *groups: str) -> Employee:
    department, location = place.split(", ")
    return Employee(name, f"{email}@example.com", role, department, location, groups, share)


STAFF = (
    _staff("Nadia Winter", "admin", Role.ADMIN, "IT, Hamburg", 0, "IT"),
    _staff("Henrik Sommer", "henrik.sommer", Role.ADMIN, "IT, Hamburg", 0, "IT"),
    _staff("Marta Keller", "manager", Role.MANAGER, "IT, Hamburg", 0, "IT"),
    _staff("Paolo Conti", "paolo.conti", Role.MANAGER, "Facilities, Hamburg", 0, "Facilities"),
    _staff("Ingrid Solberg", "ingrid.solberg", Role.MANAGER, "People, Hamburg", 0, "HR"),
    _staff("Sam Okafor", "agent", Role.AGENT, "IT, Hamburg", 6, "IT"),
    _staff("Priya Nair", "agent2", Role.AGENT, "IT, Hamburg", 5, "IT", "Facilities"),
    _staff("Jürgen Müller", "juergen.mueller", Role.AGENT, "IT, Leipzig", 4, "IT"),
    _staff("Łucja Wiśniewska", "lucja.wisniewska", Role.AGENT, "IT, Hamburg", 4, "IT"),
    _staff("Omar Haddad", "omar.haddad", Role.AGENT, "IT, Lisbon", 3, "IT"),
    _staff("Birgit Öztürk", "birgit.oeztuerk", Role.AGENT, "Facilities, Hamburg", 5, "Facilities"),
    _staff("Tomás Ferreira", "tomas.ferreira", Role.AGENT, "Facilities, Lisbon", 3, "Facilities"),
    _staff("Helen Brandt", "helen.brandt", Role.AGENT, "People, Hamburg", 4, "HR"),
    _staff("Farid Nazari", "farid.nazari", Role.AGENT, "People, Leipzig", 3, "HR"),
)

_CLIENTS = {
    "Sales": "Tom Becker|client2, Aylin Yıldız, Björn Håkansson, Chloé Lefèvre, Daniel Kim, Eva Nováková,"
    " Fionn O’Brien, Greta Lindqvist",
    "Marketing": "Clara Weiss|client, Anaïs Dubois 🌻, Hugo Marques, Imani Mwangi, Jonas Schröder,"
    " Katarzyna Zielińska",
    "Finance": "Lars Østergaard, فاطمة الزهراء|fatima.alzahra, Mei Lin 林美|mei.lin, Noah Fischer, Olga Petrova,"
    " Pauline Groß",
    "Engineering": "Quentin Moreau, Rashid Khan, Sofía Hernández, Søren Dahl, محمد الحسن|mohammed.alhassan,"
    " Tuğba Aydın, Ulf Jäger, Valentina Rossi, William Chen",
    "Operations": "Xenia Papadopoulou, Yuki Tanaka 田中|yuki.tanaka, Zoë van den Berg, Andrei Popescu, Beatriz Costa,"
    " Callum Wright, Dörte Petersen",
    "Legal": "Elif Demir, François Girard, Gesa Hoffmann",
    "Customer Care": "Hannah Vogel, Ivan Horvat, Jana Kučerová, Kofi Mensah, Leonie Krüger, Marco 🚲 Bianchi",
}
_LOCATIONS = ("Hamburg", "Hamburg", "Leipzig", "Lisbon", "Hamburg", "Vienna")
_ASCII = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "ı": "i"}
)  # what does not fall apart into letter and accent
_SHARES = {"client": 8, "client2": 6}


def _clients() -> tuple[Employee, ...]:
    found: list[Employee] = []
    for department, names in _CLIENTS.items():
        for entry in names.split(", "):
            name, _, address = entry.strip().partition("|")
            address = address or _address(name)
            location = _LOCATIONS[len(found) % len(_LOCATIONS)]
            share = _SHARES.get(address, 1 + len(found) % 4)
            found.append(
                Employee(name, f"{address}@example.com", Role.CLIENT, department, location, share=share)
            )
    return tuple(found)


def _address(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().translate(_ASCII))
    plain = "".join(c for c in letters if c.isascii() and (c.isalnum() or c == " "))
    return ".".join(plain.split())


EMPLOYEES = STAFF + _clients()

_TREE = """
IT | laptop | Computers, software, network and access | it@example.com | manager
  Hardware | laptop
    Laptop | laptop
    Monitor and dock | monitor
    Phone | smartphone
    Printer | printer
  Software | app-window
    Office and e-mail | mail
    Installation | download
    Licence | key-round
    Business application | database
  Network | wifi
    Wi-Fi | wifi
    VPN | globe
    Wired connection | network
    Network drive | hard-drive
  Accounts and access | key-round
    Password | lock
    New account | user-plus
    Permissions | user-check
    Two-factor sign-in | shield-check
  Collaboration | message-square
    Video meetings | headphones
    Chat and calls | phone
    Shared mailbox | inbox
  Security | shield-check
    Suspicious e-mail | triangle-alert
    Lost device | map-pin
    Data protection | eye-off
Facilities | building | Desks, rooms, building and cars | facilities@example.com | paolo.conti
  Workplace | sofa
    Desk and chair | sofa
    Office move | truck
    Keys and badges | id-card
  Building | building
    Heating and cooling | thermometer
    Lighting | lightbulb
    Plumbing | wrench
    Lift | arrow-up
  Meeting rooms | door-open
    Equipment | monitor
    Booking | calendar-days
    Catering | coffee
  Fleet and parking | car
    Parking space | map-pin
    Pool car | car
HR | users-round | Contracts, leave, pay; only HR reads these | hr@example.com | ingrid.solberg
  Employment | briefcase
    Contract and certificate | file-text
    Leave | plane
    Payroll question | wallet
  Joining and leaving | user-round
    New starter | user-plus
    Leaver | log-out
    Parental leave | heart-pulse
"""
RESTRICTED = frozenset({"HR"})


def tree(member_ids: dict[str, tuple[int, ...]], ids: dict[str, int]) -> list[NewGroup]:
    """The groups with everything below. `member_ids` by group name, `ids` of people by e-mail address."""
    found: list[NewGroup] = []
    for block in _TREE.strip().split("\n"):
        parts = [part.strip() for part in block.split("|")]
        depth = (len(block) - len(block.lstrip())) // 2
        if depth == 0:
            name, icon, description, queue_email, lead = parts
            found.append(
                NewGroup(
                    name,
                    description,
                    icon,
                    restricted=name in RESTRICTED,
                    queue_email=queue_email,
                    lead_id=ids[f"{lead}@example.com"],
                    member_ids=member_ids[name],
                )
            )
        elif depth == 1:
            found[-1] = replace(
                found[-1], categories=(*found[-1].categories, NewCategory(parts[0], icon=parts[1]))
            )
        else:
            last = found[-1].categories[-1]
            grown = replace(
                last, subcategories=(*last.subcategories, NewSubcategory(parts[0], icon=parts[1]))
            )
            found[-1] = replace(found[-1], categories=(*found[-1].categories[:-1], grown))
    return found
