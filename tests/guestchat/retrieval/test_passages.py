"""Passages follow the content in the same transaction, and are embedded only when their text changed."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guestchat.models import Passage
from guestchat.retrieval import passages as retrieval_passages
from guestchat.retrieval.passages import sync
from menus import models

pytestmark = pytest.mark.django_db

SmallHotel = Callable[..., models.Hotel]


def passages(hotel: models.Hotel) -> set[tuple[str, str, str, int]]:
    return set(Passage.objects.filter(hotel=hotel).values_list("source_type", "source_key", "language", "variant"))


def test_every_text_has_a_passage(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    assert passages(hotel) == {
        ("article", "parking", "en", 0),
        ("item", "plum-cake", "en", 0),
        ("venue", "cafe", "en", 0),
    }
    assert sync(hotel.pk) == 0


def test_an_edit_embeds_what_changed_and_nothing_else(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    before = {row.source_key: row.content_hash for row in Passage.objects.filter(hotel=hotel)}
    article = hotel.articles.get()
    article.also_asked = [{"en": "Is there a garage?"}]
    article.save()
    after = {(row.source_key, row.variant): row.content_hash for row in Passage.objects.filter(hotel=hotel)}
    assert ("parking", 1) in after
    assert {key: value for (key, variant), value in after.items() if variant == 0} == before


def test_what_no_passage_is_made_of_embeds_nothing(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    rows = set(Passage.objects.filter(hotel=hotel).values_list("pk", "content_hash"))
    dish = models.MenuItem.objects.get(hotel=hotel)
    dish.price = None
    dish.available = False
    dish.save()
    assert set(Passage.objects.filter(hotel=hotel).values_list("pk", "content_hash")) == rows


def test_an_edit_of_a_row_does_not_read_the_whole_hotel(
    small_hotel: SmallHotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    hotel = small_hotel()
    monkeypatch.setattr(retrieval_passages, "load", lambda hotel_id: pytest.fail("read all of it"))
    for row in (hotel.articles.get(), models.MenuItem.objects.get(hotel=hotel), models.Venue.objects.get(hotel=hotel)):
        with CaptureQueriesContext(connection) as asked:
            row.save()
        assert sum("guestchat_passage" in each["sql"] for each in asked.captured_queries) == 1


@pytest.mark.parametrize("model", [models.MenuItem, models.Article, models.Venue])
def test_a_row_by_itself_has_the_passages_that_the_whole_hotel_gives_it(
    small_hotel: SmallHotel, model: type[models.MenuItem | models.Article | models.Venue]
) -> None:
    hotel = small_hotel()
    row = model.objects.get(hotel=hotel)
    for field in ("name", "question", "description", "answer", "location"):
        if hasattr(row, field):
            setattr(row, field, {"en": f"{hotel.name}: a new {field}", "de": f"Neu bei {hotel.name}: {field}"})
    row.save()
    assert Passage.objects.filter(hotel=hotel, source_key=row.key, language="de").exists()
    assert sync(hotel.pk) == 0


def test_what_was_not_saved_is_not_searched(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    dish = models.MenuItem.objects.get(hotel=hotel)
    dish.name = {"en": "Never saved"}
    dish.save(update_fields=["price"])
    assert sync(hotel.pk) == 0


def test_a_dish_in_another_section_is_found_under_that(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    dish = models.MenuItem.objects.get(hotel=hotel)
    dish.section = models.MenuSection.objects.create(hotel=hotel, menu=dish.section.menu, name={"en": "Of the season"})
    dish.save()
    assert "season" in Passage.objects.get(hotel=hotel, source_key=dish.key).words
    assert sync(hotel.pk) == 0


def test_a_deleted_row_is_found_no_more(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    hotel.articles.get().delete()
    assert "parking" not in {key for _type, key, _language, _variant in passages(hotel)}


def test_a_deleted_section_takes_its_dishes_passages_with_it(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    models.MenuSection.objects.get(hotel=hotel).delete()
    assert "plum-cake" not in {key for _type, key, _language, _variant in passages(hotel)}


def test_a_renamed_key_moves_the_passage(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    article = hotel.articles.get()
    article.key = "garage"
    article.save()
    keys = {key for type, key, _language, _variant in passages(hotel) if type == "article"}
    assert keys == {"garage"}


def test_an_edit_that_is_rolled_back_leaves_the_passages(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    before = set(Passage.objects.filter(hotel=hotel).values_list("pk", "content_hash"))
    article = hotel.articles.get()
    with transaction.atomic():
        article.question = {"en": "Something else?"}
        article.save()
        transaction.set_rollback(True)
    assert set(Passage.objects.filter(hotel=hotel).values_list("pk", "content_hash")) == before


def test_a_deleted_hotel_takes_its_passages_with_it(small_hotel: SmallHotel) -> None:
    hotel, other = small_hotel(), small_hotel("other")
    kept = passages(other)
    hotel.delete()
    assert passages(other) == kept
    assert Passage.objects.count() - Passage.objects.filter(hotel__slug="lindenhof").count() == len(kept)


def test_search_vectors_are_made_by_language(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    models.Article.objects.create(
        hotel=hotel,
        key="bikes",
        question={"en": "Renting bicycles", "de": "Fahrräder mieten"},
        answer={"en": "At the desk", "de": "An der Rezeption"},
    )
    vectors = dict(Passage.objects.filter(hotel=hotel, source_key="bikes").values_list("language", "search"))
    assert "bicycl" in vectors["en"]
    assert "fahrrad" in vectors["de"]
