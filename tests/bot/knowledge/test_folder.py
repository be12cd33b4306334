"""The knowledge base in a folder: finds by words, in the mail's language, and says what is wrong with an article."""

from pathlib import Path

import pytest

from bot.knowledge.folder import connect
from pipeline.errors import Misconfigured
from pipeline.ports import Knowledge

ARTICLES = {
    "sync": ("en", "The app does not synchronise", "Open the settings of the phone and allow background data, so that changes arrive."),
    "export": ("en", "Exporting customers to a spreadsheet", "Choose Export to write all customers into an Excel or CSV file."),
    "print": ("en", "Printing a weekly report", "Reports print as PDF, one page a week, with hours per person."),
    "abgleich": ("de", "Die App gleicht nicht ab", "Erlauben Sie Hintergrunddaten in den Einstellungen des Telefons."),
}


def write(folder: Path, name: str, head: str, body: str = "Text.") -> None:
    (folder / f"{name}.md").write_text(f"---\n{head}\n---\n{body}\n", encoding="utf-8")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    for name, (language, title, body) in ARTICLES.items():
        write(tmp_path, name, f"id: {name}\ntitle: {title}\nurl: https://docs.larkspur.example/{name}\nlanguage: {language}", body)
    return tmp_path


async def test_the_article_about_the_mail_is_found(shelf: Path) -> None:
    knowledge: Knowledge = connect(shelf)
    hits = await knowledge.search("Since yesterday the app no longer synchronises on our phones", "en", 2)
    assert hits[0].id == "sync"
    assert [hit.id for hit in await knowledge.search("How do I export my customer list to Excel?", "en", 1)] == ["export"]
    assert [hit.id for hit in await knowledge.search("Unsere App gleicht die Daten nicht mehr ab", "de", 2)] == ["abgleich"]


async def test_nothing_is_found_where_nothing_fits(shelf: Path) -> None:
    knowledge = connect(shelf)
    assert await knowledge.search("zzz qqq", "en", 2) == ()
    assert await knowledge.search("", "en", 2) == ()
    assert await knowledge.search("The app does not synchronise", "fr", 2) == ()


async def test_an_article_that_is_not_approved_is_never_found(shelf: Path) -> None:
    write(shelf, "sync", "id: sync\ntitle: The app does not synchronise\nurl: https://x.example\nlanguage: en\napproved: false")
    assert "sync" not in {hit.id for hit in await connect(shelf).search("the app does not synchronise", "en", 9)}


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("title: A\nurl: https://x.example\nlanguage: en", "id"),
        ("id: a\ntitle: A\nurl: http://x.example\nlanguage: en", "url"),
        ("id: a\ntitle: A\nurl: javascript:alert(1)\nlanguage: en", "url"),
        ("id: sync\ntitle: A\nurl: https://x.example\nlanguage: en", "is also that of"),
        ("id: [", "front matter"),
        ("just words", "front matter"),
    ],
)
def test_a_wrong_article_is_named(shelf: Path, head: str, said: str) -> None:
    write(shelf, "wrong", head)
    with pytest.raises(Misconfigured, match=said) as caught:
        connect(shelf)
    assert "wrong.md" in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="TRIAGE_KNOWLEDGE"):
        connect(tmp_path / "none")
