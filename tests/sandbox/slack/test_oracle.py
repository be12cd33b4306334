"""The validator against the limits and surfaces of slackblocks 3.0.0, each tried at its edge."""

from typing import Any

import pytest
from slackblocks import _limits as oracle
from slackblocks import _surfaces as surfaces

from sandbox.slack.kit import limits, validate
from sandbox.slack.kit.blocks import BLOCKS, check_blocks
from tests.sandbox.slack.boundaries import BUILDS, DIFFERENCES

REGISTRY: dict[str, int] = {name: value for name, value in vars(oracle).items() if name.isupper()}


def accepted(built: Any) -> bool:
    """Whether the validator takes a message's blocks, or a view."""
    if isinstance(built, dict):
        return not validate.view_problems(built, "modal")
    problems: list[str] = []
    check_blocks(built, "/blocks", "message", problems)
    return not problems


def edge(name: str, limit: int) -> tuple[int, int]:
    """The last size that is allowed and the first that is not."""
    if name.endswith("EXCLUSIVE_MIN"):
        return limit + 1, limit
    if name.endswith(("_MIN", "MIN_ITEMS", "MIN_LENGTH")):
        return limit, limit - 1
    return limit, limit + 1


def test_every_limit_of_the_registry_is_tried_or_listed_as_different() -> None:
    assert set(BUILDS) | set(DIFFERENCES) == set(REGISTRY)
    assert not set(BUILDS) & set(DIFFERENCES)


@pytest.mark.parametrize("name", BUILDS)
def test_the_limit_is_the_registrys(name: str) -> None:
    allowed, refused = edge(name, REGISTRY[name])
    assert accepted(BUILDS[name](allowed))
    assert not accepted(BUILDS[name](refused))


@pytest.mark.parametrize("name", [name for name, (ours, _, _) in DIFFERENCES.items() if ours])
def test_our_own_limit_is_the_stricter(name: str) -> None:
    ours, build, _ = DIFFERENCES[name]
    assert ours is not None
    assert ours < REGISTRY[name]
    assert (accepted(build(ours)), accepted(build(ours + 1))) == (True, False)


def test_surfaces_are_those_of_the_registry() -> None:
    assert {name: set(kinds) for name, kinds in surfaces._BLOCK_TYPES_BY_SURFACE.items()} == limits.SURFACES
    assert set(BLOCKS) == set().union(*limits.SURFACES.values())
