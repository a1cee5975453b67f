"""The two catalogues: same keys, same placeholders, Taiwan's words."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from glassline.errors import InputError
from glassline.features import FEATURES
from glassline.recipe import ACTIONS, FEATURE_NAMES
from glassline.render.words import CLASS_WORDS, LANGUAGES, words

ROOT = Path(__file__).resolve().parents[3]

# Mainland words that have another form in Taiwan; 程序, 文件, 登錄, 信息 included.
DENIED_LINES = """
数据 數據 質量 质量 置信 概率 方差 控制圖 控制图 工序 圖像 图像 分辨率 軟件 软件 程序 服務器
服务器 用戶 用户 登錄 登录 設置 设置 默認 默认 文件 網絡 网络 屏幕 打印 鼠標 鼠标 導出 导出
導入 导入 添加 信息 批次號 返工 缺省 標簽 标签
"""
DENIED = DENIED_LINES.split()


def flat(lang: str) -> dict[str, str]:
    """Every entry of a catalogue under section.key."""
    return {
        f"{section}.{key}": text
        for section, entries in words(lang).items()
        for key, text in entries.items()
    }


def read_in_taiwan() -> dict[str, str]:
    """The zh-TW catalogue and the pages written in Chinese."""
    pages = [ROOT / "README.zh-TW.md", *(ROOT / "docs" / "zh-TW").glob("*.md")]
    return {**flat("zh-TW"), **{page.name: page.read_text("utf-8") for page in pages}}


def placeholders(text: str) -> list[str]:
    """The names in braces, sorted."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    """A key of one catalogue stands at the same place in the other."""
    assert list(flat("en")) == list(flat("zh-TW"))


def test_both_languages_have_the_same_placeholders() -> None:
    """What one language fills in, the other fills in too."""
    english = {key: placeholders(text) for key, text in flat("en").items()}

    taiwan = {key: placeholders(text) for key, text in flat("zh-TW").items()}

    assert taiwan == english


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_entry_is_empty(lang: str) -> None:
    """Every entry says something."""
    bad = [key for key, text in flat(lang).items() if not text.strip()]

    assert bad == []


@pytest.mark.parametrize("denied", DENIED)
def test_taiwan_does_not_say(denied: str) -> None:
    """No entry of the zh-TW catalogue, and no page, uses a word of the deny-list."""
    offenders = [key for key, text in read_in_taiwan().items() if denied in text]

    assert offenders == []


def test_taiwan_says_yan_suan_fa_for_algorithm() -> None:
    """The word 算法 appears only inside 演算法."""
    offenders = [
        key for key, text in read_in_taiwan().items() if re.search("(?<!演)算法", text)
    ]

    assert offenders == []


@pytest.mark.parametrize(
    ("section", "key", "expected"),
    [
        ("features", "line_strength", "刮痕線條強度"),
        ("features", "texture_change", "高頻紋理變化"),
        ("features", "reflection_unevenness", "反光不均"),
        ("features", "grain_noise", "顆粒狀噪點"),
        ("decisions", "review", "複判"),
        ("decisions", "accept", "允收"),
        ("decisions", "reject", "拒收"),
        ("steps", "p", "機率"),
        ("steps", "b", "偏權值"),
        ("sheet", "document", "判定說明單"),
    ],
)
def test_the_glossary_is_used(section: str, key: str, expected: str) -> None:
    """The zh-TW catalogue uses the agreed term."""
    assert words("zh-TW")[section][key] == expected


def test_rows_and_columns_are_named_once_both_ways() -> None:
    """The shape is printed once as 列×行 (rows×columns), since China reverses it."""
    holders = [key for key, text in flat("zh-TW").items() if "列×行" in text]

    assert holders == ["sheet.shape_note"]
    assert "列×行 (rows×columns)" in words("zh-TW")["sheet"]["shape_note"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_a_purpose_of_one_line(lang: str) -> None:
    """Steps and purposes have the same keys; a purpose is one sentence line."""
    catalogue = words(lang)

    assert list(catalogue["steps"]) == list(catalogue["purposes"])
    assert [p for p in catalogue["purposes"].values() if "\n" in p] == []
    assert {p[-1] for p in catalogue["purposes"].values()} <= {".", "。"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_feature_and_action_has_words(lang: str) -> None:
    """Nothing that a recipe can name is left without words."""
    catalogue = words(lang)

    assert tuple(catalogue["features"]) == FEATURE_NAMES
    assert tuple(catalogue["features_short"]) == FEATURE_NAMES
    assert set(ACTIONS) <= set(catalogue["decisions"])


def test_units_are_those_of_the_features() -> None:
    """The English words are the units that the measurements declare, and of other fronts."""
    declared = {name: feature.unit for name, feature in FEATURES.items()}

    others = {"network": "network scale", "score": "of 1"}
    others |= {each: each for each in ("noise x px", "per mille")}
    assert dict(words("en")["units"]) == {**declared, **others}


def test_the_recipe_speaks_the_same_languages() -> None:
    """Class words exist for exactly the languages of the catalogues."""
    assert tuple(CLASS_WORDS) == LANGUAGES


def test_unknown_language_is_refused_by_name() -> None:
    """Another language is an error that names the two there are."""
    with pytest.raises(
        InputError, match=r"^lang: expected en or zh-TW, got 'zh-CN'\.$"
    ):
        words("zh-CN")


def test_the_catalogue_is_read_only() -> None:
    """One caller can not change what the next one says."""
    message = "'mappingproxy' object does not support item assignment"
    with pytest.raises(TypeError, match=f"^{message}$"):
        words("en")["sheet"]["title"] = "no"  # type: ignore[index]


def test_words_are_light() -> None:
    """The catalogue loads without NumPy, so that --help stays quick."""
    code = (
        "import sys; from glassline.render.words import words; words('en'); "
        "sys.exit('numpy' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
