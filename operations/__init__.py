"""The operator's command: look at a deployed Darkroom, and put it right."""
