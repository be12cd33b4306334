"""For each limit of the slackblocks registry: something that is exactly so large, to be put on the surface it belongs to."""

from collections.abc import Callable
from typing import Any

from tests.sandbox.slack.kit import Json, actions, button, field, modal, mrkdwn, option, plain, section, typed

Build = Callable[[int], Any]
"""A list of a message's blocks, or a whole view, of a size."""

RICH = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
CONFIRM = {"title": plain("x"), "text": plain("x"), "confirm": plain("x"), "deny": plain("x")}
PIXEL = {"image_url": "https://x.example/y.png", "alt_text": "x"}
VIDEO = {"alt_text": "x", "title": plain("x"), "thumbnail_url": "https://x", "video_url": "https://x", "type": "video"}
CHART = {"type": "data_visualization", "title": "x"}
CARD = {"type": "card", "title": plain("x")}
CONTAINER = {"type": "container", "title": plain("x"), "child_blocks": [section("x")]}


def x(size: int) -> str:
    return "x" * size


def text(size: int) -> Json:
    return plain(x(size))


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def groups(count: int) -> list[Json]:
    return [{"label": plain("x"), "options": options(1)}] * count


def blocks(**fields: Any) -> list[Json]:
    return [fields]


def element(kind: str, **fields: Any) -> list[Json]:
    return [field("b", {"type": kind, "action_id": "a", **fields})]


def pressed(kind: str = "button", **fields: Any) -> list[Json]:
    return [actions({"type": kind, "action_id": "a", **({} if "text" in fields else {"text": plain("x")}), **fields})]


def chosen(**fields: Any) -> list[Json]:
    return element("static_select", options=[{**option("a"), **fields}])


def context_action(kind: str, **fields: Any) -> list[Json]:
    return blocks(type="context_actions", elements=[{"type": kind, **fields}])


def icon(**fields: Any) -> list[Json]:
    return context_action("icon_button", icon="trash", text=plain("x"), **fields)


def feedback(**fields: Any) -> list[Json]:
    half = {"text": plain("x"), "value": "x", **fields}
    return context_action("feedback_buttons", positive_button=half, negative_button=half)


def workflow(**fields: Any) -> list[Json]:
    return pressed("workflow_button", workflow={}, **fields)


def rich(kind: str, **fields: Any) -> list[Json]:
    inner = [RICH] if kind == "rich_text_list" else RICH["elements"]
    return blocks(type="rich_text", elements=[{"type": kind, "elements": inner, **fields}])


def raw(rows: int, columns: int, size: int = 1) -> list[list[Json]]:
    return [[{"type": "raw_text", "text": x(size)} for _ in range(columns)] for _ in range(rows)]


def data_table(rows: list[list[Json]], **fields: Any) -> list[Json]:
    return blocks(type="data_table", caption="x", rows=rows, **fields)


def filled(tables: int, size: int) -> list[Json]:
    """Data tables whose cells hold so many characters together."""
    first = raw(1, 1, 1)
    return [*data_table(first + raw(1, 1, size - 2 * tables + 1)), *[one for _ in range(tables - 1) for one in data_table(raw(2, 1))]]


def pie(count: int = 1, label: str = "x", value: int = 1) -> list[Json]:
    return [{**CHART, "chart": {"type": "pie", "segments": [{"label": label, "value": value}] * count}}]


def line(series: int = 1, points: int = 1, name: str = "", label: str = "", axis: str = "") -> list[Json]:
    categories = [f"{label}{number if points > 1 else ''}" or "x" for number in range(points)]
    data = [{"label": category, "value": 1} for category in categories]
    lines = [{"name": name or f"s{number}", "data": data} for number in range(series)]
    return [{**CHART, "chart": {"type": "line", "series": lines, "axis_config": {"categories": categories, "x_label": axis}}}]


def view(**fields: Any) -> Json:
    return modal(section("x"), **fields)


ELEMENTS: dict[str, Build] = {
    "TEXT_MIN_LENGTH": lambda n: [section(x(n))],
    "TEXT_MAX_LENGTH": lambda n: [section(x(n))],
    "ACTION_ID_MAX_LENGTH": lambda n: pressed(action_id=x(n)),
    "BUTTON_TEXT_MAX_LENGTH": lambda n: pressed(text=text(n)),
    "BUTTON_URL_MAX_LENGTH": lambda n: pressed(url=x(n)),
    "BUTTON_VALUE_MAX_LENGTH": lambda n: pressed(value=x(n)),
    "BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: pressed(accessibility_label=x(n)),
    "BUTTON_AGENT_PROMPT_MAX_LENGTH": lambda n: pressed(agent_prompt=x(n)),
    "CONFIRMATION_TITLE_MAX_LENGTH": lambda n: pressed(confirm={**CONFIRM, "title": text(n)}),
    "CONFIRMATION_TEXT_MAX_LENGTH": lambda n: pressed(confirm={**CONFIRM, "text": text(n)}),
    "CONFIRMATION_CONFIRM_MAX_LENGTH": lambda n: pressed(confirm={**CONFIRM, "confirm": text(n)}),
    "CONFIRMATION_DENY_MAX_LENGTH": lambda n: pressed(confirm={**CONFIRM, "deny": text(n)}),
    "OPTION_TEXT_MAX_LENGTH": lambda n: chosen(text=text(n)),
    "OPTION_VALUE_MAX_LENGTH": lambda n: chosen(value=x(n)),
    "OPTION_DESCRIPTION_MAX_LENGTH": lambda n: chosen(description=text(n)),
    "OPTION_URL_MAX_LENGTH": lambda n: chosen(url=x(n)),
    "OPTION_GROUP_LABEL_MAX_LENGTH": lambda n: element("static_select", option_groups=[{"label": text(n), "options": options(1)}]),
    "OPTION_GROUP_OPTIONS_MIN_ITEMS": lambda n: element("static_select", option_groups=[{"label": plain("x"), "options": options(n)}]),
    "OPTION_GROUP_OPTIONS_MAX_ITEMS": lambda n: element("static_select", option_groups=[{"label": plain("x"), "options": options(n)}]),
    "SELECT_PLACEHOLDER_MAX_LENGTH": lambda n: element("users_select", placeholder=text(n)),
    "SELECT_OPTIONS_MIN_ITEMS": lambda n: element("static_select", options=options(n)),
    "SELECT_OPTIONS_MAX_ITEMS": lambda n: element("static_select", options=options(n)),
    "SELECT_OPTION_GROUPS_MIN_ITEMS": lambda n: element("static_select", option_groups=groups(n)),
    "SELECT_OPTION_GROUPS_MAX_ITEMS": lambda n: element("static_select", option_groups=groups(n)),
    "SELECT_MIN_QUERY_LENGTH_MIN": lambda n: element("external_select", min_query_length=n),
    "OVERFLOW_OPTIONS_MIN_ITEMS": lambda n: [section("x", accessory={"type": "overflow", "options": options(n)})],
    "OVERFLOW_OPTIONS_MAX_ITEMS": lambda n: [section("x", accessory={"type": "overflow", "options": options(n)})],
    "CHECKBOXES_OPTIONS_MIN_ITEMS": lambda n: element("checkboxes", options=options(n)),
    "CHECKBOXES_OPTIONS_MAX_ITEMS": lambda n: element("checkboxes", options=options(n)),
    "RADIO_BUTTONS_OPTIONS_MIN_ITEMS": lambda n: element("radio_buttons", options=options(n)),
    "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": lambda n: element("radio_buttons", options=options(n)),
    "FILE_INPUT_MAX_FILES_MIN": lambda n: element("file_input", max_files=n),
    "FILE_INPUT_MAX_FILES_MAX": lambda n: element("file_input", max_files=n),
    "PLAIN_TEXT_INPUT_MIN_LENGTH_MIN": lambda n: element("plain_text_input", min_length=n),
    "PLAIN_TEXT_INPUT_MIN_LENGTH_MAX": lambda n: element("plain_text_input", min_length=n),
    "PLAIN_TEXT_INPUT_MAX_LENGTH_MIN": lambda n: element("plain_text_input", max_length=n),
    "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX": lambda n: element("plain_text_input", max_length=n),
    "PLAIN_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: element("plain_text_input", placeholder=text(n)),
    "EMAIL_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: element("email_text_input", placeholder=text(n)),
    "URL_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: element("url_text_input", placeholder=text(n)),
    "NUMBER_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: element("number_input", is_decimal_allowed=True, placeholder=text(n)),
    "DATE_PICKER_PLACEHOLDER_MAX_LENGTH": lambda n: element("datepicker", placeholder=text(n)),
    "TIME_PICKER_PLACEHOLDER_MAX_LENGTH": lambda n: element("timepicker", placeholder=text(n)),
    "RICH_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: element("rich_text_input", placeholder=text(n)),
    "RICH_TEXT_INPUT_MIN_LINES_MIN": lambda n: element("rich_text_input", min_lines=n),
    "RICH_TEXT_INPUT_MIN_LINES_MAX": lambda n: element("rich_text_input", min_lines=n),
    "RICH_TEXT_INPUT_MAX_LINES_MIN": lambda n: element("rich_text_input", max_lines=n),
    "RICH_TEXT_INPUT_MAX_LINES_MAX": lambda n: element("rich_text_input", max_lines=n),
    "MULTI_SELECT_MAX_SELECTED_ITEMS_MIN": lambda n: element("multi_users_select", max_selected_items=n),
    "CONVERSATION_FILTER_INCLUDE_MIN_ITEMS": lambda n: element("conversations_select", filter={"include": ["im"] * n}),
    "DISPATCH_ACTION_CONFIGURATION_TRIGGER_ACTIONS_ON_MIN_ITEMS": lambda n: dispatch(n),
    "DISPATCH_ACTION_CONFIGURATION_TRIGGER_ACTIONS_ON_MAX_ITEMS": lambda n: dispatch(n),
    "FEEDBACK_BUTTON_TEXT_MAX_LENGTH": lambda n: feedback(text=text(n)),
    "FEEDBACK_BUTTON_VALUE_MAX_LENGTH": lambda n: feedback(value=x(n)),
    "FEEDBACK_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: feedback(accessibility_label=x(n)),
    "ICON_BUTTON_VALUE_MAX_LENGTH": lambda n: icon(value=x(n)),
    "ICON_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: icon(accessibility_label=x(n)),
    "ICON_BUTTON_VISIBLE_TO_USER_IDS_MAX_ITEMS": lambda n: icon(visible_to_user_ids=["U1"] * n),
    "WORKFLOW_BUTTON_TEXT_MAX_LENGTH": lambda n: workflow(text=text(n)),
    "WORKFLOW_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: workflow(accessibility_label=x(n)),
    "IMAGE_ELEMENT_IMAGE_URL_MAX_LENGTH": lambda n: [section("x", accessory={**PIXEL, "type": "image", "image_url": x(n)})],
    "IMAGE_ELEMENT_ALT_TEXT_MAX_LENGTH": lambda n: [section("x", accessory={**PIXEL, "type": "image", "alt_text": x(n)})],
}


def dispatch(count: int) -> list[Json]:
    config = {"trigger_actions_on": ["on_enter_pressed", "on_character_entered", "on_enter_pressed"][:count]}
    return [field("b", typed(dispatch_action_config=config))]


BLOCKS: dict[str, Build] = {
    "BLOCK_ID_MAX_LENGTH": lambda n: [section("x", block_id=x(n))],
    "ACTIONS_ELEMENTS_MAX_ITEMS": lambda n: [actions(*[button(str(number)) for number in range(n)])],
    "ALERT_TEXT_MAX_LENGTH": lambda n: modal({"type": "alert", "text": text(n)}),
    "CARD_TITLE_MAX_LENGTH": lambda n: [{**CARD, "title": text(n)}],
    "CARD_SUBTITLE_MAX_LENGTH": lambda n: [{**CARD, "subtitle": text(n)}],
    "CARD_BODY_MAX_LENGTH": lambda n: [{**CARD, "body": text(n)}],
    "CARD_SUBTEXT_MAX_LENGTH": lambda n: [{**CARD, "subtext": text(n)}],
    "CARD_ACTIONS_MAX_ITEMS": lambda n: [{**CARD, "actions": [button(str(number)) for number in range(n)]}],
    "CAROUSEL_ELEMENTS_MIN_ITEMS": lambda n: blocks(type="carousel", elements=[CARD] * n),
    "CAROUSEL_ELEMENTS_MAX_ITEMS": lambda n: blocks(type="carousel", elements=[CARD] * n),
    "CONTAINER_TITLE_MAX_LENGTH": lambda n: [{**CONTAINER, "title": text(n)}],
    "CONTAINER_SUBTITLE_MAX_LENGTH": lambda n: [{**CONTAINER, "subtitle": text(n)}],
    "CONTAINER_CHILD_BLOCKS_MIN_ITEMS": lambda n: [{**CONTAINER, "child_blocks": [section("x")] * n}],
    "CONTAINER_CHILD_BLOCKS_MAX_ITEMS": lambda n: [{**CONTAINER, "child_blocks": [section("x")] * n}],
    "CONTEXT_ELEMENTS_MAX_ITEMS": lambda n: blocks(type="context", elements=[mrkdwn("x")] * n),
    "CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS": lambda n: blocks(
        type="context_actions", elements=[{"type": "icon_button", "icon": "trash", "text": plain("x")}] * n
    ),
    "TABLE_ROWS_MAX_ITEMS": lambda n: blocks(type="table", rows=raw(n, 1)),
    "TABLE_COLUMNS_MAX_ITEMS": lambda n: blocks(type="table", rows=raw(1, n)),
    "TABLE_COLUMN_SETTINGS_MAX_ITEMS": lambda n: blocks(type="table", rows=raw(1, 1), column_settings=[{"align": "left"}] * n),
    "DATA_TABLE_ROWS_MIN_ITEMS": lambda n: data_table(raw(n, 1)),
    "DATA_TABLE_COLUMNS_MIN_ITEMS": lambda n: data_table(raw(2, n)),
    "DATA_TABLE_COLUMNS_MAX_ITEMS": lambda n: data_table(raw(2, n)),
    "DATA_TABLE_PAGE_SIZE_MIN": lambda n: data_table(raw(2, 1), page_size=n),
    "DATA_TABLE_PAGE_SIZE_MAX": lambda n: data_table(raw(2, 1), page_size=n),
    "DATA_TABLE_CELL_TEXT_MIN_LENGTH": lambda n: data_table(raw(2, 1, n)),
    "DATA_TABLE_CONTENT_MAX_LENGTH": lambda n: filled(1, n),
    "DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH": lambda n: filled(2, n),
    "DATA_TABLE_ROW_HEADER_COLUMN_INDEX_MIN": lambda n: data_table(raw(2, 1), row_header_column_index=n),
    "DATA_VISUALIZATION_TITLE_MAX_LENGTH": lambda n: [{**pie()[0], "title": x(n)}],
    "DATA_VISUALIZATION_SEGMENTS_MIN_ITEMS": lambda n: pie(n),
    "DATA_VISUALIZATION_SEGMENT_LABEL_MAX_LENGTH": lambda n: pie(label=x(n)),
    "DATA_VISUALIZATION_SEGMENT_VALUE_EXCLUSIVE_MIN": lambda n: pie(value=n),
    "DATA_VISUALIZATION_SERIES_MIN_ITEMS": lambda n: line(n),
    "DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH": lambda n: line(name=x(n)),
    "DATA_VISUALIZATION_DATA_MIN_ITEMS": lambda n: line(points=n),
    "DATA_VISUALIZATION_DATA_MAX_ITEMS": lambda n: line(points=n),
    "DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH": lambda n: line(label=x(n)),
    "DATA_VISUALIZATION_CATEGORIES_MIN_ITEMS": lambda n: line(points=n),
    "DATA_VISUALIZATION_CATEGORIES_MAX_ITEMS": lambda n: line(points=n),
    "DATA_VISUALIZATION_CATEGORY_LABEL_MAX_LENGTH": lambda n: line(label=x(n)),
    "DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH": lambda n: line(axis=x(n)),
    "HEADER_TEXT_MAX_LENGTH": lambda n: blocks(type="header", text=text(n)),
    "IMAGE_IMAGE_URL_MAX_LENGTH": lambda n: blocks(type="image", **{**PIXEL, "image_url": x(n)}),
    "IMAGE_ALT_TEXT_MAX_LENGTH": lambda n: blocks(type="image", **{**PIXEL, "alt_text": x(n)}),
    "IMAGE_TITLE_MAX_LENGTH": lambda n: blocks(type="image", **PIXEL, title=text(n)),
    "INPUT_LABEL_MAX_LENGTH": lambda n: [{**field("b", typed()), "label": text(n)}],
    "INPUT_HINT_MAX_LENGTH": lambda n: [field("b", typed(), hint=text(n))],
    "MARKDOWN_TEXT_MAX_LENGTH": lambda n: blocks(type="markdown", text=x(n)),
    "MARKDOWN_TOTAL_TEXT_MAX_LENGTH": lambda n: [{"type": "markdown", "text": "x"}, {"type": "markdown", "text": x(n - 1)}],
    "PLAN_TASKS_MAX_ITEMS": lambda n: blocks(type="plan", title="x", tasks=[{"task_id": "1", "title": "x"}] * n),
    "RICH_TEXT_LIST_INDENT_MIN": lambda n: rich("rich_text_list", style="bullet", indent=n),
    "RICH_TEXT_LIST_INDENT_MAX": lambda n: rich("rich_text_list", style="bullet", indent=n),
    "RICH_TEXT_LIST_OFFSET_MIN": lambda n: rich("rich_text_list", style="ordered", offset=n),
    "RICH_TEXT_LIST_BORDER_MIN": lambda n: rich("rich_text_list", style="bullet", border=n),
    "RICH_TEXT_LIST_BORDER_MAX": lambda n: rich("rich_text_list", style="bullet", border=n),
    "RICH_TEXT_QUOTE_BORDER_MIN": lambda n: rich("rich_text_quote", border=n),
    "RICH_TEXT_QUOTE_BORDER_MAX": lambda n: rich("rich_text_quote", border=n),
    "RICH_TEXT_PREFORMATTED_BORDER_MIN": lambda n: rich("rich_text_preformatted", border=n),
    "RICH_TEXT_PREFORMATTED_BORDER_MAX": lambda n: rich("rich_text_preformatted", border=n),
    "SECTION_TEXT_MAX_LENGTH": lambda n: [section(x(n))],
    "SECTION_FIELDS_MAX_ITEMS": lambda n: blocks(type="section", fields=[mrkdwn("x")] * n),
    "SECTION_FIELDS_ITEM_MAX_LENGTH": lambda n: blocks(type="section", fields=[mrkdwn(x(n))]),
    "VIDEO_ALT_TEXT_MAX_LENGTH": lambda n: [{**VIDEO, "alt_text": x(n)}],
    "VIDEO_TITLE_MAX_LENGTH": lambda n: [{**VIDEO, "title": text(n)}],
    "VIDEO_AUTHOR_NAME_MAX_LENGTH": lambda n: [{**VIDEO, "author_name": x(n)}],
    "VIDEO_DESCRIPTION_MAX_LENGTH": lambda n: [{**VIDEO, "description": text(n)}],
    "VIDEO_PROVIDER_NAME_MAX_LENGTH": lambda n: [{**VIDEO, "provider_name": x(n)}],
    "VIDEO_THUMBNAIL_URL_MAX_LENGTH": lambda n: [{**VIDEO, "thumbnail_url": x(n)}],
    "VIDEO_VIDEO_URL_MAX_LENGTH": lambda n: [{**VIDEO, "video_url": x(n)}],
    "VIDEO_TITLE_URL_MAX_LENGTH": lambda n: [{**VIDEO, "title_url": x(n)}],
    "VIDEO_PROVIDER_ICON_URL_MAX_LENGTH": lambda n: [{**VIDEO, "provider_icon_url": x(n)}],
}

SURFACES: dict[str, Build] = {
    "MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS": lambda n: pie() * n,
    "MESSAGE_BLOCKS_MAX_ITEMS": lambda n: [section("x")] * n,
    "VIEW_BLOCKS_MAX_ITEMS": lambda n: modal(*[section("x")] * n),
    "VIEW_PRIVATE_METADATA_MAX_LENGTH": lambda n: view(private_metadata=x(n)),
    "VIEW_CALLBACK_ID_MAX_LENGTH": lambda n: view(callback_id=x(n)),
    "VIEW_EXTERNAL_ID_MAX_LENGTH": lambda n: view(external_id=x(n)),
    "VIEW_TITLE_MAX_LENGTH": lambda n: view(title=text(n)),
    "VIEW_CLOSE_MAX_LENGTH": lambda n: view(close=text(n)),
    "VIEW_SUBMIT_MAX_LENGTH": lambda n: view(submit=text(n)),
}

BUILDS = ELEMENTS | BLOCKS | SURFACES

DIFFERENCES: dict[str, tuple[int | None, Build, str]] = {
    "DATA_TABLE_ROWS_MAX_ITEMS": (
        101,
        lambda n: data_table(raw(n, 1)),
        "Slack's page says 100 rows and a header",
    ),
    "DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS": (6, pie, "Slack's page says 6"),
    "DATA_VISUALIZATION_SERIES_MAX_ITEMS": (6, line, "Slack's page says 6"),
    "MESSAGE_CHANNEL_MIN_LENGTH": (
        None,
        lambda n: [],
        "not of blocks: chat.postMessage answers channel_not_found",
    ),
    "MESSAGE_ATTACHMENTS_MAX_ITEMS": (
        None,
        lambda n: [],
        "not of blocks: chat.postMessage answers too_many_attachments",
    ),
}
"""Limits of the registry that our validator does not share: our own, what has its size, and why. Of two the lower is safe."""
