"""Slack's Block Kit limits and surfaces, as docs.slack.dev/reference/block-kit states them."""

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
BLOCK_ID = 255
ACTION_ID = 255
SECTION_TEXT = 3000
SECTION_FIELDS = 10
SECTION_FIELD = 2000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
CONTEXT_TEXT = 3000
CONTEXT_ACTIONS = 5
ACTIONS_ELEMENTS = 25
IMAGE_URL = 3000
ALT_TEXT = 2000
IMAGE_TITLE = 2000
INPUT_LABEL = 2000
INPUT_HINT = 2000
MARKDOWN_TEXT = 12000
MESSAGE_CHARACTERS = 13200
TABLE_ROWS = 100
TABLE_COLUMNS = 20
DATA_TABLE_ROWS = 101
DATA_TABLE_COLUMNS = 20
DATA_TABLE_PAGE = 100
DATA_TABLE_CHARACTERS = 20000
CHARTS = 2
CHART_TITLE = 50
CHART_SERIES = 6
CHART_POINTS = 20
CHART_LABEL = 20
CHART_AXIS_LABEL = 50
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
BUTTON_URL = 3000
ACCESSIBILITY_LABEL = 75
AGENT_PROMPT = 4000
VISIBLE_TO = 10
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_LABEL = 30
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTION_DESCRIPTION = 75
OPTIONS = 100
OPTION_GROUPS = 100
OPTION_GROUP_LABEL = 75
OVERFLOW_OPTIONS = 5
CHOICES = 10
PLACEHOLDER = 150
INPUT_LENGTH = 3000
INPUT_LINES = 100
VIEW_TITLE = 24
VIEW_CALLBACK_ID = 255
VIEW_METADATA = 3000
VIEW_BYTES = 250_000
ALERT_TEXT = 200
CARD_TITLE = 150
CARD_BODY = 200
CARD_ACTIONS = 3
CAROUSEL_CARDS = 10
CONTAINER_CHILDREN = 10
PLAN_TASKS = 50

EVERYWHERE = frozenset({"actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video"})
SURFACES: dict[str, frozenset[str]] = {
    "message": EVERYWHERE
    | {"carousel", "container", "context_actions", "data_table", "data_visualization", "file", "markdown", "plan", "table", "task_card"},
    "modal": EVERYWHERE | {"alert"},
    "home": EVERYWHERE | {"carousel", "container", "data_table", "data_visualization", "table"},
}

CHILDREN = frozenset({"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"})
"""What a container may hold."""

SELECTS = frozenset({"static_select", "external_select", "users_select", "conversations_select", "channels_select"})
MULTI_SELECTS = frozenset(f"multi_{name}" for name in SELECTS)
CHOOSERS = SELECTS | {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
ACCESSORIES = CHOOSERS | MULTI_SELECTS | {"button", "image", "overflow", "workflow_button"}
ACTIONS = CHOOSERS | {"button", "overflow", "datetimepicker", "workflow_button"}
INPUTS = CHOOSERS | MULTI_SELECTS | TYPED | {"datetimepicker", "file_input"}
