"""Owns the staff's second factor: a code from an app on the phone, or a recovery code, after the password."""
