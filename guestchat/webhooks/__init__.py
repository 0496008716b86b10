"""Owns telling a hotel's own systems what becomes of its requests: signed, in order, tried again, at least once.

`outbox` notes each step with the change itself, so that none is lost; `sending` is the workers' part; `addresses` says
where a message may go at all.
"""
