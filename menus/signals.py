"""Owns the signals by which a hotel's house tells the conversation, which it does not know, what has happened."""

from django.dispatch import Signal

# Sent inside the import's transaction with `hotel_id`; a receiver returns how many passages it embedded.
hotel_replaced = Signal()

# Sent with `article` once what was written of it in the admin is committed; a receiver returns sentences to warn with.
article_saved = Signal()

# Sent with `place` and `forget` when a new guest comes; a receiver closes the chats there, deletes those of before too
# where `forget` says so, and returns how many it was.
stay_ended = Signal()
