"""Owns reading, before the first guest asks, what answering needs: models, words, hotels. Answers nothing."""

from guestchat import catalogue
from guestchat.retrieval.embedder import EmbedderError, get_embedder
from guestchat.retrieval.judge import JudgeError, get_judge
from guestchat.understanding import glossing
from guestchat.understanding.vocabulary import LANGUAGES, vocabulary
from menus import tenancy
from menus.models import Hotel


def load_models() -> str:
    """Load the models and the glossaries; return why a model cannot be loaded, or nothing."""
    wrong = ""
    try:
        get_embedder().encode_query(["warm up"])
        get_judge().weigh("warm", "up")
    except (EmbedderError, JudgeError) as error:
        wrong = str(error)
    for language in glossing.LANGUAGES:
        glossing.glossary(language)
    return wrong


def load_vocabularies() -> None:
    """Load the words of every language."""
    for language in LANGUAGES:
        vocabulary(language)


def load_catalogues(*, with_words: bool) -> None:
    """Read the hotels, with the words of their content where questions are understood here; raises DatabaseError."""
    with tenancy.everywhere():
        for hotel in list(Hotel.objects.values_list("pk", flat=True)[: catalogue.KEPT_HOTELS]):
            found = catalogue.current(hotel)
            if found is not None and with_words:
                found.lexicon  # noqa: B018 - made when it is first asked for
