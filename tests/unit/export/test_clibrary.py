"""The C library: compiled strictly, run under sanitizers, held against Python."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from targets import COUNT, exported

from glassline.arrays import CHANNELS
from glassline.dataset import Dataset
from glassline.errors import GlasslineError, InputError
from glassline.export import clibrary, export, programs
from glassline.export.probes import draw
from glassline.features import FEATURES
from glassline.front import Measured
from glassline.image import load
from glassline.model import Model
from glassline.recipe import Background, ImageSettings
from glassline.recipe.pictures import Picture

COMPILER = next(
    (found for name in clibrary.COMPILERS if (found := shutil.which(name))), ""
)
SANITIZED = (
    *(
        "-std=c11",
        "-O0",
        "-ffp-contract=off",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wpedantic",
        "-Wshadow",
    ),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)
ROOT = Path(__file__).resolve().parents[3]
SIZES_HW = [(1, 1), (1, 2), (2, 1), (3, 3), (5, 7), (1, 100), (100, 1), (300, 3)]
SIZES_HW += [(16, 16), (17, 33), (64, 65), (31, 200), (121, 161)]
pytestmark = pytest.mark.skipif(not COMPILER, reason="needs a C compiler")


def _read(
    model: Model, photos: list[NDArray[np.float32]], folder: Path
) -> NDArray[np.float64]:
    """What the library reads of photos, under the sanitizers."""
    files = clibrary.write(model, "verdict.c")
    program = clibrary.compiled(files, folder, COMPILER, SANITIZED)
    given = b"".join(clibrary.framed(each) for each in photos)
    return np.frombuffer(programs.run([program, "photos"], given), "<f8").reshape(-1, 4)


def _with_settings(model: Model, place: int, **texture: object) -> Model:
    """The model with one setting of each feature's grid, from the first on."""
    settings = {
        name: asdict(feature.grid[min(place, len(feature.grid) - 1)])
        for name, feature in FEATURES.items()
    }
    settings["texture_change"] |= texture
    return replace(model, front=Measured(settings), made=None)


@pytest.mark.parametrize(
    ("place", "texture"),
    [(5, {}), (8, {}), (11, {"across": "places"}), (4, {"overlap": True})],
    ids=["scales", "whole and pixels", "both sides", "coarse, overlap"],
)
def test_readings_are_those_of_python_for_every_setting_and_shape(
    settled: Model,
    tmp_path: Path,
    rng: np.random.Generator,
    place: int,
    texture: Mapping[str, object],
) -> None:
    """Within 1e-5 of their size, on noise of every odd shape, black and grey photos."""
    model = _with_settings(settled, place, **texture)
    photos = [rng.random(size_hw, dtype=np.float32) for size_hw in SIZES_HW]
    photos += [np.full((40, 48), grey, np.float32) for grey in (0.0, 0.5, 1.0)]

    found = _read(model, photos, tmp_path)

    ours = np.array([model.front.values(each) for each in photos])
    off = np.abs(found - ours) / np.maximum(np.abs(ours), 1.0)
    assert off.max() < 1e-5


def test_the_certificate_holds_from_the_pixels_of_photos_on(
    settled: Model, line: Dataset, tmp_path: Path
) -> None:
    """Readings, class and decision of every photo."""
    rng = np.random.default_rng(1)  # noqa: TID251  the same in every run

    found = export(settled, "c", tmp_path / "line.c", rng=rng, data=line, count=400)

    (engine,) = found.certificate.engines
    assert found.certificate.holds
    assert engine.same_decision == engine.parts == 460
    assert engine.reading_difference < 1e-5
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "line.c",
        "line.c.certificate.json",
        "line.h",
    ]


def test_logits_have_the_bits_of_python(
    variants: Mapping[str, Model], tmp_path: Path, rng: np.random.Generator
) -> None:
    """From x before its clip on, nothing is lost but by exp."""
    model = variants["nothing good"]
    probes = draw(model, rng, count=400)
    u = probes.unclipped[:400]
    program = _asking(model, tmp_path, LOGITS)

    found = programs.answers_of([program], u, model.head.k)

    x = model.scale.x(probes.readings[:400])
    assert found.tolist() == model.head.logits(x).tolist()


LOGITS = """
#include <stdio.h>
#include "verdict.h"
int main(void)
{
    double u[GLASSLINE_FEATURES];
    glassline_verdict verdict;
    while (fread(u, sizeof u, 1, stdin) == 1) {
        (void)glassline_judge_x(u, &verdict);
        (void)fwrite(verdict.logits, sizeof verdict.logits, 1, stdout);
    }
    return 0;
}
"""
STATES = """
#include <math.h>
#include <stdio.h>
#include "verdict.h"
int main(void)
{
    static float memory[4000000];
    float grey[6] = {0};
    double r[4] = {0};
    glassline_verdict v;
    glassline_reader reader;
    printf("%d", (int)glassline_set_up(&reader, memory, sizeof memory, 0, 3));
    printf(" %d", (int)glassline_read(&reader, grey, r));
    printf(" %d", (int)glassline_set_up(&reader, memory, 8, 2, 3));
    printf(" %d", (int)glassline_set_up(&reader, NULL, sizeof memory, 2, 3));
    printf(" %d", (int)glassline_set_up(&reader, memory, sizeof memory, 2, 3));
    printf(" %d", (int)glassline_read(&reader, grey, r));
    grey[5] = INFINITY;
    printf(" %d", (int)glassline_read(&reader, grey, r));
    r[2] = NAN;
    printf(" %d", (int)glassline_judge(r, &v));
    printf(" %d %d %s", (int)v.class_place, (int)v.decision_place, glassline_classes[0]);
    return 0;
}
"""


def test_the_library_says_what_python_says(
    variants: Mapping[str, Model], tmp_path: Path
) -> None:
    """Class and decision of every part, and no answer where a number is not finite."""
    found, first = exported(variants["nothing good"], "c", tmp_path / "verdict.c")

    assert found.certificate.holds
    assert (first.same_class, first.same_decision) == (COUNT, COUNT)
    assert first.largest_difference < 1e-12


def test_each_wrong_use_has_its_code(settled: Model, tmp_path: Path) -> None:
    """No photo, a reader not set up, too little memory, none, done, done, NaN, NaN."""
    program = _asking(settled, tmp_path, STATES)

    assert programs.run([program]).decode() == "3 3 2 2 0 0 1 1 -1 -1 ok"


def _asking(model: Model, folder: Path, text: str) -> Path:
    """Compile a program of the test's own with the library."""
    for name, data in clibrary.write(model, "verdict.c").items():
        (folder / name).write_bytes(data)
    (folder / "asking.c").write_text(text)
    program = folder / "asking"
    sources = [folder / "verdict.c", folder / "asking.c"]
    subprocess.run([COMPILER, *SANITIZED, "-o", program, *sources, "-lm"], check=True)
    return program


def test_the_program_of_the_docs_is_one(settled: Model, tmp_path: Path) -> None:
    """As it stands in docs/targets.md, with the exported header beside it."""
    text = (ROOT / "docs" / "targets.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```c\n(.*?)```", text, re.DOTALL)
    header = clibrary.write(settled, "verdict.c")["verdict.h"]
    (tmp_path / "verdict.h").write_bytes(header)
    (tmp_path / "main.c").write_text(block)

    flags = ("-fsyntax-only", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
    done = subprocess.run([COMPILER, *flags, tmp_path / "main.c"], check=False)

    assert done.returncode == 0


def test_nothing_is_allocated(settled: Model) -> None:
    """The library calls the mathematics of C and nothing else."""
    source, header = clibrary.write(settled, "verdict.c").values()

    included = re.findall(r"#include\s+(\S+)", (source + header).decode())
    assert set(included) == {"<math.h>", "<stddef.h>", "<stdint.h>", '"verdict.h"'}
    assert b"malloc" not in source


def test_a_network_front_is_refused(settled: Model) -> None:
    """By name, with what to do."""
    front = type("Network", (), {"kind": "cnn"})()
    message = (
        "model: expected a measured front for C, got cnn: that is a network or a "
        "server. Export it to onnx, or only its verdict to another target."
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        clibrary.write(replace(settled, front=front), "verdict.c")


COLOURED = {
    "line_strength": {"plane": "saturation"},
    "texture_change": {"plane": "red"},
    "reflection_unevenness": {"plane": "chroma"},
}
"""Three planes of colour, and the grey for the grain."""


def test_a_certificate_is_of_photos_in_colour(
    settled: Model, tmp_path: Path, rng: np.random.Generator
) -> None:
    """By every target the photos are read on the planes that the model looks at."""
    model = replace(settled, front=Measured(COLOURED), made=None)
    (tmp_path / "photos" / "ok").mkdir(parents=True)
    for number in range(3):
        pixels = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
        data = cv2.imencode(".png", pixels)[1].tobytes()
        (tmp_path / "photos" / "ok" / f"{number}.png").write_bytes(data)
    data = Dataset.read(tmp_path / "photos")

    found = export(model, "c", tmp_path / "v.c", rng=rng, data=data, count=40)

    (engine,) = found.certificate.engines
    assert found.certificate.holds
    assert engine.parts == 43


def test_the_library_knows_every_setting() -> None:
    """A new one is first taught to the library, or refused by it, then told here."""
    known = {
        "line_strength": {"polarity", "width_px", "length_px", "extent", "sides"},
        "texture_change": {
            *("across", "detail_px", "block_px", "share", "light_power", "overlap"),
            *("blocks_by", "floor_steps", "skip_specks"),
        },
        "reflection_unevenness": {"fields", "share"},
        "grain_noise": {"polarity", "width_px", "share"},
    }

    found = {name: set(asdict(each.grid[0])) for name, each in FEATURES.items()}

    assert found == {name: {*each, "plane"} for name, each in known.items()}


WHITE = np.zeros((70, 90), np.uint8)
WHITE[8:60, 5:80] = 255
WHITE[30:34] = 0
LEFT_OUT = {
    "polygons": ImageSettings(
        part=(((4, 4), (80.5, 9), (60, 66), (6, 62)), ((70, 50), (90, 50), (90, 70))),
        leave_out=(((20, 20.25), (34, 20), (30, 41)),),
    ),
    "a picture in a region": ImageSettings(
        region_xyxy=(3, 5, 86, 69),
        mask=Picture(cv2.imencode(".png", WHITE)[1].tobytes()),
        leave_out=(((50, 40), (70, 40), (60, 60)),),
    ),
}


@pytest.mark.parametrize("drawn", LEFT_OUT)
def test_what_a_recipe_leaves_out_counts_for_nothing(
    settled: Model, tmp_path: Path, rng: np.random.Generator, drawn: str
) -> None:
    """Thirteen measurements on every plane, under polygons, and a mask picture in a region.

    Of photos of colour, of one that is darker than colour is told, and of a grey one.
    """
    sums = {
        "line_strength": [
            {"weight": 0.25, "sides": "both", "width_px": 2.0, "plane": "saturation"},
            {"weight": 0.5},
            {"weight": 0.25, "polarity": "bright", "width_px": 8.0, "extent": "whole"},
        ],
        "texture_change": [
            {"weight": 0.125, "across": "scales"},
            {"weight": 0.125, "across": "scales", "skip_specks": True},
            {"weight": 0.25, "across": "parts", "detail_px": 4},
            {"weight": 0.25, "across": "pixels", "share": 0.1},
            {"weight": 0.125, "plane": "green"},
            {"weight": 0.125, "blocks_by": "rank", "floor_steps": 8.0},
        ],
        "reflection_unevenness": [
            {"weight": 0.5, "plane": "chroma"},
            {"weight": 0.5, "plane": "red"},
        ],
        "grain_noise": [{"weight": 0.5, "plane": "blue"}, {"weight": 0.5}],
    }
    recipe = replace(settled.recipe, image=LEFT_OUT[drawn])
    model = replace(settled, recipe=recipe, front=Measured(sums=sums), made=None)
    files = clibrary.write(model, "verdict.c")
    program = clibrary.compiled(files, tmp_path, COMPILER, SANITIZED)
    photos = [rng.integers(0, 256, (70, 90, 3), dtype=np.uint8) for _ in range(4)]
    photos[1] //= 60
    photos[2] = cv2.GaussianBlur(photos[2], (0, 0), 2.0)
    photos[3][:] = photos[3][:, :, :1]
    image, planes = recipe.image, model.front.planes
    views = [
        load(each, settings=image, planes=(*CHANNELS, *planes)).view for each in photos
    ]

    given = b"".join(clibrary.framed(each, CHANNELS) for each in views)
    found = np.frombuffer(programs.run([program, "photos"], given), "<f8")

    ours = np.array([model.front.values(each) for each in views])
    off = np.abs(found.reshape(-1, 4) - ours) / np.maximum(np.abs(ours), 1.0)
    assert set(planes) == {"red", "green", "blue", "saturation", "chroma"}
    assert off.max() < 1e-5
    small = clibrary.framed(np.zeros((60, 90), np.float32), CHANNELS)
    with pytest.raises(GlasslineError, match=r"^ask: "):  # of another size
        programs.run([program, "photos"], small)


@pytest.mark.parametrize(
    ("picture", "done"),
    [("align", "aligns photos with"), ("spread", "compares photos with")],
)
def test_a_golden_photo_is_refused(settled: Model, picture: str, done: str) -> None:
    """To find it on each photo is no part of the library; what to do is said."""
    white = Picture(cv2.imencode(".png", WHITE)[1].tobytes())
    how = {"align": "golden", "spread": white}[picture]
    image = ImageSettings(golden=white, **{picture: how})
    model = replace(settled, recipe=replace(settled.recipe, image=image))
    message = (
        f"model: expected photos as they are taken for C, got a recipe that {done} a "
        "golden one, which C does not know. Hold the part in a fixture and leave "
        "image.align and image.spread out of the recipe, or export the verdict alone to "
        "another target."
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        clibrary.write(model, "verdict.c")


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_background_is_left_out_as_python_does(
    settled: Model, tmp_path: Path, rng: np.random.Generator, side: str
) -> None:
    """A table, a hole, a scratch into the table, bare metal, and a photo without part."""
    told = Background(above=0.6) if side == "above" else Background(below=0.4)
    image = ImageSettings(background=told, leave_out=(((50, 4), (70, 4), (60, 20)),))
    front = Measured({"line_strength": {"sides": "both", "width_px": 2.0}})
    recipe = replace(settled.recipe, image=image)
    model = replace(settled, recipe=recipe, front=front, made=None)
    files = clibrary.write(model, "verdict.c")
    program = clibrary.compiled(files, tmp_path, COMPILER, SANITIZED)
    photos = [0.3 + 0.02 * rng.standard_normal((70, 92)) for _ in range(3)]
    photos[0][:, :23] = photos[0][30:50, 60:80] = 0.8
    photos[1][55:, :] = photos[1][20:55, 40:46] = 0.75
    metal = np.where(rng.random((5, 5)) < 0.5, 0.65, 0.95)
    photos[2][20:40, 20:40] = metal.repeat(4, 0).repeat(4, 1)
    photos[2][:13, 70:] = 0.9
    if side == "below":
        photos = [1 - each for each in photos]
    settings = model.recipe.image
    views = [load(each, settings=settings).view for each in photos]

    given = b"".join(clibrary.framed(each) for each in views)
    found = np.frombuffer(programs.run([program, "photos"], given), "<f8")

    assert (
        len({float(np.mean(each.keep)) for each in views if each.keep is not None}) == 3
    )
    ours = np.array([model.front.values(each) for each in views])
    off = np.abs(found.reshape(-1, 4) - ours) / np.maximum(np.abs(ours), 1.0)
    assert off.max() < 1e-5
    nothing = np.full((70, 92), 0.9 if side == "above" else 0.1, np.float32)
    with pytest.raises(GlasslineError, match=r"^ask: "):
        programs.run([program, "photos"], clibrary.framed(nothing))


def test_a_background_told_by_colour_is_refused(settled: Model) -> None:
    """The library has the grey of every photo; what to do is said."""
    image = ImageSettings(background=Background(above=0.6, plane="red"))
    model = replace(settled, recipe=replace(settled.recipe, image=image))
    message = (
        "model: expected a background that is told by grey (luma) for C, got one told by "
        "red. Draw what to look at as image.part, give the level of the grey, or train "
        'with training.background = "none".'
    )

    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        clibrary.write(model, "verdict.c")


def test_a_name_of_another_kind_is_refused(settled: Model) -> None:
    """The header stands beside it under the same name."""
    with pytest.raises(InputError, match=r"^verdict\.h: expected a name that ends in"):
        clibrary.write(settled, "verdict.h")
