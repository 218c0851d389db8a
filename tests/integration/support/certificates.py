"""Certificates that nobody has signed, those that an authority has, and clients that trust one."""

import ssl
import subprocess

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificate(folder, name="node"):
    """A self-signed certificate for 127.0.0.1 and its key; returns both paths."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    _openssl("req", "-x509", *NEW_KEY, "-days", "30", "-subj", f"/CN={name}",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert)
    return cert, key


class Authority:
    """Signs certificates. `ca` is the path of its own, for whoever trusts it."""

    def __init__(self, folder, name="ca"):
        self._folder, self._name = folder, name
        self.ca = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl("req", "-x509", *NEW_KEY, "-days", "30", "-subj", f"/CN={name}",
                 "-keyout", self._key, "-out", self.ca)

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1", days=30):
        """A certificate for these names and its key; returns both paths. Less than no days: it has
        expired."""
        base = self._folder / f"{self._name}-{name}"
        cert, key, request, names = (base.with_suffix(x) for x in (".pem", ".key", ".csr", ".ext"))
        names.write_text(f"subjectAltName={alternatives}\n")
        _openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._key,
                 "-CAcreateserial", "-days", str(days), "-extfile", names, "-out", cert)
        return cert, key


def trusting(cert, **settings):
    """A client's context that trusts this certificate and no other."""
    context = ssl.create_default_context(cafile=str(cert))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def _openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)
