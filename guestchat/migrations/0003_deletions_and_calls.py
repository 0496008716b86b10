"""Log what was deleted by its numbers, and know which requests are calls for a person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("guestchat", "0002_requests_of_one_answer"),
        ("menus", "0005_retention"),
    ]

    operations = [
        migrations.AddField(
            model_name="servicerequest",
            name="escalated_at",
            field=models.DateTimeField(blank=True, help_text="When nobody had looked at the call in time.", null=True),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="is_call",
            field=models.BooleanField(
                default=False, help_text="A call for a person: opened without waiting for a word."
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["hotel", "created_at"], name="message_is_pending"
            ),
        ),
        migrations.CreateModel(
            name="Deletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("guest", "By the guest"),
                            ("retention", "Kept long enough"),
                            ("staff", "By the staff"),
                        ],
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
                ("deleted_at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("conversations", models.PositiveIntegerField(default=0, verbose_name="chats")),
                ("messages", models.PositiveIntegerField(default=0, verbose_name="messages")),
                ("requests", models.PositiveIntegerField(default=0, verbose_name="requests")),
                ("ratings", models.PositiveIntegerField(default=0, verbose_name="ratings")),
                (
                    "hotel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deletions", to="menus.hotel"
                    ),
                ),
            ],
            options={
                "verbose_name": "deletion",
                "verbose_name_plural": "deleted chats",
                "ordering": ["-deleted_at", "-pk"],
            },
        ),
    ]
