"""A photo sent is a verdict recorded: the same that `inspect` gives."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from services import Service, serving

from glassline.inspection import inspect
from glassline.model import Model


def test_a_photo_is_answered_with_what_inspect_says(
    open_service: Service, settled: Model, photo: bytes
) -> None:
    """Field by field, to the last bit, under the name of its record."""
    answer = open_service.inspect(photo)

    said = json.loads(json.dumps(inspect(settled, photo).as_json()))
    record = answer.json["record"]
    assert answer.status == 201
    assert answer.json == {"record": record, **said, "image": "photo"}
    assert answer.headers["location"] == f"/api/v1/inspections/{record}"


def test_the_record_holds_what_was_answered(
    open_service: Service, photo: bytes
) -> None:
    """With its identifiers, once the answer is there."""
    answer = open_service.inspect(photo, "?lot=A-17&shot_seq=2")

    found = open_service.store.inspection(answer.json["record"])
    assert {"record": found.record, **found.answer} == answer.json
    assert found.listed.identifiers["lot"] == "A-17"
    assert found.listed.identifiers["shot_seq"] == 2
    assert found.row.who == "open"
    assert found.photo == photo


def test_a_form_has_the_photo_and_its_identifiers(
    open_service: Service, photo: bytes
) -> None:
    """As browsers and curl -F send it."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="7.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + photo + b"\r\n"
        b'--x\r\nContent-Disposition: form-data; name="lot"\r\n\r\nB-1\r\n--x--\r\n'
    )

    answer = open_service.inspect(body, Content_Type="multipart/form-data; boundary=x")

    assert answer.status == 201
    assert answer.json["image"] == "7.png"
    found = open_service.store.inspection(answer.json["record"])
    assert found.listed.identifiers["lot"] == "B-1"


def test_a_refused_photo_is_recorded_and_says_why(open_service: Service) -> None:
    """422 with the loader's reason; nothing is lost."""
    answer = open_service.inspect(b"no photo")

    assert (answer.status, answer.code) == (422, "photo")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["reason"] == "unsupported_type"
    assert answer.json["detail"] == (
        "photo: expected JPEG, PNG, WebP, BMP or TIFF, got something else."
    )
    found = open_service.store.inspection(answer.json["record"])
    assert found.listed.decision == "refused"


def test_the_same_key_again_gives_the_first_record(
    open_service: Service, photo: bytes
) -> None:
    """A sender whose connection broke may send again."""
    first = open_service.inspect(photo, Idempotency_Key="part 7, look 1")
    again = open_service.inspect(photo, Idempotency_Key="part 7, look 1")

    assert again.json == first.json


def test_a_model_that_is_published_meanwhile_mixes_no_answer(
    settled: Model, photo: bytes, tmp_path: Path
) -> None:
    """Each answer is wholly of the model that it names, and none fails."""
    head = replace(settled.head, b=settled.head.b + 0.125)
    models = [settled, replace(settled, head=head, optimum=settled.head)]
    expected = {each.sha256: [*inspect(each, photo).probabilities] for each in models}

    with (
        serving(tmp_path, settled, workers=2) as service,
        ThreadPoolExecutor(4) as all_,
    ):
        service.store.keep_model(models[1])
        asked = [all_.submit(service.inspect, photo) for _ in range(60)]
        published = [
            service.ask(
                "POST",
                "/api/v1/models/publish",
                {"model": models[1 - turn % 2].sha256, "reason": "back and forth"},
            ).status
            for turn in range(6)
        ]
        answers = [each.result() for each in asked]

    assert published == [201] * 6
    assert [each.status for each in answers] == [201] * 60
    assert {each.json["model"] for each in answers} <= set(expected)
    assert [[*each.json["probabilities"].values()] for each in answers] == [
        expected[each.json["model"]] for each in answers
    ]
