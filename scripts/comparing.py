"""Tells from pairs of runs whether one program is dearer than another: what `bench-guard` decides by.

The machine is not equally busy all the time, so each pair is of two runs that followed each other, and the
ratio within a pair counts. Pairs of one and the same program (A/A) show what the machine alone does to it.
"""

import random
import statistics

# A median up to this is fine,
FINE = 1.03
# one above it is fine where the machine alone may have made it, and one above this never is.
NEVER = 1.06
SAMPLES = 10_000


def ratios(pairs):
    """Each pair's second figure to its first; pairs that lack a figure give none."""
    return [second / first for first, second in pairs if first and second]


def spread(values):
    """Where 95 % of the medians lie that as many values drawn from these, with repetition, would have (a bootstrap)."""
    # Seeded: the same figures give the same verdict.
    draw = random.Random(1)
    drawn = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(SAMPLES))
    return drawn[SAMPLES * 25 // 1000], drawn[SAMPLES * 975 // 1000 - 1]


class Comparison:
    """One scenario's result: `change` and `same` are pairs of figures, old and new, and old and old."""

    def __init__(self, change, same):
        changed, unchanged = ratios(change), ratios(same)
        self.pairs = min(len(changed), len(unchanged))
        self.ratio = self.low = self.high = None
        if self.pairs:
            self.ratio = statistics.median(changed)
            self.low, self.high = spread(unchanged)

    @property
    def is_fine(self):
        return self.ratio is not None and (self.ratio <= FINE or self.ratio <= min(self.high, NEVER))

    @property
    def verdict(self):
        if self.ratio is None:
            return "no clean pairs to compare"
        if self.ratio <= FINE:
            return "fine"
        if self.is_fine:
            return f"fine: above {FINE:g}, and inside the spread"
        return f"dearer than {NEVER:g} times" if self.ratio > NEVER else f"dearer than {FINE:g} times and than the spread"
