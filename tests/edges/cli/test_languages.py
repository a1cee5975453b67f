"""Every command speaks both languages, and asks the locale which one is meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import run

from glassline.cli.options import language_of


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        pytest.param({}, "en", id="nothing-set"),
        pytest.param({"LANG": "zh_TW.UTF-8"}, "zh-TW", id="taiwan"),
        pytest.param({"LANG": "zh_TW.UTF-8", "LC_ALL": "C"}, "en", id="all-wins"),
        pytest.param({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh-TW", id="messages"),
        pytest.param({"LC_ALL": "", "LANG": "zh_TW"}, "zh-TW", id="empty-is-not-set"),
    ],
)
def test_the_locale_says_which_language(environment: dict[str, str], lang: str) -> None:
    """The first of LC_ALL, LC_MESSAGES and LANG that is set, as in POSIX."""
    assert language_of(environment) == lang


def test_a_photo_is_judged_in_chinese(model_folder: Path, line_folder: Path) -> None:
    """Class, decision and reason, in the words of the sheet."""
    photo = next((line_folder / "scratch").glob("*.png"))

    done = run("inspect", model_folder, photo, "--lang", "zh-TW")

    assert done.stdout.startswith("刮傷 ")
    assert "  拒收  " in done.stdout
    assert "  預期成本最低：拒收，" in done.stdout
    assert done.stdout.splitlines()[-1] == "已檢測 1 張，拒讀 0 張"


def test_a_refusal_is_told_in_chinese(model_folder: Path, tmp_path: Path) -> None:
    """The code stays, so that it can be looked up."""
    done = run("inspect", model_folder, tmp_path / "none.png", "--lang", "zh-TW")

    assert "拒讀（not_found）：" in done.stdout


@pytest.fixture(scope="module")
def demo_in_chinese(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What the demo leaves and says."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, run("demo", "--out", out, "--lang", "zh-TW").stdout


def test_the_demo_is_told_in_chinese(demo_in_chinese: tuple[Path, str]) -> None:
    """Training, score and three parts: no English sentence is left."""
    out, said = demo_in_chinese

    names = re.compile(rf"{re.escape(str(out))}\S*|[\w.-]+\.png|Macro-F1|Brier|p\(ok\)")
    left = names.sub("", said)
    assert "件產品訓練，牛頓法走了" in said
    assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", left) == []


def test_training_and_proof_are_told_in_chinese(
    demo_in_chinese: tuple[Path, str], tmp_path: Path
) -> None:
    """From the counts to the distance that is left, and what verify finds."""
    photos = demo_in_chinese[0] / "line"

    trained = run("train", photos, "--out", tmp_path / "m", "--lang", "zh-TW").stdout
    verified = run("verify", tmp_path / "m", photos, "--lang", "zh-TW").stdout

    assert trained.startswith("以 600 件產品訓練（ok ")
    assert "步後收斂：梯度為" in trained
    assert "證明：梯度為" in trained
    assert verified.splitlines()[0] == "成立：  照片、標註與權重正是模型所指名的"
    assert verified.splitlines()[2].startswith("成立：  (梯度 ")
