"""What runs inside `.venv-cloud`: ministack, repaired where the app needs more than it gives."""
