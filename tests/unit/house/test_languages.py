"""What people read stands in every language it must: Arabic and French everywhere, Tamazight on public pages."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jinja2.ext
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.kit.tree import ROOT, files, name_of

KEYWORDS: Any = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
Msgid = str | tuple[str, ...]


def sources() -> Iterator[Path]:
    """Code and templates that speak to people."""
    for path in files():
        top = path.relative_to(ROOT).parts[0]
        is_ours = top in ("services", "shared", "deploy") and "migrations" not in path.parts
        if is_ours and path.suffix in (".py", ".html"):
            yield path


@cache
def said() -> dict[Msgid, str]:
    """Every message in code and templates → where it is said first."""
    found: dict[Msgid, str] = {}
    for path in sources():
        source = io.BytesIO(path.read_bytes())
        if path.suffix == ".html":
            messages = [(line, text) for line, _f, text, _c in jinja2.ext.babel_extract(source, KEYWORDS, (), {})]
        else:
            messages = [(line, text) for line, text, _c, _x in extract("python", source, keywords=KEYWORDS)]
        for line, text in messages:
            key = tuple(filter(None, text)) if isinstance(text, tuple) else text
            if key:
                found.setdefault(key if isinstance(key, str) or len(key) > 1 else key[0], f"{name_of(path)}:{line}")
    return found


@cache
def catalogues(code: str) -> list[tuple[Path, Catalog]]:
    """The catalogues of a language."""
    found = [path for path in files() if path.name == f"{code}.po"]
    return [(path, read_po(io.BytesIO(path.read_bytes()), locale=code)) for path in found]


def id_of(message: Message) -> Msgid:
    """What code calls a message."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else str(message.id)


def texts_of(message: Message) -> list[str]:
    """Its words, one for each plural."""
    return [str(text) for text in message.string] if isinstance(message.string, list | tuple) else [str(message.string)]


@cache
def translated(code: str, beside: str = "") -> dict[Msgid, list[str]]:
    """What a language has words for; `beside`: only the catalogues that the file of that name sees."""
    service = "/".join(beside.split("/")[:2]) if beside.startswith("services/") else ""
    shared = ("services/translations", "shared/pages/translations")
    return {
        id_of(message): texts_of(message)
        for path, catalogue in catalogues(code)
        if not beside or name_of(path.parent) in (*shared, f"{service}/translations")
        for message in catalogue
        if message.id and not message.fuzzy and all(texts_of(message))
    }


@pytest.mark.parametrize("code", ["ar", "fr"])
def test_everything_said_is_said_in(code: str) -> None:
    missing = [
        f"{where}: {message!r}"
        for message, where in said().items()
        if message not in translated(code, "/".join(where.split("/")[:2]))
    ]
    assert not missing, "\n".join([f"{len(missing)} messages have no words in {code}:", *missing])


@pytest.mark.parametrize("code", ["ar", "fr", "zgh"])
def test_parameters_survive_translation(code: str) -> None:
    wrong = []
    for message, texts in translated(code).items():
        wanted = {name for part in (message if isinstance(message, tuple) else [message]) for name in holes(part)}
        wrong += [f"{message!r} → {one!r}" for one in texts if not set(holes(one)) <= wanted]
        if not any(set(holes(one)) == wanted for one in texts):
            wrong.append(f"{message!r} loses a parameter")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", ["ar", "fr", "zgh"])
def test_a_message_has_the_same_words_whatever_is_started_together(code: str) -> None:
    """Services of one process share what they have read: the last one's words would stand on everybody's pages."""
    heard: dict[Msgid, dict[str, str]] = {}
    for path, catalogue in catalogues(code):
        for message in catalogue:
            if message.id:
                heard.setdefault(id_of(message), {})[" | ".join(texts_of(message))] = name_of(path)
    several = [f"{message!r}: {words}" for message, words in heard.items() if len(words) > 1]
    assert not several, "\n".join(several)


def holes(text: str) -> list[str]:
    """The parameters of a text."""
    return re.findall(r"%\((\w+)\)s", text)


@pytest.mark.parametrize("code", ["ar", "fr", "zgh"])
def test_no_catalogue_keeps_what_nobody_says(code: str) -> None:
    everything = said()
    stale = [
        f"{name_of(path)}: {message.id!r}"
        for path, catalogue in catalogues(code)
        for message in catalogue
        if message.id and (tuple(message.id) if isinstance(message.id, list | tuple) else message.id) not in everything
    ]
    assert not stale, "\n".join(stale)
