"""The program's own YAML files (vocabulary, words, messages) as plain mappings: every scalar stays the text that was written.

They are read by libyaml where it is there, which takes a thirtieth of the time. What people write is read by
:mod:`envcredit.scheme.yaml_tree`, which says where everything stands.
"""

from __future__ import annotations

from typing import Any

import yaml

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def own_yaml(text: str) -> Any:
    """Mappings, lists and texts. Raises ``yaml.YAMLError`` for anything that is not YAML."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  the base loaders make texts only
