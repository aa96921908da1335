from tests.sdk.typescript.conftest import typescript

__all__ = ["typescript"]
