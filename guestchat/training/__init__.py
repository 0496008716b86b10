"""The cold path: making the encoder that serving loads. Serving imports nothing from here."""
