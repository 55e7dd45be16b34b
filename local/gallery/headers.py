"""What the gallery's server says with every answer, as CloudFront does before the page on AWS."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
# The emulator's login page has its style in it; Cognito's is on another host, with its own.
LOGIN_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# Anybody's upload, from the page's own origin: whatever it is, nothing in it may run.
UPLOADED_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


def security_headers(policy: str = POLICY) -> dict[str, str]:
    return {"Content-Security-Policy": policy, **SECURITY}
