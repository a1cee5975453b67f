"""What is asked of a chat server, and what its answer must be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glassline.errors import AnswerError, RefusedError, show
from glassline.recipe.server import VlmSettings

__all__ = ["Answer", "check_scores", "question", "read_answer"]

MAX_TOKENS = 10**9  # of one answer: more is no count


@dataclass(frozen=True)
class Answer:
    """The scores of one photo.

    Attributes:
        scores: One a feature, in [0, 1], in the order asked.
        prompt_tokens: As the server counted them, else 0.
        completion_tokens: As the server counted them, else 0.
    """

    scores: tuple[float, ...]
    prompt_tokens: int = 0
    completion_tokens: int = 0


def question(
    settings: VlmSettings, names: tuple[str, ...], image_url: str
) -> dict[str, Any]:
    """Return the body of one request: prompt, photo, and the schema of the answer.

    Source:
        OpenAI, API reference, Create chat completion: image_url parts and
        response_format json_schema; llama.cpp and vLLM take the same.
    """
    return {
        "model": settings.model,
        "temperature": settings.temperature,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": settings.text},
                    {"type": "image_url", "image_url": {"url": image_url}},
                ],
            }
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "scores",
                "strict": True,
                "schema": {
                    "type": "object",
                    "properties": {
                        name: {"type": "number", "minimum": 0, "maximum": 1}
                        for name in names
                    },
                    "required": list(names),
                    "additionalProperties": False,
                },
            },
        },
    }


def read_answer(body: bytes, names: tuple[str, ...]) -> Answer:
    r"""Return the scores that a chat completion holds.

    Raises:
        AnswerError: It is no JSON of that form, or a score is missing, extra, given
            twice, no number, or not in [0, 1].
        RefusedError: The model declined.

    Example:
        >>> told = '{"choices": [{"message": {"content": "{\\"spots\\": 0.5}"}}]}'
        >>> read_answer(told.encode(), ("spots",)).scores
        (0.5,)
    """
    document = _json("answer", body)
    try:
        choice = document["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (TypeError, LookupError, AttributeError) as error:
        raise AnswerError(
            "answer: expected a chat completion with a choice, got another JSON."
        ) from error
    reason = choice.get("finish_reason")
    if refusal or reason == "content_filter":
        raise RefusedError(
            f"answer: expected scores, got a refusal: {show(refusal or reason)}."
        )
    if not isinstance(content, str):
        raise AnswerError(f"answer: expected a text of JSON, got {show(content)}.")
    if reason == "length":
        raise AnswerError("answer: expected it whole, got it cut off by a token limit.")
    usage = document.get("usage")
    return Answer(
        check_scores("answer", _json("answer", content.encode()), names),
        *(_tokens(usage, f"{kind}_tokens") for kind in ("prompt", "completion")),
    )


def check_scores(where: str, table: Any, names: tuple[str, ...]) -> tuple[float, ...]:
    """Return the scores of these features, and of no others, each in [0, 1].

    Raises:
        AnswerError: One is missing, extra, no number, or out of range.
    """
    if not isinstance(table, dict):
        raise AnswerError(f"{where}: expected a table of scores, got {show(table)}.")
    for name in names:
        if name not in table:
            raise AnswerError(f"{where}: expected a score for {name}, got none.")
    for name in table:
        if name not in names:
            raise AnswerError(f"{where}: expected no other field, got {show(name)}.")
    return tuple(_score(f"{where}.{name}", table[name]) for name in names)


def _score(where: str, value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1:  # NaN is not within either
        raise AnswerError(f"{where}: expected a number in [0, 1], got {show(value)}.")
    return float(value)


def _json(where: str, text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        shown = show(text.decode("utf-8", "replace"), 60)
        raise AnswerError(f"{where}: expected JSON, got {shown}.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a field is given twice")
    return table


def _tokens(usage: Any, name: str) -> int:
    """Return a count of tokens; a server that counts otherwise loses no reading."""
    found = usage.get(name) if isinstance(usage, Mapping) else None
    return found if type(found) is int and 0 <= found < MAX_TOKENS else 0
