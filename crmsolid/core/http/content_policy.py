"""The Content-Security-Policy of pages for browsers."""

# Scripts, styles, fonts, images and media come from this host alone, and none stands in the page itself.
SENDS_ANYWHERE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# For a page whose form may redirect to another site, the directive is left out: browsers apply it to redirects too.
CONTENT_SECURITY_POLICY = f"{SENDS_ANYWHERE}; form-action 'self'"
