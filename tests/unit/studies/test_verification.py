"""A model held against its photos."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glassline.dataset import Dataset
from glassline.errors import LabelError
from glassline.model import Model
from glassline.studies.verification import verify


def test_a_label_that_the_model_lacks_is_told_before_any_photo(
    line: Dataset, model: Model
) -> None:
    """No photo is read for an answer that can not come."""
    parts = (replace(line.parts[0], label="dent"), *line.parts[1:])
    told: list[str] = []

    with pytest.raises(LabelError, match=r"^.*expected one of .*, got 'dent'.*$"):
        verify(
            model,
            replace(line, parts=parts),
            progress=lambda stage, done, total: told.append(stage),
        )

    assert told == []
