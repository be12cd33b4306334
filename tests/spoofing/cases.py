"""What a case of the matrix is: a mail, whom its mailbox trusts, and what may come of it."""

from dataclasses import dataclass

from bot.mailbox.authentication import Dkim
from tests.spoofing.forge import PROVIDER

VIP = "nordlift.example"
CUSTOMER = "customer.example"
PEOPLE = {VIP: "ingrid.solberg@nordlift.example", CUSTOMER: "aoife@customer.example"}


@dataclass(frozen=True, slots=True)
class Forgery:
    """A mail that plays somebody. `own`: the forger's own domain, which may be authenticated as itself and gains nothing by it.

    `caution` is a reason that the decision must name, if it is not empty.
    """

    name: str
    raw: bytes
    dkim: Dkim = "required"
    ids: frozenset[str] = frozenset((PROVIDER,))
    dead: frozenset[str] = frozenset()
    own: str = ""
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Genuine:
    """A mail that is what it says, in one of the forms that honest systems write."""

    name: str
    raw: bytes
    dkim: Dkim = "required"
    ids: frozenset[str] = frozenset((PROVIDER,))
