"""Refusals in the form of Graph: {"error": {"code", "message"}}."""

from dataclasses import dataclass, field

from aiohttp import web


@dataclass(eq=False)
class GraphError(Exception):
    """A refusal: `code` is Graph's own name of it."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def answer(error: GraphError) -> web.Response:
    """The refusal as an HTTP answer."""
    body = {"error": {"code": error.code, "message": error.message}}
    return web.json_response(body, status=error.status, headers=error.headers)


def not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
