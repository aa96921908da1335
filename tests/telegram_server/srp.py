"""Two-step verification by SRP, the server's side (core.telegram.org/api/srp)."""

import os
import secrets
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from telethon import password as telethon_password
from telethon.tl import types

from .primes import DH_BYTES, DH_GENERATOR, DH_PRIME, SECRET_BITS


def padded(number: int) -> bytes:
    return number.to_bytes(DH_BYTES, "big")


def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


@dataclass(frozen=True)
class Verifier:
    """What a server stores of a password: the algorithm with its salts, and v = g^x."""

    algorithm: Any
    value: int

    @staticmethod
    @cache  # a process has one for each password: clients then compute the slow hash of it once as well
    def of(password: str) -> "Verifier":
        algorithm = new_algorithm()
        return Verifier(algorithm, int.from_bytes(telethon_password.compute_digest(algorithm, password), "big"))


def new_algorithm() -> Any:
    return types.PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(
        salt1=os.urandom(16), salt2=os.urandom(16), g=DH_GENERATOR, p=padded(DH_PRIME)
    )


class Challenge:
    """One value B sent to a client, whose proof is checked against it."""

    def __init__(self, verifier: Verifier) -> None:
        self.id = secrets.randbits(62)
        self._verifier = verifier
        self._secret = secrets.randbits(SECRET_BITS)
        multiplier = int.from_bytes(digest(padded(DH_PRIME), padded(DH_GENERATOR)), "big")
        power = pow(DH_GENERATOR, self._secret, DH_PRIME)
        self.public = padded((multiplier * verifier.value + power) % DH_PRIME)

    def accepts(self, public: bytes, proof: bytes) -> bool:
        """Whether the client knows the password: its A and M1 against this challenge."""
        power = int.from_bytes(public, "big")
        if not 0 < power < DH_PRIME:
            return False
        scrambler = int.from_bytes(digest(padded(power), self.public), "big")
        base = power * pow(self._verifier.value, scrambler, DH_PRIME) % DH_PRIME
        session_key = digest(padded(pow(base, self._secret, DH_PRIME)))
        return secrets.compare_digest(self._expected_proof(padded(power), session_key), proof)

    def _expected_proof(self, public: bytes, session_key: bytes) -> bytes:
        prime_hash, generator_hash = digest(padded(DH_PRIME)), digest(padded(DH_GENERATOR))
        mixed = bytes(a ^ b for a, b in zip(prime_hash, generator_hash, strict=True))
        algorithm = self._verifier.algorithm
        salts = digest(algorithm.salt1), digest(algorithm.salt2)
        return digest(mixed, *salts, public, self.public, session_key)
