"""What the demo's company knows beside its mail: a handbook, a team calendar, a CRM's contacts."""

from pathlib import Path

HOME = Path(__file__).parent
HANDBOOK = HOME / "handbook"
CALENDAR = HOME / "team.ics"
CONTACTS = HOME / "contacts.csv"
