"""Datasets as other programs write them: by hand from their documents, and there and back."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from glassline.dataset import Dataset
from glassline.dataset.formats.held import unpacked
from glassline.dataset.writing import FORMATS, write_dataset_as
from glassline.errors import DatasetError
from glassline.image import read
from glassline.recipe import ImageSettings

LABEL_STUDIO = [
    {
        "id": 1,
        "data": {"image": "/data/local-files/?d=images/a.png"},
        "annotations": [
            {
                "id": 9,
                "completed_by": 4,
                "was_cancelled": False,
                "result": [
                    {
                        "from_name": "choice",
                        "to_name": "image",
                        "type": "choices",
                        "value": {"choices": ["scratch"]},
                    }
                ],
            },
            {"id": 10, "completed_by": 5, "was_cancelled": True, "result": []},
        ],
    },
    {
        "id": 2,
        "data": {"image": "/data/upload/1/0a1b2c3d-b.png"},
        "annotations": [],
    },
]
COCO = {
    "info": {"year": 2026},
    "images": [
        {"id": 7, "file_name": "a.png", "width": 640, "height": 480},
        {"id": 8, "file_name": "b.png", "width": 640, "height": 480},
    ],
    "categories": [{"id": 3, "name": "scratch", "supercategory": ""}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3},
        {"id": 2, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]},
    ],
}
CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><id>4</id></task></meta>
  <image id="0" name="a.png" width="640" height="480">
    <tag label="scratch" source="manual">
      <attribute name="sure">yes</attribute>
    </tag>
  </image>
  <image id="1" name="b.png" width="640" height="480"></image>
</annotations>
"""
CONVERTED = json.loads(json.dumps(LABEL_STUDIO))
"""As label-studio-converter 0.0.59 writes them: who annotated is told in full."""
CONVERTED[0]["annotations"][0]["completed_by"] = {"id": 4, "email": "chen@line.example"}
CONVERTED[1] |= {"predictions": [], "file_upload": None}
RESULTS = {
    **COCO,
    "annotations": [
        {
            "image_id": 7,
            "category_id": 3,
            "bbox": [0, 0, 8, 6],
            "score": 1.0,
            "segmentation": [[0, 0, 0, 6, 8, 6, 8, 0]],
            "area": 48,
            "id": 1,
            "iscrowd": 0,
        }
    ],
}
"""As pycocotools 2.0.11 loads results of whole images, and holds them."""
JSONL = """{"file_name": "a.png", "label": "scratch", "lot": "L7", "objects": {"x": [1]}}

{"file_name": "b.png", "label": null, "lot": "L8"}
"""
EXPORT = (
    '"annotation_id","annotator","choice","created_at","id","image","lead_time","updated_at"\n'
    '9,"chen@line.example","scratch","2026-11-02T08:01:00Z",1,'
    '"/data/local-files/?d=images/a.png",8.5,"2026-11-02T08:01:09Z"\n'
    '11,"5","","2026-11-02T08:01:00Z",2,'
    '"/data/upload/1/0a1b2c3d-b.png",8.5,"2026-11-02T08:01:09Z"\n'
)
"""As label-studio-converter 0.0.59 writes CSV: its columns in the order of the alphabet."""
BY_HAND = {
    "export.csv": EXPORT,
    "export.tsv": EXPORT.replace(",", "\t"),
    "labels.json": json.dumps(LABEL_STUDIO),
    "annotations.json": json.dumps(COCO),
    "annotations.xml": CVAT,
    "converted.json": json.dumps(CONVERTED),
    "results.json": json.dumps(RESULTS),
    "metadata.jsonl": JSONL,
}


def held(data: Dataset) -> list[tuple[str, str | None]]:
    """The name and the label of each part, by name; each photo is there."""
    assert [part.path.read_bytes()[:1] for part in data.parts]
    return sorted((part.path.name, part.label) for part in data.parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos, where a labelling program keeps them."""
    for name in ("a.png", "b.png"):
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / "images" / name).write_bytes(name.encode())
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


@pytest.mark.parametrize("name", BY_HAND)
def test_what_a_labelling_program_writes_is_read(name: str, folder: Path) -> None:
    """One photo of a scratch, one that nobody decided on; found from the document."""
    (folder / name).write_text(BY_HAND[name], "utf-8")

    data = Dataset.read(folder / name)

    assert held(data) == [("a.png", "scratch"), ("b.png", None)]


def test_who_annotated_is_told_by_number_or_in_full(folder: Path) -> None:
    """A number in one program's files, a person in another's."""
    for name in ("labels.json", "converted.json"):
        (folder / name).write_text(BY_HAND[name], "utf-8")

    found = [
        Dataset.read(folder / name).parts[0].inspector
        for name in ("labels.json", "converted.json")
    ]

    assert found == ["4", "chen@line.example"]


def test_annotations_of_one_task_are_votes_for_its_photo(folder: Path) -> None:
    """Two people, one of whom chose both: scratch has two votes of three."""
    one, other = EXPORT.splitlines()[1:]
    both = other.replace('"",', '"{""choices"": [""scratch"", ""dirt""]}",')
    both = both.replace(",2,", ",1,")
    (folder / "e.csv").write_text("\n".join([EXPORT.splitlines()[0], one, both]))

    (part,) = Dataset.read(folder / "e.csv").parts

    assert part.path.name == "a.png"
    assert part.soft == {"dirt": pytest.approx(1 / 3), "scratch": pytest.approx(2 / 3)}
    assert part.inspector is None


def test_the_short_form_of_label_studio_is_refused(folder: Path) -> None:
    """It has a column a question, and does not say which of them is a label."""
    row = {"image": "a.png", "id": 1, "choice": "scratch", "annotation_id": 9}
    (folder / "short.json").write_text(json.dumps([row]), "utf-8")
    message = (
        "short.json task 1: expected a task of Label Studio, got one of its short form, "
        "which does not say what is a label. Export it as JSON, not as JSON-MIN."
    )

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        Dataset.read(folder / "short.json")


def test_photos_lie_beside_the_folder_of_annotations(folder: Path) -> None:
    """As COCO and Datumaro keep them: annotations/x.json, images/a.png."""
    (folder / "a.png").unlink()
    (folder / "annotations").mkdir()
    (folder / "annotations" / "labels.json").write_text(json.dumps(COCO))

    data = Dataset.read(folder / "annotations" / "labels.json")

    assert [part.path for part in data.parts] == [
        folder / "images" / name for name in ("a.png", "b.png")
    ]
    assert [
        read(p.path, settings=ImageSettings(), root=p.within) for p in data.parts
    ] == [
        b"a.png",
        b"b.png",
    ]


def test_people_who_choose_differently_give_shares(folder: Path) -> None:
    """Two of three said scratch."""
    votes = [{"result": [_choice(name)]} for name in ("scratch", "ok", "scratch")]
    task = {"data": {"image": "a.png"}, "annotations": votes}
    (folder / "tasks.json").write_text(json.dumps([task]))

    (part,) = Dataset.read(folder / "tasks.json").parts

    assert part.shares == {"ok": 1 / 3, "scratch": 2 / 3}


def _choice(name: str) -> dict[str, object]:
    return {"type": "choices", "value": {"choices": [name]}}


def test_lots_and_weights_of_hugging_face_are_kept(folder: Path) -> None:
    """A column of the metadata is one of the table."""
    (folder / "metadata.jsonl").write_text(JSONL)

    data = Dataset.read(folder)

    assert [part.group for part in data.parts] == ["L7", "L8"]


def test_folders_of_mvtec_are_read(tmp_path: Path) -> None:
    """Good parts of both splits, defects of the test, no masks."""
    for name in (
        "train/good/000.png",
        "test/good/000.png",
        "test/scratch/000.png",
        "ground_truth/scratch/000_mask.png",
        "license.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"photo")

    data = Dataset.read(tmp_path)

    assert [
        (str(part.path.relative_to(tmp_path)), part.label) for part in data.parts
    ] == [
        ("train/good/000.png", "good"),
        ("test/good/000.png", "good"),
        ("test/scratch/000.png", "scratch"),
    ]


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """Five parts: two with one file name, one undecided, a name that XML must quote."""
    names = ["a/1.png", "b/1.png", 'b/"<&".png', "刮.png", "none.png"]
    labels = ["good", "scratch", "good", "dirt", ""]
    folder = tmp_path / "from"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "lot", "weight", "inspector"])
        rows.writerows(
            [name, label, f"L{at}", 0.5, "Chen"]
            for at, (name, label) in enumerate(zip(names, labels, strict=True))
        )
    return Dataset.read(folder)


@pytest.mark.parametrize(
    ("kind", "place", "left_out"),
    [
        ("csv", "new/labels.csv", 0),
        ("imagefolder", "new", 1),
        ("huggingface", "new", 0),
        ("parquet", "new/held.parquet", 0),
        ("mvtec", "new", 1),
        ("labelstudio", "new/tasks.json", 0),
        ("coco", "new/labels.json", 0),
        ("cvat", "new/annotations.xml", 0),
    ],
)
def test_there_and_back_is_the_same(
    kind: str, place: str, left_out: int, data: Dataset, tmp_path: Path
) -> None:
    """Every photo by its bytes, with its label; folders can not say undecided."""
    done = write_dataset_as(data, kind, tmp_path / place)

    with unpacked(tmp_path / place) as found:
        again = said(Dataset.read(found))

    assert done == len(again) == len(data) - left_out
    assert again == [each for each in said(data) if each[1]] + [
        each for each in again if not each[1]
    ]
    assert len([each for each in again if not each[1]]) == 1 - left_out


def said(data: Dataset) -> list[tuple[bytes, str]]:
    """The bytes and the label of each part; the undecided last."""
    found = [(part.path.read_bytes(), part.label or "") for part in data.parts]
    return sorted(found, key=lambda each: (not each[1], each))


@pytest.mark.parametrize(
    ("kind", "place"),
    [("csv", "n.csv"), ("huggingface", "n"), ("parquet", "n.parquet")],
)
def test_tables_keep_lots_weights_inspectors_and_shares(
    kind: str, place: str, data: Dataset, tmp_path: Path
) -> None:
    """All that training and audits look at."""
    soft = tmp_path / "from" / "soft.csv"
    soft.write_text("path,label_good,label_dirt,lot,weight\na/1.png,0.25,0.75,L9,2\n")
    write_dataset_as(Dataset.read(soft), kind, tmp_path / "soft" / place)
    write_dataset_as(data, kind, tmp_path / "plain" / place)

    with unpacked(tmp_path / "soft" / place) as found:
        (shared,) = Dataset.read(found).parts
    with unpacked(tmp_path / "plain" / place) as found:
        plain = Dataset.read(found)

    assert (shared.shares, shared.group) == ({"good": 0.25, "dirt": 0.75}, "L9")
    assert [(p.group, p.weight, p.inspector) for p in plain.parts] == [
        (p.group, p.weight, p.inspector) for p in data.parts
    ]


@pytest.mark.parametrize("kind", sorted({*FORMATS} - {"csv", "huggingface", "parquet"}))
def test_shares_are_no_label(kind: str, data: Dataset, tmp_path: Path) -> None:
    """A format that has one label an image refuses them, by name."""
    soft = tmp_path / "from" / "soft.csv"
    soft.write_text("path,label_good,label_dirt\na/1.png,0.25,0.75\n")
    message = (
        "soft.csv line 2: expected one label, got shares: this format has none. Write it "
        "as csv or huggingface."
    )

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        write_dataset_as(Dataset.read(soft), kind, tmp_path / "new")


def packed(folder: Path, photos: list[dict[str, object] | None]) -> Path:
    """A file as datasets 5.2.0 writes it through pyarrow: photos, classes by number."""
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    classes = {"names": ["ok", "scratch"], "_type": "ClassLabel"}
    text = {"dtype": "string", "_type": "Value"}
    features = {"image": {"_type": "Image"}, "surface": classes, "path": text}
    about = json.dumps({"info": {"features": features}})
    held = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns = [("image", held), ("surface", pa.int64()), ("path", pa.string())]
    rows = [
        {"image": each, "surface": (1, 0, -1)[at % 3], "path": "/home/chen/x.png"}
        for at, each in enumerate(photos)
    ]
    schema = pa.schema(columns, metadata={"huggingface": about})
    parquet.write_table(
        pa.Table.from_pylist(rows, schema=schema), folder / "train.parquet"
    )
    return folder / "train.parquet"


def test_photos_in_parquet_are_unpacked(tmp_path: Path) -> None:
    """Under their names, or the number of the row; -1 is undecided; paths name nothing."""
    file = packed(
        tmp_path,
        [
            {"bytes": b"\x89PNG-one", "path": "../../a.png"},
            {"bytes": b"\x89PNG-two", "path": "deep/a.png"},
            {"bytes": b"\xff\xd8three", "path": None},
        ],
    )

    with unpacked(file) as folder:
        data = Dataset.read(folder)
        found = [(p.path.name, p.path.read_bytes(), p.label) for p in data.parts]

    assert found == [
        ("a.png", b"\x89PNG-one", "scratch"),
        ("a.png", b"\x89PNG-two", "ok"),
        ("3.jpg", b"\xff\xd8three", None),
    ]
    assert not folder.exists()


def test_photos_in_parquet_are_no_paths(tmp_path: Path) -> None:
    """Training says how to unpack them; a row without a photo is named."""
    file = packed(tmp_path, [{"bytes": b"\x89PNG", "path": "a.png"}, None])
    message = (
        "train.parquet: expected paths of photos, got the photos themselves in column "
        "image. Unpack them with: glassline convert train.parquet --to huggingface --out "
        "FOLDER"
    )

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        Dataset.read(file)
    with (
        pytest.raises(
            DatasetError, match=r"^train.parquet row 2: expected a photo, got none\.$"
        ),
        unpacked(file),
    ):
        pass


def test_nothing_is_written_over(data: Dataset, tmp_path: Path) -> None:
    """Neither a file nor a folder."""
    message = f"--out {tmp_path}: expected nothing there, got a file or folder."

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        write_dataset_as(data, "coco", tmp_path)


TWO = {**COCO, "categories": [*COCO["categories"], {"id": 4, "name": "dirt"}]}
TWO["annotations"] = [{"image_id": 7, "category_id": each} for each in (3, 4)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        pytest.param(
            "a.json",
            json.dumps(TWO),
            "a.json image 7: expected one label of the whole image, got scratch, dirt.",
            id="two labels",
        ),
        pytest.param(
            "a.csv",
            EXPORT.replace("choice", "surface").replace("lead_time", "lamp"),
            "a.csv: expected a column image and one of choices in an export of Label "
            "Studio, got surface, image, lamp. Keep these two, or export JSON.",
            id="two that may be the choice",
        ),
        pytest.param(
            "a.csv",
            EXPORT.replace('"scratch"', '"[{""x"": 5.5}]"'),
            "a.csv line 2: expected choices, got '[{\"x\": 5.5}]'.",
            id="boxes",
        ),
        pytest.param(
            "a.json",
            '{"a": 1}',
            "a.json: expected tasks of Label Studio or images with categories of COCO, "
            "got {'a': 1}.",
            id="other json",
        ),
        pytest.param(
            "a.json",
            "[{}]",
            "a.json task 1: expected a task of Label Studio, got 'data' amiss.",
            id="no task",
        ),
        pytest.param(
            "a.json",
            '{"images": [{"id": 1}], "categories": []}',
            "a.json: expected COCO, got 'file_name' amiss.",
            id="no file name",
        ),
        pytest.param(
            "a.json",
            "{",
            "a.json: expected JSON, got: Expecting property name enclosed in double "
            "quotes: line 1 column 2 (char 1).",
            id="half a json",
        ),
        pytest.param(
            "a.jsonl",
            "[1]\n",
            "a.jsonl line 1: expected an object, got [1].",
            id="no object",
        ),
        pytest.param(
            "a.xml",
            '<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>',
            "a.xml: expected CVAT's XML, got one with entities.",
            id="entities",
        ),
        pytest.param(
            "a.xml",
            "<svg></svg>",
            "a.xml: expected annotations of CVAT for images, got svg.",
            id="other xml",
        ),
        pytest.param(
            "a.xml",
            "<annotations>",
            "a.xml: expected XML, got: no element found: line 1, column 13.",
            id="half an xml",
        ),
        pytest.param(
            "a.xml",
            "<annotations></annotations>",
            "a.xml: expected at least one row, got none.",
            id="no image",
        ),
    ],
)
def test_what_is_no_such_document_is_refused(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    """By name, and where."""
    (tmp_path / name).write_text(text)

    with pytest.raises(DatasetError, match=f"^{re.escape(message)}$"):
        Dataset.read(tmp_path / name)
