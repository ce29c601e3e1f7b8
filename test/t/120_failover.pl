# The primary dies, a standby takes over, and the old primary comes back: three witnesses with a quorum of two, a client
# that remembers, and receipts that were given before.  Who notices what, with which message, within what time.
use strict;
use warnings FATAL => 'all';
use Commune;
use File::Copy qw(copy);
use IPC::Run;
use MIME::Base64;
use POSIX 'WNOHANG';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Program;
use Test::More;
use Time::HiRes qw(sleep);

my $soon = 30;						# seconds; on an idle machine it takes one or two
my $origin = 'example.org/town';

# ---- keys: each site has the log's key, and a state of its own beside it

my (%key, %pid);
mkdir "$dir/$_" or die for 'one', 'two';
ends_with(0, 'key of the log', 'key', 'new', '-q', '--log', $origin, '--file', "$dir/one/log.key");
chomp($key{log} = $out);
system_or_bail('cp', '-p', "$dir/one/log.key", "$dir/two/log.key");
for my $name (qw(w1 w2 w3))
{
	ends_with(0, "key of $name", 'key', 'new', '-q', '--witness', "$name.example", '--file', "$dir/$name.key");
	chomp($key{$name} = $out);
}
put('policy', join '', "log $key{log}\n", (map { "witness $_ $key{$_}\n" } qw(w1 w2 w3)), "group most 2 w1 w2 w3\nquorum most\n");

sub site
{
	my ($node, $name) = @_;
	$node->append_conf('postgresql.conf', "commune.signing_key_file = '$dir/$name/log.key'\n");
	return;
}

# ---- a primary, and a standby that confirms each commit

my $one = PostgreSQL::Test::Cluster->new('one');
$one->init(allows_streaming => 1, extra => ['--data-checksums']);
$one->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'commune'
commune.databases = 'postgres'
commune.seal_interval = 50ms
commune.origin = '$origin'
commune.policy_file = '$dir/policy'
wal_keep_size = 64MB
});
site($one, 'one');
$one->start;
my $old = Commune->new($one)->found('ada', 'bob');
$old->sql('SELECT commune.create_roles(); CREATE ROLE carrier LOGIN; GRANT commune_reader, commune_witness TO carrier');
$one->backup('base');
my $two = PostgreSQL::Test::Cluster->new('two');
$two->init_from_backup($one, 'base', has_streaming => 1);
site($two, 'two');
$two->start;
my $new = $old->at($two);
$one->append_conf('postgresql.conf', "synchronous_standby_names = 'two'");
$one->reload;

# Witnesses know both sites, and look where writing is possible.
my $sites = join ' ', 'host=' . join(',', $one->host, $two->host), 'port=' . join(',', $one->port, $two->port),
	'dbname=postgres user=carrier target_session_attrs=read-write';
sub witness { my ($name, $at, @more) = @_; return ('witness', '-d', $at, '--log', $key{log}, '--key', "$dir/$name.key", '--state', "$dir/$name", @more) }
$pid{$_} = start($_, witness($_, $sites)) for qw(w1 w2 w3);

sub published { return $_[0]->sql('SELECT coalesce(max(size), 0) FROM commune.checkpoint WHERE published_at IS NOT NULL') }
sub is_published
{
	my ($at, $seq, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_until($what, sub { $at->sql(qq{
		SELECT index < (SELECT max(size) FROM commune.checkpoint WHERE published_at IS NOT NULL)
		FROM commune.block b, commune.members(b.number) m WHERE m.source = 'act' AND m.seq = $seq}) eq 't' }, $soon);
	return;
}

# What the worker complains of.
sub complains
{
	my ($at, $message, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_until($what, sub { $at->sql(q{SELECT coalesce(last_error, '') FROM commune.workers()}) =~ $message }, $soon);
	return;
}

# ---- kill -9 while acts come in; the standby is promoted

put('acts.sql', join '', map { "SELECT 'seq ' || commune.submit('" . $old->record("guest $_", 'join') . "') FROM pg_sleep(0.02);\n" } 1 .. 400);
my ($acks, $ended) = ('', '');
my $writer = IPC::Run::start([ 'psql', '-XqAt', '-f', "$dir/acts.sql", $one->connstr('postgres') ], '<', \undef, '>', \$acks, '2>', \$ended);
sub acks { $writer->pump_nb if $writer->pumpable; my @seqs = $acks =~ /^seq (\d+)$/gm; return @seqs }
wait_until('acts come in', sub { acks() > 30 });
is_published($old, (acks())[20], 'and are published');
my %receipt = map { my ($seq, $receipt) = split /\|/; $seq => $receipt } split /\n/, $old->sql(qq{
	SELECT a.seq, replace(encode(convert_to(commune.receipt(a.seq), 'UTF8'), 'base64'), E'\\n', '')
	FROM commune.act a WHERE a.seq <= } . (acks())[20]);
my $before = published($old);
wait_until('more acts are confirmed', sub { acks() > 60 });
is(stop($pid{w3}, 'TERM'), 0, 'one witness is cut off before');
$one->kill9;
$writer->finish;
my @confirmed = acks();
cmp_ok(scalar @confirmed, '<', 400, 'the primary is killed in the middle');

# The state goes with the key, before anything is signed there.
copy("$dir/one/log.key.state", "$dir/two/log.key.state") or die;
$two->promote;
my $after = $new->submit('ada', 'topic', { topic => 'after' });
is_published($new, $after, 'the new primary seals, signs, and a quorum publishes');
cmp_ok(published($new), '>', $before, 'more than before');
is($new->sql('SELECT count(*) FROM commune.act WHERE seq = ANY ($${' . join(',', @confirmed) . '}$$)'), scalar @confirmed, 'every confirmed act is there');
is($new->unsealed, '', 'and in a block');
is($new->sql('SELECT count(*), max(era) FROM commune.era'), '1|1', 'in the same era');
is($new->sql('SELECT count(*) FROM commune.fork_evidence'), '0', 'there is one history');
$new->is_clean('the new primary');
cmp_ok(scalar keys %receipt, '>', 20, 'receipts were given before the fall');
my (@broken, @contradicted);
for my $seq (sort { $a <=> $b } keys %receipt)
{
	my $text = decode_base64($receipt{$seq});
	put('record', $new->sql("SELECT record FROM commune.act WHERE seq = $seq"));
	put('receipt', $text);
	commune('receipt', 'check', '-q', '--record', "$dir/record", "$dir/receipt");
	push @broken, $seq if $rc ne '0';
	my ($size, $root) = $text =~ /^\Q$origin\E\n(\d+)\n(\S+)$/m or die "no checkpoint in the receipt of $seq";
	push @contradicted, $seq if $new->sql("SELECT translate(encode(commune.root($size), 'base64'), E'\\n', '')") ne $root;
}
is("@broken", '', 'each of them holds');
is("@contradicted", '', 'and the root that it names is one of the new primary');
is(waitpid($pid{$_}, WNOHANG), 0, "$_ has not alarmed") for qw(w1 w2);
my @verify = ('verify', '-q', '--state', "$dir/client", '-d');
ends_with(0, 'a client verifies the new primary, and remembers it', @verify, $two->connstr('postgres') . ' user=carrier');

# ---- split brain: the old primary runs again

$one->start;
my $alone = $old->record('bob', 'topic', { topic => 'alone' });
my ($confirmed, $ignored) = ('', '');
my $member = IPC::Run::start([ 'psql', '-XqAtc', "SELECT commune.submit('$alone')", $one->connstr('postgres') ], '<', \undef, '>', \$confirmed, '2>', \$ignored);
wait_until('alone it confirms nothing: it waits for the standby that has left it',
	sub { $old->sql(q{SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND backend_type = 'client backend'}) == 1 }, $soon);

# until somebody takes that away.
$one->adjust_conf('postgresql.conf', 'synchronous_standby_names', "''");
$one->reload;
$member->finish;
my ($lost) = $confirmed =~ /^(\d+)$/ or die $ignored;
$old->sql(join '', map { "SELECT commune.submit('" . $old->record("guest of one $_", 'join') . "');" } 1 .. 400);
wait_until('the old primary seals and signs a history of its own, which is longer',
	sub { $old->sql("SELECT signed_size > $before + 400 AND waiting = 0 FROM commune.register_status") eq 't' }, $soon);

my $published = published($old);

# One witness saw nothing newer: it is fooled, and is no quorum.
my $at_one = $one->connstr('postgres') . ' user=carrier';
unlink "$dir/w3.err";
ends_with(0, 'a witness that was cut off with it follows it', witness('w3', $at_one, '--once'));
my $fooled = value('size');
is(published($old), $published, 'which publishes nothing');
like($old->error("SELECT commune.receipt($lost)"), qr/^QC\d\d\d: /, 'there is no receipt for what it sealed');
ends_with(2, 'the client refuses it', @verify, $at_one);
like($err, qr/QC902: the register contradicts what was seen before/, 'and says why');

# The other two have seen the new primary.
my $second = start('second', witness('w1', $at_one, '--interval', 100));	# its state is that of the one that runs
my $begun = time;
is(stop($second), 2, 'a witness that has seen the new primary refuses it');
cmp_ok(time - $begun, '<', $soon, 'at once');
like(slurp_file("$dir/second.err"), qr/QC216: (?:the log has gone back|the log has signed two roots of one size|at the size that was cosigned the log has another root|no block ends any more at the size that was cosigned)/, 'and says why');
my @notes = slurp_file("$dir/second.err") =~ /^evidence: (\S+)$/mg;
is(@notes, 2, 'with two notes as evidence');
like(slurp_file($_), qr/^\Q$origin\E\n\d+\n\S+\n\n(?:\x{2014}|\xe2\x80\x94) \Q$origin\E /, "$_ is signed by the log") for @notes;
complains($old, qr/behind|witness/, 'the old primary was told, and stops sealing');
my $waiting = $old->sql("SELECT commune.submit('" . $old->record('guest 500', 'join') . "')");
cmp_ok($waiting, '>', 0, 'it still takes acts');
sleep 1;
is($old->sql('SELECT waiting FROM commune.register_status'), '1', 'which are not sealed');
like($old->error("SELECT commune.receipt($waiting)"), qr/^QC202: /, 'and get no receipt');

# ---- pg_rewind: the old primary becomes a standby of the new one

$one->stop;
$new->sql('CHECKPOINT');
copy($one->data_dir . '/postgresql.conf', "$dir/postgresql.conf") or die;
command_ok([ 'pg_rewind', '--target-pgdata', $one->data_dir, '--source-server', $two->connstr('postgres') ], 'pg_rewind');
copy("$dir/postgresql.conf", $one->data_dir . '/postgresql.conf') or die;
$one->enable_streaming($two);
$one->start;
$two->wait_for_catchup($one);
$old->is_clean('the old primary, set back');
is($old->sql("SELECT count(*) FROM commune.act WHERE leaf = commune.leaf('$alone'::commune.jws)"), '0', 'what it alone had is gone');
is($old->sql('SELECT max(size) FROM commune.block'), $new->sql('SELECT max(size) FROM commune.block'), 'it has the history of the new one');
ends_with(0, 'the client verifies it', @verify, $at_one);

# The witness that was fooled kept what it cosigned outside of the database.
my $at_two = $two->connstr('postgres') . ' user=carrier';
ends_with(2, 'the witness that was fooled refuses the history that was published', witness('w3', $at_one, '--primary', $at_two, '--once'));
like($err, qr/QC216: (?:the log has gone back|the log has signed two roots of one size|at the size that was cosigned|no block ends any more at the size that was cosigned)/, 'and says why');
@notes = $err =~ /^evidence: (\S+)$/mg;
like(slurp_file($notes[0]), qr/^\Q$origin\E\n$fooled\n/, 'one note is what it had cosigned');
complains($new, qr/behind|witness/, 'the new primary was told, too, and stops');

# Its operator looks at both notes, keeps them, and lets it begin anew.
rename "$dir/w3", "$dir/w3.fooled" or die;
sleep 1.1;						# a cosignature's time has seconds
ends_with(0, 'it begins anew', witness('w3', $at_two, '--once'));
my $on = $new->submit('bob', 'topic', { topic => 'water' });
is_published($new, $on, 'and the register goes on');

# ---- back again: the key's state on the old site is that of the second history

$two->stop;
$one->promote;
my $again = $old->submit('ada', 'topic', { topic => 'fire' });
complains($old, qr/behind|another root/, 'the state of the key refuses to sign');
is($old->sql("SELECT commune.await($again)"), '00000', 'though blocks are made');
copy("$dir/two/log.key.state", "$dir/one/log.key.state") or die;
cmp_ok($old->sql('SELECT commune.sign_checkpoint()'), '>', 0, 'it signs once the state has followed the key; the worker would try within half a minute');
is_published($old, $again, 'all goes on');
is($old->sql('SELECT max(era) FROM commune.era'), '1', 'in the same era');
is($old->sql('SELECT count(*) FROM commune.act WHERE seq = ANY ($${' . join(',', @confirmed) . '}$$)'), scalar @confirmed, 'with every confirmed act');
$old->is_clean('after all that');
is(stop($pid{$_}, 'TERM'), 0, "$_ ends") for qw(w1 w2);

done_testing();
