"""An OpenAPI document, prepared for the page: operations by tag, each with its parameters, body and responses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation or a member of a schema; `place` is `path`, `query` and so on, empty for members."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """An operation. `body` lists types or media types; `responses` are (status, description, types or media types)."""

    id: str
    method: str
    path: str
    description: str
    parameters: list[Parameter]
    body: list[str]
    responses: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Schema:
    """A named schema and its members; `kind` is its type in words."""

    name: str
    description: str
    members: list[Parameter]
    kind: str


def group_by_tag(document: Mapping[str, Any]) -> dict[str, list[Operation]]:
    """Return the operations by their first tag, in the order of the document."""
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                operation = methods[method]
                found.setdefault(operation.get("tags", ["other"])[0], []).append(
                    _describe_operation(method, path, operation)
                )
    return found


def list_schemas(document: Mapping[str, Any]) -> list[Schema]:
    """Return the named schemas, sorted by name."""
    named = document.get("components", {}).get("schemas", {})
    return [
        Schema(name, schema.get("description", ""), list(_list_members(schema)), describe_type(schema))
        for name, schema in sorted(named.items())
    ]


def _describe_operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    parameters = [
        Parameter(
            one["name"],
            one["in"],
            describe_type(one.get("schema", {})),
            one.get("required", False),
            one.get("description", ""),
        )
        for one in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    responses = [
        (status, response.get("description", ""), ", ".join(_find_types(response.get("content", {}))))
        for status, response in operation["responses"].items()
    ]
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("description", operation.get("summary", "")),
        parameters,
        list(_find_types(body)),
        responses,
    )


def _find_types(content: Mapping[str, Any]) -> Iterator[str]:
    for media_type, one in content.items():
        kind = describe_type(one.get("schema", {}))
        yield kind if media_type == "application/json" and kind else media_type


def _list_members(schema: Mapping[str, Any]) -> Iterator[Parameter]:
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        yield Parameter(name, "", describe_type(member), name in required, member.get("description", ""))


def describe_type(schema: Mapping[str, Any]) -> str:
    """Return the type of a schema in words, such as `list of Day` or `string (date) or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(describe_type(one) for one in schema[key])
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {describe_type(schema.get('items', {})) or 'anything'}"
    if kind == "object" and isinstance(values := schema.get("additionalProperties"), dict):
        return f"map to {describe_type(values) or 'anything'}"
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)
