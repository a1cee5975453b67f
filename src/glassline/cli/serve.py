"""`glassline serve`: inspections over HTTP, and pages to work at."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassline.cli.options import language_option
from glassline.cli.output import progress_bar, say
from glassline.errors import InputError, MissingExtraError
from glassline.render.words import words

if TYPE_CHECKING:
    from glassline.dataset.readings import Progress
    from glassline.model import Model
    from glassline.station.settings import Settings
    from glassline.store import Store

__all__ = ["command"]

PARTS, LOT, SEED = 300, 5, 7  # of the line that --demo renders


@click.command("serve")
@click.option(
    "--store",
    "url",
    default="line.db",
    show_default=True,
    metavar="URL",
    help="A file for SQLite, or postgresql://...; made where there is none.",
)
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Photos and models of the store; PostgreSQL needs it.",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Publish this model, where another one, or none, runs.",
)
@click.option("--demo", is_flag=True, help="Where no model runs: render a line, train.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--open", "is_open", is_flag=True, help="Nobody signs in; on this machine alone."
)
@click.option(
    "--name", default="station", show_default=True, help="Of its rows in the ledger."
)
@click.option(
    "--zone",
    default="Asia/Taipei",
    show_default=True,
    help="Of the plant: its days and the times on the pages.",
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@language_option
def command(
    url: str,
    files: Path | None,
    model: Path | None,
    demo: bool,
    host: str,
    port: int,
    is_open: bool,
    name: str,
    zone: str,
    workers: int,
    lang: str,
) -> None:
    """Inspect photos that programs and people send, and record every verdict.

    Prints its address on one line; at the first start also a code with which the
    first admin signs in. It ends with Ctrl-C or SIGTERM, when what is under way is done.

    \b
    Example:
      glassline serve --store line.db --model model --open
      curl --data-binary @part.png -H "Content-Type: image/png" \\
        http://127.0.0.1:8765/api/v1/inspections
    """
    try:
        import uvicorn  # noqa: F401  whether the extra is there
        from fastapi import FastAPI  # noqa: F401

        from glassline.station.settings import Settings
    except ImportError as error:
        raise MissingExtraError.of("server") from error
    from glassline.store import Day, Store

    settings = Settings(host=host, port=port, is_open=is_open, workers=workers)
    with Store.open(url, files=files, stream=name, day=Day(zone)) as store:
        _check_address(settings, store)
        with progress_bar(lang) as progress:
            _publish(store, model, demo, progress)
        _serve(store, settings, lang)


def _check_address(settings: Settings, store: Store) -> None:
    """Refuse to let others in where nobody would have to sign in."""
    from glassline.station.settings import is_loopback

    if is_loopback(settings.host):
        return
    if settings.is_open:
        raise InputError(
            f"--host {settings.host}: expected this machine's own address with --open. "
            "Leave out --open, so that people sign in."
        )
    if not store.people() and not store.tokens():
        raise InputError(
            f"--host {settings.host}: expected people or tokens in the store first. "
            "Start once without --host, and sign in with the code."
        )


def _publish(store: Store, model: Path | None, demo: bool, progress: Progress) -> None:
    from glassline.model import load

    if model is not None:
        loaded = load(model)
        if loaded.sha256 != store.running_hash:
            store.publish(loaded, who="serve", reason=f"serve --model {model}")
    elif demo and store.running_hash is None:
        store.publish(_trained(progress), who="serve", reason="serve --demo")


def _trained(progress: Progress) -> Model:
    """Train on a line that is rendered for it: the same one every time."""
    import tempfile

    import numpy as np

    from glassline.dataset import Dataset
    from glassline.recipe import Recipe
    from glassline.synthetic import production_line, write_dataset
    from glassline.training import train

    rng = np.random.default_rng(SEED)  # noqa: TID251  the demo's seed
    made = []
    for number, part in enumerate(production_line(PARTS, rng=rng, lot_size=LOT), 1):
        made.append(part)
        progress("rendering parts", number, PARTS)
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(made, Path(folder))
        found = Dataset.read(folder)
        return train(found, Recipe(classes=found.classes), progress=progress)


def _serve(store: Store, settings: Settings, lang: str) -> None:
    from glassline.station.app import create_app
    from glassline.station.server import listen, server_of

    told = words(lang)["serve"]
    listening = listen(settings)
    app = create_app(store, settings)
    host, port = listening.getsockname()[:2]
    place = f"[{host}]" if ":" in host else host
    say(told["address"].format(address=f"http://{place}:{port}"))
    code = app.state.station.accounts.code
    if code is not None:
        say(told["code"].format(code=code))
    # What is there by now stays: looked through for rings of references while photos
    # come, it would stop all of them for a fifth of a second.
    gc.freeze()
    server_of(app, settings).run(sockets=[listening])
