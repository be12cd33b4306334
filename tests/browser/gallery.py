"""An app that shows every block and element of Block Kit, and writes down what it hears of them."""

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncApp

from tests.sandbox.slack.kit import actions, button, field, modal, mrkdwn, option, plain, section, typed

Json = dict[str, Any]

PICTURE = "/avatars/U0ANARUIZ0.svg"
"""Any picture of this origin."""
OPTIONS = [option("red"), option("green"), option("blue")]
GROUPS = [{"label": plain("Warm"), "options": [option("red"), option("amber")]}, {"label": plain("Cold"), "options": [option("blue")]}]
OFFERED = [option("lisbon"), option("lima")]
ASKING = {"title": plain("Are you sure?"), "text": plain("This cannot be undone."), "confirm": plain("Do it"), "deny": plain("Stop")}


def _element(kind: str, **fields: Any) -> Json:
    return {"type": kind, "action_id": kind, **fields}


BUTTONS = [
    button("button", "Plain", value="plain"),
    button("primary", "Approve", style="primary", value="yes"),
    button("danger", "Reject", style="danger", value="no", confirm=ASKING),
    button("link", "Open", url="https://example.com/case/1"),
    _element("workflow_button", text=plain("Run it"), workflow={"trigger": {"url": "https://slack.com/shortcuts/Ft0/1"}}),
    _element("overflow", options=OPTIONS),
]
MENUS = [
    _element("static_select", placeholder=plain("A colour"), options=OPTIONS),
    _element("external_select", placeholder=plain("A city"), min_query_length=2),
    _element("users_select", placeholder=plain("A person")),
    _element("conversations_select", placeholder=plain("A conversation")),
    _element("channels_select", placeholder=plain("A channel")),
]
PICKERS = [
    _element("datepicker", initial_date="2026-11-02"),
    _element("timepicker", placeholder=plain("A time")),
    _element("datetimepicker", initial_date_time=1_793_613_600),
    _element("checkboxes", options=OPTIONS),
    _element("radio_buttons", options=OPTIONS),
]
SEVERAL = [
    _element("multi_static_select", placeholder=plain("Colours"), option_groups=GROUPS),
    _element("multi_external_select", placeholder=plain("Cities"), min_query_length=2),
    _element("multi_users_select", placeholder=plain("People")),
    _element("multi_conversations_select", placeholder=plain("Conversations")),
    _element("multi_channels_select", placeholder=plain("Channels")),
]
INPUTS = [
    _element("plain_text_input", placeholder=plain("Your words"), max_length=20),
    {"type": "plain_text_input", "action_id": "letter", "multiline": True},
    {"type": "plain_text_input", "action_id": "untouched", "initial_value": "As it was"},
    _element("email_text_input"),
    _element("url_text_input"),
    _element("number_input", is_decimal_allowed=False, min_value="1", max_value="9"),
    _element("rich_text_input"),
]
RICH: list[Json] = [
    {"type": "rich_text_section", "elements": [
        {"type": "text", "text": "Rich", "style": {"bold": True}}, {"type": "text", "text": " and "},
        {"type": "text", "text": "slanted", "style": {"italic": True}}, {"type": "text", "text": ", "}, {"type": "emoji", "name": "tada"},
        {"type": "link", "url": "https://example.com", "text": "a link"}, {"type": "text", "text": " by "},
        {"type": "user", "user_id": "U0ANARUIZ0"}, {"type": "text", "text": " in "}, {"type": "channel", "channel_id": "C0GENERAL1"},
    ]},
    {"type": "rich_text_list", "style": "bullet", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
    ]},
    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "as she said"}]},
    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "status = 200"}]},
]  # fmt: skip
MARKS = (
    "*Bold*, _slanted_, ~gone~, `code`, <https://example.com|a link>, <@U0ANARUIZ0>, <#C0GENERAL1>, <!here>, :tada: and "
    "<!date^1793613600^{date_short} at {time}|a date>\n> a quote\n• one\n• two"
)


def _cells(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


def _series(name: str, *numbers: int) -> Json:
    return {"name": name, "data": [{"label": day, "value": number} for day, number in zip(("Mon", "Tue", "Wed"), numbers, strict=True)]}


def display_blocks() -> list[Json]:
    """Every block that only shows something."""
    return [
        {"type": "header", "text": plain("The gallery")},
        section(MARKS, accessory={"type": "image", "image_url": PICTURE, "alt_text": "a square"}),
        {"type": "section", "fields": [mrkdwn("*Inbox*\nsupport"), mrkdwn("*Due*\n10:42"), mrkdwn("*Owner*\n<@U0BENOKAFO>")]},
        {"type": "context", "elements": [{"type": "image", "image_url": PICTURE, "alt_text": "a square"}, mrkdwn("Posted by *Triage*")]},
        {"type": "divider"},
        {"type": "rich_text", "elements": RICH},
        {"type": "markdown", "text": "## A heading\n\n1. **one**\n2. *two*\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
        {"type": "image", "image_url": PICTURE, "alt_text": "a picture", "title": plain("A picture")},
        {"type": "table", "rows": [_cells("Inbox", "Open", "Late"), _cells("support", "12", "1"), _cells("sales", "3", "0")]},
    ]


def chart_blocks() -> list[Json]:
    """The blocks that show figures."""
    axis = {"categories": ["Mon", "Tue", "Wed"], "y_label": "mails"}
    return [
        {"type": "data_visualization", "title": "Mails a day",
         "chart": {"type": "bar", "series": [_series("In", 12, 9, 14), _series("Out", 10, 9, 11)], "axis_config": axis}},
        {"type": "data_visualization", "title": "By inbox",
         "chart": {"type": "pie", "segments": [{"label": "support", "value": 12}, {"label": "sales", "value": 5}]}},
        {"type": "data_table", "caption": "Cases", "page_size": 2,
         "rows": [_cells("Case", "Inbox"), _cells("3", "sales"), _cells("1", "ops"), _cells("2", "support")]},
    ]  # fmt: skip


def element_blocks() -> list[Json]:
    """Every element that lives in a message."""
    return [actions(*row) for row in (BUTTONS, MENUS, PICKERS[:3], PICKERS[3:])] + [
        section(element["placeholder"]["text"], accessory=element) for element in SEVERAL
    ]


def form() -> Json:
    """A modal with every element that an input block takes, save the file field."""
    fields = [field(element["action_id"], element) for element in (*INPUTS, *MENUS, *SEVERAL, *PICKERS)]
    return modal(*fields, callback_id="form", title=plain("Every field"))


def step(name: str) -> Json:
    """One of the modals that follow each other."""
    on_enter = {"trigger_actions_on": ["on_enter_pressed"]}
    words = field("words", typed("words", dispatch_action_config=on_enter), dispatch_action=True, optional=True)
    return modal(words, callback_id="step", title=plain(name))


def home() -> Json:
    """A Home tab with figures, text and buttons."""
    return {"type": "home", "blocks": [*display_blocks()[:6], *chart_blocks(), actions(*BUTTONS[:3])]}


NEXT: dict[str, Json] = {
    "First": {"response_action": "push", "view": step("Second")},
    "Second": {"response_action": "update", "view": step("Third")},
    "Third": {"response_action": "clear"},
}


class Gallery:
    """What the app heard, by action_id and callback_id."""

    def __init__(self, app: AsyncApp) -> None:
        self.heard: dict[str, Json] = {}
        self.changed = asyncio.Condition()
        app.action("silent")(self._silent)
        app.action(re.compile("open_.+"))(self._open)
        app.action(re.compile(".+"))(self._acted)
        app.options(re.compile(".*external_select"))(self._offer)
        app.view("form")(self._submitted)
        app.view("step")(self._stepped)
        app.shortcut(re.compile(".+"))(self._called)
        app.command("/triage")(self._commanded)
        app.event("app_home_opened")(self._home)

    async def of(self, key: str, seconds: float = 5.0) -> Json:
        """What was heard under this name, once it is heard."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(lambda: key in self.heard)
            return self.heard.pop(key)

    async def _keep(self, key: str, value: Json) -> None:
        async with self.changed:
            self.heard[key] = value
            self.changed.notify_all()

    async def _open(self, ack: Any, body: Json, client: Any, action: Json) -> None:
        await ack()
        view = form() if action["action_id"] == "open_form" else step("First")
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def _silent(self) -> None:
        """An app that hangs, as Slack sees it."""

    async def _acted(self, ack: Any, action: Json) -> None:
        await ack()
        await self._keep(action["action_id"], action)

    async def _offer(self, ack: Any, payload: Json) -> None:
        await ack(options=[one for one in OFFERED if payload["value"].lower() in one["value"]])

    async def _submitted(self, ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if values["plain_text_input"]["plain_text_input"]["value"] == "refused":
            await ack(response_action="errors", errors={"plain_text_input": "Not this word."})
            return
        await ack()
        await self._keep("form", values)

    async def _stepped(self, ack: Any, view: Json) -> None:
        await ack(**NEXT[view["title"]["text"]])

    async def _called(self, ack: Any, shortcut: Json) -> None:
        await ack()
        await self._keep(shortcut["callback_id"], shortcut)

    async def _commanded(self, ack: Any, command: Json) -> None:
        await ack(f"You said {command['text']}.")

    async def _home(self, event: Json, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home())
