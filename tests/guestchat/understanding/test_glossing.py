"""What guests and houses write in other languages, word by word in English, as encoder and judge read it."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestchat.models import Passage
from guestchat.retrieval.embedder import get_embedder
from guestchat.retrieval.passages import sync
from guestchat.understanding import glossing
from guestchat.understanding.glossing import LANGUAGES, in_english
from menus.models import Hotel

SmallHotel = Callable[..., Hotel]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Kann ich einen Bademantel leihen?", "de", ("can", "bathrobe", "borrow")),
        ("Bademantelverleih", "de", ("bathrobe", "rental")),  # a compound that no list has
        ("wann ist er abzuholen", "de", ("pick up",)),
        ("handtucher fur die gaste", "de", ("towel", "for", "guest")),  # typed without umlauts
        ("schönes Wetter", "de", ("beautiful", "weather")),  # and not "schon"
        ("ohne Nüsse", "de", ("without", "nut")),
        ("¿Puedo dejarlo en la habitación?", "es", ("can", "leave", "room")),
        ("¿cuántas toallas hay?", "es", ("how many", "towel")),
        ("no tengo paraguas", "es", ("not", "have", "umbrella")),
        ("à quelle heure ferme l'hôtel ?", "fr", ("time", "close", "hotel")),
        ("j'ai besoin d’un parapluie", "fr", ("need", "umbrella")),
        ("les vélos des enfants", "fr", ("bicycle", "child")),
        ("le petit-déjeuner et le wi-fi", "fr", ("breakfast", "wifi")),  # phrases, with whatever joins them
        ("petit dejeuner", "fr", ("breakfast",)),
        ("Velo", "de-CH", ("bike|bicycle",)),
        ("j'ai laissé mon sac", "fr", ("left", "bag")),  # an accent tells it from a lead
        ("envíenme toallas, despiértenme a las 7", "es", ("send", "towel", "wake")),
        ("Fru\u0308hstu\u0308ck", "de", ("breakfast",)),  # as some phones write it
        ("Früh\u00adstück", "de", ("breakfast",)),
        ("ab  wann", "de", ("from what time",)),
    ],
)
def test_words_are_put_into_english(text: str, language: str, told: tuple[str, ...]) -> None:
    said = in_english(text, language)
    assert all(re.search(rf"\b{each}", said) for each in told), said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Can I borrow a bathrobe, die one?", "en"),
        ("Posso prendere in prestito un accappatoio?", "it"),
        ("", "de"),
        ("42", "de"),
        ("Xylqua 7", "fr"),  # no word of any list
        ("hot tub? gift shop, pets, the hotel", "fr"),  # English amid another language
        ("hot tub? gift shop, pets, the hotel", "de"),
        ("hot tub? gift shop, pets, the hotel", "es"),
        ("a" * 4000, "de"),
    ],
)
def test_what_no_glossary_knows_stays(text: str, language: str) -> None:
    assert in_english(text, language).casefold() == text.casefold()


def test_numbers_and_marks_stay_where_they_are() -> None:
    assert in_english("Parken: 12,50 € pro Nacht, 7:30 bis 22 Uhr.", "de") == (
        "park: 12,50 € per night, 7:30 until 22 clock."
    )


def test_a_text_of_small_words_alone_keeps_them() -> None:
    assert in_english("der die das", "de") == "der die das"


@given(text=st.text(max_size=120), language=st.sampled_from(["de", "es", "fr", "en", "pt-BR"]))
def test_any_text_has_a_gloss_and_the_same_one_each_time(text: str, language: str) -> None:
    said = in_english(text, language)
    assert said == in_english(text, language)
    assert bool(said.strip()) == bool(text.strip()) or not re.search(r"\w", text)


def test_threads_share_a_glossary() -> None:
    words = [f"{begins}verleih{number}tarif" for begins in ("Roller", "Boots", "Schirm", "Ski") for number in "ab"]
    alone = [in_english(word, "de") for word in words]
    glossing._found.cache_clear()
    glossing._remembered.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda word: in_english(word, "de"), words * 40)) == alone * 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_are_well_formed(language: str) -> None:
    lines = (glossing.FOLDER / f"{language}.tsv").read_text("utf-8").splitlines()
    word = r"[^\W\d_]+"
    form = re.compile(rf"{word}(?: {word}){{0,3}}\t(?:[a-z'-]+(?: [a-z'-]+){{0,3}})?")
    bad = [line for line in lines if not form.fullmatch(line)]
    words = [line.partition("\t")[0] for line in lines]
    assert bad == []
    assert words == sorted(set(words))
    assert all(word == word.lower() for word in words)


@pytest.mark.django_db
def test_passages_are_embedded_in_english_and_found_by_their_own_words(small_hotel: SmallHotel) -> None:
    hotel = small_hotel()
    hotel.articles.create(
        key="umbrellas",
        question={"de": "Regenschirme", "en": "Brollies"},
        answer={"de": "Stehen am Empfang.", "en": "By the desk."},
    )
    stored = Passage.objects.get(hotel=hotel, source_key="umbrellas", language="de", variant=0)
    assert "regenschirme" in stored.words
    asked, wanted = get_embedder().encode_query(["umbrella", "umbrellas at reception"])
    assert float(asked @ np.array(stored.embedding)) > 0.7 * float(asked @ wanted)


@pytest.mark.django_db
def test_another_glossary_embeds_its_language_anew(small_hotel: SmallHotel, monkeypatch: pytest.MonkeyPatch) -> None:
    hotel = small_hotel()
    hotel.articles.create(key="umbrellas", question={"de": "Regenschirme"}, answer={"de": "Stehen am Empfang."})
    assert sync(hotel.pk) == 0
    monkeypatch.setattr(glossing, "version", lambda language: "+new" if language == "de" else "")
    assert sync(hotel.pk) == 1
