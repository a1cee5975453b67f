"""What a server may do to us: nothing but answer."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from servers import (
    Fault,
    Handler,
    Stub,
    drips,
    fails,
    floods,
    hangs_up,
    scores_of,
    sends_elsewhere,
    serving,
    sleeps,
    squeezes,
    tells,
)

from glassline.arrays import Image
from glassline.errors import (
    AnswerError,
    GlasslineWarning,
    InputError,
    MissingExtraError,
    RefusedError,
    ServerError,
    ShapeError,
    SilentError,
)
from glassline.front.chat import Server
from glassline.recipe import FEATURE_NAMES
from glassline.recipe.server import VlmSettings

SECRET = "sk-very-secret-0123456789"  # noqa: S105  invented
CUT = (
    "answer: expected it whole, got it cut off by a token limit (finish_reason {}). Let "
    "the server write more, or the model reason less."
)
GOOD = dict(zip(FEATURE_NAMES, (0.1, 0.2, 0.3, 1), strict=True))


@pytest.fixture
def image(rng: np.random.Generator) -> Image:
    """A photo of 20 x 30 px."""
    return rng.random((20, 30), dtype=np.float32)


def server(stub: Stub, **settings: object) -> Server:
    """A server that is asked quickly."""
    quick = {"timeout_s": 2, "backoff_s": 0.01, "tries": 2}
    given = {"model": "eye", "endpoint": stub.url, **quick, **settings}
    return Server(VlmSettings(**given), FEATURE_NAMES)  # type: ignore[arg-type]


def url(stub: Stub) -> str:
    """The address that is asked, as a pattern."""
    return re.escape(f"{stub.url}/chat/completions")


def test_the_scores_are_those_of_the_photo_as_sent(stub: Stub, image: Image) -> None:
    """Eight bits of every pixel, unshrunk, reach the server."""
    found = server(stub).scores(image)

    sent = (image * 255 + 0.5).astype(np.uint8)
    assert_array_equal(found, list(scores_of(sent).values()))


def test_a_large_photo_is_shrunk_before_it_is_sent(stub: Stub) -> None:
    """A grey one of 100 x 40 px still is grey at 16 px."""
    found = server(stub, max_side_px=16).scores(np.full((100, 40), 0.5, np.float32))

    assert_array_equal(found, np.zeros(4))


def test_a_request_holds_prompt_photo_and_schema(stub: Stub, image: Image) -> None:
    """In the form that OpenAI, llama.cpp and vLLM share."""
    server(stub, prompt={"en": "Look."}, temperature=0.5).scores(image)

    (asked,) = stub.asked
    text, picture = asked["messages"][0]["content"]
    schema = asked["response_format"]["json_schema"]["schema"]
    assert (asked["model"], asked["temperature"]) == ("eye", 0.5)
    assert text == {"type": "text", "text": "Look."}
    assert picture["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert (schema["required"], schema["additionalProperties"]) == (
        list(FEATURE_NAMES),
        False,
    )


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            tells("I see a scratch."),
            "answer: expected JSON, got 'I see a scratch.'.",
        ),
        (
            tells(json.dumps({**GOOD, "grain_noise": 1.01})),
            "answer.grain_noise: expected a number in [0, 1], got 1.01.",
        ),
        (
            tells('{"line_strength": NaN, "texture_change": 0, "grain_noise": 0, '
                  '"reflection_unevenness": 0}'),
            "answer.line_strength: expected a number in [0, 1], got nan.",
        ),
        (
            tells(json.dumps({**GOOD, "line_strength": True})),
            "answer.line_strength: expected a number in [0, 1], got True.",
        ),
        (
            tells(json.dumps({**GOOD, "line_strength": "0.5"})),
            "answer.line_strength: expected a number in [0, 1], got '0.5'.",
        ),
        (
            tells(json.dumps({k: GOOD[k] for k in FEATURE_NAMES[:3]})),
            "answer: expected a score for grain_noise, got none.",
        ),
        (
            tells(json.dumps({**GOOD, "colour": 0.5})),
            "answer: expected no other field, got 'colour'.",
        ),
        (
            tells('{"line_strength": 0, "line_strength": 1}'),
            "answer: expected JSON, got '{\"line_strength\": 0, \"line_strength\": 1}'.",
        ),
        (tells("[]"), "answer: expected a table of scores, got []."),
        (
            tells("[" * 100_000),
            f"answer: expected JSON, got '{'[' * 56}....",
        ),
        (
            lambda h: h.says(None),
            "answer: expected a text of JSON, got None.",
        ),
        (
            lambda h: h.sends(
                200,
                {"choices": [{"message": {"content": "{"}, "finish_reason": "length"}]},
            ),
            CUT.format("length"),
        ),
        (
            lambda h: h.sends(200, {"choices": []}),
            "answer: expected a chat completion with a choice, got another JSON.",
        ),
        (floods, "answer: expected at most 1,000,000 bytes, got more."),
        (squeezes, "answer: expected it plain, got it compressed."),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_four_scores_is_named(
    stub: Stub, image: Image, fault: Fault, message: str
) -> None:
    """It is asked for once, and nothing of it is remembered."""
    stub.faults = [fault]
    asking = server(stub, timeout_s=5)

    with pytest.raises(AnswerError, match=f"^{re.escape(message)}$") as caught:
        asking.scores(image)

    assert caught.value.reason == "not_scores"
    assert (asking.usage.so_far.calls, len(asking.scores(image))) == (1, 4)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            tells("", refusal="I can not help with that."),
            r"answer: expected scores, got a refusal: 'I can not help with that\.'\.",
        ),
        (
            fails(400, "image is too blurred"),
            r"{url}: expected scores, got HTTP 400: 'image is too blurred'\.",
        ),
        (
            fails(501, "response_format is not supported"),
            r"{url}: expected scores, got HTTP 501: "
            r"'response_format is not supported'\.",
        ),
    ],
)
def test_a_refusal_is_not_asked_again(
    stub: Stub, image: Image, fault: Fault, message: str
) -> None:
    """What was declined once costs no second call."""
    stub.faults = [fault]

    with pytest.raises(RefusedError, match=f"^{message.format(url=url(stub))}$"):
        server(stub).scores(image)

    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            fails(401, "no such key"),
            "{url}: expected a server that lets this model be asked, got HTTP 401: "
            r"'no such key'\. Correct the address, the model or GLASSLINE_VLM_KEY\.",
        ),
        (
            fails(500, "image input is not supported - you need the mmproj"),
            "{url}: expected a model that takes images, got HTTP 500: 'image input is "
            r"not supported - you need the mmproj'\. Name a vision-language model in "
            r"\[vlm\]; llama\.cpp needs its mmproj file too\.",
        ),
    ],
)
def test_a_server_that_no_photo_can_use_is_told_at_once(
    stub: Stub, image: Image, fault: Fault, message: str
) -> None:
    """One call, no second try, for it holds for every photo."""
    stub.faults = [fault]

    with pytest.raises(ServerError, match=f"^{message.format(url=url(stub))}$"):
        server(stub).scores(image)

    assert len(stub.asked) == 1


TEXT = json.dumps(GOOD)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"```json\n{TEXT}\n```", id="a fence"),
        pytest.param(f"```\n{TEXT}\n```\n", id="a fence without a name"),
        pytest.param(f"Here are the scores:\n\n{TEXT}", id="words before"),
        pytest.param(f"{TEXT}\nI hope {{this}} helps.", id="words and braces after"),
        pytest.param(f"\ufeff{TEXT}", id="a mark"),
        pytest.param(
            f'<think>Or {{"line_strength": 1}}?</think>\n{TEXT}', id="thoughts before"
        ),
        pytest.param(json.dumps({**GOOD, "reasoning": "a line"}), id="thoughts within"),
        pytest.param(json.dumps(GOOD, indent=2), id="lines"),
        pytest.param(
            [{"type": "thinking", "thinking": "{"}, {"type": "text", "text": TEXT}],
            id="parts",
        ),
    ],
)
def test_one_object_is_found_wherever_it_stands(
    stub: Stub, image: Image, content: str
) -> None:
    """As servers word it that do not heed the schema."""
    stub.faults = [tells(content)]

    assert server(stub).scores(image).tolist() == list(GOOD.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            f"{TEXT}\n{TEXT}",
            "answer: expected one JSON object, got 2.",
            id="twice the same",
        ),
        pytest.param(
            f"First {TEXT}, or rather " + json.dumps({**GOOD, "grain_noise": 0}),
            "answer: expected one JSON object, got 2.",
            id="two",
        ),
        pytest.param(
            f"```json\n[{TEXT}]\n```",
            f"answer: expected a table of scores, got [{str(GOOD)[:76]}....",
            id="a list of one",
        ),
        pytest.param(
            '{"scores": ' + TEXT,
            "answer: expected JSON, got "
            """'{"scores": {"line_strength": 0.1, "texture_change": 0.2,....""",
            id="cut off, a whole one within",
        ),
        pytest.param(
            f"```json\n{TEXT[:-9]}\n```",
            "answer: expected JSON, got "
            """'```json\\n{"line_strength": 0.1, "texture_change": 0.2, "....""",
            id="cut off in a fence",
        ),
    ],
)
def test_more_or_less_than_one_object_is_refused(
    stub: Stub, image: Image, content: str, message: str
) -> None:
    """No guess which one is meant."""
    stub.faults = [tells(content)]

    with pytest.raises(AnswerError, match=f"^{re.escape(message)}$"):
        server(stub).scores(image)


@pytest.mark.parametrize(
    ("reason", "error", "message"),
    [
        ("length", AnswerError, CUT.format("length")),
        ("MAX_TOKENS", AnswerError, CUT.format("max_tokens")),
        (
            "content_filter",
            RefusedError,
            "answer: expected scores, got a refusal: 'content_filter'.",
        ),
        (
            "SAFETY",
            RefusedError,
            "answer: expected scores, got a refusal: 'safety'.",
        ),
        ("stop", AnswerError, "answer: expected a text of JSON, got None."),
    ],
)
def test_why_an_answer_ended_comes_before_what_it_holds(
    stub: Stub, image: Image, reason: str, error: type[Exception], message: str
) -> None:
    """A model that spent its tokens on thoughts says nothing; those are not scores."""
    choice = {
        "message": {"content": None, "reasoning_content": TEXT},
        "finish_reason": reason,
    }
    stub.faults = [lambda h: h.sends(200, {"choices": [choice]})]

    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        server(stub).scores(image)


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param(
            {"error": {"code": 429, "message": "Rate limit"}},
            "HTTP 429: 'Rate limit'.",
            id="a code",
        ),
        pytest.param(
            {"error": {"code": "502", "message": "bad"}}, "HTTP 502: 'bad'.", id="text"
        ),
        pytest.param(
            {"error": {"code": "overloaded", "message": "wait"}},
            "HTTP 429: 'wait'.",
            id="a word",
        ),
        pytest.param({"error": "wait"}, "HTTP 429: 'wait'.", id="no object"),
        pytest.param(
            {"error": {"message": "wait"}, "choices": []},
            "HTTP 429: 'wait'.",
            id="both",
        ),
        pytest.param(
            {"object": "error", "code": 503, "message": "wait"},
            "HTTP 503: 'wait'.",
            id="all of it",
        ),
        pytest.param(
            {"choices": [{"error": {"code": 502, "message": "lost"}, "message": {}}]},
            "HTTP 502: 'lost'.",
            id="in the choice",
        ),
        pytest.param(
            {"choices": [{"finish_reason": "error", "message": {"content": "{"}}]},
            "HTTP 429: 'finish_reason error'.",
            id="no more than a word in the choice",
        ),
    ],
)
def test_an_error_inside_an_answer_is_a_busy_server(
    stub: Stub, image: Image, document: object, told: str
) -> None:
    """Tried again; when no try is left, what the server said is told."""
    stub.faults = [lambda h: h.sends(200, document)] * 3
    asking = server(stub, tries=2)

    with pytest.raises(
        SilentError,
        match=rf"^{url(stub)}: expected an answer in 2 tries, got {re.escape(told)}$",
    ):
        asking.scores(image)

    assert (asking.usage.so_far.calls, len(asking.scores(image))) == (2, 4)


@pytest.mark.parametrize(
    ("code", "error"),
    [(401, ServerError), (404, ServerError), (400, RefusedError), (413, RefusedError)],
)
def test_an_error_inside_an_answer_that_no_try_can_mend(
    stub: Stub, image: Image, code: int, error: type[Exception]
) -> None:
    """As with the HTTP status that it names."""
    inside = {"error": {"code": code, "message": "no"}}
    stub.faults = [lambda h: h.sends(200, inside)]

    with pytest.raises(error, match=rf"^{url(stub)}: .* got HTTP {code}: 'no'\."):
        server(stub).scores(image)

    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"data: {}", "answer: expected JSON, got 'data: {}'."),
        (
            b"[]",
            "answer: expected a chat completion with a choice, got another JSON.",
        ),
    ],
)
def test_an_answer_that_is_no_object_is_no_error_either(
    stub: Stub, image: Image, body: bytes, message: str
) -> None:
    """A stream, or a list, in the place of a completion."""

    def sends(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    stub.faults = [sends]

    with pytest.raises(AnswerError, match=f"^{re.escape(message)}$"):
        server(stub).scores(image)


def test_no_error_beside_scores_is_none(stub: Stub, image: Image) -> None:
    """Some servers send the field always."""
    choice = {"message": {"content": TEXT}, "finish_reason": "stop"}
    stub.faults = [lambda h: h.sends(200, {"error": None, "choices": [choice]})]

    assert server(stub).scores(image).tolist() == list(GOOD.values())


def test_nobody_at_the_address_is_told_at_once(stub: Stub, image: Image) -> None:
    """A closed port is no busy server."""
    with serving() as gone:
        closed = gone.url

    with pytest.raises(
        ServerError,
        match=rf"^{re.escape(closed)}/chat/completions: expected a server, got: '.*'\. "
        r"Start it, or correct the address\.$",
    ):
        server(stub, endpoint=closed).scores(image)


def test_a_redirect_is_not_followed(stub: Stub, image: Image) -> None:
    """Neither photo nor key goes to another host."""
    with serving() as other:
        stub.faults = [sends_elsewhere(f"{other.url}/chat/completions")]
        with pytest.raises(
            ServerError,
            match=rf"^{url(stub)}: expected an answer, got HTTP 307, a redirect, which is "
            r"not followed\. Name the address that it leads to\.$",
        ):
            server(stub).scores(image)

    assert other.asked == []


@pytest.mark.parametrize(
    "fault",
    [fails(429), fails(408), fails(500), fails(503, Retry_After="0"), sleeps(5), drips],
)
def test_a_busy_server_is_asked_again(stub: Stub, image: Image, fault: Fault) -> None:
    """Time-outs, 429 and 5xx pass; the second answer counts."""
    stub.faults = [fault]
    asking = server(stub)

    found = asking.scores(image)

    assert (len(found), asking.usage.so_far.calls) == (4, 2)


@pytest.mark.parametrize(
    ("fault", "timeout_s", "last"),
    [
        (fails(429, "slow down"), 20, "HTTP 429: 'slow down'."),
        (fails(500, "oops"), 20, "HTTP 500: 'oops'."),
        (drips, 0.2, "none within 0.2 s."),
        (sleeps(1), 0.2, "none within 0.2 s."),
    ],
)
def test_tries_end(
    stub: Stub, image: Image, fault: Fault, timeout_s: float, last: str
) -> None:
    """After so many, the photo has no reading; the message holds the last reason."""
    stub.faults = [fault] * 3

    asking = server(stub, tries=3, timeout_s=timeout_s)

    with pytest.raises(
        SilentError,
        match=rf"^{url(stub)}: expected an answer in 3 tries, got {re.escape(last)}$",
    ):
        asking.scores(image)

    assert asking.usage.so_far.calls == 3


def test_waits_double_up_to_a_limit(
    stub: Stub, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1, 2, 4 s; then what the server asks for, but never more than a minute."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    stub.faults = [*[fails(429)] * 3, fails(429, Retry_After="9000")]

    server(stub, tries=5, backoff_s=1).scores(image)

    assert waits == [1, 2, 4, 60]


def test_a_broken_connection_is_no_answer(stub: Stub, image: Image) -> None:
    """Closed without a word."""
    stub.faults = [hangs_up]

    with pytest.raises(
        SilentError, match=r"^server: expected an answer, got: '.*disconnected.*'\.$"
    ):
        server(stub).scores(image)


def test_no_more_than_so_many_at_a_time(stub: Stub, rng: np.random.Generator) -> None:
    """Eight threads, two places."""
    asking = server(stub, concurrency=2, tries=3, timeout_s=20)  # one may meet both
    stub.faults = [fails(503)] * 2
    threads = [
        threading.Thread(target=asking.scores, args=(photo,))
        for photo in rng.random((8, 10, 10), dtype=np.float32)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert stub.most <= 2
    assert asking.usage.so_far.calls == 10


def test_it_may_be_asked_from_within_a_loop(stub: Stub, image: Image) -> None:
    """As a notebook does."""

    async def notebook() -> int:
        return len(server(stub).scores(image))

    assert asyncio.run(notebook()) == 4


def test_tokens_and_calls_are_counted(stub: Stub, image: Image) -> None:
    """As the server counts them; a remembered photo costs none."""
    asking = server(stub)

    asking.scores(image)
    asking.scores(image)

    assert asking.usage.so_far.as_json() == {
        "calls": 1,
        "cached": 1,
        "prompt_tokens": 700,
        "completion_tokens": 40,
    }


def test_odd_counts_lose_no_reading(stub: Stub, image: Image) -> None:
    """A server that counts in words is counted as 0."""
    asking = server(stub)
    stub.faults = [
        lambda h: h.sends(
            200,
            {
                "choices": [{"message": {"content": json.dumps(GOOD)}}],
                "usage": {"prompt_tokens": "many", "completion_tokens": -1},
            },
        )
    ]

    assert_array_equal(asking.scores(image), [0.1, 0.2, 0.3, 1])
    assert asking.usage.so_far.prompt_tokens == 0


@pytest.mark.parametrize(
    "other",
    [{"model": "ear"}, {"prompt": {"en": "Look."}}, {"lang": "zh-TW"},
     {"temperature": 1.0}],
)  # fmt: skip
def test_another_question_is_asked_anew(
    stub: Stub, image: Image, other: dict[str, object]
) -> None:
    """Model, prompt, language, temperature: each is part of the question."""
    server(stub).scores(image)

    server(stub, **other).scores(image)

    assert len(stub.asked) == 2


def test_another_photo_or_server_is_asked_anew(stub: Stub, image: Image) -> None:
    """One grey level is another photo."""
    server(stub).scores(image)
    server(stub).scores(np.clip(image + 1 / 255, 0, 1))
    with serving() as other:
        server(stub, endpoint=other.url).scores(image)

    assert (len(stub.asked), len(other.asked)) == (2, 1)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 1}', "[" * 9_000])
def test_a_damaged_entry_is_asked_for_again(
    stub: Stub, image: Image, tmp_path: Path, damage: str
) -> None:
    """With a warning that names the file; then it is whole again."""
    server(stub).scores(image)
    (entry,) = (tmp_path / "answers").rglob("*.json")
    entry.write_text(damage)

    with pytest.warns(
        GlasslineWarning,
        match=rf"^{re.escape(str(entry))}: expected remembered scores, got a damaged "
        r"file\. The server is asked again\.$",
    ):
        server(stub).scores(image)

    assert len(server(stub).scores(image)) == 4
    assert len(stub.asked) == 2


def test_an_entry_out_of_range_is_asked_for_again(
    stub: Stub, image: Image, tmp_path: Path
) -> None:
    """What is remembered is held to the same bounds as an answer."""
    wanted = server(stub).scores(image)
    (entry,) = (tmp_path / "answers").rglob("*.json")
    table = json.loads(entry.read_text())
    entry.write_text(json.dumps({**table, "scores": {**GOOD, "line_strength": 7}}))

    with pytest.warns(GlasslineWarning, match=r"^.*: expected remembered scores, .*$"):
        found = server(stub).scores(image)

    assert_array_equal(found, wanted)


def test_a_cache_that_can_not_be_written_loses_no_reading(
    stub: Stub, image: Image, tmp_path: Path
) -> None:
    """The scores are used once."""
    (tmp_path / "answers").write_text("a file, not a folder")

    with pytest.warns(
        GlasslineWarning,
        match=r"^.*: expected a file that can be written, got: .*\. These scores are used once\.$",
    ):
        found = server(stub).scores(image)

    assert len(found) == 4


def test_the_key_is_sent_and_nowhere_else(
    stub: Stub,
    image: Image,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In one header; in no message, log, traceback or file, though the server echoes it."""
    caplog.set_level(0)
    monkeypatch.setenv("GLASSLINE_VLM_KEY", SECRET)
    monkeypatch.setenv("GLASSLINE_VLM_ENDPOINT", stub.url)
    asking = server(stub, endpoint=None)
    asking.scores(image)
    stub.faults = [fails(403, f"Incorrect key: {SECRET}")]

    with pytest.raises(
        ServerError, match=r"^.*HTTP 403: 'Incorrect key: \*\*\*'\..*$"
    ) as caught:
        asking.scores(1 - image)

    stub.faults = [tells(f"Your key is {SECRET}.")]
    with pytest.raises(
        AnswerError, match=r"^answer: expected JSON, got 'Your key is \*\*\*\.'\.$"
    ) as echoed:
        asking.scores(1 - image)

    errors = (caught.value, echoed.value)
    said = caplog.text + "".join(
        line for each in errors for line in traceback.format_exception(each)
    )
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert stub.headers[0]["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in said + kept + repr(vars(asking)) + repr(asking)


def test_a_key_goes_only_where_the_environment_says(
    stub: Stub, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model file can not collect keys."""
    monkeypatch.setenv("GLASSLINE_VLM_KEY", SECRET)

    with pytest.raises(
        ServerError,
        match=r"^GLASSLINE_VLM_KEY: expected GLASSLINE_VLM_ENDPOINT beside it, got none\. "
        r"A key is sent only where the environment says, never where a recipe or a "
        r"model says\.$",
    ):
        server(stub).scores(image)

    assert stub.asked == []


def test_a_key_that_would_break_a_header_is_refused_unseen(
    stub: Stub, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line break in it is told without it."""
    monkeypatch.setenv("GLASSLINE_VLM_KEY", f"{SECRET}\nHost: other")

    with pytest.raises(
        ServerError,
        match=r"^GLASSLINE_VLM_KEY: expected printable ASCII without blanks\.$",
    ):
        server(stub).scores(image)


def test_no_proxy_of_the_environment_is_used(
    stub: Stub, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photo goes to the named server and to nobody between."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert len(server(stub).scores(image)) == 4


def test_no_address_is_told(image: Image, stub: Stub) -> None:
    """Neither recipe nor environment names one."""
    with pytest.raises(
        ServerError,
        match=r"^vlm\.endpoint: expected an address in the recipe or in "
        r"GLASSLINE_VLM_ENDPOINT, got none\. Add endpoint = "
        r'"http://localhost:8080/v1" to \[vlm\]\.$',
    ):
        server(stub, endpoint=None).scores(image)


def test_a_missing_library_names_the_extra(
    stub: Stub, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a person without it sees it."""
    monkeypatch.setitem(sys.modules, "httpx2", None)

    with pytest.raises(
        MissingExtraError,
        match=r"^A vlm front needs httpx2\. Install it with: pip install "
        r'"glassline\[vlm\]"$',
    ):
        server(stub).scores(image)


@pytest.mark.bad_shape
def test_an_image_of_another_shape_is_refused(stub: Stub) -> None:
    """Before anything is sent."""
    with pytest.raises(
        ShapeError, match=r"^image: expected shape \(h >= 1, w >= 1\), got \(3,\)\.$"
    ):
        server(stub).scores(np.zeros(3, np.float32))


def test_a_pixel_that_is_no_number_is_refused(stub: Stub) -> None:
    """Before anything is sent."""
    with pytest.raises(
        InputError, match=r"^image: expected finite pixels, got NaN or infinity\.$"
    ):
        server(stub).scores(np.full((3, 3), np.nan, np.float32))
