"""A calendar that a server publishes over TLS: read where the certificate is believed, told where anything is odd."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.calendar import ics
from pipeline.case import Window
from pipeline.errors import Temporary
from tests.mail import certificate

WEEK = (datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC))
TEAM = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n"
    "DTSTART:20260330T100000Z\r\nDTEND:20260330T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
TAKEN = Window(datetime(2026, 3, 30, 10, tzinfo=UTC), datetime(2026, 3, 30, 11, tzinfo=UTC))


@pytest.fixture
async def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The address of a server whose authority this machine was told of."""
    certificate.write(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def answer(request: web.Request) -> web.Response:
        match request.path:
            case "/team.ics":
                return web.Response(text=TEAM, content_type="text/calendar")
            case "/moved.ics":
                raise web.HTTPFound("/team.ics")
            case "/down.ics":
                raise web.HTTPFound("http://127.0.0.1:9/team.ics")
            case "/away.ics":
                raise web.HTTPFound(plain)
            case "/slow.ics":
                await asyncio.Event().wait()
                raise AssertionError
            case "/huge.ics":
                return web.Response(body=b"x" * (ics.LARGEST + 2))
            case "/page.ics":
                return web.Response(text="<html>Please sign in.</html>")
            case _:
                raise web.HTTPNotFound

    made = web.Application()
    made.router.add_get("/{any}", answer)
    runner = web.AppRunner(made, shutdown_timeout=0.1)
    await runner.setup()
    secure, open_one = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context), web.TCPSite(runner, "127.0.0.1", 0)
    await secure.start()
    await open_one.start()
    ports = [address[1] for address in runner.addresses]
    plain = f"http://127.0.0.1:{ports[1]}/team.ics"
    yield f"https://127.0.0.1:{ports[0]}"
    await runner.cleanup()


@pytest.mark.parametrize("name", ["team.ics", "moved.ics"])
async def test_it_is_read_where_it_lies_and_where_it_was_moved_to(published: str, name: str) -> None:
    assert await ics.connect(f"{published}/{name}", "Europe/London").busy(*WEEK) == (TAKEN,)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.ics", "did not answer"),
        ("down.ics", "did not answer"),
        ("away.ics", "not https"),
        ("huge.ics", "more than 5 MB"),
        ("page.ics", "is no calendar"),
    ],
)
async def test_what_is_odd_is_told(published: str, name: str, said: str) -> None:
    with pytest.raises(Temporary, match=said):
        await ics.connect(f"{published}/{name}", "Europe/London").busy(*WEEK)


async def test_a_server_whose_certificate_nobody_vouches_for_is_not_read(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Temporary, match="did not answer"):
        await ics.connect(f"{published}/team.ics", "Europe/London").busy(*WEEK)


async def test_a_server_that_hangs_is_not_waited_for(published: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ics, "PATIENCE", 0.2)
    with pytest.raises(Temporary, match="did not answer"):
        await ics.connect(f"{published}/slow.ics", "Europe/London").busy(*WEEK)
