"""Every verb of the command line with its arguments and options, as the program itself states them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envcredit.cli.app import whole_command
from pages.markdown import code, table

TEXT = {
    "title": {"zh": "命令一览", "en": "All commands"},
    "introduction": {
        "zh": "退出码：`0` 完成；`1` 答案为“否”（检查发现问题、复算不一致）；`2` 用法或输入有误。"
        "答案写到标准输出，其余写到标准错误。语言由 `--lang` 或环境变量 `ENVCREDIT_LANG` 决定，默认中文。",
        "en": "Exit codes: `0` done; `1` the answer is no (a check found something, a replay differs); `2` bad usage or input. "
        "Answers go to standard output, everything else to standard error. `--lang` or the variable `ENVCREDIT_LANG` choose "
        "the language; without them it is Chinese.",
    },
    "option": {"zh": "参数或选项", "en": "Argument or option"},
    "meaning": {"zh": "含义", "en": "Meaning"},
    "default": {"zh": "默认", "en": "Default"},
    "required": {"zh": "必填", "en": "required"},
}


def pages(language: str) -> dict[str, str]:
    """One page with a heading for each verb."""
    say = {key: row[language] for key, row in TEXT.items()}
    parts = [f"# {say['title']}\n\n{say['introduction']}\n"]
    parts += [_command(path, command, say) for path, command in walk(whole_command(), "envcredit")]
    return {"commands": "\n".join(parts)}


def walk(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    children = getattr(command, "commands", {})
    if not children or command.params:
        yield path, command
    for name, child in children.items():
        yield from walk(child, f"{path} {name}")


def _command(path: str, command: Any, say: dict[str, str]) -> str:
    rows = [_parameter(p, say) for p in command.params if not getattr(p, "hidden", False)]
    body = table([say["option"], say["meaning"], say["default"]], rows) if rows else ""
    return f"## {path}\n\n{command.help or ''}\n\n{body}"


def _parameter(parameter: Any, say: dict[str, str]) -> tuple[str, str, str]:
    is_option = parameter.param_type_name == "option"
    name = " ".join(code(o) for o in parameter.opts) if is_option else code(parameter.name.upper())
    if parameter.required:
        default = say["required"]
    else:
        default = "" if parameter.default in (None, False, ()) or callable(parameter.default) else code(parameter.default)
    return name, parameter.help or "", default
