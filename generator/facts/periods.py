"""Period codes → arithmetic on time: `2024`, `2024-S1`, `2024-Q1`, `2024-03` (SDMX time periods)."""

from __future__ import annotations

from decimal import Decimal

from ..definitions import PERIOD
from ..errors import FactError


def parse_period(code: str) -> tuple[int, int]:
    """A code → (periods in a year, number of the period since year 0). Raises FactError."""
    found = PERIOD.match(code)
    if found is None:
        raise FactError("bad-release", f'"{code}" is not a period', "write 2024, 2024-S1, 2024-Q1 or 2024-03")
    year, half, quarter, month = found.groups()
    for frequency, part in ((2, half), (4, quarter), (12, month)):
        if part is not None:
            return frequency, int(year) * frequency + int(part) - 1
    return 1, int(year)


def is_period(code: str) -> bool:
    """Whether a code is a period."""
    return PERIOD.match(code) is not None


def earlier(code: str, lag: str) -> str:
    """The previous period (`lag` = `period`), or the same one of the previous year (`year`). Raises FactError."""
    frequency, number = parse_period(code)
    return _write(frequency, number - (1 if lag == "period" else frequency))


def shifted(code: str, months: int) -> str:
    """The period that lies some months later; a period that does not fit into them (a year, moved by a quarter) stays.

    Raises FactError.
    """
    frequency, number = parse_period(code)
    length = 12 // frequency
    return code if months % length else _write(frequency, number + months // length)


def years_between(start: str, end: str) -> Decimal:
    """Years from one period to a later one of the same frequency. Raises FactError."""
    first, last = parse_period(start), parse_period(end)
    if first[0] != last[0]:
        raise FactError(
            "bad-release", f'"{start}" and "{end}" are periods of different lengths', "compare years with years"
        )
    if last[1] <= first[1]:
        raise FactError("bad-release", f'"{start}" does not come before "{end}"', "correct start, or the period in at")
    return Decimal(last[1] - first[1]) / Decimal(first[0])


def _write(frequency: int, number: int) -> str:
    year, part = divmod(number, frequency)
    forms = {1: "{0}", 2: "{0}-S{1}", 4: "{0}-Q{1}", 12: "{0}-{1:02d}"}
    return forms[frequency].format(f"{year:04d}", part + 1)
