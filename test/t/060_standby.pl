# A physical standby: it verifies and folds by itself what it received, writes nothing, and goes on in the same era when
# it is promoted.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', q{
shared_preload_libraries = 'commune'
commune.databases = 'postgres'
commune.seal_interval = 20ms
});
$primary->start;
my $commune = Commune->new($primary)->found('ada', 'bob');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
my $copy = $commune->at($standby);

# Acts in many blocks, a poll, and a verdict.
sub await { return $commune->sql("SELECT commune.await($_[0])") }
my $poll = $commune->submit('ada', 'poll', { name => 'pool', title => 'A pool?', options => [ 'no', 'yes' ], method => 'majority',
	params => { running => JSON::PP::true }, opens => time - 1, closes => time + 3600 });
await($poll);
await($commune->submit('bob', 'ballot', { poll => $commune->sql('SELECT commune.base64url(manifest) FROM commune.poll'), choice => { option => 2 } }));
await($commune->submit("stranger $_", 'join')) for 1 .. 20;
cmp_ok($commune->sql('SELECT max(number) FROM commune.block'), '>', 20, 'the primary has made blocks');
$commune->sql('SELECT commune.stop_worker()');
my $waiting = $commune->submit('ada', 'topic', { topic => 'water' });
$primary->wait_for_catchup($standby);

# ---- what it can do

$copy->is_clean('the standby');
is($copy->sql('SELECT * FROM commune.verify(workers => 2)'), '', 'verify() by several processes');
is($copy->sql('SELECT * FROM commune.verify(3, 9)'), '', 'verify() of a range');
is($copy->sql('SELECT votes FROM commune.tally($$pool$$)'), "0\n1", 'tally()');
is($copy->receipt(1)->{verdict}, '00000', 'receipt()');
is($copy->sql('SELECT commune.await(1)'), '00000', 'await() of what is sealed');
like($copy->error("SELECT commune.await($waiting, '10 ms')"), qr/^QC202: /, 'await() of what is not');

# ---- what it cannot

like($copy->error("SELECT commune.$_"), qr/^25006: /, 'no ' . s/\(.*//r) for 'seal()', 'follow()', "submit('" . $commune->record('bob', 'leave') . "')";
is($copy->sql('SELECT count(*) FROM commune.workers()'), '0', 'no worker');
unlike(slurp_file($standby->logfile), qr/commune (launcher|worker)/, 'and no launcher');

# Damage that a superuser does on the primary arrives, and is found.
$commune->sql('ALTER TABLE commune.ballot DISABLE TRIGGER commune_protect; UPDATE commune.ballot SET option = 1');
$primary->wait_for_catchup($standby);
is($copy->differences, "ballot|$poll, 2|option|2|1", 'replay() finds a ballot that was changed on the primary');
$commune->sql('UPDATE commune.ballot SET option = 2; ALTER TABLE commune.ballot ENABLE ALWAYS TRIGGER commune_protect');
$primary->wait_for_catchup($standby);
$copy->is_clean('repaired');

# ---- promotion

$primary->stop;
$standby->promote;
is($copy->sql("SELECT commune.await($waiting, '60 s')"), '00000', 'once promoted its worker seals what waited');
my $next = $copy->submit('bob', 'topic', { topic => 'air' });
is($copy->sql("SELECT commune.await($next)"), '00000', 'and what is new');
cmp_ok($next, '>', $waiting, 'with a higher seq');
is($copy->sql('SELECT count(*), max(era) FROM commune.era'), '1|1', 'in the same era');
is($copy->unsealed, '', 'every act is in a block');
$copy->is_clean('the promoted standby');

done_testing();
