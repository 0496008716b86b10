"""Owns the guest's pages: the code's target, the chat with and without a socket, the menu, the receipt."""

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from guestchat import catalogue, turns
from guestchat.answering.suggestions import suggestions
from guestchat.catalogue import Catalogue
from guestchat.guest import frames, pass_cookie
from guestchat.guest.consumer import answer_or_apologise, finish_pending
from guestchat.guest.page_texts import LANGUAGES, page_texts
from guestchat.models import Conversation, Message
from menus import views as menu_views
from menus.models import Place

_STATUS = {"bad_frame": 400, "too_long": 413, "rate_limited": 429, "busy": 429, "unavailable": 503, "closed": 410}


# --- scanning ---------------------------------------------------------------
@never_cache
@require_GET
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Start or continue this browser's conversation at the place of a code, and lead to the chat."""
    place = Place.objects.select_related("hotel").filter(code=code, revoked_at=None).first()
    if place is None:
        return _friendly(request, "guest/not_found.html", 404)
    held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
    places = dict(held.by_place) if held else {}
    known = Conversation.objects.filter(pk=places.pop(place.pk, None), place=place, closed_at=None).first()
    conversation = known or Conversation.objects.create(
        hotel=place.hotel, place=place, language=_language(request, place.hotel.languages, place.hotel.default_language)
    )
    response = HttpResponseRedirect("/chat/")
    renewed = pass_cookie.Pass(conversation=conversation.pk, by_place={**places, place.pk: conversation.pk})
    response.set_cookie(
        pass_cookie.COOKIE,
        renewed.write(),
        max_age=settings.GUESTCHAT_SESSION_DAYS * 86_400,
        httponly=True,
        secure=settings.BEHIND_TLS,
        samesite="Lax",
    )
    return response


def _language(request: HttpRequest, offered: list[str], default: str) -> str:
    """Return the browser's first language that the hotel offers, else the hotel's own."""
    for entry in request.headers.get("Accept-Language", "").split(","):
        wanted = entry.split(";")[0].strip().lower()
        for language in offered:
            if wanted and wanted.split("-")[0] == language.split("-")[0].lower():
                return language
    return default


def _friendly(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        language = get_supported_language_variant(request.headers.get("Accept-Language", "en")[:2])
    except LookupError:
        language = "en"
    return render(request, template, {"t": page_texts(language), "language": language[:2]}, status=status)


def _conversation(request: HttpRequest) -> Conversation | None:
    """Return the conversation that this browser's pass opens."""
    held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
    if held is None:
        return None
    return (
        Conversation.objects.select_related("place", "hotel").filter(pk=held.conversation, closed_at=None).first()
    )


def _ended(request: HttpRequest) -> HttpResponse:
    if _wants_json(request):
        return _refused("closed", "This conversation has ended. Scan the code again.")
    return _friendly(request, "guest/ended.html", 403)


# --- the chat ---------------------------------------------------------------
@never_cache
@require_safe
def chat(request: HttpRequest) -> HttpResponse:
    """The chat's page with its history; `?lang=` changes the page's language."""
    conversation = _conversation(request)
    hotel = catalogue.current(conversation.hotel_id) if conversation else None
    if conversation is None or hotel is None:
        return _ended(request)
    wanted = request.GET.get("lang", "")
    if wanted in _offered(hotel):
        conversation.language = wanted
        conversation.save(update_fields=["language"])
    return render(request, "guest/chat.html", _page(request, conversation, hotel))


def _offered(hotel: Catalogue) -> list[str]:
    return [each for each in hotel.content.languages if each[:2] in LANGUAGES] or ["en"]


def _page(request: HttpRequest, conversation: Conversation, hotel: Catalogue) -> dict[str, Any]:
    language = conversation.language if conversation.language[:2] in LANGUAGES else "en"
    t = page_texts(language)
    place = conversation.place
    rows = list(Message.objects.filter(conversation=conversation).order_by("seq"))
    return {
        "t": t,
        "language": language[:2],
        "languages": [{"code": each, "name": LANGUAGES[each[:2]]} for each in _offered(hotel)],
        "hotel_name": hotel.content.name,
        "hotel_phone": hotel.content.phone,
        "place_label": _place_label(place, t),
        "messages": _frames(conversation, rows),
        "seq": conversation.seq,
        "conversation": str(conversation.pk),
        "suggestions": suggestions(
            hotel.content, language, hotel.content.places_by_key.get(place.key if place else "")
        ),
        "menu_url": "/menu/" if hotel.content.offers else "",
        "notice": t["script"].get(request.GET.get("notice", ""), ""),
    }


def _place_label(place: Place | None, t: Mapping[str, Any]) -> str:
    if place is None:
        return ""
    kind = t.get("place_kind", {}).get(place.kind, "")
    return place.label if not kind or place.kind in {"lobby", "other"} else f"{kind} {place.label}"


def _frames(conversation: Conversation, rows: list[Message]) -> list[dict[str, Any]]:
    requests = turns.requests_of(conversation.pk, [row.seq for row in rows])
    return [frames.message(row, requests.get(row.seq)) for row in rows]


@csrf_exempt  # the pass is SameSite=Lax and `_is_ours` asks for our own origin: nothing foreign gets here with a pass
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """Ask without a socket (POST), or read what came after a number (GET)."""
    if not _is_ours(request):
        return _refused("bad_frame", "The request comes from another site.", status=403)
    conversation = _conversation(request)
    if conversation is None:
        return _ended(request)
    if request.method == "POST":
        return _ask(request, conversation)
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and int(after) <= frames.MAX_SEQ):
        return _refused("bad_frame", "after is a message's number.")
    return _said(request, conversation, int(after))


def _is_ours(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.get_host().lower()
    except ValueError:
        return False


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(code: str, detail: str, id: str | None = None, *, after: float | None = None, status: int = 0) -> HttpResponse:
    response = JsonResponse(frames.error(code, detail, id, after), status=status or _STATUS[code])
    if after is not None:
        response["Retry-After"] = str(max(1, round(after)))
    return response


def _ask(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """Commit the question, answer it, and show both: the very turn that the socket runs."""
    try:
        ask = frames.read_ask(_form(request))
        turn = turns.begin(conversation.pk, ask.text, ask.id)
        if turn.is_repeat:
            finish_pending(conversation.pk)
        else:
            turns.finish(turn, answer_or_apologise(turn))
    except frames.BadFrame as bad:
        return _failed(request, bad.code, bad.detail, bad.id)
    except turns.ConversationClosed:
        return _ended(request)
    except turns.TooManyQuestions as refused:
        return _failed(request, "rate_limited", "Too many questions at once.", str(ask.id), refused.retry_after_s)
    except DatabaseError:
        return _failed(request, "unavailable", "The database is not available. Try again.", after=2.0)
    if _wants_json(request) or request.headers.get("HX-Request"):
        return _said(request, conversation, turn.question.seq - 1)
    return HttpResponseRedirect("/chat/#last", status=303)


def _form(request: HttpRequest) -> Mapping[str, Any]:
    """Return the form's fields; a form without a script has no id to give, and gets one."""
    if request.content_type == "application/json":
        try:
            sent = json.loads(request.body)
        except (ValueError, RecursionError):
            sent = None
        if not isinstance(sent, dict):
            raise frames.BadFrame("The body is one JSON object.")
        return sent
    return {"text": request.POST.get("text"), "id": request.POST.get("id") or str(uuid.uuid4())}


def _failed(
    request: HttpRequest, code: str, detail: str, id: str | None = None, after: float | None = None
) -> HttpResponse:
    if _wants_json(request) or request.headers.get("HX-Request"):
        return _refused(code, detail, id, after=after)
    return HttpResponseRedirect(f"/chat/?notice={code}", status=303)


def _said(request: HttpRequest, conversation: Conversation, after: int) -> HttpResponse:
    last, rows = turns.said_after(conversation.pk, after)
    said = _frames(conversation, rows)
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"seq": last, "messages": said})
    else:
        t = page_texts(conversation.language)
        response = render(request, "guest/_messages.html", {"messages": said, "t": t, "language": conversation.language})
    patch_vary_headers(response, ["Accept"])
    return response


# --- the menu and the receipt -----------------------------------------------
@never_cache
@require_safe
def menu(request: HttpRequest, venue_key: str | None = None) -> HttpResponse:
    """The readable menu of the guest's hotel, or of one of its venues."""
    conversation = _conversation(request)
    hotel = catalogue.current(conversation.hotel_id) if conversation else None
    if conversation is None or hotel is None:
        return _ended(request)
    if venue_key is None:
        return menu_views.menu_index(request, hotel.content, conversation.language)
    return menu_views.menu_page(request, hotel.content, venue_key, conversation.language)


@never_cache
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """What one answer was made from. Its code is random and known only to whoever got the answer."""
    row = Message.objects.select_related("hotel").filter(receipt=code).first()
    if row is None:
        return _friendly(request, "guest/not_found.html", 404)
    language = row.language or row.hotel.default_language
    return render(
        request,
        "guest/receipt.html",
        {"t": page_texts(language), "language": language[:2], "hotel_name": row.hotel.name, "message": frames.message(row)},
    )
