"""Owns the rows of what a hotel offers and who may edit them; each row belongs to one hotel. Knows no conversation."""

import datetime as dt
import secrets
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from menus.allergens import CODES, DIETS, Status
from menus.texts import pick, validate_text

KEY_PATTERN = r"^[a-z0-9-]{1,64}$"  # as PostgreSQL reads it, where $ is the very end
LEAST_CONFIDENCE, MOST_CONFIDENCE = 50, 99
"""In per cent: below the first an assistant guesses, above the second it never answers."""
MOST_RETENTION_DAYS = 365
MOST_ESCALATE_MINUTES = 240
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class User(AbstractUser):
    """A person on the staff's side; guests have no account."""


class TextField(models.JSONField):
    """A text in several languages: an object from language code to string, validated."""

    default_validators = [validate_text]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)


def key_field() -> models.CharField:  # type: ignore[type-arg]
    """Return the field of a key: unique among its kind within the hotel, by each model's own constraint."""
    return models.CharField(
        max_length=64,
        validators=[RegexValidator(r"^[a-z0-9-]{1,64}\Z", _("Use 1 to 64 of the characters a-z, 0-9 and -."))],
        help_text=_("A short name that imports and links know it by: a-z, 0-9 and -."),
    )


def days_field() -> ArrayField:  # type: ignore[type-arg]
    """Return the field of a set of weekdays."""
    return ArrayField(
        models.CharField(max_length=3, choices=[(day, day) for day in DAYS]), default=list, blank=True, size=7
    )


def has_key(model: str) -> list[models.BaseConstraint]:
    """Return the constraints of a keyed model."""
    return [
        models.UniqueConstraint(fields=["hotel", "key"], name=f"{model}_key_is_unique_in_hotel"),
        models.CheckConstraint(condition=Q(key__regex=KEY_PATTERN), name=f"{model}_key_is_well_formed"),
    ]


class Hotel(models.Model):
    """One hotel or restaurant: the owner of everything else here."""

    class SecondFactor(models.TextChoices):
        OPTIONAL = "optional", _("Whoever wants one")
        HOUSE = "house", _("Owners and managers must have one")
        EVERYBODY = "everybody", _("Everybody on the staff must have one")

    slug = models.CharField(
        max_length=64, unique=True, validators=[RegexValidator(r"^[a-z0-9-]{1,64}\Z", _("Use a-z, 0-9 and -."))]
    )
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="Europe/Berlin")
    currency = models.CharField(max_length=3, default="EUR")
    default_language = models.CharField(max_length=16, default="en")
    languages = ArrayField(models.CharField(max_length=16), default=list)
    description = TextField(blank=True)
    address = models.CharField(max_length=500, blank=True)
    phone = models.CharField(max_length=64, blank=True)
    email = models.CharField(max_length=254, blank=True)
    check_in = models.TimeField(null=True, blank=True)
    check_out = models.TimeField(null=True, blank=True)
    # A setting of the house and no content: the hotel file does not carry it, and an import leaves it as it is.
    answer_confidence = models.PositiveSmallIntegerField(
        _("how sure before it answers"),
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_CONFIDENCE), MaxValueValidator(MOST_CONFIDENCE)],
        help_text=_("50 to 99 per cent; empty: as measured. Higher: asks back or passes on more and errs less."),
    )
    second_factor = models.CharField(
        _("second factor at login"),
        max_length=16,
        choices=SecondFactor.choices,
        default=SecondFactor.OPTIONAL,
        help_text=_("A code from an app on the phone, after the password. Only owners change this."),
    )
    # Nothing that an answer is made of: a change of these two, or of the one above, leaves the version as it is.
    retention_days = models.PositiveSmallIntegerField(
        _("days that chats are kept"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RETENTION_DAYS)],
        help_text=_("1 to 365. A chat is deleted for good so many days after the guest's last message."),
    )
    escalate_after_minutes = models.PositiveSmallIntegerField(
        _("minutes until a call for a person is urgent"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_ESCALATE_MINUTES)],
        help_text=_("1 to 240. A guest who asked for a person and was seen by nobody by then is put first."),
    )
    color = models.CharField(
        _("colour"),
        max_length=7,
        default="#1f5145",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six of 0-9, a-f."))],
        help_text=_("Of what you print for guests: the sheets with the codes."),
    )
    # Bumped by database triggers at every change of the hotel or of anything it owns; see the first migration.
    version = models.BigIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=KEY_PATTERN), name="hotel_slug_is_well_formed"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="hotel_currency_is_iso_4217"),
            models.CheckConstraint(condition=Q(color__regex=r"^#[0-9a-fA-F]{6}$"), name="hotel_color_is_hexadecimal"),
            models.CheckConstraint(
                condition=Q(answer_confidence__isnull=True)
                | Q(answer_confidence__range=(LEAST_CONFIDENCE, MOST_CONFIDENCE)),
                name="hotel_answer_confidence_in_range",
            ),
            models.CheckConstraint(
                condition=Q(retention_days__range=(1, MOST_RETENTION_DAYS)), name="hotel_retention_days_in_range"
            ),
            models.CheckConstraint(
                condition=Q(escalate_after_minutes__range=(1, MOST_ESCALATE_MINUTES)),
                name="hotel_escalate_after_minutes_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)

    def today(self, now: dt.datetime | None = None) -> dt.date:
        """Return the day that the hotel's own calendar shows, now or at an aware moment."""
        return (now or timezone.now()).astimezone(self.zone).date()


class Membership(models.Model):
    """What one person may do in one hotel."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        RECEPTION = "reception", _("Reception")
        KITCHEN = "kitchen", _("Kitchen")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hotel"], name="membership_is_unique")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Owned(models.Model):
    """A row below another one; its hotel is always the hotel of the row above."""

    above: ClassVar[str] = "hotel"
    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, editable=False, related_name="+")

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.above != "hotel":
            self.hotel_id = getattr(self, self.above).hotel_id
        super().save(*args, **kwargs)


class Venue(models.Model):
    """A part of the hotel with hours of its own: a restaurant, a bar, the spa."""

    class Kind(models.TextChoices):
        RESTAURANT = "restaurant", _("Restaurant")
        BAR = "bar", _("Bar")
        CAFE = "cafe", _("Café")
        ROOM_SERVICE = "room_service", _("Room service")
        SPA = "spa", _("Spa")
        POOL = "pool", _("Pool")
        GYM = "gym", _("Gym")
        SHOP = "shop", _("Shop")
        RECEPTION = "reception", _("Reception")
        OTHER = "other", _("Other")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="venues")
    key = key_field()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = TextField()
    description = TextField(blank=True)
    location = TextField(blank=True)
    phone = models.CharField(max_length=64, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            *has_key("venue"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "restaurant",
                        "bar",
                        "cafe",
                        "room_service",
                        "spa",
                        "pool",
                        "gym",
                        "shop",
                        "reception",
                        "other",
                    ]
                ),
                name="venue_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return pick(self.name) or self.key


class OpeningHours(Owned):
    """When a venue is open: on weekdays, or on one date, which overrides its weekday."""

    above = "venue"
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="opening_hours")
    days = days_field()
    date = models.DateField(null=True, blank=True, help_text=_("Instead of weekdays: this one date."))
    closed = models.BooleanField(default=False)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True, help_text=_("Earlier than or equal to opening: past midnight."))
    label = TextField(blank=True, help_text=_("Such as breakfast, lunch, last orders."))
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = _("opening hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed=True, opens=None, closes=None)
                | Q(closed=False, opens__isnull=False, closes__isnull=False),
                name="hours_are_closed_or_have_both_times",
            ),
            models.CheckConstraint(
                condition=Q(date=None, days__len__gt=0) | Q(date__isnull=False, days__len=0),
                name="hours_have_days_or_a_date",
            ),
            models.CheckConstraint(condition=Q(days__contained_by=list(DAYS)), name="hours_days_are_weekdays"),
        ]

    def __str__(self) -> str:
        when = self.date or ", ".join(self.days)
        return f"{when}: closed" if self.closed else f"{when}: {self.opens:%H:%M}–{self.closes:%H:%M}"


class Menu(Owned):
    """A menu card of a venue."""

    above = "venue"
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="menus")
    key = key_field()
    name = TextField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = has_key("menu")

    def __str__(self) -> str:
        return pick(self.name) or self.key


class ServingTime(Owned):
    """When a menu is served; a menu without any is served whenever its venue is open."""

    above = "menu"
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="served")
    days = days_field()
    starts = models.TimeField()
    ends = models.TimeField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(days__len__gt=0), name="serving_time_has_days"),
            models.CheckConstraint(condition=Q(days__contained_by=list(DAYS)), name="serving_days_are_weekdays"),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.days)}: {self.starts:%H:%M}–{self.ends:%H:%M}"


class MenuSection(Owned):
    """A heading of a menu card with its dishes."""

    above = "menu"
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="sections")
    name = TextField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return pick(self.name)


class MenuItem(Owned):
    """A dish or a drink."""

    above = "section"
    section = models.ForeignKey(MenuSection, on_delete=models.CASCADE, related_name="items")
    key = key_field()
    name = TextField()
    description = TextField(blank=True)
    price = models.DecimalField(
        max_digits=10, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    portion = models.CharField(max_length=64, blank=True)
    diets = ArrayField(models.CharField(max_length=16, choices=[(d, d) for d in DIETS]), default=list, blank=True)
    allergens_complete = models.BooleanField(
        default=False, help_text=_("The list is complete: what it leaves out is not in the dish.")
    )
    allergens_confirmed_on = models.DateField(null=True, blank=True)
    available = models.BooleanField(default=True)
    spiciness = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(3)])
    calories = models.PositiveIntegerField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            *has_key("item"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="item_price_is_not_negative"),
            models.CheckConstraint(condition=Q(spiciness=None) | Q(spiciness__lte=3), name="item_spiciness_is_0_to_3"),
            models.CheckConstraint(condition=Q(diets__contained_by=list(DIETS)), name="item_diets_are_known"),
        ]

    def __str__(self) -> str:
        return pick(self.name) or self.key


class Option(Owned):
    """Something that a guest may order with a dish."""

    above = "item"
    item = models.ForeignKey(MenuItem, on_delete=models.CASCADE, related_name="options")
    key = key_field()
    name = TextField()
    price = models.DecimalField(
        max_digits=10, decimal_places=3, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    allergens_complete = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            *has_key("option"),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="option_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return pick(self.name) or self.key


DECLARABLE = [(each.value, each.value) for each in (Status.CONTAINS, Status.MAY_CONTAIN, Status.FREE)]


class AllergenDeclaration(Owned):
    """One declared allergen; what has no row was not declared."""

    code = models.CharField(max_length=32, choices=[(code, code) for code in CODES])
    status = models.CharField(max_length=16, choices=DECLARABLE)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.code}: {self.status}"


def declares(model: str) -> list[models.BaseConstraint]:
    """Return the constraints of a model of declared allergens."""
    return [
        models.UniqueConstraint(fields=[model, "code"], name=f"{model}_allergen_is_declared_once"),
        models.CheckConstraint(condition=Q(code__in=list(CODES)), name=f"{model}_allergen_code_is_known"),
        models.CheckConstraint(
            condition=Q(status__in=[value for value, _label in DECLARABLE]), name=f"{model}_allergen_status_is_known"
        ),
    ]


class ItemAllergen(AllergenDeclaration):
    """An allergen declared for a dish."""

    above = "item"
    item = models.ForeignKey(MenuItem, on_delete=models.CASCADE, related_name="allergens")

    class Meta(AllergenDeclaration.Meta):
        constraints = declares("item")


class OptionAllergen(AllergenDeclaration):
    """An allergen declared for an option."""

    above = "option"
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="allergens")

    class Meta(AllergenDeclaration.Meta):
        constraints = declares("option")


class Article(models.Model):
    """A question that guests ask, and the hotel's answer."""

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="articles")
    key = key_field()
    question = TextField()
    also_asked = models.JSONField(default=list, blank=True, help_text=_("Other ways to ask it: a list of texts."))
    answer = TextField()
    category = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            *has_key("article"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="article_is_valid_from_before_until",
            ),
        ]

    def __str__(self) -> str:
        return pick(self.question) or self.key


def new_place_code() -> str:
    """Return a fresh code of 128 random bits: whoever holds it may chat at that place."""
    return secrets.token_urlsafe(16)


class Place(models.Model):
    """Where a QR code hangs: a room, a table, the lobby."""

    class Kind(models.TextChoices):
        ROOM = "room", _("Room")
        TABLE = "table", _("Table")
        LOBBY = "lobby", _("Lobby")
        OTHER = "other", _("Other")

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="places")
    key = key_field()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=64)
    venue = models.ForeignKey(Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="places")
    code = models.CharField(max_length=32, unique=True, default=new_place_code, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = has_key("place")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"
