"""Search: one hotel, best first, words only as a small bonus."""

from collections.abc import Callable

import pytest

from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.search import Hit, search
from menus import models

pytestmark = pytest.mark.django_db

SmallHotel = Callable[..., models.Hotel]


def find(hotel: models.Hotel, text: str, language: str = "en") -> list[Hit]:
    return list(search(hotel.pk, get_embedder().encode_query([text])[0], text, language))


def test_the_right_row_comes_first(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    assert find(hotel, "parking for my car")[0].key == "parking"
    assert find(hotel, "something sweet with plums")[0].key == "plum-cake"


def test_another_hotels_rows_are_never_found(small_hotel: SmallHotel) -> None:
    hotel, other = small_hotel(), small_hotel("other", "In the other garage.")
    models.Article.objects.create(
        hotel=other, key="secret", question={"en": "Where is the treasure?"}, answer={"en": "Under the oak."}
    )
    assert "secret" in [hit.key for hit in find(other, "where is the treasure")]
    assert "secret" not in [hit.key for hit in find(hotel, "where is the treasure")]


def test_a_row_appears_once_with_its_best_passage(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    article = hotel.articles.get()
    article.also_asked = [{"en": "Where can I leave my motorbike?"}, {"en": "Is there a garage?"}]
    article.save()
    hits = find(hotel, "Where can I leave my motorbike?")
    assert [hit.key for hit in hits].count("parking") == 1
    assert hits[0].similarity > 0.95


@pytest.mark.parametrize("text", ["", "?!", "' OR 1=1 --", "a & b | !c:*", "'", "\\", "fish & chips'", "🍕", "<->"])
def test_any_text_can_be_searched(small_hotel: SmallHotel, text: str) -> None:
    assert isinstance(find(small_hotel(), text), list)


def test_an_unknown_language_is_searched_word_for_word(small_hotel: SmallHotel) -> None:
    assert find(small_hotel(), "parking", "xx")[0].key == "parking"
