"""One port: REST and the panel over a WSGI bridge, /mcp and event streams over ASGI. See docs/serving.md."""
