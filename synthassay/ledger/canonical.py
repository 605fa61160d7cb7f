"""JSON that has one spelling only, so that its hash has one value only."""

import json
from typing import Any


def canonical(content: Any) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and no number that JSON does not know."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
