"""Guardrails on what would be deployed: `python -m guard` synthesizes all of it and looks."""
