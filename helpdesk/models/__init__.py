"""SQLModel tables, one file per noun. Importing this package fills `metadata`."""

from sqlmodel import SQLModel

from helpdesk.models import job, notification, person, saved_view, search, sla, ticket, tree

metadata = SQLModel.metadata

__all__ = ["job", "metadata", "notification", "person", "saved_view", "search", "sla", "ticket", "tree"]
