"""A CRM as a file of contacts, CSV or JSON, on this disk: read again when it changes."""

import asyncio
import csv
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.case import Contact, Deal
from pipeline.errors import Misconfigured, Temporary

log = logging.getLogger(__name__)

LARGEST = 20_000_000
"""Bytes of a file."""
COLUMNS = ("email", "name", "company", "lifecycle", "owner", "vip", "open_deal", "deal_size")
"""Of a CSV file; all but the first may be left out."""

Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class DealRow(BaseModel):
    """One deal of a contact."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Said
    amount: float | None = Field(default=None, ge=0)
    open: bool = True


class ContactRow(BaseModel):
    """One contact; `lifecycle` is lower case, as rules name it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Said = ""
    company: Said = ""
    lifecycle: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=60)] = ""
    owner: Said = ""
    vip: bool = False
    deals: tuple[DealRow, ...] = ()

    def contact(self) -> Contact:
        deals = tuple(Deal(deal.name, deal.amount, deal.open) for deal in self.deals)
        return Contact(self.name, self.company, self.lifecycle, self.owner, self.vip, deals)


@dataclass(slots=True)
class FileCrm:
    """A Crm over a file. What is wrong in it when it changes makes it silent, not forgetful of a VIP: then people are careful."""

    path: Path
    name: str = "the CRM"
    _contacts: Mapping[str, Contact] = field(default_factory=dict)
    _read_as: tuple[int, int] = (0, 0)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def contact(self, address: str) -> Contact:
        """As the file stands now. Temporary where it cannot be read, or holds a mistake."""
        async with self._turn:
            await asyncio.to_thread(self._refresh)
        return self._contacts.get(address.lower(), Contact())

    def __len__(self) -> int:
        return len(self._contacts)

    def _refresh(self) -> None:
        try:
            self.load()
        except Misconfigured as wrong:
            log.warning("%s Until then it is not asked.", wrong)
            raise Temporary(f"The CRM's file cannot be used: {wrong}") from wrong

    def load(self) -> None:
        """Read the file unless it is the one that was read last. Raises Misconfigured at its first mistake."""
        try:
            found = self.path.stat()
            seen = (found.st_mtime_ns, found.st_size)
            if seen == self._read_as:
                return
            if found.st_size > LARGEST:
                raise Misconfigured(
                    str(self.path), f"the file has more than {LARGEST // 1_000_000} MB. Leave out who does not write to you."
                )
            text = self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(str(self.path), "the file cannot be read as UTF-8 text. Correct it, or TRIAGE_CRM.") from error
        self._contacts, self._read_as = _contacts(self.path, text), seen


def connect(path: Path) -> FileCrm:
    """Read it once. Raises Misconfigured for a file that is none, and at its first mistake."""
    if path.suffix not in (".csv", ".json"):
        raise Misconfigured(str(path), "the contacts of a CRM are a .csv or a .json file. Correct TRIAGE_CRM, or leave it out.")
    crm = FileCrm(path)
    crm.load()
    return crm


def _contacts(path: Path, text: str) -> dict[str, Contact]:
    found: dict[str, Contact] = {}
    for place, row in _rows(path, text):
        try:
            read = ContactRow.model_validate(row)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            at = ".".join(map(str, first["loc"]))
            raise Misconfigured(f"{path}, {place}, {at}" if at else f"{path}, {place}", f"{first['msg']}. Correct the contact.") from error
        if read.email in found:
            raise Misconfigured(f"{path}, {place}", f"{read.email} stands in it twice. Leave one of them.")
        found[read.email] = read.contact()
    return found


def _rows(path: Path, text: str) -> Iterator[tuple[str, object]]:
    """Each contact with where it stands."""
    if path.suffix == ".csv":
        yield from _csv(path, text)
        return
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Misconfigured(str(path), f"this is not JSON: {str(error)[:120]}. Correct it there.") from error
    if not isinstance(rows, list):
        raise Misconfigured(str(path), "it holds no list of contacts. Write [ ... ] around them.")
    yield from ((f"contact {number}", row) for number, row in enumerate(rows, 1))


def _csv(path: Path, text: str) -> Iterator[tuple[str, object]]:
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    try:
        unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
        if unknown or "email" not in (reader.fieldnames or ()):
            wrong = f'there is no column "{unknown[0]}"' if unknown else "the column email is missing"
            raise Misconfigured(f"{path}, line 1", f"{wrong}. There are: {', '.join(COLUMNS)}.")
        for row in reader:
            if None in row or None in row.values():
                raise Misconfigured(f"{path}, line {reader.line_num}", "it has more or fewer cells than the first line. Correct it.")
            yield f"line {reader.line_num}", _contact_of(row)
    except csv.Error as error:
        raise Misconfigured(f"{path}, line {reader.line_num}", f"this is not CSV: {error}. Correct it there.") from error


def _contact_of(row: Mapping[str, str]) -> dict[str, object]:
    """A row of a CSV file knows at most one deal; an empty cell says nothing."""
    said: dict[str, object] = {name: cell for name, cell in row.items() if cell.strip()}
    name, amount = said.pop("open_deal", None), said.pop("deal_size", None)
    return said | ({"deals": [{"name": name or "open deal", "amount": amount}]} if name or amount else {})
