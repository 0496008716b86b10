"""Owns the hotel file, `guestchat-hotel/1`: reading, checking, writing, and making a hotel's rows equal to it."""

from menus.hotel_file.applying import Changes, apply, put
from menus.hotel_file.document import MAX_BYTES
from menus.hotel_file.problems import HotelFileError, Problem
from menus.hotel_file.reading import read
from menus.hotel_file.table import Counts
from menus.hotel_file.warnings import warnings
from menus.hotel_file.writing import dump

__all__ = ["MAX_BYTES", "Changes", "Counts", "HotelFileError", "Problem", "apply", "dump", "put", "read", "warnings"]
