"""The OpenAPI document and a page that shows it; in production for the signed-in only."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response

from helpdesk.api import openapi
from helpdesk.api.credentials import actor_of
from helpdesk.api.guard import GuardedRoute, public
from helpdesk.core.config import get_settings

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_METHODS = ("get", "post", "put", "delete")


@router.get("/api/v1/openapi.json")
@public
async def document(request: Request) -> Response:
    """The OpenAPI document."""
    await _signed_in_in_production(request)
    return JSONResponse(openapi.document(request.app))


@router.get("/api/docs")
@public
async def page(request: Request) -> Response:
    """The document as a page without any script, which works without a connection to anywhere else."""
    await _signed_in_in_production(request)
    made = openapi.document(request.app)
    html = (
        _environment()
        .get_template("docs.html")
        .render(api=made, groups=_by_tag(made), schemas=made["components"]["schemas"], kind=_kind)
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


async def _signed_in_in_production(request: Request) -> None:
    if get_settings().production:
        await run_in_threadpool(actor_of, request)


def _by_tag(made: dict[str, Any]) -> list[tuple[dict[str, str], list[dict[str, Any]]]]:
    """The operations under their tags, in the order of the document."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in made["tags"]}
    for path, methods in made["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                found[operation["tags"][0]].append({"path": path, "method": method.upper()} | operation)
    return [(tag, found[tag["name"]]) for tag in made["tags"]]


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words: `integer`, `list of Ticket`, `text or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("format") in {"date-time", "binary"}:
        return {"date-time": "time", "binary": "file"}[schema["format"]]
    return {"string": "text", None: "any"}.get(schema.get("type"), str(schema.get("type")))


def _marked_up(text: str) -> Markup:
    """Escaped text, with what stands between backticks as code."""
    parts = str(escape(text)).split("`")
    return Markup("".join(f"<code>{one}</code>" if odd % 2 else one for odd, one in enumerate(parts)))  # noqa: S704 (escaped above)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["marked_up"] = _marked_up
    return made
