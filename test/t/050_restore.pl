# Dump and restore: into a new cluster and into another database, whole or data alone.  The copy is whole, goes on with
# a new era, seals what was not sealed yet, and honours every receipt.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $new) = map { PostgreSQL::Test::Cluster->new($_) } 'old', 'new';
for ($node, $new)
{
	$_->init;
	$_->start;
}
$node->safe_psql('postgres', 'CREATE DATABASE town');

# ---- a register with something of everything

my $town = Commune->new($node, 'town')->found('ada', 'bob', 'cyd');
$town->submit('ada', 'topic', { topic => 'water' });
$town->seal;
$town->submit('bob', 'poll', { name => 'pool', title => 'A pool?', topic => 'water', options => [ 'no', 'yes' ],
	method => 'quadratic', params => { credits => 9 }, opens => time - 1, closes => time + 3600 });
$town->submit('cyd', 'delegate', { scope => {}, to => [ $town->did('ada') ] });
$town->sql(q{
	CREATE TABLE minutes (id int PRIMARY KEY, text text NOT NULL);
	INSERT INTO minutes VALUES (1, 'We met.');
	SELECT commune.chain('minutes');
	INSERT INTO minutes VALUES (2, 'We met again.')});
$town->seal;
my $manifest = $town->sql('SELECT commune.base64url(manifest) FROM commune.poll');
$town->submit('ada', 'ballot', { poll => $manifest, choice => { votes => [ 0, 2 ] } });

# Two of one name, of which the fold refuses the second.
$town->submit($_, 'topic', { topic => 'air' }) for 'ada', 'bob';
$town->seal;
is($town->sql('SELECT sqlstate FROM commune.verdict'), 'QC310', 'an act was refused');
$town->sql(join '', map { "SELECT commune.submit('" . $town->record("stranger $_", 'join') . "');" } 1 .. 300);
$town->seal;
$town->is_clean('before the dump');
is($town->sql('SELECT count(*) > 0 FROM commune.tile'), 't', 'there is a tile');

my @sealed = split /\n/, $town->sql('SELECT seq FROM commune.act ORDER BY seq');
my %receipt = map { $_ => $town->receipt($_) } $sealed[0], (split /\n/, $town->sql('SELECT seq FROM commune.verdict')), $sealed[-1];
my @waiting = ($town->submit('bob', 'ballot', { poll => $manifest, choice => { votes => [ 1, 0 ] } }), $town->submit('ada', 'topic', { topic => 'fire' }));
$town->sql(q{INSERT INTO minutes VALUES (3, 'And again.')});
my $last = $town->sql('SELECT last_value FROM commune.act_seq');

my ($plain, $custom) = map { $node->backup_dir . $_ } '.sql', '.dump';
command_ok([ 'pg_dump', '-f', $plain, $node->connstr('town') ], 'plain dump');
command_ok([ 'pg_dump', '-Fc', '-f', $custom, $node->connstr('town') ], 'custom dump');

# ---- what is expected of a copy

sub lives
{
	my ($what, $copy) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	# As it was.
	$copy->is_clean($what);
	is($copy->unsealed, join("\n", @waiting), "$what: the same acts wait");
	is($copy->sql('SELECT last_value FROM commune.act_seq'), $last, "$what: the sequence goes on");
	is($copy->sql(q{SELECT * FROM commune.verify_table('minutes')}), '', "$what: the chained table is whole");

	# And on.
	isnt($copy->seal, '', "$what: it seals");
	is($copy->unsealed, '', "$what: what waited is in a block");
	is($copy->sql('SELECT era, reason FROM commune.era ORDER BY era DESC LIMIT 1'), '2|the register moved to another database',
		"$what: in a new era");
	my $topic = $copy->submit('cyd', 'topic', { topic => "new in $what" });
	cmp_ok($topic, '>', $last, "$what: a new act has a new seq");
	$copy->sql(q{INSERT INTO minutes VALUES (4, 'In the copy.')});
	isnt($copy->seal, '', "$what: it seals on");
	is($copy->sql("SELECT commune.await($topic)"), '00000', "$what: the new act counts");
	is($copy->sql('SELECT votes FROM commune.ballot ORDER BY member'), "{0,2}\n{1,0}", "$what: the ballots count, from before and after");
	$copy->is_clean("$what, with new blocks");
	is($copy->sql(q{SELECT * FROM commune.verify_table('minutes')}), '', "$what: the chained table is whole, with its new row");

	# Receipts: the roots they name are in the chain of blocks, and today's receipts give the same place and verdict.
	for my $seq (sort { $a <=> $b } keys %receipt)
	{
		my ($old, $now) = ($receipt{$seq}, $copy->receipt($seq));
		is($copy->sql("SELECT encode(root, 'hex') FROM commune.block WHERE size = $old->{size}"), $old->{root},
			"$what: the root in the receipt of act $seq");
		is("$now->{index} $now->{verdict} $now->{origin}", "$old->{index} $old->{verdict} $old->{origin}",
			"$what: its place and verdict");
	}

	# It protects itself.
	like($copy->error('SET session_replication_role = replica; DELETE FROM commune.act'), qr/^QC201: /, "$what: it is append-only");
}

# ---- the copies

$new->safe_psql('postgres', 'CREATE DATABASE town');
command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-f', $plain, $new->connstr('town') ], 'plain restore into a new cluster');
lives('plain', $town->at($new));

$new->safe_psql('postgres', 'CREATE DATABASE town2');
command_ok([ 'pg_restore', '-j', '2', '-e', '-d', $new->connstr('town2'), $custom ], 'restore by two jobs');
lives('jobs', $town->at($new, 'town2'));

$node->safe_psql('postgres', 'CREATE DATABASE town2');
command_ok([ 'pg_restore', '-e', '-d', $node->connstr('town2'), $custom ], 'restore into another database of the same cluster');
lives('same cluster', $town->at($node, 'town2'));

# Data alone: the triggers that were switched off come back half in force.
$new->safe_psql('postgres', 'CREATE DATABASE town3');
command_ok([ 'pg_restore', '-e', '--schema-only', '-d', $new->connstr('town3'), $custom ], 'schema alone');
command_ok([ 'pg_restore', '-e', '--data-only', '--disable-triggers', '-d', $new->connstr('town3'), $custom ], 'data alone');
my $data = $town->at($new, 'town3');
like($data->damages, qr/\|act\|\|trigger\|A protecting trigger is gone or not ENABLE ALWAYS/, 'verify() says so');
like($data->sql(q{SELECT * FROM commune.verify_table('minutes')}), qr/trigger/, 'and verify_table()');
cmp_ok($data->sql('SELECT commune.repair_triggers()'), '>', 10, 'triggers are repaired');
is($data->sql('SELECT commune.repair_triggers()'), '0', 'all of them');
lives('data', $data);

# Piece by piece, while somebody tries to seal all the time: nothing is sealed before everything is there.
$new->safe_psql('postgres', 'CREATE DATABASE town5');
my $slow = $town->at($new, 'town5');
command_ok([ 'pg_restore', '-e', '--section=pre-data', '-d', $new->connstr('town5'), $custom ], 'schema');
my ($list) = run_command([ 'pg_restore', '-l', '--section=data', $custom ]);
my @pieces = grep { !/^;/ } split /\n/, $list;
my $refused = 0;
for my $piece (@pieces)
{
	append_to_file("$custom.list", "$piece\n");
	system_or_bail('pg_restore', '-e', '-L', "$custom.list", '-d', $new->connstr('town5'), $custom);
	unlink "$custom.list";
	last if $piece eq $pieces[-1];
	my $error = $slow->error('SELECT commune.seal()');
	$refused++ if $error =~ /^55000: the register has not arrived yet/;
	die "sealed after $piece" if $error =~ /^no error: +\d/;
}
cmp_ok($refused, '>', 10, 'sealing is refused while the tables are filled');
command_ok([ 'pg_restore', '-e', '--section=post-data', '-d', $new->connstr('town5'), $custom ], 'the rest');
lives('pieces', $slow);

# A dump of the copy: into a third database, and back in place of itself.
my $copy = $town->at($new);
my $topic = $copy->submit('cyd', 'topic', { topic => 'not sealed at the dump' });
command_ok([ 'pg_dump', '-Fc', '-f', $custom, $new->connstr('town') ], 'a dump of the copy');
$copy->submit('cyd', 'topic', { topic => 'lost' });
$copy->seal;
$new->safe_psql('postgres', 'CREATE DATABASE town4');
command_ok([ 'pg_restore', '-e', '-d', $new->connstr('town4'), $custom ], 'its restore');
command_fails_like([ 'pg_restore', '-e', '--clean', '-d', $new->connstr('town'), $custom ], qr/the table is chained/,
	'its restore in place would take a chained table away');
{
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica';
	command_ok([ 'pg_restore', '-e', '-j', '2', '--clean', '-d', $new->connstr('town'), $custom ], 'and is done by who insists');
}
is($copy->sql(q{SELECT * FROM commune.verify_table('minutes')}), '', 'the chained table is whole');
for my $again ($town->at($new, 'town4'), $copy)
{
	is($again->unsealed, $topic, "$again->{db}: an act waits");
	isnt($again->seal, '', "$again->{db}: it seals");
	is($again->sql("SELECT commune.await($topic)"), '00000', "$again->{db}: the act counts");
	is($again->sql('SELECT max(era) FROM commune.era'), '3', "$again->{db}: in a third era");
	$again->is_clean("$again->{db} again");
}

is($copy->sql('SELECT reason FROM commune.era WHERE era = 3'), 'the register was restored in place', 'which says why');

# ---- what no restore gets past

$new->safe_psql('postgres', 'CREATE DATABASE other');
my $other = $town->at($new, 'other');
$other->sql('CREATE EXTENSION commune');
my $row = $town->sql("SELECT quote_literal(a::text) FROM commune.act a WHERE kind = 'topic' ORDER BY seq LIMIT 1");
sub insert { return "INSERT INTO commune.act SELECT (replace($row, '$_[0]', '$_[1]')::commune.act).*" }
like($other->error(insert(',topic,', ',leave,')), qr/^QC204: /, 'an act whose columns do not follow from its record');
like($other->error(insert('eyJhbGciOi', 'eyAgbGciOi')), qr/^22P02: /, 'an act whose record was changed');
$other->sql('CREATE ROLE guest');
$other->sql('SELECT commune.create_roles(); GRANT commune_submit TO guest; GRANT INSERT ON commune.act TO guest; GRANT commune_reader TO guest');
like($other->error('SET ROLE guest; ' . insert('', '')), qr/^42501: /, 'complete rows from somebody else than the owner');
like($town->error(insert('', '')), qr/^QC206: /, 'complete rows into a register that lives');

done_testing();
