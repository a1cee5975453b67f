"""What is asked of a chat server, and what its answer must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glassline.errors import AnswerError, RefusedError, show
from glassline.recipe.server import VlmSettings

__all__ = ["Answer", "check_scores", "error_in", "question", "read_answer"]

MAX_TOKENS = 10**9  # of one answer: more is no count
CUT = ("length", "max_tokens")
FILTERED = ("content_filter", "safety", "recitation", "prohibited_content")
THOUGHT = (
    "</think>"  # ends what a reasoning model says to itself, where it is not cut out
)
THOUGHTS = ("reasoning", "explanation")  # fields that some models add to the scores
BEGUN = re.compile(r'\{(?=\s*["}])|\[(?=\s*\{)')  # an object, or a list of them


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

    What stands beside the text, such as the thoughts of a reasoning model, is not
    looked at. In the text there must be one JSON object; a code fence and words around
    it do no harm.

    Raises:
        AnswerError: It is no JSON of that form, or a score is missing, extra, given
            twice, no number, or not in [0, 1].
        RefusedError: The model declined.

    Example:
        >>> told = '{"choices": [{"message": {"content": "So: {\\"spots\\": 0.5}"}}]}'
        >>> read_answer(told.encode(), ("spots",)).scores
        (0.5,)
    """
    document = _json("answer", body.decode("utf-8", "replace"))
    try:
        choice = document["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
    except (TypeError, LookupError, AttributeError) as error:
        raise AnswerError(
            "answer: expected a chat completion with a choice, got another JSON."
        ) from error
    reason = str(choice.get("finish_reason")).casefold()
    if refusal or reason in FILTERED:
        raise RefusedError(
            f"answer: expected scores, got a refusal: {show(refusal or reason)}."
        )
    if reason in CUT:
        raise AnswerError(
            "answer: expected it whole, got it cut off by a token limit (finish_reason "
            f"{reason}). Let the server write more, or the model reason less."
        )
    if isinstance(content, list):  # thoughts and text, each a part of its own
        parts = [part for part in content if isinstance(part, Mapping)]
        content = "".join(
            str(part.get("text")) for part in parts if part.get("type") == "text"
        )
    if not isinstance(content, str):
        raise AnswerError(f"answer: expected a text of JSON, got {show(content)}.")
    usage = document.get("usage")
    return Answer(
        check_scores("answer", _object_in(content), names),
        *(_tokens(usage, f"{kind}_tokens") for kind in ("prompt", "completion")),
    )


def error_in(body: bytes) -> Any:
    """Return the error that an answer holds in the place of scores, or None.

    Gateways send one with HTTP 200: beside the choices, in their place, or in the
    first of them.

    Example:
        >>> error_in(b'{"error": {"code": 429, "message": "slow down"}}')
        {'code': 429, 'message': 'slow down'}
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if document.get("object") == "error":
        return document
    choices = document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    found = document.get("error")
    if isinstance(first, dict):
        has_failed = first.get("finish_reason") == "error"
        return (
            found or first.get("error") or ("finish_reason error" * has_failed or None)
        )
    return found or None


def _object_in(text: str) -> Any:
    """Return the one JSON value of a text: alone, in a code fence, or among words."""
    text = text.rpartition(THOUGHT)[2].strip()
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        found = list(_objects(text))
        if len(found) > 1:
            raise AnswerError(
                f"answer: expected one JSON object, got {len(found)}."
            ) from error
        return found[0] if found else _json("answer", text)


def _objects(text: str) -> Iterator[Any]:
    """Yield the JSON objects of a text, and lists of them; what begins as one is one."""
    decoder, place = json.JSONDecoder(object_pairs_hook=_once), 0
    while begun := BEGUN.search(text, place):
        try:
            found, place = decoder.raw_decode(text, begun.start())
        except (ValueError, RecursionError) as error:
            raise _no_json("answer", text) from error
        yield found


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
        if name not in (*names, *THOUGHTS):
            raise AnswerError(f"{where}: expected no other field, got {show(name)}.")
    return tuple(_score(f"{where}.{name}", table[name]) for name in names)


def _score(where: str, value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1:  # NaN is not within either
        raise AnswerError(f"{where}: expected a number in [0, 1], got {show(value)}.")
    return float(value)


def _json(where: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _no_json(where, text) from error


def _no_json(where: str, text: str) -> AnswerError:
    return AnswerError(f"{where}: expected JSON, got {show(text, 60)}.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a field is given twice")
    return table


def _tokens(usage: Any, name: str) -> int:
    """Return a count of tokens; a server that counts otherwise loses no reading."""
    found = usage.get(name) if isinstance(usage, Mapping) else None
    return found if type(found) is int and 0 <= found < MAX_TOKENS else 0
