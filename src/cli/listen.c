/*
 * listen.c -- serves requests for cosignatures.
 *
 * One thread takes one request after the other: reading, checking and keeping the state is then one step, and the
 * state's file is locked against other processes.  TLS is the business of a proxy before it.
 */
#include "cli/listen.h"

#ifdef COMMUNE_HTTP

#include "cli/evidence.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CONNECTIONS_MAX 64
#define CONNECTION_SECONDS 15
#define CONNECTIONS_OF_ONE_MAX 16

static const char add_path[] = "/add-checkpoint";
static const char checkpoint_path[] = "/checkpoint";

/* What a server works with. */
typedef struct Server
{
	const Cli  *cli;
	const Cosigner *cosigner;
} Server;

typedef struct Request
{
	HeapArena	heap;
	Buf			body;
	bool		too_large;
} Request;

/* Send an answer; the text is copied. */
static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type, Str text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(text.n, (void *) text.p, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
reply_text(struct MHD_Connection *connection, unsigned status, Str text)
{
	return reply(connection, status, "text/plain; charset=utf-8", text);
}

/*
 * Keep two checkpoints of one size that the log has signed with two roots.  A proof that does not hold is no evidence:
 * anybody can send one.
 */
static void
keep_fork(const Server *server, const CosignAnswer *answer, Request *request)
{
	Cli			cli = *server->cli;
	Evidence	evidence;

	cli.arena = &request->heap.arena;
	evidence_keep(&evidence, &cli, server->cosigner->folder, answer->state.note, answer->note);
	warn(&cli, "a log has signed two roots of one size\nevidence: %s\nevidence: %s", evidence.seen, evidence.shown);
}

/* Answer a request for a cosignature. */
static enum MHD_Result
add_checkpoint(struct MHD_Connection *connection, const Server *server, Request *request)
{
	CosignAnswer answer;

	cosign(&answer, &request->heap.arena, server->cosigner, buf_done(&request->body), (int64_t) time(NULL));
	if (answer.is_fork)
		keep_fork(server, &answer, request);
	else if (answer.status == COSIGN_INCONSISTENT || answer.status == COSIGN_FAILED)
		warn(server->cli, "%d: %s", answer.status, answer.fault.detail);
	return reply(connection, answer.status, answer.is_size ? "text/x.tlog.size" : "text/plain; charset=utf-8", answer.body);
}

/* The log whose origin has this hash, or NULL. */
static const NoteKey *
find_log(const Cosigner *cosigner, const char *hash)
{
	char		own[ORIGIN_HASH_LEN];

	for (size_t i = 0; i < cosigner->nlogs; i++)
	{
		origin_hash(own, cosigner->logs[i].name);
		if (memcmp(own, hash, ORIGIN_HASH_LEN) == 0)
			return &cosigner->logs[i];
	}
	return NULL;
}

/* Show the last checkpoint of a log that was cosigned, with a cosignature of now. */
static enum MHD_Result
show_checkpoint(struct MHD_Connection *connection, const Cosigner *cosigner, const NoteKey *log, Request *request)
{
	Arena	   *arena = &request->heap.arena;
	SignerState state;
	Buf			note;
	Str			text;

	if (signer_state_read(&state, arena, cosigner_state_path(arena, cosigner->folder, log->name).p, NULL) != CODE_OK)
		return reply_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, STR("The state cannot be read.\n"));
	if (!state.found)
		return reply_text(connection, MHD_HTTP_NOT_FOUND, STR("Nothing of this log was cosigned.\n"));
	text = checkpoint_print(arena, &state.checkpoint);
	buf_init(&note, arena);
	buf_str(&note, state.note);
	for (size_t i = 0; i < cosigner->nkeys; i++)
	{
		buf_str(&note, note_sign(arena, text, &cosigner->keys[i].key, cosigner->keys[i].secret, (int64_t) time(NULL)));
		buf_char(&note, '\n');
	}
	return reply_text(connection, MHD_HTTP_OK, buf_done(&note));
}

/* Take a part of the body, as long as it is not too large. */
static void
take(Request *request, const char *data, size_t n)
{
	if (n > REQUEST_SIZE_MAX - request->body.n)
		request->too_large = true;
	else if (!request->too_large)
		buf_add(&request->body, data, n);
}

/* Called once with the headers, then with each part of the body, then once more. */
static enum MHD_Result
handle(void *self, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
	   const char *data, size_t *n, void **state)
{
	const Server *server = self;
	Request    *request = *state;
	bool		is_get = strcmp(method, MHD_HTTP_METHOD_GET) == 0;
	bool		is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	const NoteKey *log;

	(void) version;
	if (request == NULL)
	{
		request = calloc(1, sizeof *request);
		if (request == NULL)
			return MHD_NO;
		heap_arena_init(&request->heap);
		buf_init(&request->body, &request->heap.arena);
		*state = request;
		return MHD_YES;
	}
	if (*n > 0)
	{
		take(request, data, *n);
		*n = 0;
		return MHD_YES;
	}
	if (!is_get && !is_post)
		return reply_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, STR("Only GET and POST.\n"));
	if (request->too_large)
		return reply_text(connection, MHD_HTTP_CONTENT_TOO_LARGE, STR("The request is too large.\n"));
	if (is_post && strcmp(url, add_path) == 0)
		return add_checkpoint(connection, server, request);
	if (is_get && strlen(url) == 1 + ORIGIN_HASH_LEN + sizeof checkpoint_path - 1 &&
		strcmp(url + 1 + ORIGIN_HASH_LEN, checkpoint_path) == 0 && (log = find_log(server->cosigner, url + 1)) != NULL)
		return show_checkpoint(connection, server->cosigner, log, request);
	return reply_text(connection, MHD_HTTP_NOT_FOUND, STR("There is no such thing here.\n"));
}

static void
forget(void *self, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
	Request    *request = *state;

	(void) self;
	(void) connection;
	(void) code;
	if (request != NULL)
		heap_arena_free(&request->heap);
	free(request);
	*state = NULL;
}

/* Read ADDRESS:PORT, the address as numbers. */
static struct sockaddr_in
read_address(const Cli *cli, const char *text)
{
	struct sockaddr_in out = {.sin_family = AF_INET};
	const char *colon = strrchr(text, ':');
	char		address[INET_ADDRSTRLEN] = "";

	if (colon == NULL || (size_t) (colon - text) >= sizeof address)
		fail_usage(cli, "--listen is no ADDRESS:PORT, as 127.0.0.1:8080 is");
	memcpy(address, text, (size_t) (colon - text));
	if (inet_pton(AF_INET, address, &out.sin_addr) != 1)
		fail_usage(cli, "--listen: \"%s\" is no address of IPv4", address);
	out.sin_port = htons((uint16_t) read_int(cli, "the port", colon + 1, 0, 65535));
	return out;
}

ExitCode
listen_run(Cli *cli, const char *address, const Cosigner *cosigner)
{
	struct sockaddr_in at = read_address(cli, address);
	Server		server = {cli, cosigner};
	struct MHD_Daemon *daemon;
	const union MHD_DaemonInfo *info;
	sigset_t	signals;
	int			number;

	/* Blocked before the thread begins, so that this one hears them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, handle, &server,
							  MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &at,
							  MHD_OPTION_CONNECTION_LIMIT, (unsigned) CONNECTIONS_MAX,
							  MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned) CONNECTIONS_OF_ONE_MAX,
							  MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) CONNECTION_SECONDS,
							  MHD_OPTION_NOTIFY_COMPLETED, forget, NULL,
							  MHD_OPTION_END);
	if (daemon == NULL)
		fail(cli, EXIT_CONNECTION, "cannot listen at %s", address);
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
	printf("listening %.*s:%u\n", (int) (strrchr(address, ':') - address), address, info ? (unsigned) info->port : 0);
	fflush(stdout);
	do
		number = sigwaitinfo(&signals, NULL);
	while (number < 0);
	MHD_stop_daemon(daemon);
	return EXIT_FINE;
}

#else

ExitCode
listen_run(Cli *cli, const char *address, const Cosigner *cosigner)
{
	(void) address;
	(void) cosigner;
	fail_usage(cli, "this program was built without libmicrohttpd: it cannot listen");
	return EXIT_USAGE;
}

#endif
