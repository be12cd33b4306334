"""The Block Kit validator: what Slack accepts, and its words where it does not."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.errors import SlackError
from sandbox.slack.kit import limits, validate
from sandbox.slack.kit.blocks import BLOCKS, check_blocks
from sandbox.slack.kit.elements import ELEMENTS
from sandbox.slack.local import LocalSlack
from tests.sandbox.slack.kit import actions, button, field, home, modal, mrkdwn, option, plain, section, typed

Json = dict[str, Any]


def table(rows: int, columns: int = 2) -> list[list[Json]]:
    return [[{"type": "raw_text", "text": f"{row}.{column}"} for column in range(columns)] for row in range(rows)]


def chart(**fields: Any) -> Json:
    return {"type": "data_visualization", "title": "Mails", "chart": fields}


def line(series: list[Json]) -> Json:
    return chart(type="line", series=series, axis_config={"categories": ["Mon", "Tue"]})


TWO_DAYS = [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2.5}]
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]}],
}
LIST = {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": RICH["elements"]}
SELECT = {"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), "options": [option("a"), option("b")]}
NUMBERED = [{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 1.5}]
GROUPS = [{"label": plain("G"), "options": [option("a")]}]

GOOD: list[Json] = [
    section("text"),
    section("text", expand=True, accessory=button("b", style="danger", confirm={"title": plain("Sure?"), "text": mrkdwn("*Yes?*")})),
    {"type": "section", "fields": [mrkdwn("a"), plain("b")]},
    {"type": "header", "text": plain("Header")},
    {"type": "header", "text": plain("Header"), "level": 2},
    {"type": "context", "elements": [mrkdwn("a"), {"type": "image", "image_url": "http://x/y.png", "alt_text": "y"}]},
    actions(button("a"), SELECT, {"type": "overflow", "action_id": "o", "options": [option("a")]}),
    {"type": "divider"},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "chart", "title": plain("Chart")},
    field("b", typed(multiline=True, min_length=1, max_length=3000, dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]})),
    field("b", {"type": "checkboxes", "options": [{"text": mrkdwn("*a*"), "value": "a"}]}, optional=True, hint=plain("hint")),
    field("b", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}, dispatch_action=True),
    field("b", {"type": "timepicker", "initial_time": "08:30"}),
    field("b", {"type": "multi_users_select", "initial_users": ["U1"], "max_selected_items": 3}),
    field("b", {"type": "static_select", "option_groups": GROUPS}),
    RICH,
    {"type": "rich_text", "elements": [LIST, {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": "U1"}]}]},
    {"type": "markdown", "text": "# Title"},
    {"type": "table", "rows": table(100, 20), "column_settings": [{"align": "right"}, {"is_wrapped": True}]},
    {"type": "data_table", "caption": "Cases", "rows": table(101), "page_size": 10},
    {"type": "data_table", "caption": "Cases", "rows": [table(1)[0], NUMBERED]},
    chart(type="pie", segments=[{"label": "billing", "value": 3}]),
    line([{"name": "sent", "data": TWO_DAYS}]),
    {"type": "context_actions", "elements": [
        {"type": "feedback_buttons", "action_id": "f", "positive_button": {"text": plain("Good"), "value": "y"},
         "negative_button": {"text": plain("Bad"), "value": "n"}}]},
]  # fmt: skip

NOT_OFFERED = {**SELECT, "initial_option": option("c")}
NO_DATE = {"type": "datepicker", "initial_date": "30.11.26"}
BAD: list[tuple[Json, str]] = [
    (section("x" * 3001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
    ({"type": "section", "text": {**mrkdwn("x"), "emoji": True}}, "invalid additional property: emoji [json-pointer:/blocks/0/text]"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    (section("x", accessory=typed()), "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]"),
    ({"type": "header", "text": mrkdwn("x")}, "must be a valid enum value [json-pointer:/blocks/0/text/type]"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "divider", "text": plain("x")}, "invalid additional property: text [json-pointer:/blocks/0]"),
    ({"type": "sectoin"}, "unsupported type: sectoin [json-pointer:/blocks/0/type]"),
    ({"text": "x"}, "missing required field: type [json-pointer:/blocks/0]"),
    (actions(), "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(*[button(str(n)) for n in range(26)]), "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(button("a"), button("a")), '`action_id` "a" already exists for this block ID [json-pointer:/blocks/0/elements/1/action_id]'),
    (actions(button("a", "x" * 76)), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
    (actions(button("a", value="x" * 2001)), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
    (actions(button("a", style="warning")), "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
    (actions(typed()), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "image", "alt_text": "x", "slack_file": {}}, "must provide one of id or url [json-pointer:/blocks/0/slack_file]"),
    ({"type": "image", "alt_text": "x"}, "must provide one of image_url or slack_file [json-pointer:/blocks/0]"),
    (field("b", button("a")), "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    (field("b", typed(max_length=3001)), "must be less than or equal to 3000 [json-pointer:/blocks/0/element/max_length]"),
    (field("b", typed(max_length=2, initial_value="abc")), "must be less than 3 characters [json-pointer:/blocks/0/element/initial_value]"),
    (
        field("b", {"type": "datepicker", "initial_date": "30.11.26"}),
        "must be in the format YYYY-MM-DD [json-pointer:/blocks/0/element/initial_date]",
    ),
    (field("b", {"type": "number_input"}), "missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]"),
    (field("b", {"type": "static_select", "options": []}), "no less than 1 items allowed [json-pointer:/blocks/0/element/options]"),
    (field("b", {"type": "static_select"}), "must provide one of options or option_groups [json-pointer:/blocks/0/element]"),
    (field("b", {**SELECT, "option_groups": GROUPS}), "must provide one of options or option_groups [json-pointer:/blocks/0/element]"),
    (
        field("b", {**SELECT, "initial_option": option("c")}),
        "must be one of the provided options [json-pointer:/blocks/0/element/initial_option]",
    ),
    (field("b", {**SELECT, "options": [option("a")] * 2}), "must have unique values [json-pointer:/blocks/0/element/options]"),
    (
        field("b", {"type": "radio_buttons", "options": [option(str(n)) for n in range(11)]}),
        "no more than 10 items allowed [json-pointer:/blocks/0/element/options]",
    ),
    ({"type": "table", "rows": table(101)}, "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ({"type": "data_table", "caption": "c", "rows": table(1)}, "no less than 2 items allowed [json-pointer:/blocks/0/rows]"),
    ({"type": "data_table", "rows": table(2)}, "missing required field: caption [json-pointer:/blocks/0]"),
    (
        {"type": "data_table", "caption": "c", "rows": [*table(2), *table(1, 3)]},
        "must have the same number of columns as the first row [json-pointer:/blocks/0/rows/2]",
    ),
    (
        {"type": "data_table", "caption": "c", "rows": [[RICH], [RICH]]},
        "unsupported type: rich_text [json-pointer:/blocks/0/rows/0/0/type]",
    ),
    (chart(type="donut"), "unsupported type: donut [json-pointer:/blocks/0/chart/type]"),
    (chart(type="pie", segments=[{"label": "a", "value": 0}]), "must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]"),
    (
        line([{"name": "sent", "data": TWO_DAYS[:1]}]),
        "must have exactly one point for every category [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    ({"type": "markdown", "text": "x" * 12001}, "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    ({"type": "alert", "text": plain("x")}, "unsupported type: alert [json-pointer:/blocks/0/type]"),
]


def problems(blocks: Any, surface: str = "message") -> list[str]:
    found: list[str] = []
    check_blocks(blocks, "/blocks", surface, found)
    return found


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
def test_accepts(block: Json) -> None:
    assert problems([block]) == []


@pytest.mark.parametrize(("block", "sentence"), BAD, ids=[sentence[:60] for _, sentence in BAD])
def test_refuses(block: Json, sentence: str) -> None:
    assert problems([block]) == [sentence]


NAMES = st.sampled_from(
    ["type", "text", "elements", "element", "rows", "accessory", "chart", "series", "options", "block_id", "label", "x"]
)
KINDS = st.sampled_from([*BLOCKS, *ELEMENTS, "plain_text", "mrkdwn", "raw_text", "rich_text_section", "pie", "line"])
SCALARS = st.none() | st.booleans() | st.integers(-1, 5) | st.text(max_size=3) | KINDS
ANY_JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=20)


@given(blocks=ANY_JSON, surface=st.sampled_from(sorted(limits.SURFACES)))
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_sent_breaks_the_validator(blocks: Any, surface: str) -> None:
    found = problems(blocks, surface)
    assert all("[json-pointer:/blocks" in sentence for sentence in found)
    if surface == "message" and isinstance(blocks, list) and not found:
        assert all(block["block_id"] for block in validate.message_blocks(blocks))


CONTAINER = {"type": "container", "title": plain("Case"), "child_blocks": [section("x"), actions(button("a"))]}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, ""),
        (
            {"child_blocks": [{"type": "divider", "block_id": "c"}]},
            '`block_id` "c" already exists [json-pointer:/blocks/1/child_blocks/0/block_id]',
        ),
        ({"child_blocks": [{"type": "markdown", "text": "x"}]}, "unsupported type: markdown [json-pointer:/blocks/1/child_blocks/0/type]"),
        (
            {"child_blocks": [{"type": "file", "external_id": "x", "source": "remote"}]},
            "unsupported type: file [json-pointer:/blocks/1/child_blocks/0/type]",
        ),
        ({"rich_text_title": RICH}, "must provide one of title or rich_text_title [json-pointer:/blocks/1]"),
        ({"width": "huge"}, "must be a valid enum value [json-pointer:/blocks/1/width]"),
        ({"default_collapsed": True}, "must be false unless is_collapsible is true [json-pointer:/blocks/1/default_collapsed]"),
        (
            {"is_collapsible": True, "has_header_divider": True},
            "must be false where is_collapsible is true [json-pointer:/blocks/1/has_header_divider]",
        ),
    ],
)
def test_what_stands_in_a_container_is_checked_as_well(changed: Json, sentence: str) -> None:
    assert problems([section("x", block_id="c"), {**CONTAINER, **changed}], "home") == ([sentence] if sentence else [])


def test_blocks_within_blocks_have_ids_of_their_own() -> None:
    card = {"type": "card", "title": plain("x"), "actions": [{"type": "button", "text": plain("Go")}]}
    container, carousel = validate.message_blocks([CONTAINER, {"type": "carousel", "elements": [card, {**card}]}])
    ids = [block["block_id"] for block in (container, *container["child_blocks"], carousel, *carousel["elements"])]
    assert len(set(ids)) == 6
    assert all(shown["actions"][0]["action_id"] for shown in carousel["elements"])


def test_one_element_of_a_view_has_the_cursor() -> None:
    first, second = field("a", typed(focus_on_load=True)), field("b", typed(focus_on_load=True))
    assert validate.view_problems(modal(first, field("b", typed(focus_on_load=False))), "modal") == []
    assert validate.view_problems(modal(first, second), "modal") == [
        "only one element can have focus_on_load set to true [json-pointer:/view/blocks/1]"
    ]


def test_a_list_of_blocks_has_its_own_limits() -> None:
    assert problems([section("x")] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert problems([section("x")] * 100, "home") == []
    assert problems([section("x")] * 101, "modal") == ["no more than 100 items allowed [json-pointer:/blocks]"]
    assert problems([section("x", block_id="a"), section("y", block_id="a")]) == [
        '`block_id` "a" already exists [json-pointer:/blocks/1/block_id]'
    ]
    pie = chart(type="pie", segments=[{"label": "a", "value": 1}])
    assert problems([pie] * 3) == ["no more than 2 data_visualization blocks allowed [json-pointer:/blocks/2]"]
    assert problems("text") == ["must provide an array [json-pointer:/blocks]"]


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (modal(section("x"), title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(section("x"), submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(section("x"), private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
        (modal(section("x"), colour="red"), "invalid additional property: colour [json-pointer:/view]"),
        ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
        ({**modal(field("b", typed())), "submit": None}, "missing required field: submit [json-pointer:/view]"),
        ({"type": "panel"}, "unsupported type: panel [json-pointer:/view/type]"),
        (home({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0/type]"),
    ],
)
def test_views_are_checked(view: Json, sentence: str) -> None:
    assert validate.view_problems(view, "modal", "home") == [sentence]


def test_a_view_above_250_kilobytes_is_too_large() -> None:
    menu = {**SELECT, "options": [{"text": plain("é" * 75), "value": f"{n:03}" + "é" * 140} for n in range(100)]}
    fields = [field(f"b{number}", menu) for number in range(10)]
    with pytest.raises(SlackError) as caught:
        validate.view(modal(*fields), "modal")
    assert caught.value.code == "view_too_large"


def test_ids_are_assigned_only_where_missing() -> None:
    completed = validate.message_blocks([actions(button("a")), section("x", block_id="mine")])
    assert completed[0]["block_id"]
    assert completed[1]["block_id"] == "mine"
    unnamed = {"type": "button", "text": plain("Go")}
    assert validate.message_blocks([actions(unnamed)])[0]["elements"][0]["action_id"]
    assert "action_id" not in unnamed
    assert validate.message_blocks([section("x", block_id=None)])[0]["block_id"]


async def test_errors_have_slacks_shape(slack: LocalSlack, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=slack.channel("#support-inbox"), text="x", blocks=[section("x"), section("x" * 3001)])
    assert caught.value.response["error"] == "invalid_blocks"
    sentence = "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    assert caught.value.response["errors"] == [sentence]
    assert caught.value.response["response_metadata"]["messages"] == [f"[ERROR] {sentence}"]


async def test_blocks_validate_checks_without_posting(slack: LocalSlack, client: AsyncWebClient) -> None:
    before = len(await slack.messages("#support-inbox"))
    assert (await client.blocks_validate(blocks=[section("x")]))["ok"]
    assert (await client.blocks_validate(view=modal(section("x"))))["ok"]
    for call in (client.blocks_validate(blocks=[{"type": "section"}]), client.blocks_validate(message={"blocks": [{"type": "section"}]})):
        with pytest.raises(SlackApiError, match="missing required field: text"):
            await call
    with pytest.raises(SlackApiError, match="exactly one"):
        await client.blocks_validate()
    assert len(await slack.messages("#support-inbox")) == before
