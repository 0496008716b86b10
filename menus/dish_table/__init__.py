"""Owns dishes as a table that people write in: downloaded, sent back, looked at, and only then taken in."""

from menus.dish_table.applying import DishesHaveChanged, put
from menus.dish_table.exporting import as_csv, as_xlsx
from menus.dish_table.plan import Change, Entry, Fault, Plan
from menus.dish_table.planning import plan

__all__ = ["Change", "DishesHaveChanged", "Entry", "Fault", "Plan", "as_csv", "as_xlsx", "plan", "put"]
