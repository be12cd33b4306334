"""A mail read from bytes: its ids, its people, its words, and what it must never do to us."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mailbox.mime import peek, read
from pipeline.email import Address, Email

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = frozenset({"mx.google.com"})
PASS = "Authentication-Results: mx.google.com; dkim=pass header.i=@shop.example; dmarc=pass (p=NONE) header.from=shop.example\n"


def mail(headers: str = "", body: str = "Where is my order?", sender: str = "Ann Lee <ann@shop.example>") -> Email:
    raw = f"{headers}From: {sender}\nTo: support@us.example\nSubject: Order\nMessage-ID: <1@shop.example>\n\n{body}"
    if "Content-Type" in headers:
        raw = f"{headers}From: {sender}\nTo: support@us.example\nMessage-ID: <1@shop.example>\n\n{body}"
    return read(raw.encode(), "s", NOW, OURS)


def multipart(*parts: str, kind: str = "mixed") -> Email:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return mail(f'Content-Type: multipart/{kind}; boundary="b"\n', body)


class TestIds:
    def test_a_mail_without_ancestors_is_its_own_thread(self) -> None:
        seen = peek(b"Message-ID: <a@b>\nSubject: =?utf-8?q?H=C3=A9?=\nFrom: Ann <ANN@B.C>\n\nx")
        assert dataclasses.astuple(seen) == ("a@b", "a@b", "ann@b.c", "Hé")

    @pytest.mark.parametrize(
        ("headers", "thread"),
        [
            (b"References: <root@x> <mid@x>\nIn-Reply-To: <mid@x>\n", "root@x"),
            (b"References:\n <root@x>\n\t<mid@x>\n", "root@x"),
            (b"In-Reply-To: <mid@x>\n", "mid@x"),
            (b"In-Reply-To: mid@x\n", "mid@x"),
        ],
    )
    def test_the_thread_is_the_first_known_ancestor(self, headers: bytes, thread: str) -> None:
        raw = b"Message-ID: <a@b>\n" + headers + b"\nx"
        assert peek(raw).thread_id == thread == read(raw, "s", NOW, OURS).thread_id

    def test_a_missing_id_comes_from_the_bytes(self) -> None:
        first, second = peek(b"Subject: x\n\nx"), peek(b"Subject: x\n\ny")
        assert first.message_id.startswith("sha256-")
        assert first.message_id.endswith("@missing.invalid")
        assert first.thread_id == first.message_id != second.message_id

    def test_an_id_too_long_to_be_a_key_is_digested(self) -> None:
        seen = peek(b"Message-ID: <" + b"a" * 3000 + b"@b>\n\nx")
        assert seen.message_id.endswith("@long.invalid")
        assert len(seen.message_id) < 60


class TestSender:
    def test_a_name_in_encoded_words_is_decoded(self) -> None:
        assert mail(sender="=?iso-8859-1?q?J=FCrgen?= =?utf-8?q?_W=C3=BCst?= <j@shop.example>").sender == Address(
            "Jürgen Wüst", "j@shop.example"
        )

    def test_a_character_cut_in_two_by_encoded_words_is_joined(self) -> None:
        assert mail(sender="=?utf-8?b?w4M=?= =?utf-8?b?w7w=?= <j@shop.example>").sender.name == "Ãü"
        assert mail(sender="=?utf-8?q?J=C3?= =?utf-8?q?=BC?= <j@shop.example>").sender.name == "Jü"

    @pytest.mark.parametrize(
        "sender",
        [
            "vip@corp.example <attacker@evil.test>",
            "<vip@corp.example>@evil.test",
            "<vip@corp.example> <attacker@evil.test>",
            "vip@corp.example attacker@evil.test",
            '"unclosed <vip@corp.example>',
            "group: vip@corp.example;",
            "vip@corp.example\x00 <attacker@evil.test>",
            "vip@@corp.example",
        ],
    )
    def test_a_sender_that_parsers_read_differently_is_never_authenticated(self, sender: str) -> None:
        results = PASS.replace("shop.example", "corp.example") + PASS.replace("shop.example", "evil.test")
        read_mail = mail(results, sender=sender)
        assert "malformed From" in read_mail.defects
        assert read_mail.authentication.verdict == "none"

    def test_the_address_in_angle_brackets_wins_over_one_before_it(self) -> None:
        assert mail(sender="vip@corp.example <attacker@evil.test>").sender.address == "attacker@evil.test"

    def test_an_address_in_a_quoted_name_is_noticed(self) -> None:
        read_mail = mail(sender='"vip@corp.example" <attacker@evil.test>')
        assert read_mail.sender == Address("vip@corp.example", "attacker@evil.test")
        assert "another address in the sender's name" in read_mail.defects

    def test_two_senders_are_a_defect(self) -> None:
        assert "several From addresses" in mail(sender="a@shop.example, b@shop.example").defects
        assert "several From headers" in mail("From: other@evil.test\n").defects

    def test_an_absent_sender_is_nobody(self) -> None:
        read_mail = read(b"Subject: x\n\nx", "s", NOW, OURS)
        assert read_mail.sender == Address("", "")
        assert "malformed From" in read_mail.defects

    def test_control_and_bidirectional_characters_do_not_reach_the_subject(self) -> None:
        raw = "Subject: =?utf-8?q?hi=0D=0ABcc:_evil@x.test?= \u202eabc\u2066\x07\nFrom: a@b.c\n\nx".encode()
        assert read(raw, "s", NOW, OURS).subject == "hi Bcc: evil@x.test abc"


class TestAuthentication:
    def test_our_providers_pass_for_the_senders_domain_counts(self) -> None:
        found = mail(PASS).authentication
        assert (found.verdict, found.domain) == ("pass", "shop.example")
        assert "mx.google.com" in found.why

    @pytest.mark.parametrize(
        ("results", "verdict"),
        [
            ("", "none"),
            (PASS.replace("mx.google.com", "mx.evil.test"), "none"),
            (PASS.replace("from=shop.example", "from=evil.test"), "none"),
            (PASS.replace("dmarc=pass", "dmarc=none"), "none"),
            (PASS.replace("dmarc=pass", "dmarc=fail"), "fail"),
            ("Authentication-Results: mx.google.com; dmarc=fail header.from=shop.example\n" + PASS, "fail"),
            ('Authentication-Results: mx.google.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=shop.example"@evil.test\n', "none"),
            ("Authentication-Results: mx.google.com; spf=none (; dmarc=pass header.from=shop.example)\n", "none"),
            ("Authentication-Results: mx.google.com; dmarc=pass header.from=shop.example; dmarc=pass header.from=evil.test\n", "none"),
        ],
    )
    def test_everything_else_does_not(self, results: str, verdict: str) -> None:
        assert mail(results).authentication.verdict == verdict

    def test_a_provider_without_an_id_can_be_named_by_an_empty_one(self) -> None:
        results = b"Authentication-Results: spf=pass smtp.mailfrom=shop.example; dmarc=pass action=none header.from=shop.example"
        raw = results + b";compauth=pass reason=100\n" + b"From: a@shop.example\n\nx"
        assert read(results + b"\nFrom: a@shop.example\n\nx", "s", NOW, frozenset({""})).authentication.verdict == "none"
        assert read(raw, "s", NOW, frozenset({""})).authentication.verdict == "pass"
        assert read(raw, "s", NOW, OURS).authentication.verdict == "none"


class TestText:
    def test_plain_text_is_preferred_to_html(self) -> None:
        read_mail = multipart("Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>rich</p>", kind="alternative")
        assert (read_mail.text, read_mail.attachments) == ("plain", ())

    def test_html_is_read_where_the_plain_alternative_is_empty(self) -> None:
        assert multipart("Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>rich</p>", kind="alternative").text == "rich"

    @pytest.mark.parametrize("charset", ["us-ascii", "utf-8", "iso-8859-1", "x-unknown", "punycode", "unicode_escape", '"', "utf-16"])
    def test_no_charset_lie_stops_us(self, charset: str) -> None:
        raw = f"From: a@b.c\nContent-Type: text/plain; charset={charset}\n\nhello \xff\xfe w\xf6rld".encode("latin-1")
        assert read(raw, "s", NOW, OURS).quarantined is None

    def test_utf8_under_a_wrong_name_is_still_read(self) -> None:
        read_mail = mail("Content-Type: text/plain; charset=us-ascii\n", "schöne Grüße")
        assert read_mail.text == "schöne Grüße"
        assert "wrong charset" in read_mail.defects

    def test_flowed_text_is_joined(self) -> None:
        read_mail = mail("Content-Type: text/plain; format=flowed\n", "one \ntwo\n> a \n> b\n-- \nme")
        assert read_mail.text == "one two\n> a b\n-- \nme"

    def test_nul_and_invisible_characters_are_dropped_and_told(self) -> None:
        read_mail = mail(body="pay\x00 th\u200bis \u202eabc")
        assert read_mail.text == "pay this abc"
        assert "invisible characters" in read_mail.defects

    def test_a_joined_emoji_is_no_deceit(self) -> None:
        read_mail = mail(
            body="Thanks \U0001f469\u200d\U0001f4bb and \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f!"
        )
        assert "invisible characters" not in read_mail.defects

    def test_a_long_text_is_cut_and_told(self) -> None:
        read_mail = mail(body="word " * 60_000)
        assert len(read_mail.text) == 200_000
        assert "shortened" in read_mail.defects

    @pytest.mark.parametrize(
        ("body", "language"),
        [
            ("Hello, where is my order? I have been waiting for two weeks.", "en"),
            ("Guten Tag, wo bleibt meine Bestellung? Ich warte seit zwei Wochen.", "de"),
            ("Bonjour, où est ma commande ? J'attends depuis deux semaines.", "fr"),
            ("ok", "und"),
            ("asdkj qweoiu zxmcnb qowieu lkjhg poiuy", "und"),
            ("1234 5678 9012 3456 7890", "und"),
        ],
    )
    def test_the_language_is_told_where_it_can_be(self, body: str, language: str) -> None:
        assert mail(body=body).language == language


class TestParts:
    def test_attachments_are_named_never_read(self) -> None:
        read_mail = multipart(
            "Content-Type: text/plain\n\nsee attached",
            "Content-Type: application/pdf; name*0*=utf-8''Rechn; name*1=ung.pdf\nContent-Transfer-Encoding: base64\n\nAAAA\nAAAA",
            'Content-Type: text/plain\nContent-Disposition: attachment; filename="=?utf-8?q?n=C3=B6te.txt?="\n\nsecret',
        )
        assert [(a.name, a.media_type, a.size) for a in read_mail.attachments] == [
            ("Rechnung.pdf", "application/pdf", 6),
            ("nöte.txt", "text/plain", 6),
        ]
        assert read_mail.text == "see attached"

    @pytest.mark.parametrize(
        ("part", "defect"),
        [
            ("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR", "calendar invite"),
            ('Content-Type: application/octet-stream; name="invite.ics"\n\nx', "calendar invite"),
            ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx", "encrypted"),
            ("Content-Type: application/pgp-encrypted\n\nVersion: 1", "encrypted"),
            ("Content-Type: application/pgp-signature\n\nx", "signed"),
        ],
    )
    def test_what_needs_a_person_is_noticed(self, part: str, defect: str) -> None:
        assert defect in multipart("Content-Type: text/plain\n\nhello", part).defects

    def test_pgp_in_the_text_is_noticed(self) -> None:
        assert "encrypted" in mail(body="-----BEGIN PGP MESSAGE-----\nabc").defects

    def test_a_part_without_headers_is_text(self) -> None:
        assert multipart("\nSubject: no header, but what I wrote").text == "Subject: no header, but what I wrote"

    def test_a_line_of_an_mbox_before_the_mail_is_passed(self) -> None:
        raw = b"From ann@x.example Mon Mar  2 10:00:00 2026\nMessage-ID: <a@b>\nSubject: x\n\nhello"
        assert (read(raw, "s", NOW, OURS).text, peek(raw).message_id) == ("hello", "a@b")

    def test_an_attached_mail_is_an_attachment(self) -> None:
        read_mail = multipart("Content-Type: text/plain\n\nsee", "Content-Type: message/rfc822\n\nSubject: x\n\nnot ours")
        assert [a.media_type for a in read_mail.attachments] == ["message/rfc822"]
        assert "not ours" not in read_mail.text

    def test_a_multipart_without_end_or_boundary_is_still_read(self) -> None:
        assert mail("Content-Type: multipart/mixed; boundary=b\n", "--b\nContent-Type: text/plain\n\nhello").text == "hello"
        lost = mail("Content-Type: multipart/mixed; boundary=b\n", "hello")
        assert (lost.text, "broken MIME" in lost.defects) == ("hello", True)

    def test_the_action_of_a_delivery_report_cannot_be_forged_by_a_header(self) -> None:
        assert mail("DSN-Action: failed\n").header("dsn-action") is None
        report = multipart("Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: delayed\n", kind="report")
        assert report.header("dsn-action") == "delayed"

    def test_kept_headers_are_lower_case_and_short(self) -> None:
        read_mail = mail("Return-Path: <>\nLIST-ID: <l.example>\nX-Secret: no\nX-Loop: " + "a" * 900 + "\n")
        assert read_mail.header("return-path") == "<>"
        assert read_mail.header("list-id") == "<l.example>"
        assert read_mail.header("x-secret") is None
        assert len(read_mail.header("x-loop") or "") == 500


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    assert_sound(raw)


FRAGMENTS = st.sampled_from(
    [
        b"From: ",
        b"Subject: ",
        b"Content-Type: ",
        b"multipart/mixed; boundary=b",
        b"multipart/alternative; boundary*0=b",
        b"--b",
        b"--b--",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"text/html; charset=utf-16",
        b"text/plain; format=flowed",
        b"Content-Transfer-Encoding: base64\n",
        b"=?utf-8?q?=",
        b"=?hz?b?~{?=",
        b'"',
        b"<",
        b"(",
        b">",
        b"@",
        b"\x00",
        b"\xff\xfe",
        b"Date: 99 Foo 99999",
        b"<div style='display:none'>",
        b"Message-ID: <",
        b"References: ",
        b"message/rfc822",
        b"Authentication-Results: mx.google.com; dmarc=pass",
        b"> x",
        b"On 1 2024 12:00 <a@b> wrote:",
        b"Content-Disposition: attachment; filename*=x'y'%ff",
    ]
)


@given(st.lists(FRAGMENTS | st.binary(max_size=20), max_size=60).map(b"".join))
@settings(max_examples=500, deadline=None)
def test_no_torn_mail_makes_it_raise(raw: bytes) -> None:
    assert_sound(raw)


def assert_sound(raw: bytes) -> None:
    """Reading and peeking agree, and every text can be stored: encodable, without NUL."""
    seen, found = peek(raw), read(raw, "s", NOW, OURS)
    assert (seen.message_id, seen.thread_id) == (found.message_id, found.thread_id)
    for text in (found.text, found.reply, found.subject, found.sender.name, found.sender.address, found.message_id, *found.references):
        assert "\0" not in text
        text.encode()
    assert found.quarantined is None or found.quarantined.startswith("This mail was not read")
