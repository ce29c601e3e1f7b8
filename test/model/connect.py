"""The packages that the models stand on: PyNaCl signs as RFC 8032 says, psycopg2 reaches the extension."""
import nacl.signing
import psycopg2

# RFC 8032, section 7.1, test 1
key = nacl.signing.SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
assert bytes(key.verify_key).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
assert key.sign(b"").signature.hex() == (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")

with psycopg2.connect("") as connection, connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'commune'")
    assert cursor.fetchone() == (1,)
