"""Tests of people and entry: sign-up, invitations, passwords, two-factor authentication, sessions, e-mail."""
