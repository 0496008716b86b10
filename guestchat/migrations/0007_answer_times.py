"""Know when an answer was written. Empty for those of before: nothing is rewritten, however many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guestchat", "0006_gaps")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="finished_at",
            field=models.DateTimeField(help_text="When an answer was written; none before it is there.", null=True),
        ),
    ]
