"""What a line declares: classes in order, features, region, costs and limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal

from glassline.errors import RecipeError, check_one_of, check_within, show
from glassline.interface.checked import checked
from glassline.interface.record import Record
from glassline.recipe.concepts import check_added
from glassline.recipe.image import ImageSettings
from glassline.recipe.pictures import with_pictures
from glassline.recipe.plugins import check_feature
from glassline.recipe.server import VlmSettings
from glassline.recipe.spelling import find, key
from glassline.recipe.tables import fill, settle
from glassline.recipe.toml import check_quoted, read_toml
from glassline.render.words import CLASS_WORDS, LANGUAGES

__all__ = [
    "ACTIONS",
    "FEATURE_NAMES",
    "GOOD_WORDS",
    "Action",
    "ClassCosts",
    "ImageSettings",
    "Recipe",
    "ReviewSettings",
    "TrainingSettings",
]


class Action(IntEnum):
    """What is done with a part; the number is its place in every table of costs."""

    ACCEPT = 0
    REJECT = 1
    REVIEW = 2


ACTIONS = tuple(action.name.lower() for action in Action)  # the words for them
FEATURE_NAMES = (
    "line_strength",
    "texture_change",
    "reflection_unevenness",
    "grain_noise",
)
GOOD_WORDS = ("ok", "good", "良品")
MAX_CLASSES = 100  # a head a person can read; the mathematics has no limit
Setting = float | int | str | bool


@dataclass(frozen=True)
class ClassCosts:
    """What each action costs when the part truly is of one class.

    The unit is the line's currency; the defaults count in looks by a person
    (one review = 1): a good part scrapped costs 5 looks, an escape 20.
    """

    accept: float
    reject: float
    review: float = 1.0

    def __post_init__(self) -> None:
        settle(self, "costs", RecipeError)
        for action in ACTIONS:
            cost = getattr(self, action)
            if not math.isfinite(cost):
                raise RecipeError(
                    f"costs.{action}: expected a finite number, got {cost}."
                )


GOOD_COSTS = ClassCosts(accept=0.0, reject=5.0)
BAD_COSTS = ClassCosts(accept=20.0, reject=0.0)


@dataclass(frozen=True)
class TrainingSettings:
    """How the fifteen numbers are trained."""

    penalty: float | None = None  # per part, on all of W and b; left out, by the groups
    class_weights: Literal["none", "balanced"] = "balanced"
    label_smoothing: float = 0.0
    measurements: Literal[1, 2] | None = None  # of a feature, at most; left out, 2
    concepts: tuple[str, ...] | None = None  # that a network is taught beside the four
    background: Literal["auto", "none"] | None = None  # whether one is looked for

    def __post_init__(self) -> None:
        settle(self, "training", RecipeError)
        if self.penalty is not None and not 0 <= self.penalty < math.inf:
            raise RecipeError(
                f"training.penalty: expected a number >= 0, got {self.penalty}."
            )
        check_within(
            "training.label_smoothing", self.label_smoothing, 0, 1, RecipeError
        )


@dataclass(frozen=True)
class ReviewSettings:
    """When a person decides although the costs would not ask for one."""

    novelty: float = 0.02  # about the share of known parts that will look new; 0: off
    gauge: float = 1.645  # spreads of repeatability that a decision must stand; 0: off

    def __post_init__(self) -> None:
        settle(self, "review", RecipeError)
        if not 0 <= self.novelty < 1:
            raise RecipeError(
                f"review.novelty: expected a share >= 0 and below 1, got {self.novelty}."
            )
        if not 0 <= self.gauge < math.inf:
            raise RecipeError(
                f"review.gauge: expected a finite number >= 0, got {self.gauge}."
            )


@dataclass(frozen=True, eq=False, repr=False)
class Recipe(Record):
    """Everything a line decides before it trains; one recipe, one kind of part.

    Args:
        classes: Class names in their fixed order; at least two, all different.
        good: The class of good parts; left out, the one called ok, good or 良品
            in any case, if any. Readings are standardised against it, and only
            it may be accepted without cost.
        names: Language to class to the word shown, where it differs.
        features: Feature to its settings; left out, the defaults. One that is not
            of the four is added to them: an installed package must have it.
        concepts: Class to feature to how strongly it shows it, 0 not at all, 1 fully;
            for a network front. Left out, as measured; 0 of what was added.
        costs: Class to its costs; left out, the defaults of `ClassCosts`.
        priors: Class to how often the line makes it; left out, as in training.
        currency: The unit of the costs, as printed.
        image: Limits, orientation, region.
        training: Penalty, class weights, smoothing.
        review: What goes to a person although the costs would not ask for one.
        vlm: Of a front that asks a server: which, for what, within which limits.

    Each may be plain data, as a TOML file has it; a wrong type is refused at once.

    Raises:
        RecipeError: A part contradicts another; the message names the field.

    Example:
        >>> Recipe(classes=("ok", "scratch", "dirt")).good
        'ok'
        >>> Recipe(["ok", "dirt"], costs={"dirt": {"accept": 50, "reject": 0}}).costs
        {'dirt': ClassCosts(accept=50.0, reject=0.0, review=1.0)}
    """

    classes: tuple[str, ...]
    good: str | None = None
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    features: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)
    concepts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    costs: Mapping[str, ClassCosts] = field(default_factory=dict)
    priors: Mapping[str, float] | None = None
    currency: str = "looks"
    image: ImageSettings = field(default_factory=ImageSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    vlm: VlmSettings | None = None

    def __post_init__(self) -> None:
        names: Any = self.classes
        if isinstance(names, str | bytes) or not isinstance(names, Iterable):
            raise RecipeError(f"classes: expected a list of names, got {show(names)}.")
        object.__setattr__(self, "classes", tuple(names))
        table = with_pictures({"image": self.image}, Path())
        object.__setattr__(self, "image", table["image"])
        settle(self, "", RecipeError)
        _check_classes(self.classes)
        if self.good is None:
            called = (name for name in self.classes if key(name) in GOOD_WORDS)
            object.__setattr__(self, "good", next(called, None))
        else:
            good = find("good", self.good, self.classes, RecipeError)
            object.__setattr__(self, "good", good)
        self._spell_classes()
        for name in self.features:
            check_feature(name, FEATURE_NAMES)
        self._check_concepts()
        self._check_priors()

    def _check_concepts(self) -> None:
        added, declared = self.training.concepts or (), self.concepts.values()
        check_added(added, self.measured_names, len(self.classes), declared)
        for name, shown in self.concepts.items():
            for feature, share in shown.items():
                if feature not in self.feature_names or not 0 <= share <= 1:
                    raise RecipeError(
                        f"concepts.{name}.{feature}: expected a number in [0, 1] for "
                        f"one of {', '.join(self.feature_names)}, got {share}."
                    )

    def _spell_classes(self) -> None:
        """Name classes everywhere as in `classes`, however a table spells them."""
        for where in ("costs", "concepts", "priors"):
            table = getattr(self, where)
            if table is not None:
                object.__setattr__(self, where, self._by_class(where, table))
        for lang in self.names:
            check_one_of("names", lang, LANGUAGES, RecipeError)
        names = {
            lang: self._by_class(f"names.{lang}", words)
            for lang, words in self.names.items()
        }
        object.__setattr__(self, "names", names)

    def _by_class(self, where: str, table: Mapping[str, Any]) -> dict[str, Any]:
        found = {
            find(f"{where}.{name}", name, self.classes, RecipeError): each
            for name, each in table.items()
        }
        if len(found) < len(table):
            raise RecipeError(
                f"{where}: expected each class once, got two spellings of one among "
                f"{', '.join(table)}."
            )
        return found

    def _check_priors(self) -> None:
        if self.priors is None:
            return
        if set(self.priors) != set(self.classes):
            raise RecipeError(
                f"priors: expected one number for each of {', '.join(self.classes)}, "
                f"got {', '.join(self.priors) or 'none'}."
            )
        total = math.fsum(self.priors.values())
        if not (all(p > 0 for p in self.priors.values()) and abs(total - 1) < 1e-6):
            raise RecipeError(
                f"priors: expected numbers above 0 that sum to 1, got a sum of {total:g}."
            )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the four features, those added in alphabetical order, then concepts."""
        return (*self.measured_names, *(self.training.concepts or ()))

    @property
    def measured_names(self) -> tuple[str, ...]:
        """Return the four features, then those added, in alphabetical order."""
        return (*FEATURE_NAMES, *sorted(set(self.features) - set(FEATURE_NAMES)))

    @checked
    def class_costs(self, name: str) -> ClassCosts:
        """Return the costs of one class, declared or default."""
        default = GOOD_COSTS if name == self.good else BAD_COSTS
        return self.costs.get(name, default)

    def class_name(self, name: str, lang: str = "en") -> str:
        """Return the word shown for a class: declared, the glossary's, or its id."""
        words = {**CLASS_WORDS.get(lang, {}), **self.names.get(lang, {})}
        return words.get(name, name)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        where: str = "recipe",
        folder: Path = Path(),
    ) -> Recipe:
        """Build a recipe from plain data, as TOML and JSON hold it.

        Args:
            table: The data.
            where: What the caller calls the document, for messages.
            folder: From where pictures that it names are looked for.

        Raises:
            RecipeError: A field is unknown, missing or of the wrong kind.
        """
        try:
            table = with_pictures(table, folder)
        except RecipeError as error:
            raise RecipeError(f"{where}: {error}") from error
        return fill(cls, table, where=where, error=RecipeError)

    @classmethod
    @checked
    def read(cls, path: str | Path) -> Recipe:
        """Read a recipe from a TOML file; pictures it names lie beside it.

        Raises:
            RecipeError: The file is missing, no TOML, or no recipe.
        """
        path = Path(path)
        table = read_toml(path)
        check_quoted(table, path.name)
        return cls.from_table(table, where=path.name, folder=path.parent)


def _check_classes(classes: tuple[object, ...]) -> None:
    if not 2 <= len(classes) <= MAX_CLASSES:
        alone = f", {show(classes[0])}" if len(classes) == 1 else ""
        raise RecipeError(
            f"classes: expected 2 to {MAX_CLASSES} class names, got "
            f"{len(classes)}{alone}."
        )
    for name in classes:
        if not isinstance(name, str) or name != name.strip() or not name.isprintable():
            raise RecipeError(
                f"classes: expected printable names without outer blanks, got {show(name)}."
            )
        if not name:
            raise RecipeError("classes: expected names, got an empty one.")
    if len(set(classes)) < len(classes):
        twice = next(name for name in classes if classes.count(name) > 1)
        raise RecipeError(f"classes: expected each name once, got {show(twice)} twice.")
