"""The CRM as a file: what it says, that it is read again when it changes, and every mistake in one sentence with its place."""

import json
import os
from pathlib import Path

import pytest

from bot.crm import file
from pipeline.case import Contact, Deal
from pipeline.errors import Misconfigured, Temporary
from pipeline.ports import Crm

HEAD = "email,name,company,lifecycle,owner,vip,open_deal,deal_size"
NORA = Contact("Nora Lind", "Northwind", "customer", "Chloe Grant", False, (Deal("Renewal", 12000.0),))


def written(folder: Path, text: str, name: str = "contacts.csv") -> Path:
    path = folder / name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 1_000_000, before + 1_000_000))
    return path


async def test_a_contact_is_found_by_its_address_however_it_is_written(tmp_path: Path) -> None:
    path = written(
        tmp_path, f"\ufeff{HEAD}\n Nora@Northwind.example ,Nora Lind,Northwind,Customer,Chloe Grant,,Renewal,12000\n,,,,,,,\n"[:-9]
    )
    crm: Crm = file.connect(path)
    assert await crm.contact("NORA@northwind.example") == NORA
    assert await crm.contact("otto@northwind.example") == Contact()


async def test_json_knows_any_number_of_deals(tmp_path: Path) -> None:
    deals = [{"name": "Renewal", "amount": 12000}, {"name": "Old", "open": False}, {"name": "Talk"}]
    path = written(tmp_path, json.dumps([{"email": "a@b.example", "vip": True, "deals": deals}]), "contacts.json")
    found = await file.connect(path).contact("a@b.example")
    assert found.vip
    assert [deal.name for deal in found.open_deals] == ["Renewal", "Talk"]
    assert found.deal_size is None, "one of them is of unknown size"
    assert Contact(deals=(Deal("x", 5.0), Deal("y", 7.0), Deal("z", 99.0, open=False))).deal_size == 7.0


async def test_few_columns_are_enough_and_empty_cells_say_nothing(tmp_path: Path) -> None:
    crm = file.connect(written(tmp_path, 'vip,email\nyes,a@b.example\n,"c@d.example"\n'))
    assert (await crm.contact("a@b.example")).vip
    assert await crm.contact("c@d.example") == Contact()


async def test_it_is_read_again_when_it_changes_and_silent_while_it_is_mistaken(tmp_path: Path) -> None:
    path = written(tmp_path, "email,vip\na@b.example,\n")
    crm = file.connect(path)
    assert not (await crm.contact("a@b.example")).vip
    written(tmp_path, "email,vip\na@b.example,yes\n")
    assert (await crm.contact("a@b.example")).vip
    written(tmp_path, "email,vip\na@b.example,perhaps\n")
    for _ in range(2):
        with pytest.raises(Temporary, match=r"line 2, vip: .*Correct the contact"):
            await crm.contact("a@b.example")
    path.unlink()
    with pytest.raises(Temporary, match="cannot be read"):
        await crm.contact("a@b.example")
    written(tmp_path, "email\na@b.example\n")
    assert await crm.contact("a@b.example") == Contact()


MISTAKES = [
    ("contacts.csv", "mail,name\n", 'line 1: there is no column "mail"'),
    ("contacts.csv", "name\nNora\n", "line 1: the column email is missing"),
    ("contacts.csv", "", "line 1: the column email is missing"),
    ("contacts.csv", "email,name\na@b.example\n", "line 2: it has more or fewer cells"),
    ("contacts.csv", "email\na@b.example,x\n", "line 2: it has more or fewer cells"),
    ("contacts.csv", "email\nnobody\n", "line 2, email: "),
    ("contacts.csv", "email\na@b.example\nA@B.example\n", "line 3: a@b.example stands in it twice"),
    ("contacts.csv", "email,deal_size\na@b.example,much\n", "line 2, deals.0.amount: "),
    ("contacts.csv", 'email\n"a@b.example', "this is not CSV"),
    ("contacts.json", "[", "this is not JSON"),
    ("contacts.json", "[" * 100_000, "this is not JSON"),
    ("contacts.json", "{}", "it holds no list of contacts"),
    ("contacts.json", "[1]", "contact 1: "),
    ("contacts.json", '[{"email": "a@b.example", "phone": "1"}]', "contact 1, phone: "),
    ("contacts.txt", "email", "a .csv or a .json file"),
]


@pytest.mark.parametrize(("name", "text", "said"), MISTAKES)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        file.connect(written(tmp_path, text, name))
    assert said in str(caught.value)
    assert name in str(caught.value)


def test_no_file_and_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("none.csv", "binary.csv"):
        with pytest.raises(Misconfigured, match="cannot be read as UTF-8 text"):
            file.connect(tmp_path / name)
