"""SIGHUP and who may come in: tokens, back ends, certificates, administrators."""

import asyncio

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from support.certificates import make_certificate
from support.node import fetch
from support.reloading import ConfigFile, changes, hang_up
from support.tables import by_name
from support.tokens import SECRET, bearer, token


@pytest.fixture
def file(tmp_path):
    return ConfigFile(tmp_path / "atrium.toml")


# -- tokens -------------------------------------------------------------------------------------


async def test_rights_change_for_who_refreshes(start_node, connect, file, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    access = {"auth": "jwt", "jwt_alg": "HS256", "jwt_secret_file": str(tmp_path / "secret")}
    file.write(**access, default_rooms=["lobby=join"])
    node = start_node("--config", str(file.path))
    ann = await connect(node, **bearer(token()))
    await ann.request("join", room="lobby")
    assert (await ann.refusal("join", room="news"))["code"] == "forbidden"
    file.write(**access, default_rooms=["lobby=join", "news=join"])
    await hang_up(node)
    await ann.request("refresh", token=token())
    await ann.request("join", room="news")


def es256(folder, name):
    """Writes a public key; returns the key to sign with."""
    key = ec.generate_private_key(ec.SECP256R1())
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.pem").write_bytes(key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return key


def other_secret(folder):
    (folder / "other").write_text(SECRET[::-1])
    return {"jwt_secret_file": str(folder / "other")}, {"key": SECRET[::-1]}


def other_algorithm(folder):
    key = es256(folder, "single")
    return ({"jwt_alg": "ES256", "jwt_secret_file": "", "jwt_key": str(folder / "single.pem")},
            {"key": key, "algorithm": "ES256"})


def folder_of_keys(folder):
    key = es256(folder / "keys", "k1")
    return ({"jwt_alg": "ES256", "jwt_secret_file": "", "jwt_keys": str(folder / "keys")},
            {"key": key, "algorithm": "ES256", "kid": "k1"})


def one_issuer(folder):
    return {"jwt_issuer": "us"}, {"iss": "us"}


def one_audience(folder):
    return {"jwt_audience": "chat"}, {"aud": "chat"}


@by_name("change", {"secret": other_secret, "algorithm": other_algorithm, "keys": folder_of_keys,
                    "issuer": one_issuer, "audience": one_audience})
async def test_what_a_token_has_to_be_changes(start_node, connect, file, tmp_path, change):
    (tmp_path / "secret").write_text(SECRET)
    first = {"auth": "jwt", "jwt_alg": "HS256", "jwt_secret_file": str(tmp_path / "secret")}
    file.write(**first)
    node = start_node("--config", str(file.path))
    ann = await connect(node, **bearer(token()))
    options, claims = change(tmp_path)
    file.write(**{**first, **options})
    await hang_up(node)
    await connect(node, **bearer(token(**claims)))
    with pytest.raises(Exception, match="401"):
        await connect(node, **bearer(token()))
    assert (await ann.refusal("refresh", token=token()))["code"] == "token_invalid"
    await ann.request("ping")


async def test_the_leeway_changes(start_node, connect, file, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    access = {"auth": "jwt", "jwt_alg": "HS256", "jwt_secret_file": str(tmp_path / "secret")}
    file.write(**access, jwt_leeway=0)
    node = start_node("--config", str(file.path))
    with pytest.raises(Exception, match="401"):
        await connect(node, **bearer(token(ttl=-30)))
    file.write(**access, jwt_leeway=300)
    await hang_up(node)
    await connect(node, **bearer(token(ttl=-30)))


async def backend(user):
    """A server that knows everybody by this name; returns its URL."""
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"user":"%s"}' % user
        if user != b"silence":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_another_backend_is_asked(start_node, connect, file):
    file.write(auth="url", auth_url=await backend(b"ann"))
    node = start_node("--config", str(file.path))
    assert (await connect(node, **bearer("x"))).user == "ann"
    file.write(auth="url", auth_url=await backend(b"bob"))
    await hang_up(node)
    assert (await connect(node, **bearer("x"))).user == "bob"
    file.write(auth="url", auth_url=await backend(b"silence"), auth_timeout=1)
    await hang_up(node)
    with pytest.raises(Exception, match="503"):
        await connect(node, **bearer("x"))


# -- files that options name --------------------------------------------------------------------


async def test_a_token_of_administrators_comes_and_goes(start_node, file, tmp_path):
    (tmp_path / "token").write_text("a-token-of-administrators")
    file.write_text("")
    node = start_node("--config", str(file.path))

    def disconnect():
        return fetch(node.internal_port, "/inspect/users/ann/disconnect", "POST",
                     headers={"Content-Type": "application/json"})[0]

    assert disconnect() == 404  # may act, but there is nobody
    file.write(admin_token_file=str(tmp_path / "token"))
    await hang_up(node)
    assert disconnect() == 401
    file.write_text("")
    await hang_up(node)
    assert disconnect() == 404


async def test_a_certificate_may_come_from_another_file(start_node, connect, file, tmp_path):
    cert, key = make_certificate(tmp_path, "one")
    file.write(tls_cert=str(cert), tls_key=str(key))
    node = start_node("--config", str(file.path))
    cert, key = make_certificate(tmp_path, "two")
    file.write(tls_cert=str(cert), tls_key=str(key))
    said = await hang_up(node)
    assert "has read its certificate anew" in said
    assert len(changes(said)) == 2
    file.write_text("")
    assert "option_needs_restart" in await hang_up(node)
