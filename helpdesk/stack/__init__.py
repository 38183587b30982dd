"""The stack on one machine: PostgreSQL, Valkey, mailbox, web, worker, beat, and their supervisor."""

from helpdesk.stack.postgres import Postgres, start_postgres
from helpdesk.stack.process import PartFailed
from helpdesk.stack.valkey import Valkey, start_valkey

__all__ = ["PartFailed", "Postgres", "Valkey", "start_postgres", "start_valkey"]
