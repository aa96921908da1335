"""One module for each group of operations, with one method for each operation."""
