"""The service keeps to its own description, whatever it is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from services import Guarded

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
QUICK, ALL = "examples,fuzzing", "examples,coverage,fuzzing,stateful"
SAYS_NO = (  # where a body that fits the schema may still be told no
    "inspect",  # a photo is more than its type
    "add_token",  # scopes of a role
    "upload_model",  # a model is more than its type
    "label",  # classes are those of the model that runs
)
BUSY = """
[[operations]]
include-operation-id = "ask_study"
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""
"""Eight studies at a time are taken; one more is told to wait."""


def _held_to_it(
    guarded: Guarded, folder: Path, phases: str, examples: int, **headers: str
) -> str:
    """Run schemathesis against the service; return "holds", or where its words lie."""
    config = folder / "schemathesis.toml"
    config.write_text(
        "\n".join(
            f'[[operations]]\ninclude-operation-id = "{name}"\n'
            "checks.positive_data_acceptance.enabled = false\n"
            for name in SAYS_NO
        )
        + BUSY
    )
    done = subprocess.run(
        [
            SCHEMATHESIS,
            "--config-file",
            config,
            "run",
            f"{guarded.service.url}/openapi.json",
            f"--phases={phases}",
            f"--max-examples={examples}",
            "--no-color",
            "--request-timeout=120",  # a PIN takes seconds on a busy machine
            "--seed=1",
            *(f"--header={name}: {value}" for name, value in headers.items()),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=3600,
    )
    said = folder / "schemathesis.txt"
    said.write_text(done.stdout + done.stderr)
    return f"{said}:\n{done.stdout[-4000:]}" if done.returncode else "holds"


@pytest.mark.slow
def test_without_a_token_the_description_holds(
    guarded: Guarded, tmp_path: Path
) -> None:
    """Every status and shape is documented, and nobody gets in."""
    assert _held_to_it(guarded, tmp_path, "examples", 1) == "holds"


@pytest.mark.slow
def test_with_a_token_the_description_holds(guarded: Guarded, tmp_path: Path) -> None:
    """As somebody who may inspect, label, study and publish."""
    bearer = "Bearer token engineer"
    assert _held_to_it(guarded, tmp_path, QUICK, 1, Authorization=bearer) == "holds"


@pytest.mark.soak
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nobody"),
        pytest.param({"Authorization": "Bearer token admin"}, id="admin"),
        pytest.param({"Authorization": "Bearer token engineer"}, id="engineer"),
        pytest.param({"Authorization": "Bearer token quality"}, id="quality"),
    ],
)
def test_with_many_examples_the_description_holds(
    guarded: Guarded, tmp_path: Path, headers: dict[str, str]
) -> None:
    """Five hundred examples an operation, with a token and without."""
    found = _held_to_it(guarded, tmp_path, ALL, 500, **headers)

    assert found == "holds"
