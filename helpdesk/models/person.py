"""People, their roles, and their signed-in sessions."""

# pyright: reportAssignmentType=false
# SQLModel declares `__tablename__` as something else than the string that it wants.

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlmodel import Field, SQLModel

from helpdesk.domain.enums import Density, Role, Theme
from helpdesk.models._columns import (
    big,
    blob,
    document,
    flag,
    key,
    one_of,
    random_key,
    ref,
    table_of,
    text_,
    uuid_,
    uuid_key,
    when,
    words,
)


class RoleRow(SQLModel, table=True):
    __tablename__ = "roles"
    __table_args__ = (
        one_of("name", Role, name="roles_name_known"),
        UniqueConstraint("name", name="roles_name_key"),
    )

    id: int = key()
    name: str = text_(20)


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (
        Index("users_email_key", func.lower(text("email")), unique=True),
        Index("users_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}),
        Index("users_name_order", func.lower(text("name")), "id"),
        CheckConstraint("char_length(name) >= 1", name="users_name_not_empty"),
        CheckConstraint("position('@' in email) > 1", name="users_email_shape"),
        one_of("theme", Theme, name="users_theme_known"),
        one_of("density", Density, name="users_density_known"),
    )

    id: int = key()
    name: str = text_(150)
    email: str = text_(255)
    password_hash: str = text_(255)
    role_id: int = ref("roles.id", index=True)
    department: str | None = text_(100, null=True)
    location: str | None = text_(100, null=True)
    time_zone: str | None = text_(64, null=True)
    locale: str | None = text_(20, null=True)
    manager_id: int | None = ref("users.id", null=True, index=True)
    is_active: bool = flag(True)
    custom: dict[str, object] = document()
    created_at: datetime = when(default_now=True)
    updated_at: datetime = when(default_now=True)
    # how they like it; null: never chosen
    theme: str | None = text_(10, null=True)
    density: str | None = text_(20, null=True)
    single_keys: bool = flag(True)


class UserSession(SQLModel, table=True):
    """One sign-in: a browser's cookie, or an API token pair's family. Looked up by key on each request."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("kind IN ('browser', 'api')", name="sessions_kind_known"),
        Index("sessions_live_by_user", "user_id", postgresql_where=text("revoked_at IS NULL")),
        Index("sessions_expires_at", "expires_at"),
    )

    id: uuid.UUID = uuid_key()
    user_id: int = ref("users.id")
    kind: str = text_(10)
    secret_hash: bytes | None = blob(null=True)
    ip: str | None = text_(45, null=True)
    user_agent: str | None = text_(300, null=True)
    created_at: datetime = when()
    last_seen_at: datetime = when()
    expires_at: datetime = when()
    revoked_at: datetime | None = when(null=True)


class RefreshToken(SQLModel, table=True):
    """A refresh token of an API session; a used one that comes back revokes the whole family."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash", name="refresh_tokens_token_hash_key"),
        Index("refresh_tokens_session", "session_id"),
    )

    id: int = key()
    session_id: uuid.UUID = Field(foreign_key="sessions.id", ondelete="CASCADE", nullable=False)
    token_hash: bytes = blob()
    created_at: datetime = when()
    expires_at: datetime = when()
    used_at: datetime | None = when(null=True)


class ApiToken(SQLModel, table=True):
    """A personal API token; its value is shown once and stored as a digest (ADR 0013)."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash", name="api_tokens_token_hash_key"),
        Index("api_tokens_by_user", "user_id", "created_at"),
        CheckConstraint(
            "cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'write', 'admin']::varchar[]",
            name="api_tokens_scopes_known",
        ),
        CheckConstraint("expires_at > created_at", name="api_tokens_expires_later"),
        CheckConstraint("char_length(name) >= 1", name="api_tokens_name_not_empty"),
    )

    id: int = random_key()
    user_id: int = ref("users.id")
    name: str = text_(100)
    token_hash: bytes = blob()
    scopes: list[str] = words()
    created_at: datetime = when()
    expires_at: datetime = when()
    last_used_at: datetime | None = when(null=True)
    revoked_at: datetime | None = when(null=True)


class NotificationPreference(SQLModel, table=True):
    """A person's yes or no to an event by a channel, where it differs from the default (`domain.telling`)."""

    __tablename__ = "notification_preferences"

    user_id: int = ref("users.id", primary=True)
    event: str = Field(primary_key=True, max_length=40)
    channel: str = Field(primary_key=True, max_length=20)
    enabled: bool = flag(True)


class Draft(SQLModel, table=True):
    """What somebody was typing, kept on the server per place (`wizard`, `ticket:17`)."""

    __tablename__ = "drafts"

    user_id: int = ref("users.id", primary=True)
    place: str = Field(primary_key=True, max_length=60)
    body: dict[str, object] = document()
    updated_at: datetime = when()


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a request with an `Idempotency-Key`, kept 24 h (product rules §7)."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("idempotency_keys_created_at", "created_at"),)

    user_id: int = ref("users.id", primary=True)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: bytes = blob()
    answer: dict[str, object] | None = document(null=True, default=None)
    created_at: datetime = when()


class AuditEntry(SQLModel, table=True):
    """Security-relevant acts outside a ticket's own history: append-only and chained."""

    __tablename__ = "audit_log"
    __table_args__ = (
        UniqueConstraint("seq", name="audit_log_seq_key"),
        Index("audit_log_object", "object_type", "object_id"),
        Index("audit_log_actor", "actor_id", "seq"),
    )

    id: int = key()
    seq: int = big()
    at: datetime = when()
    actor_id: int | None = ref("users.id", null=True)
    action: str = text_(60)
    object_type: str | None = text_(40, null=True)
    object_id: str | None = text_(64, null=True)
    session_id: uuid.UUID | None = uuid_(null=True)
    ip: str | None = text_(45, null=True)
    data: dict[str, object] = document()
    prev_hash: bytes = blob()
    hash: bytes = blob()


roles = table_of(RoleRow)
users = table_of(User)
sessions = table_of(UserSession)
refresh_tokens = table_of(RefreshToken)
api_tokens = table_of(ApiToken)
notification_preferences = table_of(NotificationPreference)
drafts = table_of(Draft)
idempotency_keys = table_of(IdempotencyKey)
audit_log = table_of(AuditEntry)
