"""Two sequences of blocks → which of one stands for which of the other: by neighbours, then by likeness alone.

Whoever asks says how alike two blocks are; nothing here knows of languages. Blocks that are paired already are the
fixed points: what stands between two of them belongs to what stands between their partners, wherever these have moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from itertools import takewhile
from operator import itemgetter

Likeness = Callable[[int, int], float]
"""How alike a block of the left and one of the right are: 0 is "never a pair"."""

#: So many comparisons are made at most for one stretch; longer ones are paired one by one, from their beginning.
_CELLS = 90_000


def overlap(one: Counter[str], other: Counter[str]) -> float:
    """The share of two bags that they have in common, from 0 to 1; 0 when both are empty."""
    size = one.total() + other.total()
    return 2 * sum(min(count, other[item]) for item, count in one.items()) / size if size else 0.0


def pair_by_neighbours(pairs: dict[int, int], left: Sequence[int], right: Sequence[int], alike: Likeness) -> None:
    """Add to `pairs` those of the open blocks `left` and `right` that stand between the same neighbours, in order."""
    open_right = set(right)
    partners = {there: here for here, there in pairs.items()}
    for run in _runs(left, set(pairs)):
        for candidates in _facing(run, pairs, partners, open_right):
            waiting = [here for here in run if here not in pairs]
            free = [there for there in candidates if there in open_right]
            for here, there in in_order(waiting, free, alike):
                pairs[here] = there
                open_right.discard(there)


def _runs(numbers: Sequence[int], fixed: Set[int]) -> list[list[int]]:
    """Numbers in rising order, cut where a fixed one stands between two of them."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and not any(between in fixed for between in range(runs[-1][-1] + 1, number)):
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _facing(run: list[int], pairs: dict[int, int], partners: dict[int, int], free: Set[int]) -> list[list[int]]:
    """The open blocks of the right just after the partner of who stands before a run, and just before that of who
    stands after it."""
    last = max((*partners, *free), default=-1)
    before = next((pairs[here] for here in range(run[0] - 1, -1, -1) if here in pairs), -1)
    top = max((*pairs, run[-1]))
    after = next((pairs[here] for here in range(run[-1] + 1, top + 1) if here in pairs), last + 1)
    following = list(takewhile(lambda there: there not in partners, range(before + 1, last + 1)))
    preceding = list(takewhile(lambda there: there not in partners, range(after - 1, -1, -1)))[::-1]
    return [following] if following == preceding else [following, preceding]


def in_order(left: Sequence[int], right: Sequence[int], alike: Likeness) -> list[tuple[int, int]]:
    """The pairs that make the greatest sum of likeness, none of them crossing another."""
    if not left or not right:
        return []
    if len(left) * len(right) > _CELLS:
        return [(here, there) for here, there in zip(left, right, strict=False) if alike(here, there) > 0]
    scores = [[alike(here, there) for there in right] for here in left]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row in range(len(left) - 1, -1, -1):
        for column in range(len(right) - 1, -1, -1):
            skipped = max(best[row + 1][column], best[row][column + 1])
            taken = best[row + 1][column + 1] + scores[row][column] if scores[row][column] > 0 else 0.0
            best[row][column] = max(skipped, taken)
    found = []
    row = column = 0
    while row < len(left) and column < len(right):
        score = scores[row][column]
        if score > 0 and best[row][column] == best[row + 1][column + 1] + score:
            found.append((left[row], right[column]))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return found


def pair_by_likeness(
    pairs: dict[int, int], left: Sequence[int], right: Sequence[int], alike: Likeness, least: float
) -> None:
    """Add to `pairs` those of the open blocks that are alike wherever they stand, the most alike first."""
    taken = set(pairs.values())
    here_open = [here for here in left if here not in pairs]
    there_open = [there for there in right if there not in taken]
    if len(here_open) * len(there_open) > _CELLS:
        return
    found = ((alike(here, there), here, there) for here in here_open for there in there_open)
    for _score, here, there in sorted((one for one in found if one[0] >= least), key=itemgetter(0), reverse=True):
        if here not in pairs and there not in taken:
            pairs[here] = there
            taken.add(there)
