"""A knowledge base in a folder: Markdown files with a front matter, searched on this machine by their words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pipeline.case import Article
from pipeline.errors import Misconfigured
from pipeline.policy.content import Language, Line, Url

SEARCH = "sklearn.feature_extraction.text"
"""Imported where a folder is opened only: it takes more than a second."""
ALIKE = 0.15
"""The least cosine between a mail and an article that is about the same."""
TITLE_COUNTS = 3
LARGEST = 1_000_000
"""Bytes of one article."""


class FrontMatter(BaseModel):
    """What stands between the two lines of hyphens at a file's top. Articles that are not `approved` are left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    title: Line
    url: Url
    language: Language
    approved: bool = True


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The articles of one language, and the matrix to find them with."""

    articles: tuple[Article, ...]
    words: Any
    matrix: Any

    def search(self, text: str, most: int) -> tuple[Article, ...]:
        scores = (self.matrix @ self.words.transform([text]).T).toarray().ravel()
        best = sorted(range(len(self.articles)), key=lambda at: (-scores[at], self.articles[at].id))
        return tuple(self.articles[at] for at in best[:most] if scores[at] >= ALIKE)


@dataclass(frozen=True, slots=True)
class FolderKnowledge:
    """A Knowledge over the articles as they were when it was opened."""

    shelves: Mapping[str, _Shelf]
    name: str = "the knowledge base"

    async def search(self, text: str, language: str, most: int) -> Sequence[Article]:
        shelf = self.shelves.get(language)
        return await asyncio.to_thread(shelf.search, text, most) if shelf else ()


def connect(folder: Path) -> FolderKnowledge:
    """Read every *.md below the folder. Raises Misconfigured at the first article that is none."""
    if not folder.is_dir():
        raise Misconfigured(str(folder), "there is no such folder. Create it, or name the right one with TRIAGE_KNOWLEDGE.")
    by_language: dict[str, list[tuple[Article, str]]] = {}
    ids: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.rglob("*.md")):
        head, body = _read(path)
        if head.approved:
            first = ids.setdefault((head.language, head.id), path)
            if first is not path:
                raise Misconfigured(str(path), f'the id "{head.id}" is also that of {first.name}. Give each article its own.')
            article = Article(head.id, head.title, head.url, head.language)
            by_language.setdefault(head.language, []).append((article, f"{head.title} " * TITLE_COUNTS + body))
    return FolderKnowledge({language: _shelf(found) for language, found in by_language.items()})


def _shelf(found: Sequence[tuple[Article, str]]) -> _Shelf:
    vectorizer = import_module(SEARCH).TfidfVectorizer
    words = vectorizer(sublinear_tf=True, strip_accents="unicode", analyzer="char_wb", ngram_range=(4, 5), max_features=50_000)
    matrix = words.fit_transform([text for _, text in found])
    return _Shelf(tuple(article for article, _ in found), words, matrix)


def _read(path: Path) -> tuple[FrontMatter, str]:
    try:
        if path.stat().st_size > LARGEST:
            raise Misconfigured(str(path), f"the article has more than {LARGEST // 1_000_000} MB. Split it.")
        top, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        if top.strip():
            raise ValueError("something stands before it")
        return FrontMatter.model_validate(yaml.safe_load(head)), body
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise Misconfigured(f"{path}, {'.'.join(map(str, first['loc']))}", f"{first['msg']}. Correct the front matter.") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        why = "the article cannot be read. Begin it with a front matter between two lines of three hyphens: id, title, url, language."
        raise Misconfigured(str(path), why) from error
