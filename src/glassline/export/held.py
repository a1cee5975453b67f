"""What a target needs to hold a decision against the camera's repeatability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassline.decide.flips.borders import regions_of
from glassline.errors import InputError
from glassline.recipe import Action

if TYPE_CHECKING:
    from glassline.head import Head
    from glassline.model import Model

__all__ = ["Border", "Held", "check_flat"]

GAP = 2e-6  # of the limit: so near to a curved border Python's own search says no more
ROUNDING = 1e-9  # and so near to a flat one
STEPS = 40  # of the climb to a part's worst reading
NOTHING = 1e-300  # divides no length by 0

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Border:
    """Where another action comes before the one that is taken.

        log sum_(c for) exp(z_c + log_c)  >=  log sum_(c against) exp(z_c + log_c)

    Attributes:
        taken: The action that is left there.
        pro: The classes that speak for another.
        con: Those that speak against it.
        logs: Shape (k,), what is added to the logit of each class; 0 for any other.
    """

    taken: int
    pro: tuple[int, ...]
    con: tuple[int, ...]
    logs: Numbers

    @property
    def is_flat(self) -> bool:
        """Return whether one class is held against one: then it is flat in x."""
        return len(self.pro) == len(self.con) == 1

    @property
    def gap(self) -> float:
        """Return log_con - log_pro of a flat border."""
        return float(self.logs[self.con[0]] - self.logs[self.pro[0]])


@dataclass(frozen=True, eq=False)
class Held:
    """How far around a part no other decision may lie, and where those are.

    With S the covariance of one part's readings, moved by `slope` or 0 where a feature
    stands beyond its clip, the readings are x + d with d S^-1 d <= limit^2. On them

        max over shares a of min over shares b of
            sum_c a_c (z_c + log_c) + H(a) - sum_c b_c (z_c + log_c) - H(b)
            + limit sqrt( w S w ),     w = W a - W b,  H the entropy

    is the largest lead of the other action, a over the classes for it and b over those
    against: the part is held where that is at least 0. For fixed shares all of it is
    known in closed form, and with one class on either side nothing is left to search.

    Attributes:
        limit: In spreads of repeatability.
        reach: Shape (d,), how far a feature moves at most.
        covariance: Shape (d, d), of the readings of one part, in squared x units.
        borders: Of every action that may be left.

    Source:
        log sum exp as a maximum over shares: S. Boyd and L. Vandenberghe, Convex
        Optimization (2004), example 3.25; the exchange of min and max: M. Sion, Pacific
        J. Mathematics 8(1), 1958, doi:10.2140/pjm.1958.8.171.
    """

    limit: float
    reach: Numbers
    covariance: Numbers
    borders: tuple[Border, ...]

    @classmethod
    def of(cls, model: Model) -> Held | None:
        """Take it from a model that knows its gauge; None where nothing is held."""
        limit, gauge, policy = model.recipe.review.gauge, model.gauge, model.policy
        if gauge is None or not limit:
            return None
        mix = np.log(policy.priors) - np.log(policy.training_mix)
        found = []
        leaves = (Action.ACCEPT, Action.REJECT) if policy.good else (Action.REJECT,)
        for taken in leaves:
            for borders in regions_of(policy, None, taken):
                for each in borders:  # none: another is better everywhere
                    logs = np.zeros(len(mix))
                    logs[each.pro] = mix[each.pro] + each.pro_logs
                    logs[each.con] = mix[each.con] + each.con_logs
                    pro, con = tuple(each.pro.tolist()), tuple(each.con.tolist())
                    found.append(Border(int(taken), pro, con, logs))
        if not found:  # nothing is ever left for another action
            return None
        return cls(
            float(limit),
            limit * np.array(gauge.sigma),
            np.array(gauge.covariance),
            tuple(found),
        )

    @property
    def is_flat(self) -> bool:
        """Return whether all borders are flat."""
        return all(each.is_flat for each in self.borders)

    @property
    def nearly(self) -> float:
        """Return how near to the limit, as a share of it, Python's own search is open."""
        return ROUNDING if self.is_flat else GAP

    def swing(self, W: Numbers, border: Border) -> Numbers:
        """Return limit^2 w_i S_ij w_j of a flat border, shape (d, d)."""
        w = W[:, border.pro[0]] - W[:, border.con[0]]
        return np.asarray(self.limit**2 * np.outer(w, w) * self.covariance)

    def moves(
        self, unclipped: Numbers, clip: float, slope: float, far: float
    ) -> Numbers:
        """Return how far x moves for a step of each reading, shape (n, d)."""
        moves = np.where(unclipped - clip > self.reach, slope, 1.0)
        gone = (unclipped - far > self.reach) | (-clip - unclipped > self.reach)
        return np.where(gone, 0.0, moves)

    def looks_held(
        self, head: Head, x: Numbers, moves: Numbers, taken: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Say which parts are held, as a climb from each class sees it, shape (n,).

        To find parts beside a border with, not to decide by: a climb may miss the
        highest top. With two classes on a side and one on the other it can not, as its
        map is monotone and meets at most three points.
        """
        found = np.zeros(len(x), np.bool_)
        z = x @ head.W + head.b
        for border in self.borders:
            rows = np.flatnonzero((taken == border.taken) & ~found)
            for first in border.pro:
                found[rows] |= self._climbs(head, z[rows], moves[rows], border, first)
        return found

    def _climbs(
        self, head: Head, z: Numbers, moves: Numbers, border: Border, first: int
    ) -> NDArray[np.bool_]:
        pro, con = list(border.pro), list(border.con)
        a = np.tile(np.array(pro) == first, (len(z), 1)).astype(np.float64)
        b = _shares(z[:, con] + border.logs[con])
        lead = np.full(len(z), -np.inf)
        for _ in range(STEPS if len(pro) + len(con) > 2 else 1):
            w = a @ head.W[:, pro].T - b @ head.W[:, con].T
            pull = moves * ((moves * w) @ self.covariance)
            length = np.sqrt(np.maximum((w * pull).sum(axis=1, keepdims=True), 0.0))
            there = z + (self.limit * pull / np.maximum(length, NOTHING)) @ head.W
            u, v = there[:, pro] + border.logs[pro], there[:, con] + border.logs[con]
            now = np.logaddexp.reduce(u, axis=1) - np.logaddexp.reduce(v, axis=1)
            lead = np.maximum(lead, now)
            a, b = _shares(u), (b + _shares(v)) / 2
        return np.asarray(lead >= 0)


def _shares(u: Numbers) -> Numbers:
    e = np.exp(u - u.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def check_flat(held: Held | None, what: str) -> None:
    """Refuse a gauge limit whose borders are curved, for a target that can not search.

    Raises:
        InputError: More than two classes meet at a border; what to do is said.
    """
    if held is None or held.is_flat:
        return
    raise InputError(
        f"model: expected flat borders for {what}, got a gauge limit of {held.limit:g} "
        "spreads around a border where three classes or more meet: it is curved, and its "
        f"nearest point is a search, which {what} does not know. Export to c or js, which "
        "do; or switch it off with review.gauge = 0 in a recipe, and: glassline recost "
        "MODEL --recipe FILE --out MODEL"
    )
