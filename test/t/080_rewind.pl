# A database that is set back in time: what the server notices by itself, and what only those can who remember more than
# it does.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# ---- an old copy of the files runs again

my $node = PostgreSQL::Test::Cluster->new('town');
$node->init;
$node->start;
my $town = Commune->new($node)->found('ada', 'bob');
$town->submit('ada', 'topic', { topic => 'water' });
$town->seal;
my $old = $town->receipt(1);
my $waiting = $town->submit('ada', 'topic', { topic => 'air' });
$node->backup_fs_cold('old');

# Somebody remembers what came after that.
my @verify = ('commune', 'verify', '--state', $node->backup_dir . '/state');
$town->submit('bob', 'topic', { topic => 'fire' });
$town->seal;
$town->submit('bob', 'topic', { topic => 'earth' });
$town->seal;
my $new = $town->receipt($waiting);
command_ok([ @verify, '-d', $node->connstr('postgres') ], 'a client verifies the register, and remembers it');
$node->stop;

my $again = PostgreSQL::Test::Cluster->new('again');
$again->init_from_backup($node, 'old');
$again->start;
my $copy = $town->at($again);

# For the server nothing has happened: its transaction ids and its tables went back together.
$copy->is_clean('the old copy');
is($copy->unsealed, $waiting, 'what waited then waits');
my $next = $copy->submit('ada', 'topic', { topic => 'ash' });
isnt($copy->seal, '', 'it seals on');
is($copy->sql('SELECT max(era) FROM commune.era'), '1', 'in the same era');
is($copy->sql("SELECT commune.await($_)"), '00000', "act $_ counts") for $waiting, $next;
is($copy->unsealed, '', 'nothing is passed over');
$copy->is_clean('the old copy, with new blocks');

# Whoever remembers more notices.
is($copy->sql("SELECT encode(root, 'hex') FROM commune.block WHERE size = $old->{size}"), $old->{root}, 'a receipt from before holds');
isnt($copy->sql("SELECT encode(root, 'hex') FROM commune.block WHERE size = $new->{size}"), $new->{root}, 'a receipt from after does not');
my ($out, $err) = ('', '');
is(IPC::Run::run([ @verify, '-d', $again->connstr('postgres') ], '>', \$out, '2>', \$err) ? 0 : $? >> 8, 2, 'the client refuses the old copy');
like($err, qr/QC902: the register contradicts what was seen before/, 'and says why');
$again->stop;

# ---- transaction ids go back, the tables do not

my $reset = PostgreSQL::Test::Cluster->new('reset');
$reset->init;
command_ok([ 'pg_resetwal', '-e', '1', '-D', $reset->data_dir ], 'transaction ids begin at 2^32');
$reset->start;
my $back = Commune->new($reset)->found('ada', 'bob');
$back->submit('ada', 'topic', { topic => 'water' });
$back->seal;
cmp_ok($back->sql('SELECT pg_snapshot_xmax(snapshot) FROM commune.block ORDER BY number DESC LIMIT 1'), '>', 2**32, 'the last snapshot is beyond that');
$waiting = $back->submit('ada', 'topic', { topic => 'air' });
$reset->stop;
command_ok([ 'pg_resetwal', '-e', '0', '-D', $reset->data_dir ], 'they are set back');
$reset->start;
cmp_ok($back->sql('SELECT pg_current_xact_id()'), '<', 2**32, 'they are lower than before');
$back->is_clean('set back');
$next = $back->submit('bob', 'topic', { topic => 'fire' });
isnt($back->seal, '', 'it seals on');
is($back->sql('SELECT era, reason FROM commune.era ORDER BY era DESC LIMIT 1'), '2|transaction ids went back', 'in a new era');
is($back->sql("SELECT commune.await($_)"), '00000', "act $_ counts") for $waiting, $next;
isnt($back->submit('bob', 'topic', { topic => 'earth' }), '', 'an act of the new era');
isnt($back->seal, '', 'it is sealed');
is($back->unsealed, '', 'nothing is passed over');
$back->is_clean('set back, with new blocks');

done_testing();
