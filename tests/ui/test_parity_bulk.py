"""Two faces, one effect, for what is selected in the queue."""

from __future__ import annotations

import pytest

from tests.ui.parity import bulk
from tests.ui.parity.checks import asked

pytestmark = pytest.mark.asyncio(loop_scope="session")

test_the_same_effect, test_the_same_refusal = asked(bulk.ACTS)
