"""A store: what a station records, and what is asked of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from glassline.interface.checked import checked
from glassline.model import Model
from glassline.store import (
    labelling,
    listing,
    people,
    recording,
)
from glassline.store.core import Core, Draft, Moment, utc_now
from glassline.store.engine import TIMEOUT_S
from glassline.store.entry import Entry, Recorded
from glassline.store.identifiers import Day, check_text
from glassline.store.labelling import LEASE_S, Labelled
from glassline.store.ledger import Row, as_text
from glassline.store.library import Published
from glassline.store.listing import Found, Listed, Page, Where
from glassline.store.people import Person, Token
from glassline.store.photos import Keep, kept_bytes, read_photo, trim
from glassline.store.whole import Whole

__all__ = ["Store"]


class _Limits:
    """Of each chart the row that froze its limits last."""

    kind = "limits"

    def __init__(self) -> None:
        self.of: dict[str, Row] = {}

    def add(self, row: Row) -> None:
        """Take the next row."""
        self.of[str(row.body["chart"])] = row


class Store(Whole):
    """Records of a line: a ledger that only grows, and what follows from it.

    Threads may share one; programs may share one database, each with a stream of its
    own, or the same. Close it, or use it in a `with` statement.

    Attributes:
        core: The open database, for the rooms that read it whole.
        keep: Which photos are kept.
    """

    def __init__(self, core: Core, keep: Keep) -> None:
        super().__init__(core, keep)
        self._kept_bytes = kept_bytes(core) if keep.budget_bytes is not None else 0

    @classmethod
    @checked
    def open(  # noqa: PLR0913  one keyword for each thing a plant may set
        cls,
        url: str | Path,
        *,
        stream: str = "station",
        files: Path | None = None,
        keep: Keep | None = None,
        day: Day | None = None,
        timeout_s: float = TIMEOUT_S,
        now: Callable[[], datetime] = utc_now,
        create: bool = True,
    ) -> Self:
        """Open a store, and make it or bring it to the newest schema where needed.

        Args:
            url: `sqlite:///PATH`, the path itself, or `postgresql://USER@HOST/NAME`.
            stream: Whose rows are written: one name a station.
            files: The folder of photos and models. Left out, beside a SQLite file;
                PostgreSQL needs one.
            keep: Which photos are kept.
            day: When the plant's day begins.
            timeout_s: How long to wait for a lock, or for a free connection.
            now: What tells the time.
            create: Whether to make a SQLite file that is not there.

        Raises:
            StoreError: It can not be opened: damaged, busy, of a newer glassline, or
                the database holds something else.
            InputError: It is no such address, or the stream is no name.
            MissingExtraError: PostgreSQL, and psycopg is not installed.
        """
        core = Core(
            url,
            stream=stream,
            files=files,
            day=day or Day(),
            timeout_s=timeout_s,
            now=now,
            create=create,
        )
        return cls(core, keep or Keep())

    def close(self) -> None:
        """Close it; what was recorded is on disk already."""
        self.core.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def record_all(self, entries: Sequence[Entry]) -> list[Recorded]:
        """Record what was seen on photos, all in one commit; on disk when it returns.

        Args:
            entries: In the order in which they get their numbers.

        Returns:
            Where each stands. One whose key is known stands where it stood.

        Raises:
            StoreError: They can not be recorded; none of them was.
        """
        found = recording.record_all(self.core, self._library, self.keep, entries)
        budget = self.keep.budget_bytes
        if budget is not None:
            self._kept_bytes += sum(
                len(each.photo)
                for each in entries
                if each.kept_by(self.keep, each.sha256)
            )
            if self._kept_bytes > budget:
                trim(self.core, self.keep)
                self._kept_bytes = kept_bytes(self.core)
        return found

    def record(self, entry: Entry) -> Recorded:
        """Record what was seen on one photo; as `record_all` of one."""
        return self.record_all([entry])[0]

    def inspections(
        self,
        where: Where | None = None,
        *,
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Page:
        """Return the records that fit, page by page; see `listing.page`."""
        return listing.page(
            self.core,
            where or Where(),
            after=after,
            limit=limit,
            newest_first=newest_first,
        )

    def inspection(self, record: str) -> Found:
        """Return a record with everything; see `listing.inspection`."""
        return listing.inspection(self.core, record)

    def photo(self, sha256: str) -> bytes | None:
        """Return the bytes of a photo that was kept, or None.

        Raises:
            StoreDamagedError: What lies there is not the photo.
        """
        is_hash = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
        return read_photo(self.core, sha256) if is_hash else None

    @property
    def running_hash(self) -> str | None:
        """Return the hash of the model that runs; None where none was published."""
        return self._library.running_hash()

    @property
    def running(self) -> Model | None:
        """Return the model that runs; None where none was published."""
        running = self.running_hash
        return self._library.model(running) if running else None

    def model(self, sha256: str) -> Model:
        """Return a model that was ever used.

        Raises:
            NotFoundError: There is none of that hash.
            ModelError: Its files are not what was kept.
        """
        return self._library.model(sha256)

    def models(self) -> list[Published]:
        """Return every change of the running model, the first first."""
        return self._library.history()

    def keep_model(self, model: Model) -> None:
        """Keep a model's files by hash; it does not run by that."""
        self._library.keep(model)

    def publish(self, model: Model, *, who: str, reason: str) -> Row:
        """Let a model run from now on.

        Raises:
            ConflictError: It runs already.
        """
        return self._library.publish(model, who=who, reason=reason)

    def roll_back(self, *, who: str, reason: str) -> Row:
        """Let the model run again that ran before.

        Raises:
            ConflictError: None ran before.
        """
        return self._library.roll_back(who=who, reason=reason)

    def label(  # noqa: PLR0913  what a label is made of
        self,
        record: str,
        name: str | None,
        *,
        who: str,
        reason: str,
        note: str = "",
        shown: Mapping[str, Any] | None = None,
        dwell_s: float | None = None,
        version: int | None = None,
    ) -> Row:
        """Record what a person says of an inspection; see `labelling.label`.

        Args:
            record: Of which.
            name: The class; None takes an earlier label back.
            who: Who says so.
            reason: Why, a code or a word.
            note: In her own words.
            shown: What the page showed her.
            dwell_s: For how long she looked, seconds.
            version: How many labels it had when she looked; left out, whatever it has.

        Raises:
            NotFoundError: There is no such record.
            LabelError: The class is not one of the model's that looked.
            ConflictError: Somebody labelled it since `version`.
        """
        return labelling.label(
            self.core,
            self._library,
            record,
            name,
            who=who,
            reason=reason,
            note=note,
            shown=shown,
            dwell_s=dwell_s,
            version=version,
        )

    def labelled(self) -> Labelled:
        """Return all labelled readings: what the candidate is fitted on."""
        return labelling.labelled(self.core)

    def queue(
        self, limit: int = 50, *, stream: str | None = None, who: str | None = None
    ) -> list[Listed]:
        """Return what waits for a person, the oldest first; see `labelling.queue`."""
        return labelling.queue(self.core, limit, stream=stream, who=who)

    def take(self, record: str, who: str, *, for_s: float = LEASE_S) -> str:
        """Take a record for one person for a while, and return until when.

        Raises:
            ConflictError: Somebody else has it.
        """
        return labelling.take(self.core, record, who, for_s=for_s)

    def release(self, record: str, who: str) -> None:
        """Give back what a person took."""
        labelling.release(self.core, record, who)

    def add_person(self, person: Person, *, who: str, reason: str) -> Row:
        """Add a person, or change her; see `people.add_person`."""
        return people.add_person(self.core, person, who=who, reason=reason)

    def people(self) -> list[Person]:
        """Return everybody, by number."""
        return people.list_people(self.core)

    def add_token(self, token: Token, *, who: str, reason: str) -> Row:
        """Add a machine's token; see `people.add_token`."""
        return people.add_token(self.core, token, who=who, reason=reason)

    def revoke_token(self, token_id: str, *, who: str, reason: str) -> Row:
        """End a token; see `people.revoke_token`."""
        return people.revoke_token(self.core, token_id, who=who, reason=reason)

    def tokens(self) -> list[Token]:
        """Return all tokens, by id."""
        return people.list_tokens(self.core)

    def token(self, sha256: str) -> Token | None:
        """Return the token of this hash, revoked or not; None where there is none."""
        return people.token_of(self.core, sha256)

    def note(
        self, text: str, *, who: str, about: Mapping[str, Any] | None = None
    ) -> Row:
        """Write a note into the ledger."""
        check_text("text", text, labelling.MOST_NOTE)
        body = {"text": text, "about": dict(about) if about else None}
        return self._append("note", who, body)

    def check_golden(
        self,
        sample: str,
        *,
        holds: bool,
        who: str,
        found: Mapping[str, Any] | None = None,
        identifiers: Mapping[str, Any] | None = None,
    ) -> Row:
        """Record the check of a golden sample: whether the station still sees it right.

        Args:
            sample: What it is called.
            holds: Whether it does.
            who: Who checked.
            found: What was seen: expected and got, record numbers.
            identifiers: Shift, recipe, machine.
        """
        check_text("sample", sample)
        body = {
            "sample": sample,
            "holds": bool(holds),
            "model": self.running_hash,
            "found": dict(found) if found else None,
            "identifiers": dict(identifiers) if identifiers else {},
        }
        return self._append("golden_check", who, body)

    def check_person(self, *, who: str, body: Mapping[str, Any]) -> Row:
        """Record that a known part was shown to somebody, or what she said of it.

        It is no inspection and no label: it counts nowhere else.
        """
        return self._append("known_part", who, body)

    def freeze_limits(
        self,
        chart: str,
        limits: Mapping[str, Any],
        *,
        scale: Sequence[float] = (),
        who: str,
        reason: str,
    ) -> Row:
        """Record the limits of a chart from now on, and the scale that they hold on."""
        check_text("chart", chart)
        check_text("reason", reason)
        body = {"chart": chart, "limits": dict(limits), "scale": [*scale]}
        body["reason"] = reason
        return self._append("limits", who, body)

    def limits(self) -> dict[str, Row]:
        """Return of each chart the row that froze its limits last."""
        with self.following(_Limits) as found:
            return dict(found.of)

    def _append(self, kind: str, who: str, body: Mapping[str, Any]) -> Row:
        check_text("who", who)
        moment, text = Moment(self.core.now), as_text(body)

        def work(draft: Draft) -> Row:
            return draft.append(kind, who, text, moment)

        return self.core.write(work)
