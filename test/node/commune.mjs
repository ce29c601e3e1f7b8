// A commune without the library's own client: acts are signed by the npm package jose, come in through the npm package pg,
// and receipts are checked here, with nothing but SHA-256.  docs/record-format.md, docs/acts.md and docs/register.md say how.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { CompactSign, SignJWT, compactVerify, exportJWK, generateKeyPair } from 'jose';
import pg from 'pg';

// ---- people and their acts

function base58(bytes) {
	const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
	let text = '';
	for (let number = BigInt('0x' + bytes.toString('hex')); number > 0n; number /= 58n)
		text = letters[number % 58n] + text;
	return text;
}

/** Somebody with a key that never leaves this program.  Both names of the algorithm are the same to the server. */
async function person(alg) {
	const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
	const key = Buffer.from((await exportJWK(publicKey)).x, 'base64url');
	return { alg, publicKey, privateKey, did: 'did:key:z' + base58(Buffer.concat([Buffer.from([0xed, 0x01]), key])), nonce: 0 };
}

let commune;		// its id: aud of every act but the charter

/** An act, signed as any JWT is. */
function sign(who, act, members = {}, header = {}) {
	who.nonce = Math.max(who.nonce + 1, Date.now());
	return new SignJWT({ iss: who.did, aud: commune, nonce: who.nonce, act, ...members })
		.setIssuedAt().setProtectedHeader({ alg: who.alg, typ: 'commune+jwt', ...header }).sign(who.privateKey);
}

// ---- the Merkle tree of RFC 9162, section 2.1

const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map(part => Buffer.from(part)))).digest();
const leaf = bytes => sha256([0], bytes);
const id = record => leaf(record).toString('base64url');

/** The root that an inclusion proof leads to (section 2.1.3.2). */
function rootFrom(hash, index, size, proof) {
	let last = size - 1;
	assert.ok(index <= last);
	for (const step of proof) {
		assert.ok(last > 0);
		if (index % 2 === 1 || index === last) {
			hash = sha256([1], step, hash);
			while (index > 0 && index % 2 === 0)
				[index, last] = [index / 2, Math.floor(last / 2)];
		} else {
			hash = sha256([1], hash, step);
		}
		[index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
	}
	assert.equal(last, 0);
	return hash.toString('base64');
}

/** What a receipt proves of a record: its index and verdict, under a root.  Throws if it proves nothing. */
function check(receipt, record) {
	const [proof, checkpoint] = receipt.split('\n\n');
	const [version, extraLine, indexLine, ...path] = proof.split('\n');
	const [origin, size, root] = checkpoint.split('\n');
	assert.equal(version, 'c2sp.org/tlog-proof@v1');
	const extra = JSON.parse(Buffer.from(extraLine.match(/^extra (.+)$/)[1], 'base64'));
	const index = Number(indexLine.match(/^index (\d+)$/)[1]);

	// The record and the header of its block are in the same tree.
	assert.equal(rootFrom(leaf(record), index, Number(size), path.map(step => Buffer.from(step, 'base64'))), root);
	assert.equal(rootFrom(leaf('commune/block/1\n' + extra.header), extra.header_index, Number(size),
		extra.header_proof.map(step => Buffer.from(step, 'base64url'))), root);
	const header = JSON.parse(extra.header);
	assert.ok(header.first <= index && index < extra.header_index && header.size === extra.header_index + 1);

	// The header holds the verdicts of the whole block.
	const verdicts = extra.verdicts.map(([place, code]) => {
		const bytes = Buffer.alloc(13);
		bytes.writeBigUInt64BE(BigInt(place));
		bytes.write(code, 8);
		return bytes;
	});
	assert.equal(sha256(...verdicts).toString('base64url'), header.verdicts);
	return { origin, size: Number(size), root, index, verdict: new Map(extra.verdicts).get(index) ?? '00000' };
}

// ---- the server

const client = new pg.Client();
await client.connect();
const value = async (query, ...parameters) => Object.values((await client.query(query, parameters)).rows[0])[0];
const submit = record => value('SELECT commune.submit($1)', record);
const seal = () => value('SELECT commune.seal()');
const refused = async (code, record) => assert.rejects(submit(await record), { code });

// ---- found and join: one record at a time, or many in a statement

const founders = [await person('EdDSA'), await person('Ed25519'), await person('EdDSA')];
const charter = await sign(founders[0], 'charter', { name: 'Node', founders: founders.map(who => who.did), vouches: 2, rules: 1 });
await refused('QC301', sign(founders[0], 'join', { aud: id('another') }));
const first = await submit(charter);
assert.equal(await submit(charter), first);		// the same bytes are the same act
await seal();
commune = id(charter);
assert.equal(await value("SELECT commune.base64url(id) FROM commune.charter WHERE name = 'Node'"), commune);

const joins = await Promise.all(founders.map(who => sign(who, 'join')));
const { rowCount } = await client.query('INSERT INTO commune.act (record) SELECT unnest($1::text[])::commune.jws', [joins]);
assert.equal(rowCount, 3);
await seal();

// ---- two vouch for a fourth; kid is allowed if it names the signer, other members of a header are not

const member = await person('Ed25519'), stranger = await person('EdDSA');
const kid = who => ({ kid: `${who.did}#${who.did.slice('did:key:'.length)}` });
await submit(await sign(member, 'join'));
await submit(await sign(founders[0], 'vouch', { member: member.did }, { kid: founders[0].did }));
await submit(await sign(founders[1], 'vouch', { member: member.did }, kid(founders[1])));
await refused('QC304', sign(stranger, 'vouch', { member: member.did }));
await refused('22P02', sign(member, 'leave', {}, { cty: 'JWT' }));
await refused('22P02', sign(member, 'leave', {}, kid(stranger)));
await seal();
assert.equal(await value('SELECT status FROM commune.member WHERE did::text = $1', member.did), 'member');

// ---- a poll, with texts that are not ASCII; ballots sign its manifest

const now = Math.floor(Date.now() / 1000);
const poll = await sign(member, 'poll', { name: 'bread', title: 'Brot oder Rosen? \u{1f35e}\u{1f339}', method: 'quadratic',
	options: ['Br\u00f6tchen', 'Rosen "rot"\n'], params: { credits: 25, running: true }, opens: now - 1, closes: now + 3600 });
await submit(poll);
await seal();
const body = await value("SELECT body FROM commune.entry WHERE kind = 'open'");
const manifest = id('commune/entry/1\n' + body);
assert.equal(JSON.parse(body).poll, id(poll));
assert.deepEqual(JSON.parse(body).options, ['Br\u00f6tchen', 'Rosen "rot"\n']);

const vote = (who, choice, of = manifest) => sign(who, 'ballot', { poll: of, choice });
await refused('QC407', vote(member, { votes: [3, 4] }, id(poll)));
await refused('QC412', vote(member, { votes: [4, 4] }));
await refused('QC411', vote(member, { votes: [1, 1, 1] }));
await refused('QC304', vote(stranger, { votes: [1, 1] }));
const delegation = await sign(founders[1], 'delegate', { scope: {}, to: [member.did] });
const ballots = [await vote(member, { votes: [3, 4] }), await vote(founders[0], { abstain: true })];
const seq = await submit(ballots[0]);
await submit(ballots[1]);
await submit(delegation);

// Not JWTs to jose, but the same to the server; and two with the same effect, of which the second is refused in the fold.
const topics = await Promise.all([founders[0], founders[2]].map(async (who, n) => new CompactSign(Buffer.from(JSON.stringify(
	{ act: 'topic', topic: 'caf\u00e9', nonce: ++who.nonce, iat: now, aud: commune, iss: who.did }, null, n)))
	.setProtectedHeader({ typ: 'commune+jwt', alg: who.alg }).sign(who.privateKey)));
const racing = [await submit(topics[0]), await submit(topics[1])];
await assert.rejects(value('SELECT commune.receipt($1)', seq), { code: 'QC202' });
await seal();
const { rows: tally } = await client.query("SELECT option, votes, direct, represented, abstained FROM commune.tally('bread')");
assert.deepEqual(tally.map(row => Object.values(row)), [[1, '3', '2', '0', '1'], [2, '4', '2', '0', '1']]);

// ---- verdicts and receipts

assert.equal(await value('SELECT commune.await($1)', seq), '00000');
assert.equal(await value('SELECT commune.await($1)', racing[1]), 'QC310');
const root = (await value('SELECT root FROM commune.block ORDER BY number DESC LIMIT 1')).toString('base64');
const receipt = await value('SELECT commune.receipt($1)', seq);
const found = check(receipt, ballots[0]);
assert.deepEqual([found.root, found.verdict], [root, '00000']);
assert.equal(check(await value('SELECT commune.receipt($1)', racing[1]), topics[1]).verdict, 'QC310');
assert.equal(check(await value('SELECT commune.receipt($1)', first), charter).index, 0);

// A receipt proves nothing of another record, at another place, or with the verdict left out.
const forge = change => receipt.replace(/^extra (.+)$/m, (line, extra) => {
	const object = JSON.parse(Buffer.from(extra, 'base64'));
	change(object);
	return 'extra ' + Buffer.from(JSON.stringify(object)).toString('base64');
});
assert.throws(() => check(receipt, ballots[1]));
assert.throws(() => check(receipt.replace(/^index \d+$/m, `index ${found.index + 1}`), ballots[0]));
assert.throws(() => check(forge(extra => { extra.verdicts = []; }), ballots[0]));
assert.throws(() => check(forge(extra => { extra.verdicts.push([found.index, 'QC408']); }), ballots[0]));

// ---- what is stored is what was signed

const stored = await value('SELECT record::text FROM commune.act WHERE seq = $1', seq);
assert.equal(stored, ballots[0]);
assert.equal(JSON.parse(Buffer.from((await compactVerify(stored, member.publicKey)).payload)).nonce, member.nonce);
assert.equal(await value('SELECT count(*) FROM commune.verify()'), '0');
await client.end();
