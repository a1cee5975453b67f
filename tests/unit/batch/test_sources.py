"""Where photos come from: each kind of source, its order, and what is wrong with it."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import duckdb
import fsspec
import pytest

from glassline.batch import Item
from glassline.batch.item import bytes_of
from glassline.batch.naming import Naming
from glassline.batch.sources import Asked, find_sources
from glassline.errors import DatasetError, ImageError, InputError
from glassline.recipe import ImageSettings


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four photos of two lots, a note, and the folder that they lie in."""
    for name in ("L2/7.png", "L1/9.png", "L1/10.png", "loose.jpg", "L1/note.txt"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return Path("photos")


def listed(*arguments: object, asked: Asked = Asked()) -> list[Item]:  # noqa: B008
    """The photos of sources, with all that is said of them."""
    sources = find_sources([str(each) for each in arguments], asked)
    names = dict.fromkeys(asked.naming.names if asked.naming else ())
    for source in sources:
        names |= dict.fromkeys(source.identifiers)
    return [item for source in sources for item in source.items(tuple(names))]


def held(items: list[Item]) -> list[bytes]:
    """The bytes of photos."""
    return [bytes_of(item, ImageSettings()) for item in items]


def test_a_folder_is_walked_in_the_order_of_its_bytes(photos: Path) -> None:
    """Notes are no photos; 10 comes before 9; each is read below the folder alone."""
    found = listed(photos)

    names = ["L1/10.png", "L1/9.png", "L2/7.png", "loose.jpg"]
    assert [item.name for item in found] == [f"photos/{name}" for name in names]
    assert held(found) == [name.encode() for name in names]
    assert {item.root for item in found} == {"photos"}
    assert [each.count() for each in find_sources(["photos"], Asked())] == [4]


def test_a_pattern_is_that_of_a_shell(photos: Path) -> None:
    """Two stars go down any number of folders."""
    found = listed("photos/**/*.png")

    names = ["photos/L1/10.png", "photos/L1/9.png", "photos/L2/7.png"]
    assert [item.name for item in found] == names
    assert find_sources(["photos/*/*.png"], Asked())[0].count() == 3


def test_a_csv_manifest_names_photos_and_says_more_of_them(photos: Path) -> None:
    """From its own folder, in the order of its rows, with a hash that is held against."""
    text = "\ufefffile_name;lot;sha256\r\nL2/7.png;L2;ABC\r\nloose.jpg;;\r\n"
    Path("photos/list.csv").write_text(text, "utf-8", newline="")

    found = listed("photos/list.csv")

    assert [(item.name, item.told, item.sha256) for item in found] == [
        ("L2/7.png", ("L2",), "abc"),
        ("loose.jpg", ("",), None),
    ]
    assert held(found) == [b"L2/7.png", b"loose.jpg"]


def test_a_parquet_manifest_names_photos(photos: Path) -> None:
    """As a CSV does; whole numbers stay whole."""
    duckdb.sql(
        "SELECT 'L2/7.png' AS path, 7 AS serial UNION ALL SELECT 'loose.jpg', NULL"
    ).write_parquet("photos/list.parquet")

    found = listed("photos/list.parquet")

    assert [(item.name, item.told) for item in found] == [
        ("L2/7.png", ("7",)),
        ("loose.jpg", ("",)),
    ]
    assert held(found) == [b"L2/7.png", b"loose.jpg"]


@pytest.mark.parametrize(
    ("column", "name"),
    [
        pytest.param("'one'::BLOB AS photo", "held.parquet#1", id="bytes"),
        pytest.param("'one'::BLOB AS photo, 'a.png' AS path", "a.png", id="named"),
        pytest.param(
            "{'bytes': 'one'::BLOB, 'path': 'b.png'} AS image", "b.png", id="as-hf"
        ),
    ],
)
def test_a_parquet_file_may_hold_the_photos(
    column: str, name: str, photos: Path
) -> None:
    """As bytes, or as the records that Hugging Face writes."""
    duckdb.sql(f"SELECT {column}, 'L1' AS lot").write_parquet("held.parquet")

    (found,) = listed("held.parquet")

    assert (found.name, found.told, found.data) == (name, ("L1",), b"one")


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"])
def test_an_archive_gives_its_photos_in_their_order(ending: str, photos: Path) -> None:
    """However it is compressed; folders, links and notes in it are no photos."""
    path = Path(f"shard{ending}")
    with tarfile.open(path, f"w:{ {'.tgz': 'gz'}.get(ending, ending[5:]) }") as archive:
        archive.add("photos/L2")
        archive.add("photos/L1/note.txt")
        archive.add("photos/loose.jpg", "./loose.jpg")
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    found = listed(path)

    assert [item.name for item in found] == [
        f"{path}/photos/L2/7.png",
        f"{path}/loose.jpg",
    ]
    assert held(found) == [b"L2/7.png", b"loose.jpg"]
    assert find_sources([str(path)], Asked())[0].count() is None


@pytest.mark.parametrize("size", [1024, 1124, 1536, 2536])
def test_half_an_archive_gives_its_half_and_says_so(size: int, photos: Path) -> None:
    """Cut between two photos, in a header, and in the second photo."""
    with tarfile.open("shard.tar", "w") as archive:
        for name, length in (("loose.jpg", 9), ("large.png", 4000)):
            member = tarfile.TarInfo(name)
            member.size = length
            archive.addfile(member, io.BytesIO(bytes(length)))
    Path("shard.tar").write_bytes(Path("shard.tar").read_bytes()[:size])

    first, second = listed("shard.tar")

    assert bytes_of(first, ImageSettings()) == bytes(9)
    message = "shard.tar: expected a whole archive, got an end: unexpected end of data."
    with pytest.raises(ImageError, match=f"^{re.escape(message)}$") as refused:
        bytes_of(second, ImageSettings())
    assert refused.value.reason == "truncated"


def test_a_photo_too_large_in_an_archive_is_not_read(photos: Path) -> None:
    """Its size stands before it."""
    with tarfile.open("shard.tar", "w") as archive:
        archive.add("photos/loose.jpg")

    (found,) = listed("shard.tar", asked=Asked(max_bytes=8))

    told = "shard.tar/photos/loose.jpg: expected at most 8 bytes, got 9."
    assert found.refused == ("too_many_bytes", told)


@pytest.mark.parametrize("place", ["memory://box", "file://{here}/photos"])
def test_photos_at_an_address(place: str, photos: Path) -> None:
    """Below it, by a pattern, or in an archive; fetched by whoever reads them."""
    address = place.format(here=Path.cwd())
    files, root = fsspec.core.url_to_fs(address)
    files.pipe({f"{root}/L1/9.png": b"nine", f"{root}/L2/7.png": b"seven"})
    with (
        files.open(f"{root}/shard.tar", "wb") as file,
        tarfile.open(fileobj=file, mode="w") as archive,
    ):
        archive.add("photos/loose.jpg", "loose.jpg")

    below, fitting = listed(f"{address}/L1"), listed(f"{address}/*/7.png")
    packed = listed(f"{address}/shard.tar")

    assert held(below)[-1:] == [b"nine"]
    assert held(fitting) == [b"seven"]
    assert held(packed) == [b"loose.jpg"]
    assert [files.exists(item.name) for item in fitting] == [True]


def test_a_photo_that_is_gone_from_an_address_is_refused() -> None:
    """By name, as one that is gone from a folder."""
    item = Item("memory://box/none.png", address="memory://box/none.png")

    message = "memory://box/none.png: expected a file, got no such file."
    with pytest.raises(ImageError, match=f"^{re.escape(message)}$"):
        bytes_of(item, ImageSettings())


def test_what_the_path_says_is_kept_beside_what_the_table_says(photos: Path) -> None:
    """The table wins where both say it."""
    Path("photos/list.csv").write_text("path,lot\nL2/7.png,mine\nL1/9.png,\n")
    asked = Asked(Naming("{lot}/{serial}.png"))

    found = listed("photos/list.csv", "photos/L2", asked=asked)

    assert [item.told for item in found] == [("mine", "7"), ("", "9"), ("L2", "7")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["none"],
            "none: expected a folder, a file, a pattern that fits photos or an address, "
            "got nothing there.",
            id="nothing",
        ),
        pytest.param(
            ["none-*.png"],
            "none-*.png: expected a folder, a file, a pattern that fits photos or an "
            "address, got nothing there.",
            id="pattern",
        ),
        pytest.param(
            ["odd.csv"], "odd.csv: expected a column path, got name, lot.", id="column"
        ),
        pytest.param(
            ["rough.csv"], "rough.csv line 3: expected 2 cells, got 1.", id="cells"
        ),
        pytest.param(
            ["latin.csv"],
            "latin.csv: expected a CSV in UTF-8, got: 'utf-8' codec can't decode byte "
            "0xe9 in position 8: invalid continuation byte. Save it as CSV UTF-8, or say "
            "--encoding.",
            id="encoding",
        ),
        pytest.param(
            ["text.parquet"],
            "text.parquet: expected Parquet, got: Invalid Input Error: No magic bytes "
            "found at end of file '{here}/text.parquet'.",
            id="parquet",
        ),
        pytest.param(
            ["memory://nothing/here"],
            "memory://nothing/here: expected photos at it, got none.",
            id="address",
        ),
        pytest.param(
            ["none://bucket"],
            "none://bucket: expected an address such as s3://bucket/folder, got: "
            "Protocol not known: none.",
            id="protocol",
        ),
        pytest.param(
            ["memory://box/list.csv"],
            "memory://box/list.csv: expected a folder, a pattern, a photo or an archive "
            "at an address, got a table. Copy the table here; its paths may be addresses.",
            id="table",
        ),
        pytest.param(
            ["photos", "photos/L1"],
            "{here}/photos/L1: expected sources apart from one another, got one within "
            "another, {here}/photos: its photos would be inspected twice.",
            id="twice",
        ),
    ],
)
def test_a_source_that_can_not_be_read_is_refused(
    arguments: list[str], message: str, photos: Path
) -> None:
    """By name, with what to do."""
    Path("odd.csv").write_text("name,lot\na,b\n")
    Path("rough.csv").write_text("path,lot\na,b\nc\n")
    Path("latin.csv").write_bytes(b"path\ncaf\xe9.png\n")
    Path("text.parquet").write_text("no Parquet, but long enough for it")

    with pytest.raises(
        DatasetError, match=f"^{re.escape(message.format(here=Path.cwd()))}$"
    ):
        listed(*arguments)


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("{lot}/{serial}.png", "a/b/c.png", {"lot": "b", "serial": "c"}),
        ("{lot}/{serial}.png", "c.png", {}),
        ("{lot}_*.{kind}", "L7_001_top.jpg", {"lot": "L7", "kind": "jpg"}),
        ("{lot}/*/{serial}.png", "L7\\top\\9.png", {"lot": "L7", "serial": "9"}),
        (r"(?P<lot>L\d+)[^/]*$", "L1/x-L22-b.png", {"lot": "L22"}),
    ],
)
def test_a_pattern_names_what_a_path_says(
    pattern: str, path: str, found: dict[str, str]
) -> None:
    """The end of the path counts; what does not fit says nothing."""
    assert Naming(pattern).found(path) == found


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "*.png",
            "--pattern: expected a name in braces, such as {lot}/{serial}.png, got "
            "'*.png'.",
        ),
        (
            "{lot}/{lot}.png",
            "--pattern: expected a pattern such as {lot}/{serial}.png, got "
            "'{lot}/{lot}.png': redefinition of group name 'lot' as group 2; was group 1 "
            "at position 27.",
        ),
    ],
)
def test_a_pattern_that_names_nothing_is_refused(pattern: str, message: str) -> None:
    """Or one thing twice."""
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        Naming(pattern)
