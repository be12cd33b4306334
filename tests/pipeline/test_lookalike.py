"""Domains that are taken for others, and those that are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.screening.lookalike import lookalike, mixed_scripts, skeleton

KNOWN = ("larkspur.example", "nordlift.example", "acme.co.uk", "gmail.com", "bücher.example")


@pytest.mark.parametrize(
    ("domain", "other"),
    [
        ("1arkspur.example", "larkspur.example"),
        ("larkspur-help.example", "larkspur.example"),
        ("larkspur.test", "larkspur.example"),
        ("larkspvr.example", "larkspur.example"),
        ("nordlift.example.co", "nordlift.example"),
        ("xn--nrdlift-q1a.example", "nordlift.example"),
        ("acme.com", "acme.co.uk"),
        ("acrne.co.uk", "acme.co.uk"),
        ("gmai1.com", "gmail.com"),
        ("bucher.example", "bücher.example"),
    ],
)
def test_a_lookalike_names_whom_it_looks_like(domain: str, other: str) -> None:
    assert lookalike(domain, KNOWN) == other


@pytest.mark.parametrize(
    "domain",
    [
        *KNOWN,
        "mail.larkspur.example",
        "customer.example",
        "spur.example",
        "lark.example",
        "nordic.example",
        "elevators.example",
        "gmail.de",
        "mail.com",
        "co.uk",
        "uk",
        "",
        "acmeworks.example",
        "xn--.example",
    ],
)
def test_others_are_left_alone(domain: str) -> None:
    assert lookalike(domain, KNOWN) == ""


def test_letters_of_two_scripts_in_one_label_are_noticed() -> None:
    assert mixed_scripts("xn--bnk-5cd.test")
    assert not mixed_scripts("банк.test")
    assert not mixed_scripts("bücher.example")
    assert not mixed_scripts("東京tokyo.example")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_domain_breaks_it(domain: str) -> None:
    assert lookalike(domain, KNOWN) in ("", *KNOWN)
    mixed_scripts(domain)
    assert skeleton(skeleton(domain)) is not None
