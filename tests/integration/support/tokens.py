"""Tokens made by a library that this project did not write, and nodes that want them."""

import time

import jwt

SECRET = "an-integration-test-signs-with-this-secret"


def token(user="ann", ttl=60, key=SECRET, algorithm="HS256", kid=None, **claims):
    """A signed token; `claims` replace or add to `sub` and `exp`."""
    payload = {"sub": user, "exp": int(time.time()) + ttl, **claims}
    return jwt.encode(payload, key, algorithm, headers={"kid": kid} if kid else None)


def secret_options(folder, *more):
    """Options of a node that wants tokens signed with SECRET, to the second."""
    path = folder / "secret"
    path.write_text(SECRET + "\n")
    return ["--auth", "jwt", "--jwt-alg", "HS256", "--jwt-secret-file", str(path),
            "--jwt-leeway", "0", *more]


def bearer(text):
    """How a program carries a token."""
    return {"extra_headers": {"Authorization": f"Bearer {text}"}}
