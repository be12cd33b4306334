"""The header folding of Python before 3.8.20, 3.9.20, 3.10.15, 3.11.10 and 3.12.5 (CVE-2024-6923), on whichever Python runs here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import BaseHeader
from email.message import EmailMessage
from email.policy import Policy, default

import pytest

VULNERABLE = sys.version_info < (3, 11, 10) or (3, 12) <= sys.version_info < (3, 12, 5)
"""This Python itself folds so."""


@contextmanager
def unpatched() -> Iterator[None]:
    """Write a header's decoded value as it is, line ends included, and do not look at what was written."""

    def fold(self: BaseHeader, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHeader, "fold", fold)
        patch.setattr(Policy, "verify_generated_headers", False, raising=False)
        yield


def naive(subject: str) -> bytes:
    """A reply as programs without care make it: the mail's own subject, set as a header."""
    message = EmailMessage(policy=default)
    message["To"] = "carla@customers.example"
    message["Subject"] = subject
    message.set_content("Hello")
    return message.as_bytes()
