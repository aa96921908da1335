"""Bounded attacks on the running product. Each measures a healthy client without and with the attack."""
