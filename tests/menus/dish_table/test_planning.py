"""What a table would do: matched by keys, told field by field, mistakes with their row and column. No database."""

import dataclasses
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from menus import dish_table, spreadsheets
from menus.allergens import CODES, DIETS, Declaration, Status
from menus.content import Content, Item, Menu, Section, Venue
from menus.dish_table.columns import columns
from menus.dish_table.planning import MOST_FAULTS
from menus.spreadsheets import RefusedTable
from menus.uploads import Kind
from tests.menus.dish_table.tables import Sheet, faults, told, workbook


def test_what_was_downloaded_changes_nothing(content: Content) -> None:
    for table, kind in ((dish_table.as_csv(content).encode(), Kind.CSV), (dish_table.as_xlsx(content), Kind.XLSX)):
        plan = dish_table.plan(content, spreadsheets.read(table, kind))
        assert (plan.entries, plan.faults, plan.unread, plan.unchanged) == ((), (), (), 3)
        assert plan.content == content


def test_a_workbook_helps_whoever_writes_in_it(content: Content) -> None:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(dish_table.as_xlsx(content))).active
    columns = {cell.value: cell for cell in sheet[1]}
    offered = {str(each.sqref).split("2:")[0]: each for each in sheet.data_validations.dataValidation}
    milk = offered[columns["Milk"].column_letter]
    assert (milk.formula1, milk.showErrorMessage) == ('"contains,may contain,free,unknown"', False)
    assert len(offered) == 14 + 2
    assert sheet.freeze_panes == "F2"
    assert (columns["Name (en)"].column_letter, columns["Key"].font.bold) == ("E", True)
    price = sheet.cell(2, columns["Price (EUR)"].column)
    assert (price.value, price.data_type, price.number_format) == (7.5, "n", "0.00")


def test_no_heading_means_two_columns(content: Content) -> None:
    known = columns(content)
    for column in known:
        for heading in (column.heading, *column.also):
            assert [each for each in known if each.is_called(heading)] == [column], heading


def test_a_changed_price_and_a_new_dish(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Price (EUR)"] = "8,50"
    sheet.add(
        **{
            "Venue": "Seeterrasse",
            "Menu": "DINNER",
            "Section": "mains",
            "Name (en)": "Plum dumplings",
            "Price (EUR)": "€ 9",
        }
    )
    plan = sheet.plan(content)
    (changed,), (new,) = plan.changed, plan.new
    assert (changed.row, changed.key, told(changed)) == (2, "soup", {"Price (EUR)": ("7.50", "8.50")})
    assert (new.row, new.key, new.where) == (5, "plum-dumplings", "Lake Terrace – Dinner – Mains")
    assert told(new) == {
        "Name (en)": ("", "Plum dumplings"),
        "Price (EUR)": ("", "9.00"),
        "Available": ("", "yes"),
    }
    assert (plan.safety, plan.unchanged) == ([], 2)
    assert list(plan.content.offers) == ["soup", "bread", "char", "plum-dumplings"]
    assert plan.content.offers["soup"].item == dataclasses.replace(content.offers["soup"].item, price=Decimal("8.5"))


def test_columns_that_are_missing_and_dishes_that_are_not_there_stay(content: Content) -> None:
    sheet = Sheet(content)
    sheet["char"]["Available"] = "nein"
    sheet.rows = [sheet["char"]]
    sheet.heading = ["Available", "Key"]  # in whatever order
    plan = sheet.plan(content)
    assert told(plan.entries[0]) == {"Available": ("yes", "no")}
    assert dataclasses.replace(plan.content.offers["char"].item, available=True) == content.offers["char"].item
    assert plan.content.offers["soup"].item == content.offers["soup"].item


def test_an_empty_cell_empties_what_may_be_empty(content: Content) -> None:
    sheet = Sheet(content)
    emptied = ("Name (de)", "Description (en)", "Price (EUR)", "Portion", "Spiciness (0–3)", "Calories", "Diets")
    for heading in (*emptied, "Available", "Venue", "Menu", "Section"):
        sheet["soup"][heading] = ""
    item = sheet.plan(content).content.offers["soup"].item
    assert (item.name, item.description, item.price, item.portion) == ({"en": "Carrot soup"}, {}, None, "")
    assert (item.spiciness, item.calories, item.available, item.declaration.diets) == (None, None, True, ())


def test_a_dish_moves_and_a_section_is_made(content: Content) -> None:
    sheet = Sheet(content)
    sheet["bread"]["Section"] = "Mains"
    for name in ("Flan", "Ice"):
        sheet.add(**{"Venue": "terrace", "Menu": "dinner", "Section": "Desserts", "Name (en)": name})
    plan = sheet.plan(content)
    assert told(plan.changed[0]) == {"Section": ("Starters", "Mains")}
    assert plan.sections == ("Lake Terrace – Dinner – Desserts",)
    menu = plan.content.venues[0].menus[0]
    assert [(each.name["en"], [item.key for item in each.items]) for each in menu.sections] == [
        ("Starters", ["soup"]),
        ("Mains", ["char", "bread"]),
        ("Desserts", ["flan", "ice"]),
    ]


BAD_CELLS: list[tuple[str, str, str]] = [
    ("Price (EUR)", "abc", "“abc” is no price: write it as in \"14.50\"."),
    ("Price (EUR)", "-3", "A price must not be negative."),
    ("Price (EUR)", "$3", "“$3” is no price"),
    ("Price (EUR)", "1.234,50", "“1.234,50” is no price"),
    ("Price (EUR)", "3.999", "The hotel's currency has 2 decimals, this price has more."),
    ("Key", "Soup!", "A key is 1 to 64 of the characters a-z, 0-9 and -."),
    ("Name (en)", "", "A dish needs a name in the hotel's language."),
    ("Venue", "Teracce", "There is no venue “Teracce”: there are Lake Terrace"),
    ("Menu", "Lunch", "This venue has no menu “Lunch”: it has Dinner, Drinks."),
    ("Available", "maybe", "“maybe” is not understood here: write yes or no."),
    ("Diets", "vegan, keto", "'keto' is not known here: it must be one of vegan, vegetarian, halal, kosher."),
    ("Spiciness (0–3)", "5", "This must be from 0 to 3."),
    ("Calories", "many", "“many” is no whole number."),
    ("Portion", "x" * 65, "This has 65 characters, at most 64 are possible."),
    ("Portion", "#REF!", "Your spreadsheet program shows an error here (#REF!)."),
    ("Milk", "x", "“x” is not understood here: write one of contains, may contain, free, unknown."),
    ("Milk", "-", "is not understood here"),
    ("Milk", "wheat: contains", "this allergen has no kinds."),
    ("Gluten", "corn: contains", "“corn” is not understood here: the kinds are wheat, rye,"),
    ("Gluten", "wheat: free, Weizen: contains", "Wheat is told twice here."),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cell", "sentence"), BAD_CELLS)
def test_a_bad_cell_is_told_with_its_row_and_column(content: Content, heading: str, cell: str, sentence: str) -> None:
    sheet = Sheet(content)
    sheet["soup"][heading] = cell
    plan = sheet.plan(content)
    assert list(faults(plan)) == [(2, heading)]
    assert sentence in faults(plan)[2, heading]
    assert (plan.entries, plan.bad_rows, plan.content) == ((), [2], content)


def test_bad_rows_are_left_out_and_good_ones_are_not(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Price (EUR)"] = "cheap"
    sheet["char"]["Price (EUR)"] = "26"
    sheet.add(**{"Venue": "Lake Terrace", "Menu": "Dinner", "Name (en)": "Nowhere"})
    plan = sheet.plan(content)
    assert faults(plan)[5, "Section"] == "Write the section of the menu that the dish belongs to."
    assert plan.bad_rows == [2, 5]
    assert [each.key for each in plan.entries] == ["char"]
    assert plan.content.offers["soup"].item == content.offers["soup"].item


def test_a_key_twice_and_a_name_twice(content: Content) -> None:
    sheet = Sheet(content)
    sheet.add(**sheet["soup"])
    new = {"Venue": "Lake Terrace", "Menu": "Dinner", "Section": "Mains"}
    sheet.add(**new, **{"Name (en)": "lake  CHAR"})
    sheet.add(**new, **{"Name (en)": "Flan"})
    sheet.add(**new, **{"Name (en)": "Flan"})
    sheet.add(**{**new, "Section": "Starters"}, **{"Name (en)": "Flan"})  # elsewhere on the menu it may be
    plan = sheet.plan(content)
    assert faults(plan) == {
        (5, "Key"): "Row 2 has this key as well.",
        (6, "Key"): "This section has a dish of this name: to change it, write its key, char.",
        (8, "Key"): "Row 7 has a dish of this name in this section already.",
    }
    assert [each.key for each in plan.new] == ["flan", "flan-2"]


def test_a_key_that_nobody_has_is_told_once(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Key"] = "suop"
    sheet.heading = ["Key", "Price (EUR)"]
    assert faults(sheet.plan(content)) == {
        (2, "Key"): "There is no dish with the key “suop”, and a new one needs a name."
    }


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        (["Dish", "Cost"], "The first row does not name the columns"),
        (["Key", "key "], "Two columns are called “key”"),
        (["Key", "Milk", "Milch"], "Two columns are called “Milch”"),
    ],
)
def test_a_heading_that_is_none(content: Content, heading: list[str], sentence: str) -> None:
    with pytest.raises(RefusedTable, match=sentence):
        dish_table.plan(content, spreadsheets.read(workbook([heading, ["a"] * len(heading)]), Kind.XLSX))


def test_columns_that_are_not_read_are_told(content: Content) -> None:
    sheet = Sheet(content)
    sheet.heading.append("Milkk")
    for row in sheet.rows:
        row["Milkk"] = "free"
    assert (sheet.plan(content).unread, sheet.plan(content).entries) == (("Milkk",), ())


def test_a_file_that_is_wrong_throughout_is_told_once(content: Content) -> None:
    sheet = Sheet(content)
    for _ in range(MOST_FAULTS + 1):
        sheet.add(Key="!")
    with pytest.raises(RefusedTable, match=r"The first is in row 5, Key: A key is .* Is this the right file?"):
        sheet.plan(content)


def test_the_mark_is_another_as_soon_as_something_else_would_be_done(content: Content) -> None:
    sheet = Sheet(content)
    sheet["soup"]["Price (EUR)"] = "8"
    mark = sheet.plan(content).mark
    assert mark == sheet.plan(content).mark

    def with_item(key: str, **values: Any) -> Content:
        other = Sheet(content)
        other[key].update(values)
        return other.plan(content).content

    assert sheet.plan(with_item("soup", **{"Price (EUR)": "7"})).mark != mark  # it was another price before
    assert sheet.plan(with_item("soup", **{"Price (EUR)": "8"})).mark != mark
    assert sheet.plan(with_item("char", Milk="contains")).mark != mark  # the table would take it back
    sheet.rows = [sheet["soup"]]
    mark = sheet.plan(content).mark
    assert sheet.plan(with_item("char", Milk="contains")).mark == mark  # it does not speak of it


# --- lossless ----------------------------------------------------------------------------------
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1).filter(str.strip)
DECLARATIONS = st.builds(
    Declaration,
    statuses=st.dictionaries(
        st.sampled_from(CODES), st.sampled_from([Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE]), max_size=6
    ),
    complete=st.booleans(),
    diets=st.lists(st.sampled_from(DIETS), unique=True, max_size=2).map(tuple),
)
ITEMS = st.builds(
    Item,
    key=st.just("dish"),
    name=st.fixed_dictionaries({"en": TEXTS}, optional={"de": TEXTS}),
    description=st.fixed_dictionaries({}, optional={"en": TEXTS, "de": TEXTS}),
    price=st.none() | st.decimals(0, 99_999, places=2),
    portion=st.just("") | TEXTS,
    declaration=DECLARATIONS,
    available=st.booleans(),
    spiciness=st.none() | st.integers(0, 3),
    calories=st.none() | st.integers(0, 5000),
)


def house(*items: Item, section: str = "Mains") -> Content:
    menu = Menu(key="dinner", name={"en": "Dinner"}, sections=(Section(name={"en": section}, items=items),))
    return Content(
        slug="h", name="H", timezone="Europe/Berlin", currency="EUR", default_language="en", languages=("en", "de"),
        venues=(Venue(key="terrace", kind="restaurant", name={"en": "Terrace"}, menus=(menu,)),),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(item=ITEMS, section=TEXTS)
def test_whatever_a_dish_says_comes_back(item: Item, section: str) -> None:
    content = house(item, section=section)
    for table, kind in ((dish_table.as_csv(content).encode(), Kind.CSV), (dish_table.as_xlsx(content), Kind.XLSX)):
        plan = dish_table.plan(content, spreadsheets.read(table, kind))
        assert (plan.entries, plan.faults, plan.content) == ((), (), content)


@settings(max_examples=60, deadline=None)
@given(item=ITEMS)
def test_a_new_dish_of_the_table_declares_what_the_dish_did(item: Item) -> None:
    (row,) = Sheet(house(item)).rows
    other = Sheet(house())
    other.add(**row)
    plan = other.plan(house())
    if not plan.faults:  # a list that was complete by its silence is asked back where it stays silent
        found = plan.content.offers["dish"].item.declaration
        assert set(found.diets) == set(item.declaration.diets)
        written = {code: each for code, each in found.statuses.items() if each is not Status.FREE}
        assert written == {code: s for code, s in item.declaration.statuses.items() if s is not Status.FREE}
