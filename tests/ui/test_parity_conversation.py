"""Two faces, one effect, for both sides of a conversation."""

from __future__ import annotations

import pytest

from tests.ui.parity import conversation
from tests.ui.parity.checks import asked

pytestmark = pytest.mark.asyncio(loop_scope="session")

test_the_same_effect, test_the_same_refusal = asked(conversation.ACTS)
