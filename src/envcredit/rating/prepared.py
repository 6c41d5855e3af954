"""A scheme ready to be applied as often as wanted: its program, and the recipe of its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.engine import Engine, Recipe
from envcredit.rating.inputs import Start, load_start, start_tables
from envcredit.rating.plan import stages
from envcredit.rating.program import Compiler, Program
from envcredit.scheme.model import Scheme


@dataclass(frozen=True, eq=False)
class Prepared:
    """``recipe`` makes the tables that ``results`` names, stage by stage, from the tables of :func:`start_tables`."""

    program: Program
    vocabulary: Vocabulary
    recipe: Recipe
    results: Mapping[str, str]

    @property
    def scheme(self) -> Scheme:
        """The scheme that was prepared."""
        return self.program.scheme

    def rated(self, engine: Engine, start: Start) -> Mapping[str, ir.Table]:
        """Rates what ``start`` holds; the engine must already hold the table ``record``. Every stage by name."""
        load_start(engine, start, self.scheme, self.vocabulary)
        self.recipe.cook(engine)
        return {stage: engine.table(name) for stage, name in self.results.items()}


def prepare(scheme: Scheme) -> Prepared:
    """Builds the plan of a scheme. No data and no engine is needed for it."""
    vocabulary = read_vocabulary()
    program = Compiler(scheme, vocabulary).program()
    recipe = Recipe()
    made = stages(recipe, program, vocabulary, start_tables(recipe, vocabulary))
    return Prepared(program, vocabulary, recipe, {stage: table.get_name() for stage, table in made.items()})
