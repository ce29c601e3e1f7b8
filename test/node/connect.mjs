// The packages that the other tests stand on: jose signs what a member signs, pg reaches the extension.
import assert from 'node:assert/strict';
import { CompactSign, compactVerify, generateKeyPair } from 'jose';
import pg from 'pg';

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
const jws = await new CompactSign(new TextEncoder().encode('{"act":"leave"}'))
	.setProtectedHeader({ alg: 'EdDSA', typ: 'commune+jwt' }).sign(privateKey);
assert.match(jws, /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/);
assert.equal((await compactVerify(jws, publicKey)).protectedHeader.typ, 'commune+jwt');

const client = new pg.Client();
await client.connect();
const { rows } = await client.query(`SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
	WHERE extname = $1`, ['commune']);
assert.deepEqual(rows, [{ nspname: 'commune' }]);
await client.end();
