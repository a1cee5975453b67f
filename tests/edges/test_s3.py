"""Photos in a real S3 server on loopback: moto's, through s3fs, as any other program."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer
from unit.batch.inline import inline, rows_of

from glassline.batch import Settings, run
from glassline.errors import DatasetError
from glassline.model import Model

SECRETS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
pytestmark = [  # of the server and the client themselves
    pytest.mark.filterwarnings(f"ignore::{kind}")
    for kind in ("DeprecationWarning", "ResourceWarning")
]


@pytest.fixture(scope="module")
def bucket(line_folder: Path) -> Iterator[str]:
    """A bucket with six photos of two lots, an archive of three, and a broken photo."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patched:
        environment = {**SECRETS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        for name, value in environment.items():
            patched.setenv(name, value)
        files = fsspec.filesystem("s3", skip_instance_cache=True)
        files.mkdir("line")
        photos = sorted(line_folder.rglob("*.png"))[:6]
        for number, path in enumerate(photos):
            files.pipe(f"line/L{number % 2}/{number}.png", path.read_bytes())
        files.pipe("line/L1/9.png", b"broken")
        held = io.BytesIO()
        with tarfile.open(fileobj=held, mode="w") as archive:
            for path in photos[:3]:
                archive.add(path, path.name)
        files.pipe("line/shard.tar", held.getvalue())
        yield "s3://line"
        files.rm("line", recursive=True)  # the next server of this process has it too
    server.stop()


def test_photos_of_a_bucket_are_judged_as_those_of_a_folder(
    settled: Model, bucket: str, line_folder: Path, tmp_path: Path
) -> None:
    """Fetched by the processes that read them; a lot from the key; a refusal is a row."""
    out = tmp_path / "v.csv"

    done = run(settled, [bucket + "/L*/*.png"], out, Settings(pattern="{lot}/*"))

    rows = rows_of(out)
    assert [row["image"] for row in rows] == [
        f"s3://line/{key}.png"
        for key in ("L0/0", "L0/2", "L0/4", "L1/1", "L1/3", "L1/5", "L1/9")
    ]
    assert [row["lot"] for row in rows] == ["L0"] * 3 + ["L1"] * 4
    assert done.refused == {"unsupported_type": 1}
    paths = sorted(line_folder.rglob("*.png"))[:6]
    (tmp_path / "list.csv").write_text("\n".join(["path", *map(str, paths)]))
    run(
        settled,
        [str(tmp_path / "list.csv")],
        tmp_path / "w.csv",
        Settings(engine=inline()),
    )
    by_hash = {row["sha256"]: row for row in rows_of(tmp_path / "w.csv")}
    for name in ("decision", "p_ok", "logit_dirt", "reading_line_strength"):
        assert [row[name] for row in rows[:6]] == [
            by_hash[row["sha256"]][name] for row in rows[:6]
        ]


def test_an_archive_in_a_bucket_is_read_where_it_lies(
    settled: Model, bucket: str, tmp_path: Path
) -> None:
    """Its members are rows."""
    run(settled, [f"{bucket}/shard.tar"], tmp_path / "v.csv", Settings(engine=inline()))

    assert len({row["sha256"] for row in rows_of(tmp_path / "v.csv")}) == 3


def test_a_table_may_name_photos_in_a_bucket(
    settled: Model, bucket: str, tmp_path: Path
) -> None:
    """One that is not there is a refusal."""
    (tmp_path / "list.csv").write_text(f"path\n{bucket}/L0/0.png\n{bucket}/none.png\n")

    run(
        settled,
        [str(tmp_path / "list.csv")],
        tmp_path / "v.csv",
        Settings(engine=inline()),
    )

    rows = rows_of(tmp_path / "v.csv")
    assert [row["refused"] for row in rows] == ["", "not_found"]


def test_a_bucket_that_is_not_there_is_told_before_the_run(
    settled: Model, bucket: str, tmp_path: Path
) -> None:
    """Nothing is left behind."""
    with pytest.raises(DatasetError, match=r"^s3://none: expected .*$"):
        run(settled, ["s3://none"], tmp_path / "v.csv", Settings(engine=inline()))

    assert list(tmp_path.iterdir()) == []
