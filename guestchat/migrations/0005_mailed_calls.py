"""Know when the house was written to about a call that nobody looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guestchat", "0004_takeover")]

    operations = [
        migrations.AddField(
            model_name="servicerequest",
            name="mailed_at",
            field=models.DateTimeField(blank=True, help_text="When the house was written to, still unseen.", null=True),
        ),
    ]
