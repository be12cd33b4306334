"""Tables and charts: table, data_table, data_visualization."""

from typing import Any

from sandbox.slack.kit import limits
from sandbox.slack.kit.rich_text import RICH_TEXT
from sandbox.slack.kit.rules import Fields, Problems, Rule, anything, flag, items, number, obj, one_of, report, string, typed

RICH_CELL = obj(Fields({"type": anything, "elements": RICH_TEXT}, {"block_id": string(limits.BLOCK_ID)}))
RAW_TEXT = obj(Fields({"type": anything, "text": string(least=1)}))
CELLS: dict[str, Rule] = {"raw_text": obj(Fields({"type": anything, "text": string()})), "rich_text": RICH_CELL}
DATA_CELLS: dict[str, Rule] = {
    "raw_text": RAW_TEXT,
    "raw_number": obj(Fields({"type": anything, "value": number(whole=False)}, {"text": string()})),
    "rich_text": RICH_CELL,
}


def even_rows(block: Any, pointer: str, problems: Problems) -> None:
    """Every row has as many cells as the first."""
    width = len(block["rows"][0])
    for index, row in enumerate(block["rows"]):
        if len(row) != width:
            report(problems, f"{pointer}/rows/{index}", "must have the same number of columns as the first row")


def sound_table(block: Any, pointer: str, problems: Problems) -> None:
    even_rows(block, pointer, problems)
    for index, cell in enumerate(block["rows"][0]):
        if cell["type"] == "rich_text":
            report(problems, f"{pointer}/rows/0/{index}/type", "unsupported type: rich_text")
    if block.get("row_header_column_index", 0) >= len(block["rows"][0]):
        report(problems, f"{pointer}/row_header_column_index", "must name a column of the table")


COLUMN = obj(Fields(optional={"align": one_of("left", "center", "right"), "is_wrapped": flag}))
TABLE = {"rows": items(items(typed(lambda: CELLS), limits.TABLE_COLUMNS), limits.TABLE_ROWS)}
TABLE_SETTINGS = {"column_settings": items(COLUMN, limits.TABLE_COLUMNS)}
DATA_TABLE = {
    "rows": items(items(typed(lambda: DATA_CELLS), limits.DATA_TABLE_COLUMNS), limits.DATA_TABLE_ROWS, least=2),
    "caption": string(least=1),
}
DATA_TABLE_SETTINGS = {"page_size": number(1, limits.DATA_TABLE_PAGE), "row_header_column_index": number(0)}

LABEL = string(limits.CHART_LABEL, least=1)
AXIS = obj(
    Fields(
        {"categories": items(LABEL, limits.CHART_POINTS)},
        {"x_label": string(limits.CHART_AXIS_LABEL), "y_label": string(limits.CHART_AXIS_LABEL)},
    )
)
POINT = obj(Fields({"label": LABEL, "value": number(whole=False)}))
SERIES = obj(Fields({"name": LABEL, "data": items(POINT, limits.CHART_POINTS)}))


def positive(segment: Any, pointer: str, problems: Problems) -> None:
    if segment["value"] <= 0:
        report(problems, f"{pointer}/value", "must be greater than 0")


def complete_series(chart: Any, pointer: str, problems: Problems) -> None:
    """Series have different names, and each has one point for every category."""
    names = [series["name"] for series in chart["series"]]
    if len(set(names)) != len(names):
        report(problems, f"{pointer}/series", "must have unique names")
    categories = chart["axis_config"]["categories"]
    if len(set(categories)) != len(categories):
        report(problems, f"{pointer}/axis_config/categories", "must be unique")
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            report(problems, f"{pointer}/series/{index}/data", "must have exactly one point for every category")


def _axis_chart() -> Rule:
    return obj(Fields({"type": anything, "series": items(SERIES, limits.CHART_SERIES), "axis_config": AXIS}, also=complete_series))


SEGMENT = obj(Fields({"label": LABEL, "value": number(whole=False)}, also=positive))
CHARTS: dict[str, Rule] = {
    "pie": obj(Fields({"type": anything, "segments": items(SEGMENT, limits.CHART_SERIES)})),
    "bar": _axis_chart(),
    "line": _axis_chart(),
    "area": _axis_chart(),
}
DATA_VISUALIZATION: dict[str, Rule] = {"title": string(limits.CHART_TITLE, least=1), "chart": typed(lambda: CHARTS)}
