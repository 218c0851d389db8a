"""Certificates that nobody has signed, and clients that trust one of them."""

import ssl
import subprocess


def make_certificate(folder, name="node"):
    """A self-signed certificate for 127.0.0.1 and its key; returns both paths."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "30", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def trusting(cert, **settings):
    """A client's context that trusts this certificate and no other."""
    context = ssl.create_default_context(cafile=str(cert))
    for name, value in settings.items():
        setattr(context, name, value)
    return context
