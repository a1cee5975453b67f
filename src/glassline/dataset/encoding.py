"""The text of a table: UTF-8, UTF-16, or what spreadsheets save where people live."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping

from glassline.errors import DatasetError, GlasslineWarning, show

__all__ = ["COMMON", "WESTERN", "decode"]

MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Where a code page has its common letters, and the least second byte there.
COMMON = {
    "cp950": (((0xA440, 0xC67E),), 0x40),  # Big5, the 5,401 frequent characters
    "gb18030": (  # GB 2312, level 1; kana, Cyrillic
        ((0xB0A1, 0xD7F9), (0xA4A1, 0xA5F6), (0xA7A1, 0xA7F1)),
        0xA1,
    ),
    "cp932": (((0x829F, 0x9872),), 0x40),  # kana, Cyrillic; JIS X 0208, level 1
    "cp949": (  # KS X 1001, hangul; kana, Cyrillic
        ((0xB0A1, 0xC8FE), (0xAAA1, 0xABF6), (0xACA1, 0xACF1)),
        0xA1,
    ),
}
WESTERN = ("cp1252", "cp1250", "cp1251")
SCRIPTS = {"cp1252": "LATIN", "cp1250": "LATIN", "cp1251": "CYRILLIC"}
WORD = re.compile(r"[^\W\d_]+")
SHOWN = 4  # class names a guess is shown with

Meaning = Callable[[str], tuple[str, ...] | None]


def decode(
    data: bytes, where: str, meaning: Meaning, encoding: str | None = None
) -> str:
    """Return the text of a table.

    UTF-8, with a byte order mark or without, and UTF-16 need no guess. Otherwise the
    code pages of Taiwan, China, Japan, Korea and Europe are tried: those in which
    every letter is a common one, else all that can be decoded. One guess, or several
    that mean the same, is taken and told; guesses that differ are refused.

    Args:
        data: The whole file.
        where: Its name, for messages.
        meaning: What a text means: the class names in it, or None for no table.
        encoding: What the caller says it is; then nothing is guessed.

    Raises:
        DatasetError: It can not be decoded, or two guesses give other class names.
    """
    if encoding is not None:
        return _said(data, where, encoding)
    for mark, codec in MARKS.items():
        if data.startswith(mark):
            return _said(data[len(mark) :], where, codec)
    if b"\0" in data:
        codec = (
            "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
        )
        return _said(data, where, codec)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data, where, meaning)


def _said(data: bytes, where: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise DatasetError(
            f"encoding: expected one that Python knows, such as utf-8, cp950, gb18030 or "
            f"cp1252, got {show(encoding)}."
        ) from error
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{where}: expected text in {encoding}, got other bytes at {error.start}."
        ) from error


def _guessed(data: bytes, where: str, meaning: Meaning) -> str:
    texts: dict[str, str] = {}
    for codec in (*COMMON, *WESTERN):
        try:
            texts[codec] = data.decode(codec)
        except UnicodeDecodeError:
            continue
    usual = {codec: text for codec, text in texts.items() if _is_usual(codec, text)}
    found: dict[tuple[str, ...], list[str]] = {}
    for codec, text in (usual or texts).items():
        means = meaning(text)
        if means is not None:
            found.setdefault(means, []).append(codec)
    if not found:
        raise DatasetError(
            f"{where}: expected a table in UTF-8, got an encoding that is not known. "
            "Save it as CSV UTF-8, or say --encoding."
        )
    if len(found) > 1:
        raise DatasetError(_ambiguous(where, found))
    ((means, codecs),) = found.items()
    why = "in which all its letters are common ones" if usual else "that can be decoded"
    warnings.warn(
        f"{where}: not UTF-8; read as {codecs[0]}, the encoding {why} (classes "
        f"{_some(means)}). Save it as CSV UTF-8, or say --encoding {codecs[0]}.",
        GlasslineWarning,
        stacklevel=2,
    )
    return texts[codecs[0]]


def _is_usual(codec: str, text: str) -> bool:
    """Whether every letter beyond ASCII is one that people of the code page write."""
    if codec in COMMON:
        ranges, least = COMMON[codec]
        letters = [each for each in set(text) if ord(each) >= 0x80]
        pairs = [each.encode(codec) for each in letters if each.isalpha()]
        return all(map(str.isprintable, letters)) and all(
            len(pair) == 2
            and pair[1] >= least
            and any(low <= int.from_bytes(pair) <= high for low, high in ranges)
            for pair in pairs
        )
    if any(ord(letter) >= 0x80 and not letter.isalpha() for letter in set(text)):
        return False
    return all(_is_word(word, SCRIPTS[codec]) for word in set(WORD.findall(text)))


def _is_word(word: str, script: str) -> bool:
    """Whether a word is of one script, and if Latin not of accents alone."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word}
    if script == "CYRILLIC":
        return len(scripts) == 1
    return scripts == {"LATIN"} and 3 * sum(map(str.isascii, word)) >= len(word)


def _ambiguous(where: str, found: Mapping[tuple[str, ...], list[str]]) -> str:
    guesses = "; ".join(
        f"{codecs[0]} {_some(means)}" for means, codecs in found.items()
    )
    first = next(iter(found.values()))[0]
    return (
        f"{where}: expected UTF-8, got an encoding that decides the classes: {guesses}. "
        f"Say which, such as --encoding {first}, or save it as CSV UTF-8."
    )


def _some(classes: tuple[str, ...]) -> str:
    more = f" and {len(classes) - SHOWN} more" if len(classes) > SHOWN else ""
    return ", ".join(map(show, classes[:SHOWN])) + more
