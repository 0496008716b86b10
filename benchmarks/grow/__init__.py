"""What more hotels and longer menus cost: search, edits, disk; where the exact scan ends and an index begins."""
