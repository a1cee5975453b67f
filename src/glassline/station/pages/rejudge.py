"""Re-judge: doubtful parts one at a time, by keys; what was judged is never lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from glassline.errors import ConflictError, NotFoundError, check_one_of
from glassline.recipe import Recipe
from glassline.render.words import words
from glassline.station import golden
from glassline.station.known import Shown
from glassline.station.pages.judged import Feature, Judged
from glassline.station.pages.page import error_page, language, page
from glassline.station.people import Person, needs
from glassline.station.recall import has_verdict, recalled
from glassline.station.station import Station, StationOf
from glassline.store import Found, Where
from glassline.store.candidate import candidate

__all__ = ["router"]

AHEAD = 4  # parts on the page: the one shown and three whose photos are loaded
MOST = 500  # of the queue that is counted
LOOKED_AT = 200  # of the last parts: what the candidate would decide of them
TARGET_S = 10  # a part, as re-judge stations are laid out
UNSURE, UNDO = "not_sure", "undo"
REASONS = (
    "agreed",
    "false_call",
    "missed",
    "other_defect",
    "limit",
    "photo",
    "blind",
)
KEYS = (  # event.code, never a letter: an input method may hold the letters
    ("ok", ("Numpad0", "F5")),
    ("defect", ("F8",)),
    ("confirm", ("NumpadEnter", "Enter")),
    ("undo", ("NumpadDecimal", "F9")),
    ("unsure", ("NumpadMultiply",)),
    ("blink", ("Space",)),
    ("evidence", ("KeyM",)),
    ("closer", ("NumpadAdd", "Equal")),
    ("wider", ("NumpadSubtract", "Minus")),
    ("back", ("PageUp",)),
    ("forth", ("PageDown",)),
    ("left", ("ArrowLeft",)),
    ("right", ("ArrowRight",)),
    ("up", ("ArrowUp",)),
    ("down", ("ArrowDown",)),
    ("legend", ("?",)),
)
TOLD = ("lot", "unit_serial", "part_no", "camera")  # above the verdict

Sees = Annotated[Person, needs("see")]
Labels = Annotated[Person, needs("label")]

router = APIRouter()


class Verdict(BaseModel):
    """What a person decided on one part, as the page sends it."""

    model_config = ConfigDict(extra="forbid")

    record: str = Field(max_length=200)
    label: str | None = Field(max_length=200)
    reason: str = Field(max_length=40)
    version: int = Field(ge=0)
    note: str = Field(default="", max_length=500)
    dwell_s: float = Field(ge=0, allow_inf_nan=False)
    shown: dict[str, bool]
    key: str = Field(min_length=1, max_length=80)
    showing: str = Field(default="", max_length=80)


@dataclass(frozen=True)
class Choice:
    """A class that a person may choose, with its key."""

    key: str
    word: str
    number: int
    is_good: bool


@dataclass(frozen=True)
class Part:
    """One part as the page shows it."""

    record: str
    showing: (
        str  # of a known part, what it is kept under; of any other, as good as that
    )
    version: int
    why: str
    default: str
    good: str
    defect: str
    serial: str
    identifiers: tuple[tuple[str, str], ...]
    action: str
    seen: str
    reason: str
    classes: tuple[Choice, ...]
    features: tuple[Feature, ...]
    golden: str


@router.get("/rejudge")
def rejudge_page(
    request: Request, station: StationOf, who: Labels, blind: str = ""
) -> HTMLResponse:
    """Show the first of the parts that wait, and load the next."""
    lang = language(request)
    say = words(lang)["station_rejudge"]
    shown = list(_next(station, who, lang, (), is_blind=bool(blind)))
    return page(
        request,
        "rejudge.html",
        section="rejudge",
        who=who.number,
        is_blind=bool(blind),
        target_s=TARGET_S,
        waiting=_waiting(station, who, is_blind=bool(blind)),
        keys=[(action, codes, say[f"key_{action}"]) for action, codes in KEYS],
        reasons=REASONS,
        shown=shown,
    )


@router.get("/rejudge/parts")
def more_parts(
    request: Request, station: StationOf, who: Labels, have: str = "", blind: str = ""
) -> HTMLResponse:
    """Send the parts that follow those that the page has."""
    held = tuple(filter(None, have.split(",")))
    lang = language(request)
    shown = list(_next(station, who, lang, held, is_blind=bool(blind)))
    return _parts(request, station, who, shown, blind)


@router.get("/rejudge/find")
def find_part(
    request: Request, station: StationOf, who: Labels, serial: str, blind: str = ""
) -> HTMLResponse:
    """Send the newest part of a scanned serial number.

    Raises:
        NotFoundError: There is none.
    """
    where = Where(identifiers={"unit_serial": serial})
    rows = station.store.inspections(where, limit=1, newest_first=True).rows
    if not rows:
        raise NotFoundError(f"serial: expected one that was inspected, got {serial!r}.")
    station.store.take(rows[0].record, who.number)
    found = station.store.inspection(rows[0].record)
    part = _part(station, found, language(request))
    return _parts(request, station, who, [part], blind)


@router.post("/rejudge/label")
def keep_verdict(
    request: Request, station: StationOf, who: Labels, verdict: Verdict
) -> HTMLResponse:
    """Keep a verdict; one that comes again, after its answer was lost, counts once."""
    check_one_of("reason", verdict.reason, (*REASONS, UNSURE, UNDO))
    say = words(language(request))["station_rejudge"]
    known = station.known.find(verdict.showing, who.number) if verdict.showing else None
    if known is not None:
        return _keep_known(request, station, known, verdict)
    try:
        station.store.label(
            verdict.record,
            verdict.label,
            who=who.number,
            reason=verdict.reason,
            note=verdict.note,
            shown={**verdict.shown, "key": verdict.key},
            dwell_s=verdict.dwell_s,
            version=verdict.version,
        )
    except ConflictError:
        said = station.store.inspection(verdict.record).labels
        if not any((each.shown or {}).get("key") == verdict.key for each in said):
            told = say["conflict"].format(record=verdict.record, who=said[-1].who)
            return error_page(request, ConflictError.http_status, told)
    return page(
        request,
        "rejudge_line.html",
        told=_told(station, verdict, language(request)),
        asks=verdict.label is not None,
    )


@router.get("/rejudge/candidate")
def candidate_line(request: Request, station: StationOf, who: Labels) -> HTMLResponse:
    """Say what a model fitted on all labels would decide otherwise."""
    text = words(language(request))
    say, found = text["station_rejudge"], candidate(station.store, last=LOOKED_AT)
    if found is None:
        return HTMLResponse("")
    if found.missing:
        recipe, lang = station.store.model(found.running).recipe, language(request)
        missing = [recipe.class_name(name, lang) for name in found.missing]
        names = text["language"]["list"].join(missing)
        return HTMLResponse(say["candidate_few"].format(names=names))
    changed, count = len(found.changed), found.looked_at
    key = "candidate_changes" if changed else "candidate_same"
    return HTMLResponse(say[key].format(changed=changed, count=count))


def _keep_known(
    request: Request, station: Station, known: Shown, verdict: Verdict
) -> HTMLResponse:
    """Keep a verdict on a known part; told or not, as the rule was when it was shown."""
    station.known.judge(
        known,
        verdict.label,
        reason=verdict.reason,
        key=verdict.key,
        besides={
            "note": verdict.note,
            "dwell_s": verdict.dwell_s,
            "shown": verdict.shown,
        },
    )
    lang, asks = language(request), verdict.label is not None and not known.is_told
    told = _told(station, verdict, lang)
    if known.is_told:
        told = _told_known(station, known, verdict, lang)
    return page(request, "rejudge_line.html", told=told, asks=asks)


def _parts(
    request: Request,
    station: Station,
    who: Person,
    shown: Sequence[Part],
    blind: str,
) -> HTMLResponse:
    return page(
        request,
        "rejudge_parts.html",
        headers={"X-Waiting": str(_waiting(station, who, is_blind=bool(blind)))},
        is_blind=bool(blind),
        reasons=REASONS,
        shown=shown,
    )


def _next(
    station: Station, who: Person, lang: str, have: Sequence[str], *, is_blind: bool
) -> Iterator[Part]:
    """Take the parts that wait longest for this person, so many that the page is full.

    Now and then a known part follows one of them, and looks like one of them.
    """
    wanted, held = AHEAD - len(have), {*have}
    known = station.known.open_for(who.number, is_blind=is_blind)
    if known is not None and known.record not in held:
        held.add(known.record)
        yield _known_part(station, known, lang)
    for listed in station.store.queue(4 * AHEAD, who=who.number):
        if wanted <= 0:
            return
        if listed.record in held:
            continue
        try:
            station.store.take(listed.record, who.number)
        except ConflictError:
            continue
        wanted -= 1
        held.add(listed.record)
        yield _part(station, station.store.inspection(listed.record), lang)
        known = station.known.deal(who.number, is_blind=is_blind, besides=held)
        if known is not None:
            held.add(known.record)
            yield _known_part(station, known, lang)


def _waiting(station: Station, who: Person, *, is_blind: bool) -> int:
    known = station.known.open_for(who.number, is_blind=is_blind)
    return len(station.store.queue(MOST, who=who.number)) + (known is not None)


def _known_part(station: Station, known: Shown, lang: str) -> Part:
    """Return a known part as if it waited."""
    part = _part(station, station.store.inspection(known.record), lang)
    return replace(part, showing=known.token, version=0, why="review")


def _part(station: Station, found: Found, lang: str) -> Part:
    text, listed = words(lang), found.listed
    seen = None
    if has_verdict(found):
        seen = recalled(station.store, found, with_pixels=False)
    model = (
        station.store.model(listed.model) if listed.model else station.inspector.model
    )
    recipe = model.recipe
    good = recipe.good or ""
    judged = Judged(seen, lang) if seen else None
    reference = golden.reference(station.store, good)
    likely = dict(seen.probabilities) if seen else dict.fromkeys(recipe.classes, 0.0)
    defects = [name for name in recipe.classes if name != good]
    return Part(
        record=found.record,
        showing=secrets.token_urlsafe(12),
        version=found.version,
        why=_why(found),
        default=seen.predicted_class if seen else "",
        good=good,
        defect=max(defects, key=lambda name: likely[name], default=""),
        serial=str(listed.identifiers.get("unit_serial", "")),
        identifiers=tuple(
            (text["identifiers"][name], str(listed.identifiers[name]))
            for name in TOLD
            if name in listed.identifiers
        ),
        action=judged.action if judged else "",
        seen=_seen_as(judged, text) if judged else "",
        reason=judged.reason if judged else "",
        classes=tuple(_choices(recipe, good, lang)),
        features=judged.features if judged else (),
        golden=reference if reference != found.record else "",
    )


def _seen_as(judged: Judged, text: Mapping[str, Mapping[str, str]]) -> str:
    first = next(each for each in judged.classes if each.is_first)
    return text["sheet"]["summary"].format(best=first.name, p=first.printed)


def _choices(recipe: Recipe, good: str, lang: str) -> Iterator[Choice]:
    """Yield the good class under 0, then the defects from 1 on."""
    ordered = sorted(recipe.classes, key=lambda name: name != good)
    for number, name in enumerate(ordered, start=0 if good else 1):
        yield Choice(name, recipe.class_name(name, lang), number, name == good)


def _why(found: Found) -> str:
    if found.labels and found.labels[-1].reason == UNSURE:
        return UNSURE
    if found.label is not None:
        is_other = found.label != found.listed.predicted_class
        return "second" if is_other else "judged"
    return {"review": "review", "refused": "refused"}.get(
        found.listed.decision, "not_review"
    )


def _told(station: Station, verdict: Verdict, lang: str) -> str:
    say = words(lang)["station_rejudge"]
    if verdict.label is None:
        key = "judged_undone" if verdict.reason == UNDO else "judged_unsure"
        return say[key].format(record=verdict.record)
    model = station.store.model(
        station.store.inspection(verdict.record).listed.model or ""
    )
    name = model.recipe.class_name(verdict.label, lang)
    return say["judged"].format(record=verdict.record, name=name)


def _told_known(station: Station, known: Shown, verdict: Verdict, lang: str) -> str:
    say = words(lang)["station_rejudge"]
    model = station.store.inspection(known.record).listed.model or ""
    recipe = station.store.model(model).recipe
    key = "known_stands"
    if verdict.reason != UNDO:
        is_right = verdict.label == known.expected
        key = "known_right" if is_right else "known_wrong"
        key = "known_unsure" if verdict.label is None else key
    return say[key].format(
        expected=recipe.class_name(known.expected, lang),
        said=recipe.class_name(verdict.label or "", lang),
    )
