"""A picture that an inspector understands: what is drawn lies on what was found."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassline.arrays import Image, Named
from glassline.errors import InputError
from glassline.explain import Evidence
from glassline.explain.faces.picture import png, svg
from glassline.explain.faces.picture.glyphs import glyph, width_px
from glassline.explain.faces.picture.layout import scene
from glassline.explain.faces.picture.scene import LOOKS, Scene
from glassline.features import Area, Line, Mark, Speck
from glassline.recipe import FEATURE_NAMES
from glassline.render.words import LANGUAGES, words

SVG = "{http://www.w3.org/2000/svg}"
MARKS: dict[str, tuple[Mark, ...]] = {
    "line_strength": (Line(((30, 20), (30, 100)), 80, 3, 0.2, 9),),
    "texture_change": (Area(64, 16, 80, 48, 0.5),),
    "reflection_unevenness": (Area(0, 80, 20, 120, 6), Area(60, 80, 80, 120, -4)),
    "grain_noise": (Speck(50, 60, 4, -0.3, 8),),
}
SCALE = 8  # 120 px fill 960


def _evidence(**changes: object) -> Evidence:
    image = np.full((80, 120), 0.5, np.float32)
    readings = Named(FEATURE_NAMES, np.array([9.0, 0.41, 10.1, 2.5]))
    return replace(Evidence(image, MARKS, readings), **changes)


def _drawn(found: Scene, place: int) -> list[np.ndarray]:
    """Points of the strokes over the photo in the colour of one feature."""
    colour = LOOKS[place].colour
    return [stroke.points for stroke in found.strokes if stroke.colour == colour]


def test_a_scratch_is_outlined_and_left_free() -> None:
    """No point of the outline lies on the scratch, all lie close beside it."""
    (outline,) = _drawn(scene(_evidence(), "en"), 0)

    middle = (30 + 0.5) * SCALE
    beside = np.abs(outline[:, 1] - middle)
    along = (outline[:, 0] > 22 * SCALE) & (outline[:, 0] < 98 * SCALE)
    half = 3 * SCALE / 2
    assert_allclose(beside[along], half + 5, atol=1.5)
    assert_allclose(outline[:, 0].min(), 20.5 * SCALE - half - 5, atol=2)
    assert_allclose(outline[:, 0].max(), 100.5 * SCALE + half + 5, atol=2)


def test_a_speck_is_ringed() -> None:
    """The ring's middle is the speck's, its radius larger than the speck's."""
    (circle,) = _drawn(scene(_evidence(), "en"), 3)

    centre = np.array([60.5, 50.5]) * SCALE
    assert_allclose(circle.mean(axis=0), centre, atol=0.1)
    assert_allclose(np.hypot(*(circle - centre).T), 2 * SCALE + 5, atol=0.1)


def test_changed_texture_is_framed_and_hatched() -> None:
    """The frame is the block's, and slanting lines lie inside it."""
    *lines, frame = _drawn(scene(_evidence(), "en"), 1)

    assert_allclose(frame.min(axis=0), [16 * SCALE, 64 * SCALE], atol=1)
    assert_allclose(frame.max(axis=0), [48 * SCALE, 80 * SCALE], atol=1)
    inside = np.concatenate(lines)
    assert len(lines) > 5
    assert (inside >= frame.min(axis=0)).all()
    assert (inside <= frame.max(axis=0)).all()


def test_bright_fields_carry_a_plus_and_dark_ones_a_minus() -> None:
    """Two strokes cross in the bright field, one lies in the dark."""
    drawn = _drawn(scene(_evidence(), "en"), 2)

    signs = [stroke.mean(axis=0) / SCALE for stroke in drawn if len(stroke) == 2]
    assert_allclose(signs, [[100, 10], [100, 10], [100, 70]])


def test_the_features_differ_in_form_and_not_only_in_colour() -> None:
    """Dash, hatch or sign: in grey each look is still its own."""
    forms = {(look.dash, look.is_hatched) for look in LOOKS[1:3]}

    assert len(forms) == 2
    assert () not in {dash for dash, _ in forms}
    assert len({look.colour for look in LOOKS}) == len(LOOKS)


def test_what_is_as_on_good_parts_is_not_marked() -> None:
    """Below 2 spreads nothing is drawn, and the legend says so."""
    x = Named(FEATURE_NAMES, np.array([1.9, 2.0, -3.0, 4.0]))

    found = scene(_evidence(x=x), "en")

    assert [len(_drawn(found, place)) > 0 for place in range(4)] == [
        False,
        True,
        False,
        True,
    ]
    texts = [line.text for line in found.captions]
    assert texts.count("not marked: x is below 2") == 2
    assert "9 times the noise  (x = 1.9)" in texts


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        pytest.param(
            "en",
            [
                "scratch line strength",
                "9 times the noise",
                "traced: 1 mm (80 px) long, 37.5 µm (3 px) wide, brighter; 1 in all",
                "high-frequency texture change",
                "0.41 nepers",
                "1 blocks hatched; the roughest by 0.5 nepers",
                "uneven reflection",
                "10.1 % of brightness",
                "+ 1 brighter, - 1 darker fields; the strongest by 6 %",
                "granular noise",
                "2.5 times the noise",
                "1 ringed; the strongest 50 µm (4 px) across, darker",
                "200 µm (16 px)",
            ],
            id="en",
        ),
        pytest.param(
            "zh-TW",
            [
                "刮痕線條強度",
                "9 雜訊的倍數",
                "描出：長 1 mm (80 px)、寬 37.5 µm (3 px)、較亮；共 1 條",
                "高頻紋理變化",
                "0.41 奈培",
                "斜線標出 1 個區塊；最粗糙者高出 0.5 奈培",
                "反光不均",
                "10.1 亮度的 %",
                "+ 較亮 1 區，- 較暗 1 區；最強者相差 6 %",
                "顆粒狀噪點",
                "2.5 雜訊的倍數",
                "圈出 1 點；最強者直徑 50 µm (4 px)、較暗",
                "200 µm (16 px)",
            ],
            id="zh-TW",
        ),
    ],
)
def test_the_legend_says_reading_unit_and_size(lang: str, expected: list[str]) -> None:
    """Every line of it, with a pixel of 12.5 µm."""
    found = scene(_evidence(pixel_size_um=12.5), lang)

    assert [line.text for line in found.captions] == expected


@pytest.mark.parametrize(
    ("columns", "pixel_size_um", "label", "pixels"),
    [
        pytest.param(120, None, "20 px", 20, id="crop"),
        pytest.param(640, None, "100 px", 100, id="photo"),
        pytest.param(640, 12.5, "2 mm (160 px)", 160, id="photo in mm"),
        pytest.param(4000, 5.0, "5 mm (1000 px)", 1000, id="large photo"),
    ],
)
def test_the_scale_bar_has_a_round_length(
    columns: int, pixel_size_um: float | None, label: str, pixels: int
) -> None:
    """1, 2 or 5 times a power of ten, at most a quarter of the photo."""
    image = np.full((columns // 2, columns), 0.5, np.float32)

    found = scene(_evidence(image=image, pixel_size_um=pixel_size_um), "en")

    bar = next(box for box in found.boxes if box.height == 2)
    assert found.captions[-1].text == label
    assert_allclose(bar.width, pixels * found.photo_xywh[2] / columns)


def test_a_region_moves_nothing_in_the_picture() -> None:
    """Marks in pixels of the whole photo are drawn on the region that is shown."""
    moved = {name: tuple(m.moved(7, 9) for m in marks) for name, marks in MARKS.items()}

    there = scene(_evidence(marks=moved, corner_rc=(7, 9)), "en")

    here = scene(_evidence(), "en")
    assert len(there.strokes) == len(here.strokes)
    assert_array_equal(
        np.concatenate([each.points for each in there.strokes]),
        np.concatenate([each.points for each in here.strokes]),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_svg_is_one_self_contained_element(lang: str) -> None:
    """XML of its own, a photo inside it, text in the page's language, no script."""
    root = ElementTree.fromstring(svg.face(_evidence(), lang))  # noqa: S314  our own output

    assert root.tag == f"{SVG}svg"
    assert root.get("lang") == words(lang)["language"]["tag"]
    assert root.find(f"{SVG}title").text == words(lang)["evidence"]["title"]
    (photo,) = root.findall(f"{SVG}svg/{SVG}image")
    assert photo.get("href", "").startswith("data:image/png;base64,")
    assert {each.tag for each in root.iter()} == {
        SVG + name for name in ("svg", "title", "rect", "image", "g", "path", "text")
    }


def test_an_overlay_has_a_group_a_feature_and_no_photo() -> None:
    """Laid over the whole photo of 240 x 160 px: marks as in the picture, half as large."""
    found = svg.overlay(_evidence(), (240, 160))

    root = ElementTree.fromstring(found)  # noqa: S314  our own
    groups = root.findall(f"{SVG}g")
    assert root.get("viewBox") == "0 0 960 640"
    assert [group.get("data-feature") for group in groups] == list(FEATURE_NAMES)
    assert root.findall(f".//{SVG}image") == []
    [ring] = groups[3].findall(f".//{SVG}path[@stroke='#56b4e9']")
    points = np.array(re.findall(r"([\d.]+),([\d.]+)", ring.get("d", "")), float)
    assert_allclose(points.mean(axis=0), [60.5 * 4, 50.5 * 4], atol=0.2)


def test_names_can_add_no_element() -> None:
    """A feature called <b> is text."""
    readings = Named(("<b>",), np.array([1.0]))

    shown = svg.face(_evidence(marks={"<b>": ()}, readings=readings), "en")

    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


def test_areas_of_an_added_feature_are_outlined_and_told_in_its_unit() -> None:
    """Its name and unit come from its package."""
    marks = {"gloss": (Area(10, 10, 20, 30, 3.5),)}
    readings = Named(("gloss",), np.array([3.5]))

    found = scene(
        _evidence(marks=marks, readings=readings, units={"gloss": "GU"}), "en"
    )

    assert [line.text for line in found.captions[:3]] == [
        "gloss",
        "3.5 GU",
        "1 areas outlined; the strongest by 3.5 GU",
    ]
    assert len(found.strokes) == 3


def test_the_png_shows_the_photo_and_the_marks() -> None:
    """Grey where nothing was found, the colours where something was."""
    data = np.frombuffer(png.face(_evidence(), "en"), np.uint8)

    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]

    found = scene(_evidence(), "en")
    assert pixels.shape == (*found.size_wh[::-1], 3)
    assert_array_equal(pixels[400, 40], [128, 128, 128])
    assert_array_equal(pixels[round(30.5 * SCALE), 480], [128, 128, 128])
    colours = {tuple(c) for c in pixels[:640].reshape(-1, 3).tolist()}
    assert {look.colour for look in LOOKS[:4]} <= colours


def test_no_mark_is_drawn_beside_the_photo() -> None:
    """A ring at the border is cut; below the photo is the legend alone."""
    marks = {**MARKS, "grain_noise": (Speck(79, 60, 10, -0.3, 8),)}

    pictures = [
        cv2.imdecode(np.frombuffer(png.face(each, "en"), np.uint8), cv2.IMREAD_COLOR)
        for each in (_evidence(marks=marks), _evidence())
    ]

    below = [picture[640:652] for picture in pictures]
    assert_array_equal(below[0], below[1])
    assert_array_equal(below[0][:, 400:560], 255)


@pytest.mark.parametrize("size_hw", [(1, 1), (16, 16), (400, 30), (30, 400)])
def test_a_photo_of_any_form_can_be_drawn(size_hw: tuple[int, int]) -> None:
    """Tiny, tall or flat: a picture with its legend."""
    image: Image = np.full(size_hw, 0.5, np.float32)

    data = png.face(_evidence(image=image, marks=dict.fromkeys(MARKS, ())), "en")

    height, width = cv2.imdecode(np.frombuffer(data, np.uint8), 0).shape
    assert width >= 720
    assert height > 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_letter_of_the_legends_has_a_glyph(lang: str) -> None:
    """A PNG never shows an empty box for our own words."""
    text = "".join(
        line
        for section in ("features", "units", "evidence")
        for line in words(lang)[section].values()
    )
    unknown = glyph("\u2620")[0]

    boxed = {
        letter
        for letter in text + "0123456789.,×µ%"
        if glyph(letter)[0].shape == unknown.shape
        and (glyph(letter)[0] == unknown).all()
    }

    assert boxed == set()


def test_chinese_letters_are_of_one_width() -> None:
    """As print sets them."""
    assert {width_px(letter) for letter in "刮痕線條強度"} == {15}


def test_another_language_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(InputError, match=r"^lang: expected en or zh-TW, got 'fr'\.$"):
        svg.face(_evidence(), "fr")
