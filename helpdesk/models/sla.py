"""SLA policies with their versions, calendars, and the running clocks of tickets."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from helpdesk.domain.enums import ClockKind
from helpdesk.models._columns import document, flag, key, number, one_of, real, ref, table_of, text_, when


class Calendar(SQLModel, table=True):
    """Opening hours; a policy version keeps its own copy, so that an edit changes no running clock."""

    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("name", name="calendars_name_key"),)

    id: int = key()
    name: str = text_(150)
    document: dict[str, object] = document()
    archived: bool = flag(False)
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)


class SlaPolicy(SQLModel, table=True):
    __tablename__ = "sla_policies"
    __table_args__ = (
        UniqueConstraint("name", name="sla_policies_name_key"),
        Index("sla_policies_one_default", "is_default", unique=True, postgresql_where=text("is_default")),
        Index("sla_policies_order", "position"),
    )

    id: int = key()
    name: str = text_(150)
    position: int = number(default=0)
    is_default: bool = flag(False)
    calendar_id: int | None = ref("calendars.id", null=True, index=True)
    conditions: dict[str, object] = document()
    archived: bool = flag(False)
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)


class SlaPolicyVersion(SQLModel, table=True):
    """What a policy promised from one edit to the next: targets, calendar and steps, never changed."""

    __tablename__ = "sla_policy_versions"
    __table_args__ = (
        UniqueConstraint("policy_id", "version", name="sla_policy_versions_policy_version_key"),
    )

    id: int = key()
    policy_id: int = ref("sla_policies.id")
    version: int = number()
    document: dict[str, object] = document()
    created_by: int | None = ref("users.id", null=True)
    created_at: datetime = when(default_now=True)


class TicketClock(SQLModel, table=True):
    """The cache of one clock of a ticket as its events left it; `services.integrity` recomputes and compares."""

    __tablename__ = "ticket_clocks"
    __table_args__ = (
        one_of("kind", ClockKind, name="ticket_clocks_kind_known"),
        CheckConstraint("due_at IS NULL OR due_at >= started_at", name="ticket_clocks_due_after_start"),
        Index(
            "ticket_clocks_next_step",
            "next_step_at",
            postgresql_where=text("next_step_at IS NOT NULL"),
        ),
        # for reports: promises by when they were met or broken, read from the index alone
        Index(
            "ticket_clocks_met",
            "met_at",
            postgresql_include=["ticket_id", "kind", "due_at", "started_at", "flagged"],
            postgresql_where=text("met_at IS NOT NULL"),
        ),
        Index(
            "ticket_clocks_broken",
            "due_at",
            postgresql_include=["ticket_id", "kind"],
            postgresql_where=text("stopped_at IS NULL OR stopped_at > due_at"),
        ),
    )

    ticket_id: int = ref("tickets.id", primary=True)
    kind: str = Field(primary_key=True, max_length=20)
    run: int = number()
    policy_version_id: int = ref("sla_policy_versions.id")
    target_minutes: int = number()
    business: bool = flag(True)  # counted in the policy's calendar, else around the clock
    started_at: datetime = when()
    due_at: datetime | None = when(null=True)  # None while paused
    met_at: datetime | None = when(null=True)
    breached_at: datetime | None = when(null=True)  # known at the last event; later ones show as due_at < now
    paused: bool = flag(False)
    consumed_seconds: float = real()  # at `as_of`, in the clock's working time
    as_of: datetime = when()
    stopped_at: datetime | None = when(null=True)
    risk_at: datetime | None = when(null=True)
    flagged: bool = flag(False)
    next_step_at: datetime | None = when(null=True)


class TicketClockStep(SQLModel, table=True):
    """An escalation step that fired: once per clock run, whoever runs the sweep."""

    __tablename__ = "ticket_clock_steps"

    ticket_id: int = ref("tickets.id", primary=True)
    kind: str = Field(primary_key=True, max_length=20)
    run: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    step: str = Field(primary_key=True, max_length=60)
    due_at: datetime = when()
    fired_at: datetime = when()
    late: bool = flag(False)


calendars = table_of(Calendar)
sla_policies = table_of(SlaPolicy)
sla_policy_versions = table_of(SlaPolicyVersion)
ticket_clocks = table_of(TicketClock)
ticket_clock_steps = table_of(TicketClockStep)
