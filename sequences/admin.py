"""Registers the pages of sequences and of the contacts in them."""

from django.contrib import admin

from sequences.models import Enrollment, Sequence
from sequences.panel.enrollments import EnrollmentAdmin
from sequences.panel.sequences import SequenceAdmin

admin.site.register(Sequence, SequenceAdmin)
admin.site.register(Enrollment, EnrollmentAdmin)
