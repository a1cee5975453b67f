"""One rule by which names that people type compare: classes, labels, headers, files."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

from glassline.errors import GlasslineError, InputError, check_one_of

__all__ = ["find", "key", "match", "shown", "spellings"]

UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))  # no eye and no key shows them
SEPARATORS = re.compile(r"(?<=[^\W_])[\s_-]+(?=[^\W_])")


@lru_cache(maxsize=4096)  # a table says the same few names again and again
def key(text: str) -> str:
    """Return what two spellings of one name have in common.

    The same are: composed and decomposed letters (NFC, NFD), full and half width
    (NFKC), capitals and small letters, blanks around, and within a name one or more
    blanks, low lines or hyphens. A sign before a number stays.

    Example:
        >>> key(" Deep_Scratch"), key("deep  scratch"), key("-1")
        ('deep scratch', 'deep scratch', '-1')

    Source:
        Unicode Standard Annex 15 (NFKC) and section 3.13 (case folding).
    """
    for _ in range(2):  # folding case may compose anew
        text = unicodedata.normalize("NFKC", text.translate(UNSEEN)).casefold()
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return SEPARATORS.sub(" ", plain)


def shown(text: str) -> str:
    """Return a name as it is shown: composed letters, no blanks around or doubled."""
    plain = unicodedata.normalize("NFC", text.translate(UNSEEN))
    return " ".join(plain.split())


def match(name: str, known: Collection[str]) -> str | None:
    """Return the known name that this one spells; None where none or several are.

    Example:
        >>> match("OK", ("ok", "dirt")), match("ok", ("OK", "Ok")), match("x", ("ok",))
        ('ok', None, None)
    """
    if name in known:
        return name
    same = [each for each in known if key(each) == key(name)]
    return same[0] if len(same) == 1 else None


def find(
    where: str,
    name: str,
    known: Collection[str],
    error: type[GlasslineError] = InputError,
    fix: str = "",
) -> str:
    """Return the known name that this one spells, or refuse it as `check_one_of` does."""
    found = match(name, known) or name
    check_one_of(where, found, known, error, fix)
    return found


def spellings(names: Iterable[str]) -> dict[str, Counter[str]]:
    """Return each name by its first spelling, with how often each spelling came.

    Example:
        >>> spellings(["OK", "ok", "dirt", "ok"])
        {'OK': Counter({'ok': 2, 'OK': 1}), 'dirt': Counter({'dirt': 1})}
    """
    first: dict[str, str] = {}
    found: dict[str, Counter[str]] = {}
    for name in names:
        found.setdefault(first.setdefault(key(name), name), Counter())[name] += 1
    return found
