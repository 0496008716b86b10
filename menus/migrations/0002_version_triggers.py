"""Bump a hotel's version at every change of its row or of anything it owns, whoever makes it, SQL included.

A reader that finds the version unchanged knows that nothing it has read is out of date. The trigger takes the hotel's
row lock, so versions are handed out in the order in which their transactions commit.
"""

from django.db import migrations

OWNED = (
    "venue",
    "openinghours",
    "menu",
    "servingtime",
    "menusection",
    "menuitem",
    "option",
    "itemallergen",
    "optionallergen",
    "article",
    "place",
)

FUNCTIONS = """
CREATE FUNCTION menus_hotel_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER next_version BEFORE UPDATE ON menus_hotel
    FOR EACH ROW EXECUTE FUNCTION menus_hotel_next_version();

CREATE FUNCTION menus_touch_hotels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE menus_hotel SET version = version
    WHERE id IN (SELECT DISTINCT hotel_id FROM changed);
    RETURN NULL;
END $$;
"""

DROP_FUNCTIONS = """
DROP TRIGGER next_version ON menus_hotel;
DROP FUNCTION menus_hotel_next_version();
DROP FUNCTION menus_touch_hotels();
"""


def _triggers(table: str) -> str:
    # One statement, one bump: a bulk import touches the hotel once per table, not once per row.
    return "".join(
        f"""
CREATE TRIGGER touch_hotel_on_{event.lower()} AFTER {event} ON menus_{table}
    REFERENCING {rows} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION menus_touch_hotels();
"""
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


def _drop_triggers(table: str) -> str:
    return "".join(
        f"DROP TRIGGER touch_hotel_on_{event} ON menus_{table};\n" for event in ("insert", "update", "delete")
    )


class Migration(migrations.Migration):
    """Install the triggers."""

    dependencies = [("menus", "0001_content")]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *(migrations.RunSQL(_triggers(table), _drop_triggers(table)) for table in OWNED),
    ]
