"""Owns tables for spreadsheet programs: written so that no text in them acts as a formula, read within bounds; pure."""

from menus.spreadsheets.formulas import clean, neutral, plain
from menus.spreadsheets.reading import MOST_COLUMNS, MOST_ROWS, RefusedTable, Row, read
from menus.spreadsheets.writing import as_csv, as_xlsx

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "RefusedTable", "Row", "as_csv", "as_xlsx", "clean", "neutral", "plain", "read"]
