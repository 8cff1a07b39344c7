"""Holds a request against a provider's official OpenAPI document: required fields, types, limits, and no unknown names."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs


class Contract:
    """One document. `problems` yields sentences about what is wrong; nothing means the provider could not object."""

    def __init__(self, path: Path) -> None:
        self.doc = json.loads(path.read_text(encoding="utf-8"))

    def problems(self, method: str, path: str, body: bytes) -> Iterator[str]:
        operation = self.doc["paths"].get(path, {}).get(method.lower())
        if operation is None:
            yield f"no such call: {method} {path}"
            return
        media, told = next(iter(self.whole(operation["requestBody"])["content"].items()))
        schema = self.whole(told["schema"])
        value = json.loads(body) if media.endswith("json") else dict(parse_qsl(body.decode()))
        if not media.endswith("json"):
            value = {
                name: self.typed(schema["properties"].get(name, {}), text) for name, text in value.items()
            }
        checker = jsonschema_rs.validator_for({**schema, "components": self.doc["components"]})
        yield from (f"{list(error.instance_path)}: {error.message}" for error in checker.iter_errors(value))
        yield from self.unknown(schema, value, "")

    def whole(self, node: Any) -> Any:
        """The node a reference stands for."""
        while "$ref" in node:
            found: Any = self.doc
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def typed(self, schema: Any, text: str) -> Any:
        """A form's text as what the schema wants, or the text itself, which is then a problem."""
        wanted = self.whole(schema).get("type")
        try:
            return json.loads(text) if wanted in ("integer", "number", "boolean") else text
        except ValueError:
            return text

    def unknown(self, schema: Any, value: Any, where: str) -> Iterator[str]:
        schema = self.whole(schema)
        if isinstance(value, dict) and "properties" in schema:
            for name, inner in value.items():
                if name not in schema["properties"]:
                    yield f"{where}/{name}: nobody knows this name"
                else:
                    yield from self.unknown(schema["properties"][name], inner, f"{where}/{name}")
        if isinstance(value, list) and "items" in schema:
            for number, inner in enumerate(value):
                yield from self.unknown(schema["items"], inner, f"{where}/{number}")

    def names(self, schema: str) -> set[str]:
        return set(self.doc["components"]["schemas"][schema]["properties"])
