# Generated from _async/resources/__init__.py by tools/generate_sync.py; do not edit.
"""One module for each group of operations, with one method for each operation."""
