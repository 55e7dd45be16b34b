"""Whether what is pinned has known vulnerabilities."""
