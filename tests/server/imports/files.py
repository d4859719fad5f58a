"""Small files in the forms that people have, made after recorded ones; no real meter's."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from openpyxl import Workbook

PRM = "30001000000001"
OTHER = "30001000000002"


def conso_downloader(rows: Iterable[str], heading: str = "debut;fin;kW") -> bytes:
    return "\n".join([heading, *rows]).encode()


def half_hours(day: date, watts: Sequence[int]) -> list[str]:
    """Rows of Conso Downloader of an ordinary day."""
    rows, start = [], datetime.combine(day, datetime.min.time())
    for value in watts:
        end = start + timedelta(minutes=30)
        kilowatts = f"{value / 1000:.3f}".rstrip("0").rstrip(".").replace(".", ",")
        rows.append(f'{start:%Y-%m-%dT%H:%M};{end:%Y-%m-%dT%H:%M};"{kilowatts}"')
        start = end
    return rows


def edf_powers(days: Iterable[tuple[date, Sequence[str]]]) -> bytes:
    """EDF's half-hours in its encoding: newest first, the rows of each day as given."""
    lines = [
        "Récapitulatif de mes puissances atteintes en W",
        "",
        "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée",
    ]
    for day, rows in days:
        lines += [f"{day:%d/%m/%Y};;", *rows, ""]
    return "\r\n".join(lines).encode("cp1252")


def enedis_csv(rows: Iterable[str], prm: str = PRM, unit: str = "W", metier: str = "Consommation") -> bytes:
    lines = [
        (
            "Identifiant PRM;Type de donnees;Date de debut;Date de fin;"
            "Grandeur physique;Grandeur metier;Etape metier;Unite"
        ),
        f"{prm};Courbe de charge;28/03/2021;29/03/2021;Puissance active;{metier};Comptage brut;{unit}",
        "Horodate;Valeur",
        *rows,
    ]
    return "\ufeff".encode() + "\r\n".join(lines).encode()


def sge(rows: Iterable[str]) -> bytes:
    heading = (
        "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;"
        "Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire"
    )
    return "\n".join([heading, *rows]).encode()


def xlsx(rows: Iterable[Sequence[object]], title: str = "Consommation Horaire") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def zip_file(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "-") + ".csv", content)
    return written.getvalue()
