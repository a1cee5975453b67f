"""A verdict, and the measured front, as a C library of one header and one source."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassline.arrays import CHANNELS, PLANES, Image, View
from glassline.errors import InputError
from glassline.export.answers import Answer
from glassline.export.held import Held
from glassline.export.looking import check_as_they_lie, looked
from glassline.export.probes import Probes
from glassline.export.programs import answers_of, find, first_line, run, template
from glassline.export.rules import Rules
from glassline.features import bends, curvature, lanes, line_strength, texture_change
from glassline.features import surface as surfaces
from glassline.files import publish
from glassline.image.colour import DARKEST
from glassline.model import Model
from glassline.recipe import FEATURE_NAMES

__all__ = ["COMPILERS", "FLAGS", "ask", "compiled", "framed", "write"]

COMPILERS = ("gcc", "cc", "clang")
FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror")
TEMPLATES = ("front", "looking", "two_sided", "measures", "reader")
LANES = 8  # of OpenCV's loops on a processor with AVX2
ROW_LANES = 4  # of its blur along rows
READING_BOUND = 1e-5  # of its size: four times what was seen on real photos
BOUND = 1e-12  # of a probability: exp and log1p of the C library, and the division
ROOM_PLANES = 7  # of the photo's size, besides half a one for each width
KINDS = ("luma", *CHANNELS, "chroma", "saturation")  # of planes, in the library's order

Numbers = NDArray[np.float64]
Terms = Mapping[str, Sequence[tuple[Any, float]]]


def write(model: Model, name: str) -> dict[str, bytes]:
    """Return the source, and the header that is put beside it.

    Raises:
        InputError: The front is no measured one, or has a feature that the library
            does not know; or the name does not end in .c.
    """
    if not name.endswith(".c"):
        raise InputError(f"{name}: expected a name that ends in .c, got another.")
    if model.front.kind != "measured":
        raise InputError(
            f"model: expected a measured front for C, got {model.front.kind}: that is a "
            "network or a server. Export it to onnx, or only its verdict to another "
            "target."
        )
    check_as_they_lie(model.recipe.image, "C")
    rules, terms = Rules.of(model), _settings(model)
    source = [
        f"/* glassline model {rules.model_sha256} */",
        "#include <math.h>",
        f'#include "{name[:-2]}.h"',
        "",
        *_verdict_numbers(rules),
        *_front_numbers(terms),
        *looked(model.recipe.image),
        *([template("held.c")] if rules.held else []),
        *(template(f"{each}.c") for each in ("verdict", *TEMPLATES)),
    ]
    sizes = [
        f"#define GLASSLINE_FEATURES {rules.d}",
        f"#define GLASSLINE_CLASSES {rules.k}",
        "#define GLASSLINE_READS 1",
        f"#define GLASSLINE_COLOUR {int(bool(model.front.planes))}",
        "",
    ]
    header = template("verdict.h").replace("@SIZES@", "\n".join(sizes))
    header = header.replace("@FRONT@", template("front.h"))
    return {name: "\n".join(source).encode(), f"{name[:-2]}.h": header.encode()}


def ask(files: Mapping[str, bytes], probes: Probes) -> list[Answer]:
    """Return what the compiled library answers; of photos from their pixels on.

    Raises:
        MissingExtraError: There is no compiler.
    """
    compiler = find(COMPILERS, "Checking an export to C")
    width = 2 + len(probes.model.recipe.classes)
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(files, Path(folder), compiler)
        readings = None
        given = probes.readings
        if probes.photos:
            colours = CHANNELS if probes.model.front.planes else ()
            photos = b"".join(framed(view, colours) for view in probes.views(colours))
            found = run([program, "photos"], photos)
            readings = np.frombuffer(found, "<f8").reshape(-1, given.shape[1])
            given = np.concatenate([readings, given[len(readings) :]])
        table = answers_of([program], given, width)
    answer = Answer.of_table(first_line([compiler, "--version"]), table)
    # A reading may be off by 1e-5, and so may then be its probabilities.
    bound = BOUND if readings is None else 1e-3
    return [
        Answer(
            answer.engine,
            answer.classes,
            answer.actions,
            answer.probabilities,
            bound=bound,
            readings=readings,
            reading_bound=READING_BOUND,
        )
    ]


def compiled(
    files: Mapping[str, bytes],
    folder: Path,
    compiler: str,
    flags: tuple[str, ...] = FLAGS,
) -> Path:
    """Compile the library with the program that asks it; return the program."""
    for name, data in files.items():
        publish(folder / name, data)
    source, header = files
    publish(folder / "ask.c", template("ask.c").encode())
    program = folder / "ask"
    named = f'-DGLASSLINE_HEADER="{header}"'
    sources = [folder / source, folder / "ask.c"]
    run([compiler, *flags, named, "-o", program, *sources, "-lm"])
    return program


def framed(photo: Image | View, colours: Sequence[str] = ()) -> bytes:
    """Return a photo as the asking program reads it, with these planes where it reads them."""
    view = View.of(photo)
    rgb = [view.plane(name).grey for name in colours]
    pixels = [
        view.taken_or_grey.ravel(),
        *([np.stack(rgb, axis=-1).ravel()] if rgb else []),
    ]
    size = np.array(view.grey.shape, "<i4").tobytes()
    return size + np.concatenate(pixels).astype("<f4").tobytes()


def _settings(model: Model) -> Terms:
    """Return the measurements of the four features, settings and weight of each.

    Raises:
        InputError: There is another feature.
    """
    front: Any = model.front
    terms: Terms = front.terms
    odd = [name for name in terms if name not in FEATURE_NAMES]
    if odd:
        raise InputError(
            f"model: expected the four features for C, got {odd[0]} too, which is a "
            "plug-in's."
        )
    return terms


def _verdict_numbers(rules: Rules) -> Iterator[str]:
    region = rules.region
    by_cost = rules.good >= 0 and rules.threshold is None
    guaranteed = rules.good >= 0 and rules.threshold is not None
    yield "#define FEATURES GLASSLINE_FEATURES"
    yield f"#define CLASSES {rules.k}"
    yield f"#define CORRECTS {int(rules.ratio is not None)}"
    yield f"#define BY_COST {int(by_cost)} /* accept is one of the actions weighed */"
    yield f"#define GUARANTEED {int(guaranteed)} /* only a threshold accepts */"
    yield f"#define REGIONS {0 if region is None else len(region.centers)}"
    if guaranteed:
        yield f"#define GOOD {rules.good}"
        yield f"static const double THRESHOLD = {_hex(rules.threshold or 0.0)};"
    for name, value in (
        ("CLIP", rules.clip),
        ("SLOPE", rules.slope),
        ("FAR", rules.far),
        ("TIE", rules.tie),
    ):
        yield f"static const double {name} = {_hex(value)};"
    tables = {
        "CENTER[FEATURES]": rules.center,
        "SPREAD[FEATURES]": rules.spread,
        "WEIGHT[FEATURES][CLASSES]": rules.W,
        "BIAS[CLASSES]": rules.b,
        "COSTS[CLASSES][3]": rules.costs,
    }
    if rules.ratio is not None:
        tables["RATIO[CLASSES]"] = rules.ratio
    if region is not None:
        tables["CENTERS[REGIONS][FEATURES]"] = region.centers
        tables["INVERSES[REGIONS][FEATURES][FEATURES]"] = region.inverses
        yield f"static const double CUT = {_hex(region.cut)};"
    for name, values in tables.items():
        yield f"static const double {name} = {_braces(values)};"
    yield f"#define HOLDS {int(rules.held is not None)}"
    if rules.held is not None:
        yield from _held_numbers(rules.held)
    yield f'const char *const glassline_model = "{rules.model_sha256}";'
    for name, size, words in (
        ("classes", "CLASSES", rules.classes),
        ("features", "FEATURES", rules.features),
    ):
        listed = ", ".join(map(json.dumps, words))
        yield f"const char *const glassline_{name}[{size}] = {{{listed}}};"


def _held_numbers(held: Held) -> Iterator[str]:
    """Write the borders that a decision is held against, and how readings move."""
    most = max(len(side) for each in held.borders for side in (each.pro, each.con))
    yield f"#define BORDERS {len(held.borders)}"
    yield f"#define MOST_SIDE {most} /* classes on one side of a border */"
    yield f"static const double HELD_LIMIT = {_hex(held.limit)};"
    yield f"static const double REACH[FEATURES] = {_braces(held.reach)};"
    covariance = _braces(held.covariance)
    yield f"static const double COVARIANCE[FEATURES][FEATURES] = {covariance};"
    yield "typedef struct {"
    yield "    int32_t taken; /* the action that is left for another */"
    yield "    int32_t pros;  /* classes that speak for another, and against it */"
    yield "    int32_t pro[MOST_SIDE];"
    yield "    int32_t cons;"
    yield "    int32_t con[MOST_SIDE];"
    yield "    double logs[CLASSES];"
    yield "} held_border;"
    rows = (
        f"{each.taken}, {len(each.pro)}, {{{', '.join(map(str, each.pro))}}}, "
        f"{len(each.con)}, {{{', '.join(map(str, each.con))}}}, {_braces(each.logs)}"
        for each in held.borders
    )
    yield from _listed("held_border HELD_BORDER", rows)


def _front_numbers(terms: Terms) -> Iterator[str]:
    lines, textures, fields_, grains = (
        [each for each, _ in terms[name]] for name in FEATURE_NAMES
    )
    used = {width for line in lines if line.sides != "both" for width in line.widths_px}
    used |= {bends.SPECK_PX for each in textures if _skips(each)}
    widths = sorted(used | {grain.width_px for grain in grains})
    yield "enum { DARK = 0, BRIGHT = 1, EITHER = 2 };"
    for name, value in {
        "WIDTHS": len(widths),
        "MOST_TERMS": max(len(each) for each in terms.values()),
        "MOST_FIELDS": max(each.fields for each in fields_),
        "LANES": LANES,
        "ROW_LANES": ROW_LANES,
        "MEDIAN_SAMPLES": f"{surfaces.MEDIAN_SAMPLES}U",
        "MANY": f"{bends.MANY}U",
        "ROOM_PLANES": f"{ROOM_PLANES + math.ceil(len(widths) / 2)}U",
        "ROOM_SAMPLES": f"{8 * bends.MANY}U",
    }.items():
        yield f"#define {name} {value}"
    for name, number in {
        "NORMAL_MAD": surfaces.NORMAL_MAD,
        "NORMAL_MEAN": surfaces.NORMAL_MEAN,
        "GREY_STEP": surfaces.GREY_STEP,
        "DARKEST": surfaces.DARKEST,
        "FLOOR": bends.FLOOR,
        "PER_MILLE": texture_change.PER_MILLE,
        "SPECK": bends.SPECK,
        "COUNTED": line_strength.COUNTED,
    }.items():
        yield f"static const double {name} = {_hex(number)};"
    yield f"static const float LEAST_SHARE = {_hex(surfaces.LEAST)}F;"
    yield f"static const float MOST = {_hex(np.float32(line_strength.MOST))}F;"
    yield f"static const float KEPT_UP = {_hex(np.float32(line_strength.KEPT_UP))}F;"
    yield template("settings.c")
    yield from _listed("line_settings LINES", [_line(each, widths) for each in lines])
    yield from _listed(
        "texture_settings TEXTURES", (_texture(each, widths) for each in textures)
    )
    yield from _listed(
        "field_settings FIELDS",
        (f"{each.fields}, {_hex(each.share)}" for each in fields_),
    )
    yield from _listed(
        "grain_settings GRAINS",
        (
            f"{each.polarity.upper()}, {widths.index(each.width_px)}, {_hex(each.share)}"
            for each in grains
        ),
    )
    yield from _plane_numbers(terms)
    counts = ", ".join(str(len(terms[name])) for name in FEATURE_NAMES)
    yield f"static const int32_t TERMS[4] = {{{counts}}};"
    weights = (
        "{" + ", ".join(_hex(weight) for _, weight in terms[name]) + "}"
        for name in FEATURE_NAMES
    )
    listed = ", ".join(weights)
    yield f"static const double TERM_WEIGHTS[4][MOST_TERMS] = {{{listed}}};"
    yield from _kernels(widths)


def _plane_numbers(terms: Terms) -> Iterator[str]:
    """Write which planes are read, and on which of them each measurement is taken."""
    planes = [
        [getattr(each, "plane", "luma") for each, _ in terms[name]]
        for name in FEATURE_NAMES
    ]
    used: list[str] = [name for name in PLANES if any(name in each for each in planes)]
    yield f"enum {{ {', '.join(name.upper() for name in KINDS)} }};"
    yield f"static const float COLOURLESS = {_hex(np.float32(DARKEST))}F;"
    yield f"#define PLANES {len(used)}"
    kinds = ", ".join(name.upper() for name in used)
    yield f"static const int32_t PLANE_KINDS[PLANES] = {{{kinds}}};"
    rows = ("{" + ", ".join(str(used.index(n)) for n in each) + "}" for each in planes)
    yield f"static const int32_t TERM_PLANES[4][MOST_TERMS] = {{{', '.join(rows)}}};"


def _listed(declared: str, rows: Iterable[str]) -> Iterator[str]:
    yield f"static const {declared}[] = {{{', '.join(f'{{{row}}}' for row in rows)}}};"


def _line(line: Any, widths: list[float]) -> str:
    steps = max(1, round(line.length_px / (2 * surfaces.CELL_PX)))
    both, whole = line.sides == "both", int(line.extent == "whole")
    ends = [0 if both else widths.index(line.widths_px[at]) for at in (0, -1)]
    distance = max(1, round(line.width_px))
    sides = f"{int(both)}, {distance}, {round(lanes.ASLANT * distance)}"
    return f"{line.polarity.upper()}, {whole}, {steps}, {ends[0]}, {ends[1]}, {sides}"


def _texture(texture: Any, widths: list[float]) -> str:
    step = {1: 0, 2: 1, 4: 2}[texture.detail_px]
    block = max(1, round(texture.block_px / surfaces.CELL_PX))
    is_of = [int(texture.across == each) for each in ("scales", "parts", "pixels")]
    specks = widths.index(bends.SPECK_PX) if _skips(texture) else 0
    kinds = ", ".join(map(str, is_of))
    flags = f"{kinds}, {specks}, {int(texture.overlap)}"
    light = _hex(np.float32(texture.light_power))
    floor = _hex(np.float32(texture.floor_steps * surfaces.GREY_STEP))
    later = f"{int(texture.blocks_by == 'rank')}, {floor}F, {int(texture.skip_specks)}"
    return f"{flags}, {step}, {block}, {_hex(texture.share)}, {light}F, {later}"


def _skips(texture: Any) -> bool:
    """Return whether pixels at specks are left out."""
    return bool(texture.across == "pixels" or texture.skip_specks)


def _kernels(widths: list[float]) -> Iterator[str]:
    """Write the blur of each width, and what it is scaled by."""
    yield "typedef struct {"
    yield "    int32_t step;   /* 1, 2, 3: the photo averaged over 2, 4, 8 pixels */"
    yield "    int32_t radius; /* of the kernel */"
    yield "    float gain;     /* sigma^2 */"
    yield "    const float *kernel;"
    yield "} width_settings;"
    rows = []
    for place, width in enumerate(widths):
        step = surfaces.step_px(width)
        sigma = width / (2 * step)
        kernel = curvature.gaussian(sigma)
        listed = ", ".join(f"{_hex(each)}F" for each in kernel)
        yield f"static const float KERNEL_{place}[] = {{{listed}}};"
        gain = np.float32(sigma * sigma)
        radius = len(kernel) // 2
        shift = {2: 1, 4: 2, 8: 3}[step]
        rows.append(f"{{{shift}, {radius}, {_hex(gain)}F, KERNEL_{place}}}")
    yield f"static const width_settings WIDTH[WIDTHS] = {{{', '.join(rows)}}};"


def _hex(value: float | np.floating[Any]) -> str:
    """Write a number to its last bit."""
    return float(value).hex()


def _braces(values: Numbers) -> str:
    if values.ndim == 1:
        return "{" + ", ".join(map(_hex, values)) + "}"
    return "{" + ", ".join(map(_braces, values)) + "}"
