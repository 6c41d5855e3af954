"""Where a computation runs. Each engine is one small file that hands out an Ibis connection.

An engine knows tables, types and files; it does not know what a rating is.
"""

from envcredit.engine.connection import Engine, open_engine
from envcredit.engine.recipe import Keeper, Recipe, Script, script_of

__all__ = ["Engine", "Keeper", "Recipe", "Script", "open_engine", "script_of"]
