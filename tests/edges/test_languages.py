"""Every command speaks both languages, and asks the locale which one is meant."""

from __future__ import annotations

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

    assert "刮傷 " in done.stdout
    assert "拒收：預期成本最低：拒收，" in done.stdout
    assert done.stdout.splitlines()[-1] == "已檢測 1 張，拒讀 0 張"


def test_a_refusal_is_told_in_chinese(model_folder: Path, tmp_path: Path) -> None:
    """The code stays, so that it can be looked up."""
    done = run("inspect", model_folder, tmp_path / "none.png", "--lang", "zh-TW")

    assert "拒讀（not_found）：" in done.stdout
