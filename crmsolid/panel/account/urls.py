"""The addresses of the pages about a user, below /panel/, in the namespace ``account``."""

from django.urls import path

from crmsolid.panel.account import joining, login, password, profile, time_zones, two_factor

urlpatterns = [
    path("login/", login.login, name="login"),
    path("login/code/", login.second_step, name="second_step"),
    path("login/send-again/", login.send_again, name="send_again"),
    path("logout/", login.logout, name="logout"),
    path("sign-up/", joining.sign_up, name="sign_up"),
    path("invitation/link/", joining.invitation_link, name="invitation_link"),
    path("invitation/", joining.invitation, name="invitation"),
    path("password-reset/", password.password_reset, name="password_reset"),
    path("password-reset/link/", password.password_reset_link, name="password_reset_link"),
    path("password-reset/new/", password.password_set, name="password_set"),
    path("password_change/", password.password_change, name="password_change"),
    path("two-factor/", two_factor.two_factor_page, name="two_factor"),
    path("sessions/", profile.sessions_page, name="sessions"),
    path("assistants/", profile.assistants, name="assistants"),
    path("confirm/", profile.confirm, name="confirm"),
    path("profile/", profile.profile, name="profile"),
    path("time-zones/", time_zones.suggest, name="time_zones"),
]
