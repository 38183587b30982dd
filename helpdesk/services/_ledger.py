"""The notification ledger: every event told whom it had to tell, once, and nothing is stuck (product rules §5)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk.services._outbox import LEASE

# Each names notification rows (or events) that break a rule; `name` says which, `n` where one statement finds several.
_RULES = {
    "message {name} belongs to no event": """
        SELECT n.id AS name FROM notification_logs n
         WHERE NOT EXISTS (SELECT FROM ticket_events e WHERE e.ticket_id = n.ticket_id AND e.seq = n.event_seq)
    """,
    "message {name} tells the person who caused it": """
        SELECT id AS name FROM notification_logs
         WHERE recipient_id = actor_id AND NOT (event = 'ticket_receipt' AND channel = 'email')
    """,
    "message {name} counts other tries than it has": """
        SELECT n.id AS name FROM notification_logs n
         WHERE n.attempts <> (SELECT count(*) FROM notification_attempts a WHERE a.notification_id = n.id)
    """,
    "message {name} is called sent, but no try of it was": """
        SELECT n.id AS name FROM notification_logs n
         WHERE n.status = 'sent' AND n.channel <> 'in_app' AND NOT EXISTS (
               SELECT FROM notification_attempts a WHERE a.notification_id = n.id AND a.result = 'sent')
    """,
    # Only a worker that was taken for dead, after its lease, may have sent it as well.
    "message {name} was sent twice": """
        SELECT DISTINCT a.notification_id AS name
          FROM notification_attempts a
          JOIN notification_attempts b ON b.notification_id = a.notification_id AND b.number > a.number
         WHERE a.result = 'sent' AND b.result = 'sent' AND b.started_at < a.started_at + {lease}
    """,
    "message {name} failed without a reason": """
        SELECT id AS name FROM notification_logs WHERE status = 'failed' AND coalesce(last_error, '') = ''
    """,
    "message {name} has been stuck for over 10 minutes": """
        SELECT id AS name FROM notification_logs
         WHERE status IN ('queued', 'sending') AND next_attempt_at < clock_timestamp() - interval '10 minutes'
    """,
    "{name}: the requester's side was not told": """
        SELECT t.ticket_no || ' event ' || e.seq AS name
          FROM ticket_events e
          JOIN tickets t ON t.id = e.ticket_id
          JOIN users u ON u.id IN (t.created_by, t.requested_for)
         WHERE (e.kind = 'created' OR e.kind IN ('status_changed', 'agent_comment', 'resolved', 'closed', 'reopened',
                                                 'hold_started', 'unassigned') AND u.id <> e.actor_id)
           AND {reachable}
    """,
    "{name}: the assignee was not told": """
        SELECT t.ticket_no || ' event ' || e.seq AS name
          FROM ticket_events e
          JOIN tickets t ON t.id = e.ticket_id
          JOIN users u ON u.id = e.assigned_to
         WHERE e.kind = 'assigned' AND u.id <> e.actor_id AND {reachable}
    """,
    # The bell came later than the mails, and the seed's past may do without it.
    "message {name} went by mail, but rang no bell": """
        SELECT n.id AS name
          FROM notification_logs n
          JOIN users u ON u.id = n.recipient_id
         WHERE n.channel = 'email' AND n.status <> 'suppressed' AND n.recipient_id <> n.actor_id
           AND n.id > (SELECT min(id) FROM notification_logs WHERE channel = 'in_app')
           AND u.updated_at <= n.created_at
           AND NOT EXISTS (SELECT FROM notification_preferences p WHERE p.user_id = u.id AND NOT p.enabled)
           AND NOT EXISTS (SELECT FROM notification_logs b
                            WHERE b.ticket_id = n.ticket_id AND b.event_seq = n.event_seq
                              AND b.recipient_key = n.recipient_key AND b.channel = 'in_app')
    """,
}
# What can be recomputed: people who were active then and are now, and who switched nothing off.
_REACHABLE = """
    u.is_active AND u.updated_at <= e.at
    AND NOT EXISTS (SELECT FROM notification_preferences p WHERE p.user_id = u.id AND NOT p.enabled)
    AND NOT EXISTS (SELECT FROM notification_logs n
                     WHERE n.ticket_id = e.ticket_id AND n.event_seq = e.seq AND n.recipient_id = u.id
                       AND n.channel = 'email')
"""


def problems(s: Session) -> Iterator[str]:
    """One sentence per row or event that breaks a rule; that a row is there only once, the database holds."""
    lease = f"interval '{LEASE.total_seconds():.0f} seconds'"
    for sentence, statement in _RULES.items():
        statement = statement.replace("{reachable}", _REACHABLE).replace("{lease}", lease)
        for row in s.execute(text(statement + " ORDER BY 1")):
            yield sentence.format(name=row.name)
