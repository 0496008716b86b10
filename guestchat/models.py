"""Owns the rows of the conversation: what was said, what it was answered from, and what search may find."""

import base64
import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from menus.models import Hotel, Place

# PostgreSQL's own Snowball configurations; a language without one is searched word for word.
SEARCH_CONFIGURATIONS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}


def _search_vector() -> Case:
    return Case(
        *(
            When(language=language, then=SearchVector("words", config=configuration))
            for language, configuration in SEARCH_CONFIGURATIONS.items()
        ),
        default=SearchVector("words", config="simple"),
    )


class Passage(models.Model):
    """A text by which search finds a row. It only points: what is said is read from the row."""

    class Source(models.TextChoices):
        ARTICLE = "article"
        ITEM = "item"
        MENU = "menu"
        VENUE = "venue"
        HOTEL = "hotel"

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="passages")
    source_type = models.CharField(max_length=8, choices=Source.choices)
    source_key = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    # 0 is the row's own text, 1 and up are the other ways in which it is asked for.
    variant = models.PositiveSmallIntegerField()
    words = models.TextField(help_text="The text with its accents folded, for full-text search.")
    content_hash = models.CharField(max_length=64)
    embedding = HalfVectorField(dimensions=384)
    search = models.GeneratedField(expression=_search_vector(), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        constraints = [
            # Its index begins with the hotel, so it serves the exact scan by hotel as well.
            models.UniqueConstraint(
                fields=["hotel", "source_type", "source_key", "language", "variant"], name="passage_is_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_type}:{self.source_key}:{self.language}:{self.variant}"


class Conversation(models.Model):
    """One guest's talk at one place. Its row lock orders everything that is written into it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="conversations")
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, related_name="conversations")
    language = models.CharField(max_length=16)
    seq = models.PositiveIntegerField(default=0, help_text="The last message's number.")
    tokens = models.FloatField(default=0, help_text="Questions left in the burst when last asked.")
    asked_at = models.DateTimeField(null=True, help_text="When the tokens were last counted.")
    context = models.JSONField(default=dict, help_text="What a follow-up may refer to: rows, never text.")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who on the staff has taken it over; the assistant is silent meanwhile.",
    )
    staff_seen = models.PositiveIntegerField(
        default=0, help_text="The last number that somebody on the staff has seen."
    )

    class Meta:
        indexes = [
            # A few rows at any time, looked for every minute; none of what a question changes is in it.
            models.Index(
                fields=["hotel"], condition=Q(taken_by__isnull=False, closed_at=None), name="conversation_is_taken"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """One message. A guest's and its answer's numbers are taken together, so an answer has its place from the start."""

    class Role(models.TextChoices):
        GUEST = "guest", _("Guest")
        ASSISTANT = "assistant", _("Assistant")
        STAFF = "staff", _("Staff")
        SYSTEM = "system", _("System")

    class Status(models.TextChoices):
        PENDING = "pending", _("Being answered")
        COMPLETE = "complete", _("Complete")
        STOPPED = "stopped", _("Stopped by the guest")
        PASSED_ON = "passed_on", _("Passed on to the person who has the conversation")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=16, choices=Role.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.COMPLETE)
    client_id = models.UUIDField(null=True, help_text="The sender's own id: the same id twice is one message.")
    reply_to = models.PositiveIntegerField(null=True, help_text="The number of the message that this one answers.")
    author = models.CharField(
        max_length=150, blank=True, default="", db_default="", help_text="The name that the guest reads over it."
    )
    text = models.TextField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    # What an answer was made from and said; see answering.answer.Answer.
    sources = models.JSONField(default=list)
    items = models.JSONField(default=list)
    claims = models.JSONField(default=list)
    suggestions = models.JSONField(default=list)
    receipt = models.CharField(max_length=32, null=True, unique=True)
    # Of an answer, when its question was asked: its row is there from then on.
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, help_text="When an answer was written; none before it is there.")

    class Meta:
        ordering = ["conversation", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_is_unique"),
            models.UniqueConstraint(fields=["conversation", "client_id"], name="message_client_id_is_unique"),
            models.UniqueConstraint(
                fields=["conversation", "reply_to"],
                condition=Q(role="assistant"),
                name="message_is_answered_once",
            ),
        ]
        indexes = [
            # A few rows at any time: what a process that died has left is looked for every minute.
            models.Index(fields=["hotel", "created_at"], condition=Q(status="pending"), name="message_is_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.seq}"


class ServiceRequest(models.Model):
    """Something that a guest wants done. It counts once the guest confirms it; a call for a person counts at once."""

    class Kind(models.TextChoices):
        HOUSEKEEPING = "housekeeping", _("Housekeeping")
        MAINTENANCE = "maintenance", _("Maintenance")
        TAXI = "taxi", _("Taxi")
        ORDER = "order", _("Order")
        LATE_CHECKOUT = "late_checkout", _("Late check-out")
        WAKE_UP = "wake_up", _("Wake-up call")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        NEW = "new", _("New")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="service_requests")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="service_requests")
    seq = models.PositiveIntegerField(help_text="The number of the answer that proposed it.")
    number = models.PositiveSmallIntegerField(default=0, help_text="Its place among the requests of one answer.")
    urgent = models.BooleanField(default=False, help_text="Somebody is in danger: opened without waiting for a word.")
    is_call = models.BooleanField(default=False, help_text="A call for a person: opened without waiting for a word.")
    escalated_at = models.DateTimeField(null=True, blank=True, help_text="When nobody had looked at the call in time.")
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When the house was written to, still unseen.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who on the staff has moved it last.",
    )
    quantity = models.PositiveIntegerField(null=True)
    details = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PROPOSED)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq", "number"], name="request_is_proposed_once")
        ]
        indexes = [
            # A few rows at any time, looked for every minute.
            models.Index(fields=["hotel"], condition=Q(is_call=True, status="new"), name="request_is_open_call"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.status})"


class Rating(models.Model):
    """A guest's thumb on an answer."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="rating")
    value = models.SmallIntegerField()
    created_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(value__in=[-1, 1]), name="rating_is_up_or_down")]

    def __str__(self) -> str:
        return f"{self.value:+d}"


class Gap(models.Model):
    """What became of a question without a good answer; one without such a row is open."""

    class State(models.TextChoices):
        ANSWERED = "answered", _("Answered by an article")
        DISMISSED = "dismissed", _("Put away")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="gap")
    state = models.CharField(max_length=16, choices=State.choices)
    article = models.CharField(max_length=64, blank=True, help_text="The key of the article that was written for it.")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.message_id} ({self.state})"


class Deletion(models.Model):
    """That something was deleted, and how much: never what."""

    class Reason(models.TextChoices):
        GUEST = "guest", _("By the guest")
        RETENTION = "retention", _("Kept long enough")
        STAFF = "staff", _("By the staff")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="deletions")
    reason = models.CharField(_("why"), max_length=16, choices=Reason.choices)
    deleted_at = models.DateTimeField(_("when"), auto_now_add=True)
    conversations = models.PositiveIntegerField(_("chats"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    requests = models.PositiveIntegerField(_("requests"), default=0)
    ratings = models.PositiveIntegerField(_("ratings"), default=0)

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        verbose_name = _("deletion")
        verbose_name_plural = _("deleted chats")

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.messages}"


def new_webhook_secret() -> str:
    """Return a fresh key of 192 random bits, written as Standard Webhooks asks for."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


class Webhook(models.Model):
    """A system of the hotel's own that is told of every step of its requests."""

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=80, help_text=_("What your team calls it: “Housekeeping tablet”."))
    url = models.CharField(
        _("address"), max_length=500, help_text=_("Where it listens: https://… as its maker told you.")
    )
    secret = models.CharField(
        _("secret"),
        max_length=64,
        default=new_webhook_secret,
        help_text=_("Give it to the other system: by it, it knows that a message is ours."),
    )
    is_active = models.BooleanField(_("told"), default=True)
    failures = models.PositiveIntegerField(default=0, editable=False)
    # Nothing is sent before: it has just failed, or a worker is at it.
    next_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["hotel", "name", "pk"]
        verbose_name = _("connected system")
        verbose_name_plural = _("connected systems")

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """That a system is to be told of one step, and how that went. What is told is read from the request when it is."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="+")
    event = models.UUIDField(default=uuid.uuid4, unique=True, help_text="By which the receiver knows a repetition.")
    kind = models.CharField(_("what"), max_length=32)
    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, null=True, related_name="+")
    reference = models.CharField(max_length=64, blank=True, help_text="How the receiver knows the request.")
    occurred_at = models.DateTimeField(_("when"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    result = models.CharField(_("how it went"), max_length=200, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["webhook", "id"],
                condition=Q(delivered_at=None, given_up_at=None),
                name="delivery_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.kind
