"""A colleague who saves at the same moment: the table waits, and does only what was looked at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from menus import content, dish_table, hotel_file, models
from tests.menus.conftest import Import, Json
from tests.menus.dish_table.tables import Sheet


def put(hotel: models.Hotel, sheet: Sheet, seen: str, cook: models.User, begun: threading.Event) -> Any:
    try:
        begun.set()
        return dish_table.put(hotel, sheet.read(), seen, cook)
    finally:
        connection.close()


def one_price(hotel: models.Hotel) -> tuple[Sheet, str]:
    """Return a table that changes the soup's price alone, and its mark."""
    before = content.load(hotel.pk)
    assert before is not None
    sheet = Sheet(before)
    sheet["soup"]["Price (EUR)"] = "8"
    sheet.rows = [sheet["soup"]]
    return sheet, sheet.plan(before).mark


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["soup", "char"])
def test_it_waits_for_a_colleague_and_sees_what_they_saved(document: Json, import_file: Import, key: str) -> None:
    import_file(document)
    hotel, cook = models.Hotel.objects.get(slug="seeblick"), models.User.objects.create(username="karim")
    (sheet, seen), begun = one_price(hotel), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            models.MenuItem.objects.filter(hotel=hotel, key=key).update(price=30)
            waiting = threads.submit(put, hotel, sheet, seen, cook, begun)
            assert begun.wait(timeout=10)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        if key == "soup":
            with pytest.raises(dish_table.DishesHaveChanged):
                waiting.result(timeout=10)
        else:  # of which the table says nothing
            assert len(waiting.result(timeout=10).changed) == 1
    prices = dict(models.MenuItem.objects.filter(hotel=hotel).values_list("key", "price"))
    assert (prices["soup"], prices["char"]) == ((30, 24) if key == "soup" else (8, 30))


def sell_out(hotel: models.Hotel) -> int:
    try:
        return models.MenuItem.objects.filter(hotel=hotel, key="soup").update(available=False)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_colleague_who_comes_later_waits_and_is_not_refused(
    document: Json, import_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_file(document)
    hotel, cook = models.Hotel.objects.get(slug="seeblick"), models.User.objects.create(username="karim")
    sheet, seen = one_price(hotel)
    apply = hotel_file.apply
    with ThreadPoolExecutor(1) as threads:

        def meanwhile(wanted: content.Content) -> hotel_file.Changes:
            later.append(threads.submit(sell_out, hotel))
            with pytest.raises(TimeoutError):
                later[0].result(timeout=0.5)
            return apply(wanted)

        later: list[Any] = []
        monkeypatch.setattr(hotel_file, "apply", meanwhile)
        dish_table.put(hotel, sheet.read(), seen, cook)
        assert later[0].result(timeout=10) == 1
    soup = models.MenuItem.objects.get(hotel=hotel, key="soup")
    assert (soup.price == 8, soup.available) == (True, False)
