"""The rules of the house that no ready-made linter knows. Each takes a parsed file and yields what breaks it.

``HOUSE`` at the end lists them all with the part of the source each holds for. ``test_house_rules.py`` runs them over the
repository, and each over a small bad sample, so that a rule that finds nothing is a rule that works.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
VAGUE = re.compile(r"manager|helper|util(?!i[sz])|processor", re.IGNORECASE)
CLOCKS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "time.time_ns", "time.localtime"}
CHANCE = {"random", "secrets", "uuid"}
SURROUNDINGS = {"os.environ", "os.getenv", "os.environb"}
FOREIGN_CODE = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}


@dataclass(frozen=True)
class Source:
    """One Python file: its path within the repository, its text and its tree."""

    path: PurePosixPath
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


Found = Iterator[tuple[int, str]]


def short_files(source: Source) -> Found:
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield 1, f"{lines} lines, more than {LONGEST_FILE}: find the seam"


def short_functions(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {lines} lines, more than {LONGEST_FUNCTION}"


def telling_names(source: Source) -> Found:
    if VAGUE.search(source.path.stem):
        yield 1, f"{source.path.stem} says nothing about the field"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and VAGUE.search(node.name):
            yield node.lineno, f"{node.name} says nothing about the field"


def no_any_value(source: Source) -> Found:
    for line, name in _names(source.tree):
        if name.split(".")[-1] in ("any_value", "arbitrary"):
            yield line, f"{name} picks a row by chance"


def no_clock(source: Source) -> Found:
    for line, name in _names(source.tree):
        last_two = ".".join(name.split(".")[-2:])
        if last_two in CLOCKS or name in SURROUNDINGS:
            yield line, f"{name}: time and surroundings enter as arguments at the command line"


def no_chance(source: Source) -> Found:
    for line, module in _imports(source.tree):
        if module.split(".")[0] in CHANCE:
            yield line, f"{module}: results do not depend on chance"


def no_foreign_code(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            if _dotted(node.func) in FOREIGN_CODE:
                yield node.lineno, f"{_dotted(node.func)} runs what data says"
            if any(k.arg == "shell" and getattr(k.value, "value", True) for k in node.keywords):
                yield node.lineno, "shell=True hands data to a shell"
    for line, module in _imports(source.tree):
        if module.split(".")[0] in ("pickle", "cPickle", "dill", "marshal", "shelve"):
            yield line, f"{module} runs what a file says"


def no_floats(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"{node.value}: a binary float may touch a score"
        if isinstance(node, ast.Call) and _dotted(node.func) == "float":
            yield node.lineno, "float(): a binary float may touch a score"
        if isinstance(node, ast.Constant) and node.value in ("float", "float32", "float64", "double"):
            yield node.lineno, f"{node.value}: a column of binary floats may touch a score"


def future_annotations(source: Source) -> Found:
    annotated = any(isinstance(node, ast.FunctionDef | ast.AnnAssign) for node in ast.walk(source.tree))
    if annotated and not re.search(r"^from __future__ import annotations$", source.text, re.MULTILINE):
        yield 1, "from __future__ import annotations is missing"


def no_excuses(source: Source) -> Found:
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"#\s*(TODO|FIXME|XXX|HACK)\b", line):
            yield number, "an issue belongs on the list of issues"
        if re.search(r"#\s*(type: ignore|noqa)(?!\[|: ?[A-Z])", line):
            yield number, "say which rule is silenced"


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, _dotted(node)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""


@dataclass(frozen=True)
class HouseRule:
    """A rule, and where it holds: path prefixes it is for, and prefixes taken out again."""

    check: Callable[[Source], Found]
    holds_in: tuple[str, ...]
    but_not_in: tuple[str, ...] = ()

    def holds_for(self, path: PurePosixPath) -> bool:
        return str(path).startswith(self.holds_in) and not str(path).startswith(self.but_not_in or ("\0",))


PACKAGE = "src/envcredit/"
CHARTS = f"{PACKAGE}rating/report/"  # nothing is computed from a picture
FLOATS_COME_IN = f"{PACKAGE}records/readers/"  # a file may hold floats; there they become decimals
HOUSE = (
    HouseRule(short_files, ("src/", "tests/", "docs/")),
    HouseRule(short_functions, ("src/", "tests/", "docs/")),
    HouseRule(telling_names, ("src/", "tests/")),
    HouseRule(no_any_value, ("src/",)),
    HouseRule(no_clock, ("src/",), (f"{PACKAGE}cli/",)),
    HouseRule(no_chance, ("src/",), (f"{PACKAGE}demo/",)),  # the made-up city draws from a seed that is given to it
    HouseRule(no_foreign_code, ("src/", "tests/", "docs/"), ("tests/repo/",)),
    HouseRule(
        no_floats,
        tuple(f"{PACKAGE}{room}/" for room in ("base", "rating", "scheme", "records", "engine")),
        (CHARTS, FLOATS_COME_IN),
    ),
    HouseRule(future_annotations, ("src/", "tests/", "docs/")),
    HouseRule(no_excuses, ("src/", "tests/", "docs/"), ("tests/repo/",)),
)
