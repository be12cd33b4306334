"""HTML mails as the text that a person sees."""

import pytest

from bot.mailbox.html import QUOTE, readable


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>", "one\n\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a  \n  b &amp; c&lt;d", "a b & c<d"),
        ('<a href="https://x.example/path?utm=1">our page</a>', "our page <https://x.example/path>"),
        ('<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        ("<style>p{}</style><script>alert(1)</script><!-- no -->yes<title>t</title>", "yes"),
    ],
)
def test_markup_becomes_lines(source: str, text: str) -> None:
    assert readable(source).text == text


@pytest.mark.parametrize(
    "hiding",
    [
        '<div style="display: none">HIDDEN</div>',
        '<div style="DISPLAY:NONE !important">HIDDEN</div>',
        '<span style="font-size:0">HIDDEN</span>',
        '<span style="font-size:0px; color:red">HIDDEN</span>',
        '<span style="color:#ffffff">HIDDEN</span>',
        '<span style="color:#123456;background-color:#123456">HIDDEN</span>',
        '<table><tr><td bgcolor="#000000"><font color="#000">HIDDEN</font></table>',
        '<p aria-hidden="true">HIDDEN</p>',
        "<p hidden>HIDDEN</p>",
        '<p style="visibility:hidden">HIDDEN</p>',
        '<p style="opacity:0">HIDDEN</p>',
        '<p style="position:absolute;left:-9999px">HIDDEN</p>',
        '<div style="display:none"><p><b>HIDDEN</b></p></div>',
        "<style>.a, div.pre { display: none }</style><div class='x pre'>HIDDEN</div>",
    ],
)
def test_hidden_text_is_left_out_and_counted(hiding: str) -> None:
    found = readable(f"<p>seen</p>{hiding}<p>seen</p>")
    assert "HIDDEN" not in found.text
    assert 0.3 < found.hidden < 0.6


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="color:#fff;background:#333">SEEN</p>',
        '<table><tr><td bgcolor="navy"><span style="color:white">SEEN</span></table>',
        '<div style="background:url(x.png)"><p style="color:white">SEEN</p></div>',
        '<p style="font-size:0.9em">SEEN</p>',
        '<p style="opacity:0.9">SEEN</p>',
        '<p style="background-color:#fff;color:#000">SEEN</p>',
        "<style>.b{background:navy}</style><div class=b><p style='color:white'>SEEN</p></div>",
        "<style>@media (max-width:600px){.wide{display:none} .x{color:red}} /* .wide{display:none} */</style><p class=wide>SEEN</p>",
    ],
)
def test_text_that_can_be_seen_stays(shown: str) -> None:
    assert (readable(shown).text, readable(shown).hidden) == ("SEEN", 0)


def test_marked_quotations_are_marked_in_the_text() -> None:
    assert readable('Yes.<div class="gmail_quote">On Monday you wrote</div>').text.split("\n") == ["Yes.", QUOTE, "On Monday you wrote"]


def test_a_page_beyond_the_limit_is_cut() -> None:
    found = readable("<p>x" * 20_000)
    assert found.cut
    assert found.text.count("x") == 10_000
