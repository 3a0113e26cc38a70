"""Writes the tables of an agent's settings as the TOML file that it reads, for its eyes alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path


def write_settings(path: Path, document: Mapping[str, object]) -> None:
    """Write `document`, made of text, numbers, lists and tables, to a file that nobody else may read."""
    path.touch(mode=0o600)
    path.write_text("\n".join(_table("", document)) + "\n", encoding="utf-8")


def _table(path: str, table: Mapping[str, object]) -> Iterator[str]:
    """The lines of one table: its own keys first, then the tables below it."""
    below: list[tuple[str, str, Mapping[str, object]]] = []
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            below.append((f"[{name}]", name, value))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            below.extend((f"[[{name}]]", name, one) for one in value)
        else:
            yield f"{key} = {_literal(value)}"
    for heading, name, inner in below:
        yield heading
        yield from _table(name, inner)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return repr(value)
