"""One port for everything: REST and the panel over a WSGI bridge, /mcp and event streams over ASGI."""
