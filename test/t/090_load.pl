# Many sessions at once, in every manner of transaction, while workers seal: in the end every committed act is in exactly
# one block, in the order of its seq within it, and the register is whole.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $clients = 12;
my $seconds = 8;
my $acts = 4000;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'commune'
commune.databases = 'postgres'
commune.seal_interval = 10ms
commune.block_limit = 5
max_prepared_transactions = 20
max_connections = 50
});
$node->start;
my $commune = Commune->new($node)->found({ limits => { pending_joins => 1000000 } }, 'ada', 'bob');

# Strangers ask for membership: a pile of signed acts and a counter that hands them out.  Each is in it twice, one after
# the other, and of some there is another one with the same nonce.
my $file = $node->basedir . '/acts';
my $sign = 'build/bench/acts join 1 $2 "$1"; for i in $(seq 200); do build/sign "member $i" 2 "$1" join "{\"profile\":\"$1\"}"; done';
IPC::Run::run([ 'sh', '-c', $sign, 'sign', $commune->{shared}{aud}, $acts ], '>', $file) or die 'cannot sign';
$commune->sql("CREATE TABLE ready (record text); COPY ready FROM '$file';
	INSERT INTO ready TABLE ready;
	CREATE TABLE pile AS SELECT row_number() OVER (ORDER BY commune.signer(record::commune.jws)::text) AS n, record::commune.jws AS record FROM ready;
	ALTER TABLE pile ADD PRIMARY KEY (n); CREATE SEQUENCE counter");

# Submit the next one.  An act that is not to be taken any more is caught, in a subtransaction.
$commune->sql(q{
	CREATE FUNCTION take() RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE
		next CONSTANT bigint := nextval('counter');
	BEGIN
		RETURN (SELECT commune.submit(record) FROM pile WHERE n = next);
	EXCEPTION WHEN SQLSTATE 'QC105' OR SQLSTATE 'QC106' OR SQLSTATE 'QC305' THEN
		RETURN NULL;
	END $$});

my %script = (
	alone => 'SELECT take();',
	some => 'BEGIN; SELECT take(); \sleep 3 ms
		SELECT take(); SELECT take(); COMMIT;',
	undone => 'BEGIN; SELECT take(); ROLLBACK;',
	savepoint => 'BEGIN; SELECT take(); SAVEPOINT a; SELECT take(); ROLLBACK TO a; SELECT take(); COMMIT;',
	snapshot => 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM commune.block; \sleep 5 ms
		SELECT take(); \sleep 5 ms
		COMMIT;',
	prepared => "BEGIN; SELECT take(); PREPARE TRANSACTION 'p:client_id'; \\sleep 20 ms
		COMMIT PREPARED 'p:client_id';",
	long => 'BEGIN; SELECT take(); \sleep 300 ms
		COMMIT;',
	read => "SELECT 1 / (count(*) = 0)::int FROM commune.verify(projections => false); \\sleep 300 ms\n");
my @files;
for my $name (sort keys %script)
{
	push @files, '-f', $node->basedir . "/$name.sql@" . ({ alone => 10, some => 4, read => 1 }->{$name} // 2);
	append_to_file($node->basedir . "/$name.sql", "$script{$name}\n" =~ s/; (?!\\)/;\n/gr =~ s/; \\/;\n\\/gr);
}
$commune->sql('ALTER DATABASE postgres SET synchronous_commit = off');
command_ok([ 'pgbench', '-n', '-c', $clients, '-j', '2', '-T', $seconds, @files, $node->connstr('postgres') ], "$clients clients for $seconds seconds");

# ---- what came of it

my $submitted = $commune->sql('SELECT count(*) FROM commune.act');
cmp_ok($submitted, '>', 300, "$submitted acts were committed");
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM commune.act WHERE commune.await(seq) IS NULL)}), 'each has its verdict');
$commune->sql('SELECT commune.stop_worker()');
is($commune->sql(q{
		WITH sealed AS (SELECT m.seq, b.number, m.index, lag(m.seq) OVER (PARTITION BY b.number ORDER BY m.index) AS before
			FROM commune.block b, commune.members(b.number) m WHERE m.source = 'act')
		SELECT count(*), count(DISTINCT seq), count(*) FILTER (WHERE seq <= before) FROM sealed}),
	"$submitted|$submitted|0", 'each is in one block, by seq');
is($commune->unsealed, '', 'none is in no block');
my ($blocks, $unfinished, $accepted, $twice) = split /\|/, $commune->sql(q{
	SELECT (SELECT count(*) FROM commune.block), (SELECT count(*) FROM commune.block WHERE NOT finished),
		(SELECT count(*) FROM commune.act a WHERE NOT EXISTS (SELECT FROM commune.verdict v WHERE v.seq = a.seq)),
		(SELECT count(*) FROM commune.verdict WHERE sqlstate = 'QC105')});
cmp_ok($blocks, '>', 20, "$blocks blocks");
cmp_ok($unfinished, '>', 0, "$unfinished of them unfinished");
cmp_ok($twice, '>', 0, "$twice acts came at once with their like");
is($commune->sql(q{SELECT count(*) FROM commune.verdict WHERE sqlstate <> 'QC105'}), '0', 'what came twice got the verdict for that');
is($commune->sql(q{SELECT count(*) FROM commune.member WHERE status = 'candidate'}) + 3, $accepted, 'every stranger counts once');
$commune->is_clean('after the load');

done_testing();
