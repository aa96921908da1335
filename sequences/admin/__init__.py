"""The panel's pages of sequences and of the contacts in them."""

from sequences.admin import enrollments as enrollments
from sequences.admin import sequences as sequences
