"""The rich_text block: sections, lists, quotes and preformatted text with their inline elements."""

from collections.abc import Mapping

from sandbox.slack.kit.rules import Fields, Rule, anything, flag, items, number, obj, one_of, string, typed

STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLE = obj(Fields(optional=dict.fromkeys(STYLES, flag)))


def _inline(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    return obj(Fields({"type": anything, **required}, {"style": STYLE, **(optional or {})}))


INLINE: dict[str, Rule] = {
    "text": _inline({"text": string(least=1)}),
    "link": _inline({"url": string(least=1)}, {"text": string(), "unsafe": flag}),
    "user": _inline({"user_id": string(least=1)}),
    "usergroup": _inline({"usergroup_id": string(least=1)}),
    "channel": _inline({"channel_id": string(least=1)}),
    "emoji": _inline({"name": string(least=1)}, {"unicode": string(), "skin_tone": number(1, 6), "url": string()}),
    "broadcast": _inline({"range": one_of("here", "channel", "everyone")}),
    "date": _inline({"timestamp": number(0), "format": string(least=1)}, {"url": string(), "fallback": string()}),
    "color": _inline({"value": string(least=1)}),
    "team": _inline({"team_id": string(least=1)}),
}

INLINES = items(typed(lambda: INLINE), least=0)
BORDER: Mapping[str, Rule] = {"border": number(0, 1)}
SECTION = obj(Fields({"type": one_of("rich_text_section"), "elements": INLINES}))

PARTS: dict[str, Rule] = {
    "rich_text_section": SECTION,
    "rich_text_list": obj(
        Fields(
            {"type": anything, "style": one_of("bullet", "ordered"), "elements": items(SECTION)},
            {**BORDER, "indent": number(0, 8), "offset": number(0)},
        )
    ),
    "rich_text_quote": obj(Fields({"type": anything, "elements": INLINES}, BORDER)),
    "rich_text_preformatted": obj(Fields({"type": anything, "elements": INLINES}, {**BORDER, "language": string()})),
}

RICH_TEXT = items(typed(lambda: PARTS))
