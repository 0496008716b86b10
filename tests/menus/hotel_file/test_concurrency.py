"""Two imports at the same time: one hotel's wait for one another, and neither is lost or mixed."""

import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from menus import content, hotel_file, models


def apply(document: Any, gate: threading.Barrier) -> hotel_file.Counts:
    try:
        read = hotel_file.read(json.dumps(document))
        gate.wait(timeout=10)
        return hotel_file.apply(read).total
    finally:
        connection.close()


def edited(document: Any, price: str) -> Any:
    copied = copy.deepcopy(document)
    sections = copied["venues"][0]["menus"][0]["sections"]
    for section in sections:
        for item in section["items"]:
            item["price"] = price
    sections[0]["items"].append({**sections[1]["items"][0], "key": f"special-{price[0]}"})
    return copied


def both(first: Any, second: Any) -> list[hotel_file.Counts]:
    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda each: apply(each, gate), (first, second)))


def stored() -> Any:
    loaded = content.load(models.Hotel.objects.get(slug="seeblick").pk)
    assert loaded is not None
    return hotel_file.dump(loaded)


@pytest.mark.django_db(transaction=True)
def test_two_first_imports_are_one_creation_and_one_that_finds_it(document: Any) -> None:
    created = sorted(counts.created for counts in both(document, document))
    assert created == [0, 14]
    assert stored() == document


@pytest.mark.django_db(transaction=True)
def test_two_different_imports_leave_one_of_the_two(document: Any, import_file: Any) -> None:
    import_file(document)
    for round_ in range(5):
        candidates = [edited(document, f"{round_ + 1}.10"), edited(document, f"{round_ + 1}.20")]
        both(*candidates)
        assert stored() in candidates


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_the_lock_of_its_hotel_only(document: Any, import_file: Any) -> None:
    import_file(document)
    other = copy.deepcopy(document)
    other["hotel"]["slug"] = "talblick"
    gate = threading.Barrier(1)
    document["hotel"]["name"] = "Seehof"
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            models.Hotel.objects.select_for_update().get(slug="seeblick")
            waiting = threads.submit(apply, document, gate)
            assert threads.submit(apply, other, gate).result(timeout=10).created == 14
            assert not waiting.done()
        assert waiting.result(timeout=10).updated == 1
