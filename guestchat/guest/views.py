"""Owns the guest's pages: the code's target, the chat with and without a socket, the menu, the receipt."""

import datetime as dt
import json
import logging
import math
import re
import uuid
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from guestchat import catalogue, keyholes, stays, turns
from guestchat.answering.answer import Source
from guestchat.answering.labels import label
from guestchat.answering.phrasing import phrasing
from guestchat.answering.suggestions import suggestions
from guestchat.catalogue import Catalogue
from guestchat.groups import tell_others, tell_staff
from guestchat.guest import frames, limits, pass_cookie
from guestchat.guest.consumer import ABANDONED_AFTER_S
from guestchat.guest.gatekeeper import is_own
from guestchat.guest.page_texts import LANGUAGES, page_texts
from guestchat.models import Conversation, Deletion, Message, Rating
from guestchat.traces import trace
from menus import tenancy
from menus import views as menu_views
from menus.allergen_names import name as allergen_name
from menus.models import Place

log = logging.getLogger(__name__)

_STATUS = {"bad_frame": 400, "too_long": 413, "rate_limited": 429, "busy": 429, "unavailable": 503, "closed": 410}
# What a code may be written with; anything else is no code, and some of it the database could not even look up.
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")


# --- scanning ---------------------------------------------------------------
@never_cache
@require_GET
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """Start or continue this browser's conversation at the place of a code, and lead to the chat."""
    found = keyholes.place_of_code(code) if _CODE.fullmatch(code) else None
    if found is None:
        return _unknown_code(request)
    hotel_id, place_id = found
    with tenancy.at(hotel_id):
        return _begin_at(request, place_id)


def _begin_at(request: HttpRequest, place_id: int) -> HttpResponse:
    place = Place.objects.select_related("hotel").filter(pk=place_id).first()
    if place is None:  # removed this very moment
        return _unknown_code(request)
    held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
    places = dict(held.by_place) if held else {}
    # Whoever comes back to the same room after weeks comes for another stay.
    begun = timezone.now() - dt.timedelta(days=settings.GUESTCHAT_SESSION_DAYS)
    still_open = Conversation.objects.filter(place=place, closed_at=None, created_at__gt=begun)
    known = still_open.filter(pk=places[place.pk]).first() if place.pk in places else None
    if known is None and (wait := limits.new_conversations.take(limits.address_of(request))):
        return _later(request, wait)
    conversation = known or Conversation.objects.create(
        hotel=place.hotel, place=place, language=_language(request, place.hotel.languages, place.hotel.default_language)
    )
    response = HttpResponseRedirect("/chat/")
    _hand_pass(response, conversation, places)
    return response


def _hand_pass(response: HttpResponse, conversation: Conversation, places: Mapping[int, uuid.UUID]) -> None:
    """Give a browser the pass to a conversation, beside those to conversations at other places."""
    others = {place: other for place, other in places.items() if place != conversation.place_id}
    by_place = others if conversation.place_id is None else {**others, conversation.place_id: conversation.pk}
    response.set_cookie(
        pass_cookie.COOKIE,
        pass_cookie.Pass(conversation=conversation.pk, hotel=conversation.hotel_id, by_place=by_place).write(),
        max_age=settings.GUESTCHAT_SESSION_DAYS * 86_400,
        httponly=True,
        secure=settings.BEHIND_TLS,
        samesite="Lax",
    )


def _unknown_code(request: HttpRequest) -> HttpResponse:
    """Say that a code is not valid; to an address that tries many, that it has to wait."""
    wait = limits.unknown_codes.take(limits.address_of(request))
    return _later(request, wait) if wait else _friendly(request, "guest/not_found.html", 404)


def _later(request: HttpRequest, wait: float) -> HttpResponse:
    response = _friendly(request, "guest/later.html", 429)
    response["Retry-After"] = str(math.ceil(wait))
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
    return Conversation.objects.select_related("place", "hotel").filter(pk=held.conversation, closed_at=None).first()


def _ended(request: HttpRequest) -> HttpResponse:
    if _wants_json(request):
        # Without a pass there is nothing that could have ended.
        held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
        return _refused("closed", "This conversation has ended. Scan the code again.", status=0 if held else 403)
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
        Conversation.objects.filter(pk=conversation.pk).update(language=wanted)
    try:
        return render(request, "guest/chat.html", _page(request, conversation, hotel))
    except turns.ConversationClosed:
        return _ended(request)


def _offered(hotel: Catalogue) -> list[str]:
    return [each for each in hotel.content.languages if each[:2] in LANGUAGES] or ["en"]


def _page(request: HttpRequest, conversation: Conversation, hotel: Catalogue) -> dict[str, Any]:
    language = conversation.language if conversation.language[:2] in LANGUAGES else "en"
    t = page_texts(language)
    place = conversation.place
    last, rows = _log(conversation, 0)
    return {
        "t": t,
        "language": language[:2],
        "languages": [{"code": each, "name": LANGUAGES[each[:2]]} for each in _offered(hotel)],
        "hotel_name": hotel.content.name,
        "hotel_phone": hotel.content.phone,
        "place_label": _place_label(place, t),
        "messages": _frames(conversation, rows),
        "seq": last,
        "conversation": str(conversation.pk),
        "suggestions": suggestions(
            hotel.content, language, hotel.content.places_by_key.get(place.key if place else "")
        ),
        "menu_url": "/menu/" if hotel.content.offers else "",
        "notice": _notice(request.GET.get("notice", ""), t, is_new=not last),
        "kept": t["kept"].format(days=conversation.hotel.retention_days),
    }


def _notice(code: str, t: Mapping[str, Any], *, is_new: bool) -> str:
    """Return what a page says of what was just done without a script, or was refused."""
    if code == "deleted":
        return str(t["deleted"]) if is_new else ""
    return str(t["script"][code]) if code in _STATUS else ""


def _log(conversation: Conversation, after: int) -> tuple[int, list[Message]]:
    """Return the last number and the messages after one; an answer whose process died is written first."""
    last, rows = turns.said_after(conversation.pk, after)
    oldest = timezone.now() - dt.timedelta(seconds=ABANDONED_AFTER_S)
    if any(row.status == Message.Status.PENDING and row.created_at <= oldest for row in rows):
        turns.finish_pending(conversation.pk, older_than_s=ABANDONED_AFTER_S)
        async_to_sync(tell_others)(conversation.pk)
        last, rows = turns.said_after(conversation.pk, after)
    return last, rows


def _place_label(place: Place | None, t: Mapping[str, Any]) -> str:
    if place is None:
        return ""
    kind = t.get("place_kind", {}).get(place.kind, "")
    return place.label if not kind or place.kind in {"lobby", "other"} else f"{kind} {place.label}"


def _frames(conversation: Conversation, rows: list[Message]) -> list[dict[str, Any]]:
    """Return messages as the page shows them: with their requests, and with the guest's own ratings."""
    requests = turns.requests_of(conversation.pk, [row.seq for row in rows])
    rated = {row.pk for row in rows if row.role == Message.Role.ASSISTANT}
    ratings = dict(Rating.objects.filter(message__in=rated).values_list("message", "value")) if rated else {}
    return [
        frames.message(row, requests.get(row.seq)) | ({"rating": ratings[row.pk]} if row.pk in ratings else {})
        for row in rows
    ]


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
    try:
        if request.method == "POST":
            form = _form(request)
            if _is_elsewhere(form, conversation):
                return _moved(request, conversation)
            return _posted(request, conversation, form)
        if _is_elsewhere(request.GET, conversation):
            return _moved(request, conversation)
        return _said(request, conversation, _number(request.GET.get("after", "0")))
    except frames.BadFrame as bad:
        return _failed(request, bad.code, bad.detail, bad.id)
    except turns.ConversationClosed:
        return _ended(request)
    except DatabaseError as error:
        log.error("database unavailable: %s", trace(error))
        return _failed(request, "unavailable", "The database is not available. Try again.", after=2.0)


def _number(written: str) -> int:
    if re.fullmatch(r"[0-9]{1,10}", written) and int(written) <= frames.MAX_SEQ:
        return int(written)
    raise frames.BadFrame("after is a message's number.")


def _is_ours(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or is_own(origin, request.get_host())


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(
    code: str, detail: str, id: str | None = None, *, after: float | None = None, status: int = 0
) -> HttpResponse:
    response = JsonResponse(frames.error(code, detail, id, after), status=status or _STATUS[code])
    if after is not None:
        response["Retry-After"] = str(max(1, math.ceil(after)))
    return response


def _posted(request: HttpRequest, conversation: Conversation, form: Mapping[str, Any]) -> HttpResponse:
    if "confirm" in form:
        return _confirm(request, conversation, form)
    return _rate(request, conversation, form) if "rate" in form else _ask(request, conversation, form)


def _is_elsewhere(form: Mapping[str, Any], conversation: Conversation) -> bool:
    """Return whether a tab is of another conversation: it was left open when another code was scanned."""
    return bool(form.get("conversation", str(conversation.pk)) != str(conversation.pk))


def _moved(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    if not _shows_a_part(request):
        return HttpResponseRedirect("/chat/", status=303)
    error = frames.error("closed", "This browser has scanned another code.")
    return JsonResponse(error | {"conversation": str(conversation.pk)}, status=409)


def _ask(request: HttpRequest, conversation: Conversation, form: Mapping[str, Any]) -> HttpResponse:
    """Commit the question, answer it, and show both: the very turn that the socket runs."""
    ask = frames.read_ask(form)
    try:
        spot = turns.Spot(conversation.hotel_id, conversation.place_id)
        turn = turns.begin(conversation.pk, ask.text, ask.id, spot)
    except turns.TooManyQuestions as refused:
        return _failed(request, "rate_limited", "Too many questions at once.", str(ask.id), refused.retry_after_s)
    if turn.is_repeat:
        turns.finish_pending(conversation.pk)
    else:
        answer = turns.answer_or_apologise(turn)
        turns.finish(turn, answer)
        if answer.concerns_staff:
            async_to_sync(tell_staff)(conversation.hotel_id)
        if answer.settlement is not None:
            async_to_sync(tell_others)(conversation.pk, request=answer.settlement.seq)
    async_to_sync(tell_others)(conversation.pk)
    if _shows_a_part(request):
        return _said(request, conversation, turn.question.seq - 1)
    return HttpResponseRedirect("/chat/#last", status=303)


def _confirm(request: HttpRequest, conversation: Conversation, form: Mapping[str, Any]) -> HttpResponse:
    """Take a guest's word on a proposed request: `confirm` is the number of the answer that proposed it."""
    confirm = frames.read_confirm({"seq": form["confirm"], "accept": form.get("accept")})
    proposed = turns.confirm(conversation.pk, confirm.seq, accept=confirm.accept)
    if proposed is None:
        raise frames.BadFrame("Nothing was proposed under this number.")
    async_to_sync(tell_others)(conversation.pk, request=confirm.seq)
    async_to_sync(tell_staff)(conversation.hotel_id)
    if _wants_json(request):
        return JsonResponse(frames.request(proposed))
    if request.headers.get("HX-Request"):
        row = Message.objects.get(conversation=conversation, seq=confirm.seq)
        return _fragment(request, conversation, [frames.message(row, proposed)])
    return HttpResponseRedirect(f"/chat/#message-{confirm.seq}", status=303)


def _rate(request: HttpRequest, conversation: Conversation, form: Mapping[str, Any]) -> HttpResponse:
    """Keep a guest's thumb on an answer: `rate` is the answer's number, `value` 1 or -1."""
    rate = frames.read_rate({"seq": form["rate"], "value": form.get("value")})
    if not turns.rate(conversation.pk, rate.seq, rate.value):
        raise frames.BadFrame("No answer has this number.")
    if _shows_a_part(request):
        return _said(request, conversation, rate.seq - 1)
    return HttpResponseRedirect(f"/chat/#message-{rate.seq}", status=303)


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
    # A form knows only texts; what is no number or no choice stays what it is, and is refused as such.
    form: dict[str, Any] = dict(request.POST.items())
    for name in ("confirm", "rate", "value"):
        if re.fullmatch(r"-?[0-9]{1,10}", form.get(name, "")):
            form[name] = int(form[name])
    if "accept" in form:
        form["accept"] = {"true": True, "false": False}.get(form["accept"], form["accept"])
    return {"text": None, **form, "id": form.get("id") or str(uuid.uuid4())}


def _failed(
    request: HttpRequest, code: str, detail: str, id: str | None = None, after: float | None = None
) -> HttpResponse:
    if _shows_a_part(request) or request.method != "POST":
        return _refused(code, detail, id, after=after)
    return HttpResponseRedirect(f"/chat/?notice={code}", status=303)


def _shows_a_part(request: HttpRequest) -> bool:
    return _wants_json(request) or "HX-Request" in request.headers


def _said(request: HttpRequest, conversation: Conversation, after: int) -> HttpResponse:
    last, rows = _log(conversation, after)
    said = _frames(conversation, rows)
    if _wants_json(request):
        response: HttpResponse = JsonResponse({"seq": last, "messages": said})
        patch_vary_headers(response, ["Accept"])
        return response
    return _fragment(request, conversation, said)


def _fragment(request: HttpRequest, conversation: Conversation, said: list[dict[str, Any]]) -> HttpResponse:
    language = conversation.language
    response = render(
        request, "guest/_messages.html", {"messages": said, "t": page_texts(language), "language": language[:2]}
    )
    patch_vary_headers(response, ["Accept", "HX-Request"])
    return response


# --- leaving ----------------------------------------------------------------
@csrf_exempt  # as above; and only a page of the conversation knows its number, which the form has to say
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Ask whether the guest means it (GET), then delete the conversation for good and begin afresh (POST)."""
    if not _is_ours(request):
        return _refused("bad_frame", "The request comes from another site.", status=403)
    conversation = _conversation(request)
    if conversation is None:
        return _ended(request)
    if request.method != "POST":
        return _ask_whether(request, conversation)
    try:
        if _form(request).get("conversation") != str(conversation.pk):
            return _moved(request, conversation)
        # Other tabs are told at the commit, and the answer with the new pass follows at once.
        with transaction.atomic():
            stays.delete(conversation, Deletion.Reason.GUEST)
            return _begin_afresh(request, conversation)
    except frames.BadFrame as bad:
        return _failed(request, bad.code, bad.detail, bad.id)
    except DatabaseError as error:
        log.error("database unavailable: %s", trace(error))
        return _failed(request, "unavailable", "The database is not available. Try again.", after=2.0)


def _ask_whether(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    open_requests = conversation.service_requests.filter(status__in=["new", "acknowledged"]).exists()
    return render(
        request,
        "guest/delete.html",
        {
            "t": page_texts(conversation.language),
            "language": conversation.language[:2],
            "hotel_name": conversation.hotel.name,
            "conversation": str(conversation.pk),
            "open_requests": open_requests,
        },
    )


def _begin_afresh(request: HttpRequest, deleted: Conversation) -> HttpResponse:
    """Begin a new conversation at the place of a deleted one, where its code still counts; else the page says scan."""
    place = Place.objects.filter(pk=deleted.place_id or 0, revoked_at=None).first()
    fresh = None
    if place is not None and not limits.new_conversations.take(limits.address_of(request)):
        fresh = Conversation.objects.create(hotel=deleted.hotel, place=place, language=deleted.language)
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse({"deleted": str(deleted.pk), "conversation": str(fresh.pk) if fresh else None})
    else:
        response = HttpResponseRedirect("/chat/?notice=deleted", status=303)
    if fresh is not None:
        held = pass_cookie.read(request.COOKIES.get(pass_cookie.COOKIE))
        _hand_pass(response, fresh, held.by_place if held else {})
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
    hotel_id = keyholes.hotel_of_receipt(code) if _CODE.fullmatch(code) else None
    if hotel_id is None:
        return _unknown_code(request)
    with tenancy.at(hotel_id):
        return _receipt(request, code)


def _receipt(request: HttpRequest, code: str) -> HttpResponse:
    row = Message.objects.select_related("hotel").filter(receipt=code).first()
    hotel = catalogue.current(row.hotel_id) if row else None
    if row is None or hotel is None:
        return _unknown_code(request)
    language = row.language or row.hotel.default_language
    t = page_texts(language)
    return render(
        request,
        "guest/receipt.html",
        {
            "t": t,
            "language": language[:2],
            "hotel_name": hotel.content.name,
            "message": frames.message(row),
            "claims": _claims(row, hotel, t, language),
            "said_at": _said_at(row, hotel, language),
        },
    )


def _claims(row: Message, hotel: Catalogue, t: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    """Return an answer's allergen statements in words: the dish, then what was said of it."""
    return [
        {
            "item": label(hotel.content, Source("item", claim["item"]), language) or claim["item"],
            "status": claim["status"],
            "statement": t["claim"][claim["status"]].format(allergen=allergen_name(claim["allergen"], language)),
        }
        for claim in row.claims
    ]


def _said_at(row: Message, hotel: Catalogue, language: str) -> str:
    """Return when an answer was given, by the hotel's clocks."""
    at, words = row.created_at.astimezone(hotel.content.zone), phrasing(language)
    return f"{words.full_date(at.date())}, {words.time(at)}"
