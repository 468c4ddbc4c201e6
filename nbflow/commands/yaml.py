"""Reads YAML as papermill does, up to a number of values."""

from __future__ import annotations

from typing import Any

import yaml

_LONGEST = 2_000_000  # characters
_MOST = 100_000  # values, those counted anew that an alias stands for: read in some seconds
_DEEPEST = 100  # lists within lists
_INSTEAD = "hand over that much as a file, which the notebook opens by nbflow.file"


def read_yaml(text: str) -> Any:
    """Return the value of a YAML text; raises yaml.YAMLError, and ValueError for what is too large.

    A few lines of aliases may stand for more values than memory holds, so the values are counted
    before any is made.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST:,} characters; {_INSTEAD}")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _count(node, {}) > _MOST:
            raise ValueError(_TOO_MANY)
        return loader.construct_document(node)
    finally:
        loader.dispose()


_TOO_MANY = f"it stands for more than {_MOST:,} values; {_INSTEAD}"


class _Loader(yaml.SafeLoader):
    """Papermill's loader: YAML's safe one, which leaves dates as the text they are."""

    yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Stop at once where there is too much: the rest is not even read."""
        self._nodes += 1
        self._depth += 1
        if self._nodes > _MOST:
            raise ValueError(_TOO_MANY)
        if self._depth > _DEEPEST:
            raise ValueError(f"it is nested more than {_DEEPEST} deep")
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _count(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many values a node stands for; raises ValueError for one that holds itself."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 0
        pairs = node.value if isinstance(node, yaml.MappingNode) else [(one,) for one in node.value]
        known[id(node)] = 1 + sum(_count(part, known) for pair in pairs for part in pair)
    if not known[id(node)]:
        raise ValueError("an alias in it stands for what holds that alias")
    return known[id(node)]
