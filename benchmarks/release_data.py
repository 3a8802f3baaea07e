"""A seed and a number → the data of one invented release: trade by flow, product, region and year.

The numbers are drawn so that what the texts claim is true: goods fell and services grew everywhere in the last year,
and Flanders (VLG) exports the most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from random import Random

FLOWS = ("exports", "imports")
PRODUCTS = ("goods", "services")
REGIONS = ("BRU", "VLG", "WAL")
YEARS = ("2019", "2020", "2021", "2022", "2023", "2024")
START, BEFORE, PREVIOUS, YEAR = YEARS[0], YEARS[-3], YEARS[-2], YEARS[-1]

_SIZE = {"BRU": 26_000, "VLG": 210_000, "WAL": 45_000}
_NEWEST = datetime(2025, 12, 18, 8, 30, tzinfo=timezone(timedelta(hours=1)))
_STEP = timedelta(days=3)

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class ReleaseData:
    """One release: its id, the instant it was published, and its cells by (flow, product, region, year)."""

    id: str
    published: datetime
    cells: dict[Key, Decimal]

    def level(self, flow: str, product: str, region: str, year: str) -> Decimal:
        """A cell; `total` and `BEL` add up the members that the file holds."""
        products = PRODUCTS if product == "total" else (product,)
        regions = REGIONS if region == "BEL" else (region,)
        return sum((self.cells[flow, p, r, year] for p in products for r in regions), Decimal(0))

    def change(self, flow: str, product: str, region: str, year: str) -> Decimal:
        """Per cent on the previous year."""
        before = self.level(flow, product, region, str(int(year) - 1))
        return (self.level(flow, product, region, year) / before - 1) * 100

    def share(self, flow: str, product: str, region: str, of: tuple[str, str]) -> Decimal:
        """Per cent, in the last year, of the cell with the product and the region of `of`."""
        return self.level(flow, product, region, YEAR) / self.level(flow, *of, YEAR) * 100

    def growth(self, flow: str, product: str, region: str) -> Decimal:
        """Per cent a year, compound, from the first year to the last."""
        ratio = self.level(flow, product, region, YEAR) / self.level(flow, product, region, START)
        return (ratio ** (Decimal(1) / (len(YEARS) - 1)) - 1) * 100


def make_release(seed: int, number: int) -> ReleaseData:
    """Release `number` (0 is the newest) of the site with this seed; the same arguments give the same release."""
    random = Random(f"{seed}:data:{number}")
    cells: dict[Key, Decimal] = {}
    for flow in FLOWS:
        for product in PRODUCTS:
            for region in REGIONS:
                level = _SIZE[region] * random.uniform(0.9, 1.1) * (1 if product == "goods" else 0.45)
                for year in YEARS:
                    cells[flow, product, region, year] = tenths(level)
                    level *= 1 + _growth(random, product, str(int(year) + 1))
    return ReleaseData(f"trade-bulletin-{number:05d}", _NEWEST - number * _STEP, cells)


def _growth(random: Random, product: str, year: str) -> float:
    if year != YEAR:
        return random.uniform(-0.04, 0.12)
    return random.uniform(-0.12, -0.01) if product == "goods" else random.uniform(0.01, 0.09)


def tenths(number: float | Decimal) -> Decimal:
    """A number with one decimal, rounded half away from zero."""
    return Decimal(number).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
