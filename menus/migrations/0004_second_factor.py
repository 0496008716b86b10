"""Let a hotel's owner ask for a second factor at the staff's login."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("menus", "0003_answer_confidence")]

    operations = [
        migrations.AddField(
            model_name="hotel",
            name="second_factor",
            field=models.CharField(
                choices=[
                    ("optional", "Whoever wants one"),
                    ("house", "Owners and managers must have one"),
                    ("everybody", "Everybody on the staff must have one"),
                ],
                default="optional",
                help_text="A code from an app on the phone, after the password. Only owners change this.",
                max_length=16,
                verbose_name="second factor at login",
            ),
        ),
    ]
