/*
 * keyfile.c -- reads, writes, seals and opens key files.
 */
#include "cli/keyfile.h"

#include "record/did.h"

#define COMMENT "untrusted comment:"
#define MAGIC "CK1"
#define HEAD_SIZE (4 + 8 + 8 + SALT_SIZE + BOX_NONCE_SIZE + PUBLIC_KEY_SIZE)
#define BYTES_MAX (HEAD_SIZE + SEED_SIZE + BOX_TAG_SIZE)

static Code
refuse(Fault *fault, const char *what)
{
	return fault_set(fault, CODE_BAD_KEY_FILE, -1, "%s", what);
}

static size_t
secret_size(bool is_sealed)
{
	return is_sealed ? SEED_SIZE + BOX_TAG_SIZE : SEED_SIZE;
}

static bool
all_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* Read the bytes. */
static Code
parse_bytes(KeyFile *out, const uint8_t *bytes, size_t n, Fault *fault)
{
	const uint8_t *p = bytes + 4;

	if (n < HEAD_SIZE || memcmp(bytes, MAGIC, 3) != 0 || (bytes[3] != 'p' && bytes[3] != 's'))
		return refuse(fault, "It is no key file of this program.");
	out->is_sealed = bytes[3] == 's';
	if (n != HEAD_SIZE + secret_size(out->is_sealed))
		return refuse(fault, "It is cut off or too long.");
	out->ops = get_be64(p);
	out->mem = get_be64(p + 8);
	p += 16;
	memcpy(out->salt, p, SALT_SIZE);
	memcpy(out->nonce, p += SALT_SIZE, BOX_NONCE_SIZE);
	memcpy(out->key, p += BOX_NONCE_SIZE, PUBLIC_KEY_SIZE);
	memcpy(out->secret, p + PUBLIC_KEY_SIZE, secret_size(out->is_sealed));
	if (!out->is_sealed && !all_zero(bytes + 4, 16 + SALT_SIZE + BOX_NONCE_SIZE))
		return refuse(fault, "It is plain, but has what belongs to a passphrase.");
	if (out->is_sealed && (out->ops == 0 || out->ops > KEYFILE_OPS_MAX || out->mem == 0 || out->mem > KEYFILE_MEM_MAX))
		return refuse(fault, "What it demands to derive a key from the passphrase is out of range.");
	return CODE_OK;
}

Code
keyfile_parse(KeyFile *out, const char *text, size_t n, Fault *fault)
{
	const char *line = n > 0 ? memchr(text, '\n', n) : NULL;
	uint8_t		bytes[BASE64URL_ROOM(BASE64_LEN(BYTES_MAX))];
	size_t		length;
	Code		code;

	*out = (KeyFile){0};
	if (line == NULL || n < sizeof COMMENT - 1 || memcmp(text, COMMENT, sizeof COMMENT - 1) != 0)
		return refuse(fault, "It does not begin with a line \"" COMMENT "\".");
	line++;
	length = n - (size_t) (line - text);
	if (length > 0 && line[length - 1] == '\n')
		length--;
	if (length > BASE64_LEN((size_t) BYTES_MAX) || !base64_decode(bytes, &length, line, length))
		return refuse(fault, "Its second line is no base64 of a key, or it has more than two lines.");
	code = parse_bytes(out, bytes, length, fault);
	wipe(bytes, sizeof bytes);
	return code;
}

size_t
keyfile_print(char out[KEYFILE_TEXT_MAX], const KeyFile *file)
{
	static const char comment[] = COMMENT " commune secret key of ";
	uint8_t		bytes[BYTES_MAX] = MAGIC;
	uint8_t    *p = bytes + 4;
	size_t		n = sizeof comment - 1;
	Did			did;

	memcpy(out, comment, n);
	did_from_key(&did, file->key);
	n += did_print(out + n, &did);
	out[n++] = '\n';

	bytes[3] = file->is_sealed ? 's' : 'p';
	put_be64(p, file->ops);
	put_be64(p + 8, file->mem);
	p += 16;
	memcpy(p, file->salt, SALT_SIZE);
	memcpy(p += SALT_SIZE, file->nonce, BOX_NONCE_SIZE);
	memcpy(p += BOX_NONCE_SIZE, file->key, PUBLIC_KEY_SIZE);
	memcpy(p + PUBLIC_KEY_SIZE, file->secret, secret_size(file->is_sealed));
	n += base64_encode(out + n, bytes, HEAD_SIZE + secret_size(file->is_sealed));
	wipe(bytes, sizeof bytes);
	out[n++] = '\n';
	return n;
}

Code
keyfile_make(KeyFile *out, const uint8_t seed[SEED_SIZE], Str passphrase, uint64_t ops, uint64_t mem, Fault *fault)
{
	uint8_t		secret[SECRET_KEY_SIZE];
	uint8_t		box_key[BOX_KEY_SIZE];
	bool		made = true;

	*out = (KeyFile){.is_sealed = passphrase.p != NULL};
	ed25519_from_seed(out->key, secret, seed);
	wipe(secret, sizeof secret);
	if (!out->is_sealed)
	{
		memcpy(out->secret, seed, SEED_SIZE);
		return CODE_OK;
	}
	out->ops = ops;
	out->mem = mem;
	random_bytes(out->salt, sizeof out->salt);
	random_bytes(out->nonce, sizeof out->nonce);
	made = passphrase_key(box_key, passphrase.p, passphrase.n, out->salt, ops, mem);
	if (made)
		box_seal(out->secret, seed, SEED_SIZE, out->nonce, box_key);
	wipe(box_key, sizeof box_key);
	return made ? CODE_OK : refuse(fault, "There is not enough memory to derive a key from the passphrase.");
}

Code
keyfile_open(uint8_t secret[SECRET_KEY_SIZE], const KeyFile *file, Str passphrase, Fault *fault)
{
	uint8_t		seed[SEED_SIZE];
	uint8_t		box_key[BOX_KEY_SIZE];
	uint8_t		key[PUBLIC_KEY_SIZE];
	const char *wrong = NULL;

	if (!file->is_sealed)
		memcpy(seed, file->secret, SEED_SIZE);
	else if (!passphrase_key(box_key, passphrase.p, passphrase.n, file->salt, file->ops, file->mem))
		wrong = "There is not enough memory to derive a key from the passphrase.";
	else if (!box_open(seed, file->secret, secret_size(true), file->nonce, box_key))
		wrong = "The passphrase is wrong, or the file was changed.";
	if (wrong == NULL)
	{
		ed25519_from_seed(key, secret, seed);
		if (memcmp(key, file->key, sizeof key) != 0)
		{
			wipe(secret, SECRET_KEY_SIZE);
			wrong = "The secret key in it does not belong to its public key: the file was changed.";
		}
	}
	wipe(seed, sizeof seed);
	wipe(box_key, sizeof box_key);
	return wrong == NULL ? CODE_OK : refuse(fault, wrong);
}
