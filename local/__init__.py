"""The local cloud: start it, deploy the app to it, look at it."""
