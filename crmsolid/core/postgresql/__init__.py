"""Django's PostgreSQL backend with timeouts: neither a database that has become silent nor a client that is frozen or
gone holds a thread, a lock or a connection for long."""
