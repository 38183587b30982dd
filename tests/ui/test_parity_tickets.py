"""Two faces, one effect, for the helpdesk's acts on a ticket."""

from __future__ import annotations

import pytest

from tests.ui.parity import tickets
from tests.ui.parity.checks import asked

pytestmark = pytest.mark.asyncio(loop_scope="session")

test_the_same_effect, test_the_same_refusal = asked(tickets.ACTS)
