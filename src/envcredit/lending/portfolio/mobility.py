"""How much moves, in one number: to compare a year with another, or two estimates of one matrix."""

from __future__ import annotations

import numpy as np

from envcredit.lending.portfolio.intervals import Floats


def svd_mobility(matrix: Floats) -> float:
    """The mean singular value of P - I: 0 if nothing moves. Jafry and Schuermann, Journal of Banking & Finance 28 (2004) 2603."""
    singular = np.linalg.svd(matrix - np.eye(len(matrix)), compute_uv=False)
    return float(singular.mean())


def shorrocks(matrix: Floats) -> float:
    """(k - trace P) / (k - 1): 0 if nothing moves, 1 if the next grade does not depend on this one. Econometrica 46 (1978)
    1013."""
    size = len(matrix)
    if size < 2:
        raise ValueError("mobility needs at least two states")
    return float((size - np.trace(matrix)) / (size - 1))
