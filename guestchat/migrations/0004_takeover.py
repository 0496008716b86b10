"""Know who on the staff has a conversation, who wrote a message, and who moved a request last."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guestchat", "0003_deletions_and_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="staff_seen",
            field=models.PositiveIntegerField(
                default=0, help_text="The last number that somebody on the staff has seen."
            ),
        ),
        migrations.AddField(
            model_name="conversation",
            name="taken_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Who on the staff has taken it over; the assistant is silent meanwhile.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="author",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The name that the guest reads over it.",
                max_length=150,
            ),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                help_text="Who on the staff has moved it last.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Being answered"),
                    ("complete", "Complete"),
                    ("stopped", "Stopped by the guest"),
                    ("passed_on", "Passed on to the person who has the conversation"),
                ],
                default="complete",
                max_length=16,
            ),
        ),
    ]
