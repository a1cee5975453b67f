"""A server on loopback, and an environment that knows nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Stub, serving


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    """A server, with an empty cache and no key."""
    for name in ("GLASSLINE_VLM_ENDPOINT", "GLASSLINE_VLM_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GLASSLINE_VLM_CACHE", str(tmp_path / "answers"))
    pytest.importorskip("httpx2")
    with serving() as found:
        yield found
