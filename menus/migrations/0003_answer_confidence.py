"""Let a hotel say how sure the assistant must be before it answers."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("menus", "0002_version_triggers")]

    operations = [
        migrations.AddField(
            model_name="hotel",
            name="answer_confidence",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="50 to 99 per cent; empty: as measured. Higher: asks back or passes on more and errs less.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(50),
                    django.core.validators.MaxValueValidator(99),
                ],
                verbose_name="how sure before it answers",
            ),
        ),
        migrations.AddConstraint(
            model_name="hotel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_confidence__isnull", True), ("answer_confidence__range", (50, 99)), _connector="OR"
                ),
                name="hotel_answer_confidence_in_range",
            ),
        ),
    ]
