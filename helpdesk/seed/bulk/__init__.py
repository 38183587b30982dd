"""Bulk data of realistic shape for load tests (product rules §9): a million tickets in minutes.

Rows are made outside the services, but by the same rules: clocks and escalation steps by `domain.sla` and
`services._clocks`, the history chain by `services._chain`. `helpdesk check` passes on the result.
"""
