"""Google's own description of its APIs as a judge: whether what is sent and answered is in the published schema.

The description comes with google-api-python-client; each of its schemas is made a JSON Schema that allows no property
that it does not name.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema
from aiohttp import web

from device.emulator.google.server import GoogleEdge
from device.emulator.office import Office

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
APIS = {"calendar": "calendar.v3", "directory": "admin.directory_v1", "people": "people.v1"}


@cache
def described(api: str) -> dict[str, Any]:
    """One API, as Google describes it."""
    document: dict[str, Any] = json.loads((DOCUMENTS / f"{APIS[api]}.json").read_text(encoding="utf-8"))
    return document


@cache
def methods(api: str) -> dict[str, dict[str, Any]]:
    """Its methods by their names, such as `calendar.events.list`."""
    found: dict[str, dict[str, Any]] = {}

    def look(resource: dict[str, Any]) -> None:
        for method in resource.get("methods", {}).values():
            found[method["id"]] = method
        for inner in resource.get("resources", {}).values():
            look(inner)

    look(described(api))
    return found


@cache
def validator(api: str, schema: str) -> jsonschema.Draft202012Validator:
    """Judges whether something is of a schema."""
    defined = {name: _strict(one) for name, one in described(api)["schemas"].items()}
    return jsonschema.Draft202012Validator({"$defs": defined, "$ref": f"#/$defs/{schema}"})


def _strict(schema: Any) -> Any:
    """A schema of Google's as a JSON Schema that names everything there may be."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    left_out = ("id", "annotations", "description", "default", "format", "enumDescriptions", "readOnly", "deprecated")
    kept = {name: value for name, value in schema.items() if name not in left_out and name != "properties"}
    made = {name: _strict(value) for name, value in kept.items()}
    if made.get("type") == "any":
        del made["type"]
    if "properties" in schema:
        made["properties"] = {name: _strict(value) for name, value in schema["properties"].items()}
    if schema.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


ERROR = jsonschema.Draft202012Validator(
    {
        "type": "object",
        "required": ["error"],
        "additionalProperties": False,
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message", "errors"],
                "additionalProperties": False,
                "properties": {
                    "code": {"type": "integer"},
                    "message": {"type": "string"},
                    "status": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["domain", "reason", "message"],
                            "additionalProperties": False,
                            "properties": {
                                name: {"type": "string"}
                                for name in ("domain", "reason", "message", "locationType", "location")
                            },
                        },
                    },
                },
            }
        },
    }
)
"""Errors, as Google's guide of errors shows them; the descriptions of the APIs have none."""


def method_of(verb: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The API and method that a request asks for."""
    for api in APIS:
        document = described(api)
        for method in methods(api).values():
            pattern = re.sub(r"\\\{\+?\w+\\\}", "[^/]+", re.escape("/" + document["servicePath"] + method["path"]))
            if method["httpMethod"] == verb and re.fullmatch(pattern, path):
                return api, method
    return None


class GoogleOracle:
    """Watches an office and judges every answer that it gives in Google's name."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter()
        """How many answers of each method were found to be right."""
        self.failures: list[str] = []

    @contextmanager
    def watching(self, office: Office) -> Iterator["GoogleOracle"]:
        """Judge until left.

        Raises:
            AssertionError: an answer was not as Google describes it.
        """
        edge = next(edge for edge in office.front._edges if isinstance(edge, GoogleEdge))
        inner = edge.handle

        async def edged(request: web.BaseRequest) -> web.StreamResponse:
            answer = await inner(request)
            if isinstance(answer, web.Response):
                self.judge(request, answer)
            return answer

        edge.handle = edged  # type: ignore[method-assign]
        try:
            yield self
        finally:
            edge.handle = inner  # type: ignore[method-assign]
        assert self.failures == []

    def judge(self, request: web.BaseRequest, answer: web.Response) -> None:
        """Judge one answer; what an error of the way or a page of OAuth says is not Google's schema to judge."""
        verb = "GET" if request.headers.get("X-HTTP-Method-Override") == "GET" else request.method
        asked = method_of(verb, request.path)
        if asked is None or answer.content_type != "application/json" or not isinstance(answer.body, bytes):
            return
        try:
            body = json.loads(answer.body)
        except ValueError:
            return
        api, method = asked
        if answer.status >= 400:
            self._check(ERROR, body, f"{answer.status} of {method['id']}")
        elif "response" in method:
            self._check(validator(api, method["response"]["$ref"]), body, method["id"])

    def _check(self, judge: jsonschema.Draft202012Validator, body: Any, name: str) -> None:
        wrong = [
            f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}" for error in judge.iter_errors(body)
        ]
        self.failures += wrong
        self.judged[name] += not wrong
