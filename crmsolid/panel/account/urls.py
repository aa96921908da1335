"""The addresses of the pages about a user, below /panel/, in the namespace ``account``."""

from django.urls import path

from crmsolid.panel.account import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/code/", views.second_step, name="second_step"),
    path("login/send-again/", views.send_again, name="send_again"),
    path("logout/", views.logout, name="logout"),
    path("sign-up/", views.sign_up, name="sign_up"),
    path("invitation/link/", views.invitation_link, name="invitation_link"),
    path("invitation/", views.invitation, name="invitation"),
    path("password-reset/", views.password_reset, name="password_reset"),
    path("password-reset/link/", views.password_reset_link, name="password_reset_link"),
    path("password-reset/new/", views.password_set, name="password_set"),
    path("password_change/", views.password_change, name="password_change"),
    path("two-factor/", views.two_factor_page, name="two_factor"),
    path("sessions/", views.sessions_page, name="sessions"),
    path("profile/", views.profile, name="profile"),
]
