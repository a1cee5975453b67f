"""The examples on the pages give what the pages say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.mark.parametrize("page", ["decisions.md", "explanations.md"])
def test_every_example_on_the_page_is_true(page: str) -> None:
    """Each >>> line is run in order, and its output compared whole."""
    failed, tried = doctest.testfile(str(DOCS / page), module_relative=False)

    assert (failed, tried > 4) == (0, True)
