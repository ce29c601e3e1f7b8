# The program `commune` and proposals: proposed, supported, amended, voted on by what the manifest says, carried out; a
# server that shows another text is found out.
use strict;
use warnings FATAL => 'all';
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir;
chdir $dir or die;
delete @ENV{qw(COMMUNE_KEY COMMUNE_PASSPHRASE XDG_CONFIG_HOME XDG_STATE_HOME)};
$ENV{HOME} = $dir;
$ENV{XDG_STATE_HOME} = "$dir/state";

my ($out, $err);

# Run the program, which must end with this.
sub ends_with
{
	my ($expected, $name, @args) = @_;

	($out, $err) = ('', '');
	IPC::Run::run([ 'commune', @args ], '<', \'', '>', \$out, '2>', \$err);
	is($? >> 8, $expected, $name) or diag("out: $out\nerr: $err");
	return $out;
}

sub ok_run { return ends_with(0, shift, @_) }

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--locale', 'C', '--encoding', 'UTF8' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE town');
$node->safe_psql('town', 'CREATE EXTENSION commune');
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'town';

sub sql { return $node->safe_psql('town', shift) }
sub seal { return sql('SELECT commune.seal()') }

ok_run("key $_", 'key', 'new', '-q', '--file', "k$_") for 1 .. 3;
my @did = map { chomp(my $did = ok_run("DID $_", 'key', 'show', '-q', '-k', "k$_")); $did } 1 .. 3;
ok_run('found', 'found', 'Town', '-k', 'k1', '--founder', $did[1], '--founder', $did[2], '--policies',
	'{"quick":{"level":3,"approval":[1,3],"discussion":3600,"verification":0,"voting":86400,"supporters":2},' .
	'"now":{"level":3,"approval":[1,3],"discussion":0,"verification":0,"voting":86400}}');
seal();
ok_run("join $_", 'join', '-k', "k$_") for 1 .. 3;
seal();

# ---- before the poll

ends_with(1, 'a proposal without a policy', 'propose', 'wells', '--title', 'Wells', '-k', 'k1');
ends_with(1, 'a plan that is no JSON', 'propose', 'wells', '--title', 'Wells', '--policy', 'quick', '--plan', '[', '-k', 'k1');
like($err, qr/--plan is no JSON/, 'is named');
ends_with(4, 'a policy that is not there', 'propose', 'wells', '--title', 'Wells', '--policy', 'slow', '-k', 'k1');
like($err, qr/QC752/, 'has its SQLSTATE');
ok_run('propose', 'propose', 'wells', '--title', 'Dig a well', '--text', 'North of the mill.', '--policy', 'quick', '--plan',
	'[{"do":"publish","title":"A well is dug"}]', '-k', 'k1');
seal();
ends_with(4, 'no such proposal', 'support', 'well', '-k', 'k2');
ok_run('support', 'support', 'wells', '-k', 'k2');
seal();
is(sql('SELECT status, supporters FROM commune.docket'), 'discussion|2', 'it is discussed');
ok_run('amend', 'amend', 'wells', '--text', 'South of the mill.', '-k', 'k1');
seal();
ends_with(4, 'an amendment of an old version', 'amend', 'wells', '--version', '1', '--text', 'x', '-k', 'k1');
like($err, qr/QC758/, 'is refused');
is(sql('SELECT version, text FROM commune.proposal'), '2|South of the mill.', 'the text is the new one');
ok_run('support the new version', 'support', 'wells', '-k', 'k2');
ok_run('an alternative', 'propose', 'pond', '--title', 'Dig a pond', '--against', 'wells', '-k', 'k3');
seal();
ok_run('withdraw', 'withdraw', 'pond', '-k', 'k3');
seal();
is(sql(q{SELECT status FROM commune.docket WHERE name = 'pond'}), 'withdrawn', 'it is withdrawn');
ends_with(1, 'an objection without a text', 'object', 'wells', '-k', 'k2');
ends_with(4, 'an objection too early', 'object', 'wells', '--text', 'No.', '-k', 'k2');
ends_with(4, 'so is a guard', 'guard', 'wells', '--text', 'No.', '-k', 'k2');

# ---- the ballot says what it is about

ok_run('a quick one', 'propose', 'mill', '--title', 'Mend the mill', '--text', 'The wheel is broken.', '--policy', 'now', '--plan',
	'[{"do":"publish","title":"The mill is mended"}]', '-k', 'k1');
seal();
ok_run('vote', 'vote', 'mill/1', '--option', '1', '-k', 'k2');
like($err, qr/proposal mill\ntitle    Mend the mill\nThe wheel is broken\.\nplan     .*The mill is mended/, 'and see what it does');
seal();
is(sql('SELECT count(*) FROM commune.ballot'), 1, 'it is cast');
ends_with(4, 'a poll that is not there', 'vote', 'mill/2', '--option', '1', '-k', 'k2');

# The owner shows another text, another plan, another title: nothing is signed.
for my $change (q{text = 'The wheel is fine.'}, q{plan = '[{"do":"publish","title":"x"}]'}, q{title = 'Sell the mill'}, 'plan = NULL')
{
	my ($column) = $change =~ /^(\w+)/;

	sql(qq{SET session_replication_role = replica; ALTER TABLE commune.proposal DISABLE TRIGGER ALL;
		CREATE TABLE kept AS SELECT $column FROM commune.proposal WHERE name = 'mill';
		UPDATE commune.proposal SET $change WHERE name = 'mill'});
	ends_with(2, "another $column", 'vote', 'mill/1', '--option', '1', '-k', 'k3');
	sql(qq{UPDATE commune.proposal p SET $column = k.$column FROM kept k WHERE name = 'mill'; DROP TABLE kept});
}
ok_run('the right ones', 'vote', 'mill/1', '--option', '2', '-k', 'k3');
done_testing();
