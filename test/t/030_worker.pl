# The launcher and its workers: where they run, what they seal by themselves, how they leave and come back.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'commune'
restart_after_crash = on
commune.databases = 'town'
commune.seal_interval = 20ms
commune.debug_point = ''
});
$node->start;
my $town = Commune->new($node, 'town');

sub configure
{
	my ($name, $value) = @_;
	$node->adjust_conf('postgresql.conf', $name, "'$value'");
	$node->reload;
}

# Wait until the worker of a database is as it should be.
sub wait_for
{
	my ($what, $condition, $database) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$database //= 'town';
	ok($node->poll_query_until('postgres',
			"SELECT EXISTS (SELECT FROM commune.workers() WHERE database = '$database' AND $condition)"), $what);
}

# Wait for the verdict on an act that the worker is to seal.
sub sealed
{
	my ($what, $seq) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($town->sql("SELECT commune.await($seq)"), '00000', $what);
}

# ---- a database, then an extension, that come later

$node->safe_psql('postgres', 'CREATE EXTENSION commune');
is($node->safe_psql('postgres', 'SELECT count(*) FROM commune.workers()'), '0', 'no worker where there is no database');
$node->safe_psql('postgres', 'CREATE DATABASE town');
$node->reload;	# the launcher looks
wait_for('a worker looks into the database', 'pid IS NULL');
sleep 1;
unlike(slurp_file($node->logfile), qr/commune worker|FATAL|exit code/, 'and leaves without a word');
$town->sql('CREATE EXTENSION commune');
wait_for('a worker comes once there is an extension', 'pid IS NOT NULL AND last_step IS NOT NULL');
like(slurp_file($node->logfile), qr/commune worker started for database "town"/, 'and says so');

# ---- it seals

$town->found('ada', 'bob');
my $start = time;
sealed('an act is sealed by itself', $town->submit('ada', 'topic', { topic => 'water' }));
cmp_ok(time - $start, '<', 5, 'soon');

configure('commune.seal_interval', '60s');
sleep 0.5;
my $seq = $town->submit('ada', 'topic', { topic => 'air' });
like($town->error("SELECT commune.await($seq, '500 ms')"), qr/^QC202: /, 'a longer interval is in force after a reload');
configure('commune.seal_interval', '10ms');
sealed('and a shorter one', $seq);

# ---- it notifies, not more than ten times a second

my $listener = $node->background_psql('town');
$listener->query('LISTEN commune');
my $before = $town->sql('SELECT max(number) FROM commune.block');
my $acts = join '', map { "SELECT commune.submit('" . $town->record("stranger $_", 'join') . "'); SELECT pg_sleep(0.015);\n" } 1 .. 80;
$start = time;
$town->sql($acts);
my $seconds = time - $start;
sleep 0.5;
my @told = $listener->query('SELECT 1') =~ /"commune" with payload "\{"block":(\d+)\}"/g;
my $last = $town->sql('SELECT max(number) FROM commune.block');
cmp_ok($last - $before, '>', @told, 'more blocks than notifications');
cmp_ok(scalar @told, '<=', 10 * $seconds + 3, scalar @told . " notifications in $seconds s");
cmp_ok(scalar @told, '>=', 5, 'and not few');
is($told[-1], $last, 'the last block was told');
$listener->quit;

# ---- errors

my $from = -s $node->logfile;
configure('commune.debug_point', 'error:seal');
$seq = $town->submit('ada', 'topic', { topic => 'fire' });
wait_for('an error is kept', "last_error = 'XX000: debug point error:seal'");
sleep 2.5;
my @errors = slurp_file($node->logfile, $from) =~ /ERROR:  debug point/g;
cmp_ok(scalar @errors, '>', 3, 'the worker tries again');
cmp_ok(scalar @errors, '<', 12, 'at longer and longer intervals');
like($town->error("SELECT commune.await($seq, '1 ms')"), qr/^QC202: /, 'nothing is sealed meanwhile');
configure('commune.debug_point', '');
sealed('it goes on', $seq);
is($town->sql("SELECT count(*) FROM commune.entry WHERE kind = 'isolated'"), '0', 'and blames no act');

# ---- stopping and starting

is($town->sql('SELECT commune.stop_worker()'), 't', 'a worker was stopped');
is($town->sql('SELECT commune.stop_worker()'), 'f', 'there is none to stop');
$node->reload;
sleep 0.5;
wait_for('it stays away', 'pid IS NULL AND stopped');
$seq = $town->submit('ada', 'topic', { topic => 'earth' });
$town->sql('SELECT commune.start_worker()');
sealed('and comes back when it is let', $seq);

configure('commune.databases', '');
wait_for('a worker leaves a database that is no longer listed', 'pid IS NULL AND NOT stopped');
ok($node->wait_for_log(qr/leaves: database "town" is no longer listed/, $from), 'and says so');
$node->safe_psql('postgres', 'CREATE DATABASE village');
$node->safe_psql('village', 'CREATE EXTENSION commune');
configure('commune.databases', 'village, town');
$town->sql('SELECT commune.start_worker()');
$node->reload;
wait_for('one worker here', 'pid IS NOT NULL AND last_step IS NOT NULL');
wait_for('another one there', 'pid IS NOT NULL AND last_step IS NOT NULL', 'village');

# ---- crash and restart

$seq = $town->submit('bob', 'topic', { topic => 'crash' });
kill 'KILL', $node->safe_psql('postgres', "SELECT pid FROM commune.workers() WHERE database = 'town'");
ok($node->poll_query_until('town', "SELECT commune.await($seq) = '00000'"), 'after a crash the worker seals on');
$node->restart;
sealed('and after a restart', $town->submit('bob', 'topic', { topic => 'restart' }));
is($town->unsealed, '', 'every act is in a block');
$town->is_clean('after all this');

# ---- leaving

$from = -s $node->logfile;
$node->safe_psql('village', 'DROP EXTENSION commune');
ok($node->wait_for_log(qr/leaves: there is no extension commune in database "village"/, $from), 'a worker leaves when its extension is dropped');
$town->sql('SELECT commune.stop_worker()');
$node->safe_psql('postgres', 'DROP DATABASE town');
ok(1, 'a database whose worker is stopped can be dropped');
$node->safe_psql('postgres', 'CREATE DATABASE town');
$town->sql('CREATE EXTENSION commune; SELECT commune.start_worker()');
$node->reload;
wait_for('a worker for the next one of that name', 'pid IS NOT NULL');
$node->safe_psql('postgres', 'DROP DATABASE town WITH (FORCE)');
wait_for('a database can be dropped by force', 'pid IS NULL');

# ---- without preloading

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
is($node->safe_psql('postgres', 'SELECT count(*) FROM commune.workers()'), '0', 'no worker without preloading');
like(Commune->new($node)->error("SELECT commune.$_()"), qr/^55000: /, "$_() says so") for 'stop_worker', 'start_worker';

done_testing();
