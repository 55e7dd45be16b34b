"""Measures how fast, how small and how good our thumbnails are, next to others."""
