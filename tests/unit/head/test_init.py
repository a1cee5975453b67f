"""The package: its names, and that importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from glassline import head


def test_importing_the_package_imports_nothing():
    """NumPy comes with the first name; SciPy and scikit-learn only where needed."""
    program = (
        "import sys, glassline.head as head\n"
        "print('numpy' in sys.modules)\n"
        "head.fit\n"
        "print('numpy' in sys.modules, 'scipy' in sys.modules, 'sklearn' in sys.modules)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True
    )

    assert said.stdout.decode().split() == ["False", "True", "False", "False"]


X, Y = np.array([[0.0], [1.0], [0.5], [2.0]]), np.array([0, 1, 1, 0])
HEAD = head.Head(np.zeros((1, 2)), np.zeros(2))


@pytest.mark.parametrize(
    ("result", "field"),
    [
        (HEAD, "W"),
        (head.fit(X, Y, penalty=0.1), "head"),
        (head.certify(X, Y, HEAD, penalty=0.1), "objective"),
        (head.statistics(X, Y, HEAD), "loss"),
        (head.leave_one_out(X, Y, HEAD, penalty=0.1), "W"),
        (head.laplace_posterior(X, Y, HEAD, penalty=0.1), "covariance"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_results_can_not_change_and_can_be_kept_in_a_set(result, field):
    """A result is a fact: no field can be set, and it equals itself without a word."""
    with pytest.raises(AttributeError, match=rf"^cannot assign to field '{field}'$"):
        setattr(result, field, None)

    assert result in {result}
