"""Outputs whose messages are plainly right, without the schema of all notebooks."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict


def read_plain(message: dict[str, Any]) -> NotebookNode | None:
    """Return the output that a message is, None where nbformat had better look at it."""
    kind, content = message["msg_type"], message["content"]
    if kind == "stream":
        return _read_stream(content)
    if kind in {"display_data", "execute_result"}:
        return _read_display(kind, content)
    return None


def _read_stream(content: dict[str, Any]) -> NotebookNode | None:
    name, text = content.get("name"), content.get("text")
    if not (isinstance(name, str) and isinstance(text, str)):
        return None
    return NotebookNode(output_type="stream", name=name, text=text)


def _read_display(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    data, metadata, count = (content.get(k) for k in ("data", "metadata", "execution_count"))
    if not (isinstance(data, dict) and isinstance(metadata, dict)):
        return None
    data = {
        mime: part if _is_text(part) or _is_json(mime, part) else str(part)
        for mime, part in data.items()
    }
    if kind == "display_data":
        return from_dict({"output_type": kind, "metadata": metadata, "data": data})
    if not isinstance(count, int):
        return None
    return from_dict(
        {"output_type": kind, "metadata": metadata, "data": data, "execution_count": count}
    )


def _is_text(part: Any) -> bool:
    lines = part if isinstance(part, list) else [part]
    return all(isinstance(line, str) for line in lines)


def _is_json(mime: str, part: Any) -> bool:
    vendors = mime.startswith("application/") and mime.endswith("+json")
    return vendors or (mime == "application/json" and isinstance(part, dict))
