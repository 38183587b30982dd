"""Tickets with where they belong: each with its group, and its category and subcategory where it has them."""

from __future__ import annotations

from helpdesk.models.ticket import tickets
from helpdesk.models.tree import categories, groups, subcategories

PLACED = (
    tickets.join(groups, groups.c.id == tickets.c.group_id)
    .outerjoin(categories, categories.c.id == tickets.c.category_id)
    .outerjoin(subcategories, subcategories.c.id == tickets.c.subcategory_id)
)
