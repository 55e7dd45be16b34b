"""Clients at work, everything going wrong at once, and a proof that all agrees in the end."""
