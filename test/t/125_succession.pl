# The log's key is replaced; then history is lost for good, and the log goes on under a new name.  What was signed, witnessed
# and given a receipt before can be told from what comes after.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Program;
use Test::More;
use Time::HiRes qw(sleep);

# ---- a register with three witnesses, who look when they are told to

my $town = 'example.org/town';
my %key;
sub new_key { my ($name, @args) = @_; ends_with(0, "key $name", 'key', 'new', '-q', '--file', "$dir/$name.key", @args); chomp($key{$name} = $out); return }
new_key('log', '--log', $town);
new_key($_, '--witness', "$_.example") for qw(w1 w2 w3);
sub policy { put('policy', join '', (map { "log $key{$_}\n" } @_), (map { "witness $_ $key{$_}\n" } qw(w1 w2 w3)), "group most 2 w1 w2 w3\nquorum most\n"); return }
policy('log');

my $node = PostgreSQL::Test::Cluster->new('town');
$node->init;
$node->append_conf('postgresql.conf', qq{
commune.origin = '$town'
commune.signing_key_file = '$dir/log.key'
commune.policy_file = '$dir/policy'
});
$node->start;
my $commune = Commune->new($node)->found('ada', 'bob');
my $topics = 0;

sub grow
{
	my ($at) = @_;
	my $seq = $at->submit('ada', 'topic', { topic => 'topic ' . ++$topics });
	$at->seal;
	$at->sql('SELECT commune.sign_checkpoint()');
	return $seq;
}

sub witness
{
	my ($at, $name, @logs) = @_;
	return ('witness', '--once', '-d', $at->{node}->connstr($at->{db}), '--key', "$dir/$name.key", '--state', "$dir/$name", map { ('--log', $key{$_}) } @logs);
}

sub status { my ($at, $columns) = @_; return $at->sql("SELECT $columns FROM commune.register_status") }

my $first = grow($commune);
ends_with(0, "$_ cosigns", witness($commune, $_, 'log')) for qw(w1 w2);
is(status($commune, 'published_size = size'), 't', 'they publish');
my $receipt = $commune->receipt($first);

# ---- the signing key is replaced

new_key('log2', '--log', $town);
isnt($key{log2}, $key{log}, 'a new key of the same name');
system_or_bail('cp', '-p', "$dir/log.key.state", "$dir/log2.key.state");
policy('log', 'log2');
$node->adjust_conf('postgresql.conf', 'commune.signing_key_file', "'$dir/log2.key'");
$node->reload;
$commune->sql(q{SELECT pg_sleep(0.2)});
my $second = grow($commune);
is(status($commune, 'signing_key'), $key{log2}, 'it signs');
is(status($commune, 'coalesce(signing_problem, $$none$$)'), 'none', 'without a problem');
ends_with(2, 'a witness that knows the old key alone refuses it', witness($commune, 'w1', 'log'));
like($err, qr/QC213.*not signed by the log that --log names/s, 'and says why');
ends_with(0, "$_ knows both, and cosigns", witness($commune, $_, 'log', 'log2')) for qw(w1 w2);
is(status($commune, 'published_size = size'), 't', 'which publishes');
is($commune->sql('SELECT count(*), max(era) FROM commune.era'), '1|1', 'in the same era');
is($commune->sql("SELECT encode(commune.root($receipt->{size}), 'hex')"), $receipt->{root}, 'a receipt under the old key holds');
policy('log2');
my $third = grow($commune);
ends_with(0, "$_ needs the new one alone", witness($commune, $_, 'log2')) for qw(w1 w2);
$receipt = $commune->receipt($third);
my @verify = ('verify', '-q', '--state', "$dir/client", '-d');
ends_with(0, 'a client verifies', @verify, $node->connstr('postgres'));

# ---- history is lost: an old copy of the files is all that there is

$node->backup_fs_cold('old');
my $lost = grow($commune);
ends_with(0, "$_ cosigns what will be lost", witness($commune, $_, 'log2')) for qw(w1 w2);
my $lost_receipt = $commune->receipt($lost);
my $seen = $commune->sql('SELECT commune.checkpoint()');
$node->stop;
my $again = PostgreSQL::Test::Cluster->new('again');
$again->init_from_backup($node, 'old');
$again->start;
my $copy = $commune->at($again);
is($copy->sql("SELECT commune.witness_saw(\$\$$seen\$\$)"), 'f', 'the copy is told what a quorum has seen');
like($copy->error('SELECT commune.seal()'), qr/^QC216: /, 'and does not go on');

# ---- a succession

sub promote { return $copy->error("SELECT commune.promote($_[0])") }
like(promote(q{'why not'}), qr/^55000: /, 'not without a new name');
like(promote(q{'', 'example.org/town-2'}), qr/^22023: a promotion needs a reason/, 'nor without a reason');
like(promote(q{NULL, 'example.org/town-2'}), qr/^22023: a promotion needs a reason/, 'nor with an unknown one');
like(promote(qq{'why not', '$town'}), qr/^22023: "$town" cannot be the new name/, 'nor with the old name');
like(promote(q{'why not', 'a town'}), qr/^22023: "a town" cannot be the new name/, 'nor with one that is none');
$copy->sql('CREATE ROLE guest; SELECT commune.create_roles(); GRANT commune_operator TO guest; GRANT EXECUTE ON FUNCTION commune.promote TO guest');
like($copy->error(q{SET ROLE guest; SELECT commune.promote('mine', 'example.org/mine')}), qr/^42501: /, 'nor by anybody');

# Whoever writes in the era that ends is waited for.
my $writer = $again->background_psql('postgres');
$writer->query_safe('BEGIN');
my $slow = $writer->query_safe("SELECT commune.submit('" . $copy->record('bob', 'topic', { topic => 'slow' }) . "')");
my $promotion = q{SELECT commune.promote('the disk burned', 'example.org/town-2')};
like($copy->error("SET lock_timeout = '200ms'; $promotion"), qr/^55P03: /, 'it waits for who is writing');
$writer->query_safe('COMMIT');
$writer->quit;
$copy->sql('CREATE TABLE minutes (id int PRIMARY KEY); SELECT commune.chain($$minutes$$)');
$writer = $again->background_psql('postgres');
$writer->query_safe('BEGIN');
$writer->query_safe('INSERT INTO minutes VALUES (1)');
like($copy->error("SET lock_timeout = '200ms'; $promotion"), qr/^55P03: /, 'also in a chained table');
$writer->query_safe('COMMIT');
$writer->quit;
$copy->sql($promotion);
like($copy->error("SELECT commune.submit('" . $copy->record('guest', 'join') . "')"), qr/^QC205: /, 'until the next block nothing is taken');
isnt($copy->seal, '', 'the next block');
is($copy->sql('SELECT era, origin, reason FROM commune.era ORDER BY era'), "1|$town|the register begins\n2|example.org/town-2|the disk burned",
	'begins an era with the name and the reason');
is($copy->sql("SELECT commune.await($slow)"), '00000', 'and has what was written before');
my $next = $copy->submit('bob', 'topic', { topic => 'next' });
$copy->sql('INSERT INTO minutes VALUES (2)');
isnt($copy->seal, '', 'it seals on');
is($copy->sql("SELECT commune.await($next)"), '00000', 'and new acts count');
is($copy->unsealed, '', 'every act is in a block');
is($copy->sql('SELECT count(*) FROM commune.follower'), '0', 'the promotion is done');
is($copy->sql('SELECT * FROM commune.verify_table($$minutes$$)'), '', 'the chained table is whole');
$copy->is_clean('after the succession');

# ---- the old key does not sign for the new name; a new one does, and the witnesses begin with it

is(status($copy, "origin, coalesce(signed_size::text, 'none'), coalesce(published_size::text, 'none')"), 'example.org/town-2|none|none', 'nothing is signed yet under the new name');
like(status($copy, 'signing_problem'), qr/not named as the register's origin/, 'the old key is no good');
new_key('log3', '--log', 'example.org/town-2');
policy('log3');
$again->adjust_conf('postgresql.conf', 'commune.signing_key_file', "'$dir/log3.key'");
$again->reload;
$copy->sql(q{SELECT pg_sleep(0.2)});
my $fourth = grow($copy);
like($copy->sql('SELECT commune.checkpoint(false)'), qr/\Aexample\.org\/town-2\n/, 'a checkpoint bears the new name');
is($copy->sql('SELECT origin, count(*) > 0 FROM commune.checkpoint GROUP BY 1 ORDER BY 1'), "$town|t\nexample.org/town-2|t", 'it can be told from the old ones');
is($copy->sql(q{SELECT name, size IS NULL FROM commune.witness_status ORDER BY 1}), "w1|t\nw2|t\nw3|t", 'no witness has seen it');
is($copy->sql(q{SELECT split_part(commune.add_checkpoint_request('w1'), E'\n', 1)}), 'old 0', 'they are asked from the beginning');
ends_with(2, 'a witness of the old log refuses it', witness($copy, 'w1', 'log2'));
like($err, qr/QC213.*not signed by the log that --log names/s, 'and says why');
ends_with(0, "$_ cosigns the new log", witness($copy, $_, 'log3')) for qw(w1 w2);
is(status($copy, 'published_size = size'), 't', 'it is published');
is($copy->sql(q{SELECT name, behind FROM commune.witness_status WHERE size IS NOT NULL ORDER BY 1}), "w1|0\nw2|0", 'the status says so');

# ---- receipts, and who remembers

is($copy->sql("SELECT encode(commune.root($receipt->{size}), 'hex')"), $receipt->{root}, 'a receipt for what was not lost holds');
my $now = $copy->receipt($third);
is("$now->{index} $now->{verdict} $now->{origin}", "$receipt->{index} $receipt->{verdict} example.org/town-2", 'the same place and verdict under the new name');
isnt($copy->sql("SELECT encode(commune.root($lost_receipt->{size}), 'hex')"), $lost_receipt->{root}, 'one for what was lost does not');
ends_with(2, 'a client is not led on silently', @verify, $again->connstr('postgres'), '--origin', $town);
like($err, qr/QC902: the server has another origin/, 'and says why');
ends_with(0, 'it follows when it is told to', @verify, $again->connstr('postgres'), '--origin', 'example.org/town-2');
ends_with(0, 'and remembers that', @verify, $again->connstr('postgres'));

# ---- a dump of it: the name stays, what witnesses saw of the old log is no matter

my $dump = $again->backup_dir . '.dump';
system_or_bail('pg_dump', '-Fc', '-f', $dump, $again->connstr('postgres'));
$again->safe_psql('postgres', 'CREATE DATABASE restored');
system_or_bail('pg_restore', '-e', '-d', $again->connstr('restored'), $dump);
my $restored = $copy->at($again, 'restored');
my $after = grow($restored);
is($restored->sql("SELECT commune.await($after)"), '00000', 'a restored copy goes on');
is($restored->sql('SELECT max(era) FROM commune.era'), '3', 'in another era');
is(status($restored, 'origin, signed_size = size'), 'example.org/town-2|t', 'of the same name, and signs');
ends_with(0, 'a witness cosigns it', witness($restored, 'w2', 'log3'));
$restored->is_clean('restored');

# A copy that is to live beside it gets a name before its first block.
$again->safe_psql('postgres', 'CREATE DATABASE beside');
system_or_bail('pg_restore', '-e', '-d', $again->connstr('beside'), $dump);
my $beside = $copy->at($again, 'beside');
$beside->sql(q{SELECT commune.promote('to try things', 'example.org/trial')});
isnt($beside->seal, '', 'a copy with a name of its own seals');
is($beside->sql('SELECT era, origin, reason FROM commune.era ORDER BY era DESC LIMIT 1'), '3|example.org/trial|to try things', 'under that name from its first block on');
like($beside->error('SELECT commune.sign_checkpoint()'), qr/^QC215: /, 'and does not sign as the other one');
$beside->is_clean('beside');

done_testing();
