"""The gallery on loopback: the page, and a way from it to the cloud that a browser trusts."""
