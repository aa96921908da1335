"""The pages about a user and no workspace, at /panel/: sign-up, log in, password, two-factor, sessions, profile."""
