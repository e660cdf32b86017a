"""How far a share, or the difference between two, can be trusted: Wilson's interval and Newcombe's from it.

Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
methods", Statistics in Medicine 17 (1998), 873-890: method 10, the hybrid score interval without continuity
correction. It holds for small counts and for shares near 0 and 1, where the textbook's formula does not.
"""

from __future__ import annotations

import math

Z95 = 1.959963984540054
"""The standard normal distribution's 97.5 % point."""


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927). Of no observations nothing is known: 0 to 1."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = successes / n, Z95 * Z95
    middle = 2 * n * share + z2
    half = Z95 * math.sqrt(z2 + 4 * n * share * (1 - share))
    # the formula's own rounding must not leave a hair between the bound and a share of 0 or 1
    low = 0.0 if successes == 0 else (middle - half) / (2 * (n + z2))
    high = 1.0 if successes == n else (middle + half) / (2 * (n + z2))
    return low, high


def difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """The first share less the second, and its 95 % interval; each is (successes, n), with n above 0."""
    (a, m), (b, n) = one, other
    p, q = a / m, b / n
    (low_p, high_p), (low_q, high_q) = wilson(a, m), wilson(b, n)
    below = math.sqrt((p - low_p) ** 2 + (high_q - q) ** 2)
    above = math.sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return p - q, p - q - below, p - q + above
