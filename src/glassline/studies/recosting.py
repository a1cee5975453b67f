"""New costs, priors and review settings for a model that stays as it was trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

from glassline.dataset import Dataset
from glassline.dataset.readings import Progress, no_progress
from glassline.errors import InputError, RecipeError, show
from glassline.model import Model
from glassline.recipe import Recipe
from glassline.recipe.spelling import key
from glassline.recipe.toml import check_quoted, read_toml
from glassline.studies.guarantee import Assurance, assure

__all__ = ["Change", "Recosted", "recost"]

MERGED = ("names", "costs", "review")  # by entry: what is not named stays
RECOUNTED = ("costs", "priors")  # what a guarantee is counted at


@dataclass(frozen=True)
class Change:
    """One number or word of the recipe that is another now; None where there was none."""

    place: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Recosted:
    """A model that decides by other costs, and what became of its guarantee.

    Attributes:
        model: The same head, scale, front, gauge and record of training.
        changes: What differs in its recipe.
        guarantee: "none"; "stands", where nothing that it was counted at changed;
            "void"; or "recounted".
        assurance: How it was counted again, if it was.
    """

    model: Model
    changes: tuple[Change, ...]
    guarantee: Literal["none", "stands", "void", "recounted"]
    assurance: Assurance | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {
            "model": self.model.sha256,
            "changes": {each.place: [each.old, each.new] for each in self.changes},
            "guarantee": self.guarantee,
            "assurance": self.assurance.as_json() if self.assurance else None,
        }


def recost(
    model: Model,
    recipe: str | Path,
    data: Dataset | None = None,
    *,
    workers: int = 2,
    progress: Progress = no_progress,
) -> Recosted:
    """Give a model new costs, priors, currency, names and review settings.

    None of these is trained, so head, scale, region and gauge stay, to the last bit.
    What the file does not name stays as it is. A guarantee was counted at costs and
    priors: where they change, it is void, or is counted again on data.

    Args:
        model: To be changed; it is left as it is.
        recipe: A TOML file; a whole recipe or only what changes.
        data: Labelled parts to count the guarantee on again, as `assure` does.
        workers: Photos read at the same time.
        progress: Told how far each stage is.

    Raises:
        RecipeError: The file is no recipe, or asks for what only training can give.
        InputError: A class has a prior that was never trained on; or there are data,
            and no guarantee to count again; or as in `assure`.
    """
    path = Path(recipe)
    given = read_toml(path)
    check_quoted({"classes": list(model.recipe.classes), **given}, path.name)
    old = model.recipe
    new = _changed(old, given, path.name)
    if data is not None and model.guarantee is None:
        raise InputError(
            f"{data.name}: expected a model with a guarantee to count again, got one "
            "without. Count one with: glassline guarantee"
        )
    region = model.region if new.review.novelty else None
    plain = replace(model, recipe=new, region=region, guarantee=None)
    plain.policy  # noqa: B018  a prior that nothing supports is told before any photo
    changes = tuple(_differences("", old, new))
    kept = model.guarantee
    if kept is None:
        return Recosted(plain, changes, "none")
    if data is not None:
        found = assure(
            plain,
            data,
            escape=kept.escape,
            confidence=kept.confidence,
            by=kept.counted,
            workers=workers,
            progress=progress,
        )
        if found.guarantee is not None:
            counted = replace(plain, guarantee=found.guarantee)
            return Recosted(counted, changes, "recounted", found)
        void = replace(plain, guarantee=replace(kept, is_void=True))
        return Recosted(void, changes, "void", found)
    asks = any(each.place.split(".")[0] in RECOUNTED for each in changes)
    is_void = kept.is_void or asks
    promised = replace(plain, guarantee=replace(kept, is_void=is_void))
    return Recosted(promised, changes, "void" if is_void else "stands")


def _changed(old: Recipe, given: Mapping[str, Any], where: str) -> Recipe:
    """Return the recipe with what the file names, if all of it may change."""
    named = given.get("classes", list(old.classes))
    fixed = {"classes": list(old.classes), "good": old.good}
    table = {k: v for k, v in {**given, **fixed}.items() if v is not None}
    new = Recipe.from_table(table, where=where)
    spelt = named if isinstance(named, list) else [named]
    if [key(str(name)) for name in spelt] != [key(name) for name in old.classes]:
        raise _trained("classes", old.classes, named, where)
    if "good" in given and key(str(given["good"])) != key(str(old.good)):
        raise _trained("good", old.good, given["good"], where)
    for name in given:
        if name in (*MERGED, *fixed, "priors", "currency"):
            continue
        was, now = (_set(getattr(side, name), given[name]) for side in (old, new))
        if was != now:
            raise _trained(name, was, now, where)
    review = {name: getattr(new.review, name) for name in given.get("review", {})}
    novelty = review.get("novelty", old.review.novelty)
    if novelty not in (0, old.review.novelty):
        raise _trained("review.novelty", old.review.novelty, novelty, where)
    return replace(
        old,
        names={
            lang: {**old.names.get(lang, {}), **new.names.get(lang, {})}
            for lang in {**old.names, **new.names}
        },
        costs={**old.costs, **new.costs},
        priors=new.priors if "priors" in given else old.priors,
        currency=new.currency if "currency" in given else old.currency,
        review=replace(old.review, **review),
    )


def _set(value: Any, named: Any) -> Any:
    """Only what a file names of a section; an empty table of a feature sets nothing."""
    if is_dataclass(value):
        return {each: getattr(value, each) for each in named}
    if isinstance(value, Mapping):
        return {each: inner for each, inner in value.items() if inner}
    return value


def _trained(place: str, old: Any, new: Any, where: str) -> RecipeError:
    return RecipeError(
        f"{where}: {place}: expected {show(old)}, as the model was trained, got "
        f"{show(new)}. Train again for that: glassline train DATA --recipe {where}"
    )


def _differences(place: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield each number or word that differs, by its place in the recipe.

    Costs that were defaults count as what they are: two recipes are compared by
    what they mean.
    """
    if isinstance(old, Recipe):
        table = {each.name: getattr(old, each.name) for each in fields(old)}
        other = {each.name: getattr(new, each.name) for each in fields(new)}
        for side, recipe in ((table, old), (other, new)):
            side["costs"] = {name: recipe.class_costs(name) for name in recipe.classes}
        old, new = table, other
    if is_dataclass(old) and is_dataclass(new):
        old, new = ({f.name: getattr(s, f.name) for f in fields(s)} for s in (old, new))
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        old, new = old or {}, new or {}
        for name in {**old, **new}:
            inner = f"{place}.{name}" if place else str(name)
            yield from _differences(inner, old.get(name), new.get(name))
    elif old != new:
        yield Change(place, old, new)
