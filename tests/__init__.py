"""Darkroom's tests, folder by folder as the project is."""
