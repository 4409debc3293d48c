"""Times as files write them -> seconds. In: a number or a text such as 1:02:03.5. Out: seconds from the start, or None."""

import math
import re

CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,9})?)\s*s?$")


def seconds_of(value: object, unit: float = 1.0) -> float | None:
    """Seconds, of a clock time or of a count of `unit` seconds. None for what is no time."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value * unit, 6) if 0 <= value < 1e12 and math.isfinite(value) else None
    found = CLOCK.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    last = float(found[3].replace(",", "."))
    if found[2] is None:
        return round(last * unit, 6)
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + last
