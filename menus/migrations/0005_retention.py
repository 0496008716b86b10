"""Let a hotel say how long chats are kept and when a call for a person is urgent.

Like the second factor, neither is content: a change of these alone leaves the version, so nobody reads the hotel anew.
"""

import django.core.validators
from django.db import migrations, models

NEXT_VERSION = """
CREATE OR REPLACE FUNCTION menus_hotel_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {unless_only_settings}
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
"""
UNLESS_ONLY_SETTINGS = """
    IF (NEW.retention_days, NEW.escalate_after_minutes, NEW.second_factor)
       IS DISTINCT FROM (OLD.retention_days, OLD.escalate_after_minutes, OLD.second_factor)
    AND to_jsonb(NEW) - '{retention_days,escalate_after_minutes,second_factor}'::text[]
      = to_jsonb(OLD) - '{retention_days,escalate_after_minutes,second_factor}'::text[] THEN
        RETURN NEW;
    END IF;
"""


class Migration(migrations.Migration):
    """Add the two settings."""

    dependencies = [
        ("menus", "0004_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="hotel",
            name="escalate_after_minutes",
            field=models.PositiveSmallIntegerField(
                default=10,
                help_text="1 to 240. A guest who asked for a person and was seen by nobody by then is put first.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)],
                verbose_name="minutes until a call for a person is urgent",
            ),
        ),
        migrations.AddField(
            model_name="hotel",
            name="retention_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="1 to 365. A chat is deleted for good so many days after the guest's last message.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)],
                verbose_name="days that chats are kept",
            ),
        ),
        migrations.AddConstraint(
            model_name="hotel",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_days__range", (1, 365))), name="hotel_retention_days_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="hotel",
            constraint=models.CheckConstraint(
                condition=models.Q(("escalate_after_minutes__range", (1, 240))),
                name="hotel_escalate_after_minutes_in_range",
            ),
        ),
        migrations.RunSQL(
            NEXT_VERSION.format(unless_only_settings=UNLESS_ONLY_SETTINGS),
            NEXT_VERSION.format(unless_only_settings=""),
        ),
    ]
