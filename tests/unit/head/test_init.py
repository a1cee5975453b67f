"""The package: its names, and that importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from glassline import head


def test_every_public_name_resolves():
    """Each name in `__all__` is there, sorted, and no module hides it."""
    kinds = {name: type(getattr(head, name)).__name__ for name in head.__all__}

    assert head.__all__ == sorted(head.__all__)
    assert "module" not in kinds.values()


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


def test_an_unknown_name_is_an_attribute_error():
    """As for any module."""
    with pytest.raises(
        AttributeError, match=r"^module 'glassline\.head' has no attribute 'sigmoid'$"
    ):
        _ = head.sigmoid
