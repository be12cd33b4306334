"""What the page asks for: mailboxes, messages, read marks, mails written as a customer; and who may ask."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox.mail.arrivals import arrive
from sandbox.mail.letters import letters
from sandbox.mail.maildir import customers, mailbox, messages
from sandbox.mail.office import OfficeSettings, start
from sandbox.mail.reading import read
from tests.sandbox.mail.world import SUPPORT, answer, box, eventually, hand_over, keys, received

MARCUS = "marcus@bellandsons.example"
LETTER = "letter-02-price-fourteen-technicians"
SALES = "sales@larkspur.example"
ADDED = {
    "return-path",
    "received",
    "authentication-results",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
}
HEADERS = ADDED | {"from", "to", "subject"}


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ClientSession]:
    """A client of an office in which the first letters have arrived."""
    wanted = [letter for letter in letters() if letter.name.startswith(("02", "36", "45"))]
    await arrive(tmp_path, wanted, speed=float("inf"))
    office = await start(OfficeSettings(data=tmp_path))
    async with ClientSession(office.page_url) as client:
        yield client
    await office.stop()


async def get(page: ClientSession, path: str) -> Any:
    async with page.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def answered(data: Path, page: ClientSession) -> Any:
    """Marcus with an answer to his letter; returns his conversations."""
    asked = read((mailbox(customers(data), MARCUS) / ".Sent" / "cur" / f"{LETTER}:2,S").read_bytes())
    reply = email.message_from_bytes(answer(MARCUS, subject="Re: Price"), policy=email.policy.default)
    reply["Message-ID"], reply["In-Reply-To"], reply["Auto-Submitted"] = "<r1@larkspur.example>", asked.message_id, "auto-replied"
    hand_over(data, "r1", reply.as_bytes(), SALES)
    await eventually(lambda: len(received(data, MARCUS)) == 1)
    return (await get(page, f"/api/customers/{MARCUS}"))["conversations"]


def form(**changes: str) -> dict[str, str]:
    return {"name": "Marcus Bell", "address": MARCUS, "inbox": SALES, "subject": "One more thing", "text": "Is there an app?"} | changes


async def test_everybody_who_wrote_is_listed(page: ClientSession) -> None:
    seen = await get(page, "/api/customers")
    assert {one["address"] for one in seen["customers"]} == {MARCUS, "gavin@stroudsecurity.example", "zara@sparkandco.example"}
    assert seen["inboxes"] == ["support@larkspur.example", SALES, "ops@larkspur.example"]
    assert all(one["unread"] == one["received"] == 0 for one in seen["customers"])


async def test_an_answer_joins_its_conversation_unread_until_it_is_opened(page: ClientSession, tmp_path: Path) -> None:
    (thread,) = await answered(tmp_path, page)
    assert [message["way"] for message in thread["messages"]] == ["sent", "received"]
    assert thread["messages"][1]["unread"]
    assert thread["messages"][1]["automatic"]
    message = await get(page, f"/api/customers/{MARCUS}/messages/r1")
    assert ["Auto-Submitted", "auto-replied"] in message["headers"]
    assert message["text"] == "Hello\n"
    async with page.post(f"/api/customers/{MARCUS}/messages/r1/read", json={}) as response:
        assert response.status == 200
    assert [path.name for path in messages(mailbox(customers(tmp_path), MARCUS) / "cur")] == ["r1:2,S"]
    marcus = next(one for one in (await get(page, "/api/customers"))["customers"] if one["address"] == MARCUS)
    assert (marcus["unread"], marcus["received"]) == (0, 1)


async def test_a_reply_reaches_the_inbox_with_right_references(page: ClientSession, tmp_path: Path) -> None:
    await answered(tmp_path, page)
    async with page.post("/api/mails", json=form(answers="r1", subject="Re: Price")) as response:
        assert response.status == 201
        key = (await response.json())["key"]
    message = email.message_from_bytes((box(tmp_path, SALES) / "new" / key).read_bytes(), policy=email.policy.default)
    assert message["In-Reply-To"] == "<r1@larkspur.example>"
    asked = await get(page, f"/api/customers/{MARCUS}/messages/{LETTER}")
    assert message["References"].split() == [dict(asked["headers"])["Message-ID"], "<r1@larkspur.example>"]
    assert message["From"].addresses[0].addr_spec == MARCUS
    assert not [defect for name in ("From", "To", "Subject", "Date") for defect in message[name].defects]
    assert message.get_content().splitlines()[0] == "Is there an app?"
    assert "> Hello" in message.get_content().splitlines()
    (thread,) = (await get(page, f"/api/customers/{MARCUS}"))["conversations"]
    assert len(thread["messages"]) == 3


async def test_somebody_new_can_write(page: ClientSession, tmp_path: Path) -> None:
    async with page.post(
        "/api/mails", json=form(name="Åsa Öberg", address="Asa@Hissar.example", inbox=SUPPORT, subject="Hej ☀️")
    ) as response:
        assert response.status == 201
    (mail,) = [read(path.read_bytes()) for path in messages(box(tmp_path) / "new")]
    assert (mail.sender, mail.sender_name, mail.subject) == ("asa@hissar.example", "Åsa Öberg", "Hej ☀️")
    assert "asa@hissar.example" in {one["address"] for one in (await get(page, "/api/customers"))["customers"]}


@pytest.mark.parametrize(
    "subject",
    ["a\r\nBcc: evil@x.test", "=?utf-8?q?hi=0D=0ABcc:_evil@x.test?=", "=?utf-8?q?hi=0ABcc:_evil@x.test?= ☀", "a\u2028Bcc: evil@x.test"],
)
@pytest.mark.parametrize("field", ["subject", "name"])
async def test_no_header_can_be_smuggled_in(page: ClientSession, tmp_path: Path, field: str, subject: str) -> None:
    async with page.post("/api/mails", json=form(**{field: subject})) as response:
        key = (await response.json())["key"]
    raw = (box(tmp_path, SALES) / "new" / key).read_bytes()
    assert {name.lower() for name in email.message_from_bytes(raw)} == HEADERS


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"address": "nonsense"}, "Give the writer an address"),
        ({"address": "a@b.com"}, r"\.example or \.test"),
        ({"inbox": "ceo@larkspur.example"}, "Choose one of"),
        ({"subject": " ", "text": " "}, "Write a subject or a text"),
        ({"text": "x" * 100_001}, "longer than 100,000"),
        ({"answers": "nowhere"}, "not in this mailbox"),
    ],
)
async def test_what_cannot_be_sent_is_refused_in_a_sentence(
    page: ClientSession, tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    before = keys(box(tmp_path, SALES) / "new")
    async with page.post("/api/mails", json=form(**changes)) as response:
        assert response.status == 400
        said = (await response.json())["sentence"]
    assert re.search(sentence, said)
    assert keys(box(tmp_path, SALES) / "new") == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"inbox": 5}'])
async def test_odd_posts_are_refused(page: ClientSession, body: bytes) -> None:
    async with page.post("/api/mails", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.test"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Origin": "http://evil.test"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
async def test_strangers_are_turned_away(page: ClientSession, tmp_path: Path, headers: dict[str, str], status: int) -> None:
    before = keys(box(tmp_path, SALES) / "new")
    async with page.post("/api/mails", data=b"{}", headers={"Content-Type": "application/json"} | headers) as response:
        assert response.status == status
    assert keys(box(tmp_path, SALES) / "new") == before


async def test_localhost_and_the_page_itself_are_welcome(page: ClientSession) -> None:
    port = page._base_url.port if page._base_url else 0
    for headers in ({"Host": f"localhost:{port}"}, {"Origin": f"http://127.0.0.1:{port}"}):
        async with page.get("/api/customers", headers=headers) as response:
            assert response.status == 200


async def test_html_is_served_for_a_sandbox_and_nothing_else(page: ClientSession) -> None:
    async with page.get("/api/customers/gavin@stroudsecurity.example/messages/letter-36-hidden-text/html") as response:
        policy = response.headers["Content-Security-Policy"]
        assert "display:none" in await response.text()
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy


async def test_the_page_loads_nothing_from_outside(page: ClientSession) -> None:
    async with page.get("/") as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        text = await response.text()
    assert "http:" not in text
    assert "https:" not in text
    for name in ("app.js", "dom.js", "theme.css", "icon.svg"):
        async with page.get(f"/page/{name}") as response:
            assert response.status == 200, name


@pytest.mark.parametrize(
    "path",
    ["/page/../web.py", "/page/%2e%2e/web.py", "/api/customers/..%2f..%2fmail/messages/x", "/api/customers/nobody@x.test/messages/x"],
)
async def test_nothing_else_can_be_read(page: ClientSession, path: str) -> None:
    async with page.get(path) as response:
        assert response.status in (403, 404)


async def test_the_page_hears_of_an_answer(page: ClientSession, tmp_path: Path) -> None:
    async with asyncio.timeout(20), page.get("/api/events") as stream:
        first = await stream.content.readline()
        assert first.startswith(b"data: ")
        await stream.content.readline()
        hand_over(tmp_path, "r9", answer(MARCUS), SALES)
        second = await stream.content.readline()
    assert second.startswith(b"data: ")
    assert second != first


async def test_a_failure_is_shown_with_its_reason(page: ClientSession, tmp_path: Path) -> None:
    hand_over(tmp_path, "bad", b"To: nobody at all\nSubject: lost\n\nHello\n")
    await eventually(lambda: keys(box(tmp_path) / ".Failed" / "new") == ["bad"])
    (failure,) = (await get(page, "/api/customers"))["failures"]
    assert (failure["inbox"], failure["subject"]) == (SUPPORT, "lost")
    assert failure["reason"].startswith("Its To header cannot be read")
