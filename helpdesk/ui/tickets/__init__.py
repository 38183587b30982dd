"""A ticket's page, for staff and for its requester: one timeline, one composer, one rail.

`page` declares it. `state.TicketState` holds what is shown; the others inherit from it and act: `edit_state` (status,
priority, assignee), `dialog_state` (resolve, hold, topic, arithmetic), `composer_state`, `requester_state` (solved?,
rating, watchers). `rows`, `timeline` and `words` turn a service's view into what they hold, as plain functions.
"""
