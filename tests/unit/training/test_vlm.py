"""A front that asks a server, from photos to a verdict; the server is a stub."""

from __future__ import annotations

import json
import pickle  # noqa: TID251  as another process receives a front
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from servers import Stub, fails, serving, tells

from glassline.dataset import Dataset
from glassline.errors import (
    GlasslineWarning,
    InputError,
    ModelError,
    RecipeError,
    RefusedError,
    ServerError,
)
from glassline.front import Vlm
from glassline.inspection import Inspection, inspect
from glassline.model import Model, load
from glassline.model.sealed import seal, unseal
from glassline.recipe import Recipe
from glassline.recipe.server import VlmSettings
from glassline.studies.comparison import compare
from glassline.studies.evaluation import evaluate
from glassline.studies.guarantee import assure
from glassline.studies.labels import audit
from glassline.studies.report.pictures import overlay
from glassline.studies.verification import verify
from glassline.training import vlm


@pytest.fixture(scope="module")
def stub() -> Iterator[Stub]:
    """One server for the module."""
    pytest.importorskip("httpx2")
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The cache of the module, and no other server or key."""
    for name in ("GLASSLINE_VLM_ENDPOINT", "GLASSLINE_VLM_KEY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.getbasetemp() / "answers"
    monkeypatch.setenv("GLASSLINE_VLM_CACHE", str(folder))
    return folder


@pytest.fixture
def recipe(line: Dataset, stub: Stub) -> Recipe:
    """What the line declares: asked quickly."""
    settings = VlmSettings("eye-7b", stub.url, timeout_s=5, backoff_s=0.01, tries=2)
    return Recipe(classes=line.classes, vlm=settings)


@pytest.fixture
def asked(line: Dataset, recipe: Recipe) -> Model:
    """A model of the small rendered line; after the first time nobody is asked."""
    return vlm.train(line, recipe)


@pytest.fixture
def seen(asked: Model, line: Dataset) -> Inspection:
    """The first part."""
    return inspect(asked, line.parts[0].path)


def test_the_same_answers_give_the_same_model(
    asked: Model, line: Dataset, recipe: Recipe, stub: Stub
) -> None:
    """Bit for bit, whatever the workers; the second time the server hears nothing."""
    before = len(stub.asked)

    again = vlm.train(line, recipe, workers=1)

    assert again.as_bytes() == asked.as_bytes()
    assert len(stub.asked) == before
    assert isinstance(again.front, Vlm)
    assert again.front.usage.cached == len(line)


def test_loading_a_model_asks_nobody(asked: Model, stub: Stub, tmp_path: Path) -> None:
    """Neither training's self-test nor that of loading."""
    before = len(stub.asked)
    asked.save(tmp_path)

    again = load(tmp_path)

    assert again.sha256 == asked.sha256
    assert again.front.kind == "vlm"
    assert len(stub.asked) == before


def test_a_verdict_rests_on_the_scores(seen: Inspection, stub: Stub) -> None:
    """Readings are the scores; no place on the photo is claimed."""
    assert all(0 <= score <= 1 for score in seen.readings)
    assert_array_equal(seen.maps, np.zeros((4, 1, 1)))
    assert set(seen.evidence.marks.values()) == {()}


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "that the model eye-7b at {server} gave when asked with prompt {prompt} "
               "(SHA-256)"),
        ("zh-TW", "{server} 上的模型 eye-7b 依提示詞 {prompt}（SHA-256）"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("face", ["text", "markdown", "html"])
def test_every_face_says_who_gave_the_numbers(
    seen: Inspection, stub: Stub, face: str, lang: str, told: str
) -> None:
    """Server, model and prompt."""
    assert seen.model.recipe.vlm is not None
    words = told.format(
        server=stub.url.split("/")[2], prompt=seen.model.recipe.vlm.prompt_sha256[:12]
    )

    shown = getattr(seen.sheet, face)(lang).replace("\\", "")

    assert re.sub(r"\s+", "", words) in re.sub(r"\s+", "", shown)


def test_the_json_face_names_the_source(seen: Inspection, stub: Stub) -> None:
    """As fields, for machines."""
    found = json.loads(seen.sheet.json())

    assert found["front"] == "vlm"
    assert found["source"]["model"] == "eye-7b"
    assert found["source"]["server"] == stub.url.split("/")[2]


def test_the_environment_names_another_server(
    asked: Model, line: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It wins over the recipe, and the sheet says which it was."""
    with serving() as other:
        monkeypatch.setenv("GLASSLINE_VLM_ENDPOINT", f"{other.url}/")
        seen = inspect(asked, line.parts[0].path)
        shown = seen.sheet.json()

    assert len(other.asked) == 1
    assert other.url.split("/")[2] in shown


def test_a_part_without_an_answer_costs_no_other_part(
    line: Dataset, recipe: Recipe, stub: Stub
) -> None:
    """It is left out and recorded with its reason, like a photo that can not be read."""
    assert recipe.vlm is not None
    stub.faults = [tells("no"), tells("", refusal="No."), fails(503), fails(503)]

    with pytest.warns(
        GlasslineWarning, match=r"^P[0-9]+\.png: answer: expected JSON, got 'no'\.$"
    ):
        model = vlm.train(
            line, replace(recipe, vlm=replace(recipe.vlm, model="slow")), workers=1
        )

    assert [each.reason for each in model.record.refused] == [
        "not_scores",
        "refused",
        "no_answer",
    ]
    assert model.record.n == len(line) - 3


def test_a_server_that_can_not_be_used_stops_training(
    line: Dataset, recipe: Recipe, stub: Stub
) -> None:
    """What was read until then is remembered."""
    assert recipe.vlm is not None
    other = replace(recipe, vlm=replace(recipe.vlm, model="keyless"))
    before = len(stub.asked)
    stub.faults = [lambda h: h.scores(stub.asked[-1]), fails(401, "no key")]

    with pytest.raises(ServerError, match=r"^.*got HTTP 401: 'no key'\..*$"):
        vlm.train(line, other, workers=1)

    vlm.train(line, other, workers=1)
    assert len(stub.asked) - before == len(line) + 1


def test_a_model_of_scores_is_verified_from_what_is_remembered(
    asked: Model, line: Dataset, stub: Stub
) -> None:
    """Trained again from nothing, the same bytes; nobody is asked."""
    before = len(stub.asked)

    found = verify(asked, line, retrain=True)

    assert found.holds
    assert len(stub.asked) == before


def test_a_model_of_scores_is_evaluated(asked: Model, line: Dataset) -> None:
    """Like any other."""
    assert evaluate(asked, line, with_training=True).n == 60


def test_labels_are_audited_by_its_scores(asked: Model, line: Dataset) -> None:
    """The labels taught the server nothing, so it may judge them."""
    assert audit(line, asked).undecided == 0


def test_models_of_two_prompts_compare_on_parts(
    asked: Model, line: Dataset, recipe: Recipe
) -> None:
    """Another prompt, another front."""
    assert recipe.vlm is not None
    other = vlm.train(line, replace(recipe, vlm=replace(recipe.vlm, lang="zh-TW")))

    assert other.front != asked.front
    assert compare(asked, other, line).n == len(line)


def test_a_picture_of_no_place_has_no_ink(seen: Inspection) -> None:
    """However strong the score."""
    photo, shown = seen.photo.image, seen.maps[0]

    assert overlay(photo, shown, 1.0) == overlay(photo, shown, 0.0)


def test_a_front_travels_to_another_process(asked: Model, line: Dataset) -> None:
    """As its settings."""
    sent = pickle.loads(pickle.dumps(asked.front))  # noqa: S301  our own

    image = inspect(asked, line.parts[0].path).photo.image
    assert_array_equal(sent.read(image).values, asked.front.read(image).values)


def test_a_model_whose_prompt_was_changed_is_refused(
    asked: Model, tmp_path: Path
) -> None:
    """Even where the seal was made anew."""
    path = asked.save(tmp_path)
    document = unseal(path.read_bytes(), "model.json")
    del document["sha256"]
    document["recipe"]["vlm"]["prompt"]["en"] = "All is well."
    path.write_bytes(seal(document))

    with pytest.raises(
        ModelError,
        match=r"^model\.json: front\.sha256: expected the hash of recipe\.vlm, got '.*'\.$",
    ):
        load(tmp_path)


def test_a_recipe_without_a_model_is_refused(line: Dataset) -> None:
    """There is no default server."""
    with pytest.raises(
        RecipeError,
        match=r"^vlm: expected the name of a model in the recipe, got none\. Add \[vlm\] "
        r'with model = "\.\.\." and endpoint = "http://localhost:8080/v1"\.$',
    ):
        vlm.train(line, Recipe(classes=line.classes))


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"model": " "}, "vlm.model: expected a printable name, got ' '."),
        (
            {"lang": "de"},
            "vlm.lang: expected one of en, zh-TW, got 'de'.",
        ),
        (
            {"prompt": {"fr": "Note."}},
            "vlm.prompt: expected one of en, zh-TW, got 'fr'.",
        ),
        (
            {"prompt": {"en": " "}},
            "vlm.prompt.en: letters: expected a number in [1, 20000], got 0.",
        ),
        ({"tries": 11}, "vlm.tries: expected a number in [1, 10], got 11."),
        (
            {"timeout_s": float("nan")},
            "vlm.timeout_s: expected a number in [0.01, 3600], got nan.",
        ),
        ({"colour": "red"}, "vlm.colour: expected no such field, got 'red'."),
    ],
)
def test_a_table_that_can_not_be_meant_is_refused(
    field: dict[str, object], message: str
) -> None:
    """Each field has its bounds."""
    table = {"classes": ["ok", "dirt"], "vlm": {"model": "eye", **field}}

    with pytest.raises(RecipeError, match=f"^recipe: {re.escape(message)}$"):
        Recipe.from_table(table)


@pytest.mark.parametrize(
    "endpoint",
    [
        "localhost:8080/v1",
        "file:///etc/passwd",
        "ftp://host/v1",
        "http:///v1",
        "http://user:secret@host/v1",
        "https://host/v1?key=secret",
        "http://host/v1#a",
        "http://host /v1",
        "http://host:99999/v1",
        "http://[::1/v1",
    ],
)
def test_an_endpoint_is_a_plain_address(endpoint: str) -> None:
    """It is never printed: it may hold a key."""
    with pytest.raises(
        RecipeError,
        match=r"^vlm\.endpoint: expected http:// or https:// with a host and a path, such "
        r"as http://localhost:8080/v1, without user, query or fragment, got another "
        r"text\.$",
    ):
        VlmSettings("eye", endpoint)


def test_a_guarantee_needs_parts_that_the_head_has_not_seen(
    asked: Model, line: Dataset
) -> None:
    """The training set is not judged out of fold by measured features instead."""
    with pytest.raises(
        InputError,
        match=r"^.*: expected parts that the model was not trained on, got those of "
        r"training\. Give other photos: out of fold only measured features are judged\.$",
    ):
        assure(asked, line, escape=0.1, confidence=0.9)


@pytest.mark.slow
def test_the_commands_ask_and_count(
    line_folder: Path, stub: Stub, tmp_path: Path, line: Dataset
) -> None:
    """Train, inspect, evaluate and sheet; tokens are told on standard error."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'classes = {list(line.classes)}\n[vlm]\nmodel = "cli"\nendpoint = "{stub.url}"\n'
    )
    photo = str(line.parts[0].path)

    trained = run(
        "train", str(line_folder), "--out", f"{tmp_path}/model", "--front", "vlm",
        "--recipe", str(recipe), "--json",
    )  # fmt: skip
    looked = run("inspect", f"{tmp_path}/model", photo)
    scored = run("evaluate", f"{tmp_path}/model", str(line_folder), "--with-training")
    worked = run("sheet", f"{tmp_path}/model", photo, "--lang", "zh-TW")

    assert json.loads(trained.stdout)["usage"]["completion_tokens"] == 40 * len(line)
    assert looked.stderr == "Asked the server 0 times (0 + 0 tokens); photos remembered: 1.\n"  # fmt: skip
    assert f"photos remembered: {len(line)}" in scored.stderr
    assert "再問一次不一定得到相同的數字" in re.sub(r"\s+", "", worked.stdout)


def test_inspect_tells_a_part_without_an_answer(
    asked: Model, stub: Stub, tmp_path: Path, line: Dataset, answers: Path
) -> None:
    """Exit 6, a row with the reason, and the other part's verdict."""
    asked.save(tmp_path)
    stub.faults = [tells("no")]
    settings = {"GLASSLINE_VLM_CACHE": str(tmp_path / "empty")}

    done = run(
        "inspect", str(tmp_path), *(str(part.path) for part in line.parts[:2]),
        code=6, **settings,
    )  # fmt: skip

    assert "refused (not_scores): answer: expected JSON, got 'no'." in done.stdout
    assert "1 inspected, 1 refused" in done.stdout
    assert done.stderr.startswith("Asked the server 2 times")


def run(
    *arguments: str, code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does."""
    import os  # noqa: PLC0415  the environment of the test, and a little more

    done = subprocess.run(
        [sys.executable, "-m", "glassline", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, done.stderr
    return done


def test_refusals_are_told_apart_by_class(asked: Model, stub: Stub) -> None:
    """In Python, an error of one part says which kind it is."""
    stub.faults = [fails(413, "too large")]

    with pytest.raises(
        RefusedError, match=r"^.*got HTTP 413: 'too large'\.$"
    ) as caught:
        asked.front.read(np.full((9, 9), 0.123, np.float32))

    assert (caught.value.exit_code, caught.value.reason) == (7, "refused")
