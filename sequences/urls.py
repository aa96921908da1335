"""The routes of sequences under /v1."""

from django.urls import URLPattern, path

from sequences import views

urlpatterns: list[URLPattern] = [
    path("sequences", views.SequencesView.as_view()),
    path("sequences/<str:sequence_id>", views.SequenceView.as_view()),
    path("sequences/<str:sequence_id>/start", views.StartView.as_view()),
    path("sequences/<str:sequence_id>/pause", views.PauseView.as_view()),
    path("sequences/<str:sequence_id>/resume", views.ResumeView.as_view()),
    path("sequences/<str:sequence_id>/preview", views.PreviewView.as_view()),
    path("sequences/<str:sequence_id>/enroll", views.EnrollView.as_view()),
    path("sequences/<str:sequence_id>/enrollments", views.SequenceEnrollmentsView.as_view()),
    path("enrollments", views.EnrollmentsView.as_view()),
    path("enrollments/<str:enrollment_id>", views.EnrollmentView.as_view()),
    path("enrollments/<str:enrollment_id>/pause", views.PauseEnrollmentView.as_view()),
    path("enrollments/<str:enrollment_id>/resume", views.ResumeEnrollmentView.as_view()),
    path("enrollments/<str:enrollment_id>/stop", views.StopEnrollmentView.as_view()),
]
