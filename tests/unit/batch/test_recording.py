"""A run that is recorded too: each photo once, and each verdict can be replayed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from databases import postgresql
from unit.batch.inline import inline, rows_of

from glassline.batch import Settings, run
from glassline.errors import StoreError
from glassline.model import Model
from glassline.store import Store


@pytest.fixture(scope="module")
def photos(line_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight photos of a lot; one is broken."""
    folder = tmp_path_factory.mktemp("recorded") / "L7"
    folder.mkdir()
    for number, path in enumerate(sorted(line_folder.rglob("*.png"))[:8]):
        shutil.copy(path, folder / f"{number}.png")
    (folder / "5.png").write_bytes(b"broken")
    return folder


def test_every_row_is_a_record_that_replays(
    settled: Model, photos: Path, tmp_path: Path
) -> None:
    """By processes: the same verdicts, the lot, and the ledger holds."""
    url = str(tmp_path / "line.db")
    settings = Settings(store=url, pattern="{lot}/{serial}.png")

    run(settled, [str(photos)], tmp_path / "v.csv", settings)

    rows = rows_of(tmp_path / "v.csv")
    with Store.open(url) as store:
        found = store.inspections().rows
        assert [each.sha256 for each in found] == [row["sha256"] for row in rows]
        assert [each.decision for each in found] == [
            row["decision"] or "refused" for row in rows
        ]
        assert {each.identifiers["lot"] for each in found} == {"L7"}
        assert store.verify().holds
        assert store.replay().holds


@pytest.mark.soak
def test_postgresql_holds_the_same_records(
    settled: Model, line_folder: Path, tmp_path: Path
) -> None:
    """Sixty photos by processes: the rows are as without a store, and they replay."""
    files = tmp_path / "files"
    plain, recorded = tmp_path / "plain.csv", tmp_path / "recorded.csv"
    run(settled, [str(line_folder)], plain, Settings())

    with postgresql() as url:
        settings = Settings(store=url, files=files)
        run(settled, [str(line_folder)], recorded, settings)
        with Store.open(url, files=files) as store:
            found = store.inspections(limit=100).rows
            checks = store.verify().holds, store.replay().holds

    assert recorded.read_bytes() == plain.read_bytes()
    assert [each.sha256 for each in found] == [
        row["sha256"] for row in rows_of(recorded)
    ]
    assert checks == (True, True)


@pytest.mark.parametrize("most", [1, 7])
def test_a_run_that_died_records_no_photo_twice(
    most: int, settled: Model, photos: Path, tmp_path: Path
) -> None:
    """Also where the record was made and the row was not kept."""
    url, out = str(tmp_path / "line.db"), tmp_path / "v.csv"
    with pytest.raises(KeyboardInterrupt):
        run(settled, [str(photos)], out, Settings(engine=inline(most), store=url))
    journal = tmp_path / "v.csv.journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))  # the power went before the last row

    settings = Settings(engine=inline(), store=url, resume=True)
    run(settled, [str(photos)], out, settings)

    with Store.open(url) as store:
        found = [each.sha256 for each in store.inspections().rows]
    assert found == [row["sha256"] for row in rows_of(out)]


def test_a_store_that_can_not_be_opened_ends_the_run(
    settled: Model, photos: Path, tmp_path: Path
) -> None:
    """And the file can be gone on with, or begun anew."""
    (tmp_path / "line.db").write_text("no database" * 100)

    with pytest.raises(StoreError, match=re.escape(str(tmp_path / "line.db"))):
        run(
            settled,
            [str(photos)],
            tmp_path / "v.csv",
            Settings(engine=inline(), store=str(tmp_path / "line.db")),
        )

    assert not (tmp_path / "v.csv").exists()
