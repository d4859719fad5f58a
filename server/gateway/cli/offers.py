"""`gateway offers`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.runtime import Runtime
from gateway.tariffs.offers import OfferBook, OffersDocument, PublishedAtError, describe_format, parse_offers
from gateway.tariffs.repository import replace_offers

app = typer.Typer(no_args_is_help=True, help="Offers of suppliers, as files (docs/offers.md).")

File = Annotated[Path, typer.Argument(help="A JSON file of offers", exists=True, dir_okay=False)]


@app.command()
def check(file: File) -> None:
    """Check a file of offers, and print its offers or what to change."""
    for line in _summarize(_read(file)):
        print(line)


@app.command()
def add(file: File) -> None:
    """Replace the offers with those of a file, which must have been published later than the previous file."""
    _read(file)

    async def work(runtime: Runtime) -> OfferBook:
        async with runtime.database.write() as session:
            try:
                return await replace_offers(session, file.read_text("utf-8"), runtime.clock.now())
            except PublishedAtError as error:
                fail(f"{file}: {error}. Nothing was changed; set `published_at` to when this file was made.")

    print(f"{len(with_runtime(work).offers)} offers are in use.")


@app.command()
def schema() -> None:
    """Print the format of the files as JSON Schema."""
    print(json.dumps(describe_format(), indent=2))


def _read(file: Path) -> OffersDocument:
    try:
        return parse_offers(file.read_bytes())
    except ValidationError as error:
        problems = [
            f"  {'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in error.errors(include_url=False)
        ]
        fail(f"{file} cannot be used:\n" + "\n".join(problems))


def _summarize(file: OffersDocument) -> list[str]:
    return [
        f"{offer.id}: {offer.supplier}, {offer.name}: {len(offer.versions)} version(s), the last from "
        f"{offer.versions[-1].valid_from} to {offer.versions[-1].valid_to}, "
        f"{', '.join(map(str, sorted(offer.versions[-1].powers)))} kVA"
        for offer in file.offers
    ]
