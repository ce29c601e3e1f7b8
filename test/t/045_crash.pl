# Sealing that is cut short: by an immediate stop, by a crash, by an act that cannot be folded.  Nothing is lost,
# nothing is sealed twice, and one act does not stop the register.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'commune'
restart_after_crash = on
commune.seal_interval = 10ms
commune.debug_point = ''
commune.databases = ''
});
$node->start;
my $commune = Commune->new($node)->found('ada', 'bob', 'cyd');
my $topics = 0;

# Submit some acts; the seq of the first one.
sub submit_some
{
	my ($first) = map { $commune->submit($_, 'topic', { topic => 'topic ' . ++$topics }) } 'ada', 'bob', 'cyd', 'ada';
	return $first;
}

# Try to seal with a debug point set; what comes of it.
sub seal_at
{
	my ($point, $before) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "SET commune.debug_point = '$point'; " . ($before // '') . 'SELECT commune.seal()',
		on_error_stop => 0);
	return "$out$err";
}

# Start sealing in the background, and come back once it waits at a debug point.
sub seal_until
{
	my ($point) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0, on_error_die => 0);
	$session->query("SET commune.debug_point = 'sleep:$point'");
	$session->query_until(qr/seals/, "\\echo seals\nSELECT commune.seal();\n");
	$node->poll_query_until('postgres',
		"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT commune.seal();' AND wait_event_type = 'Extension')")
		or die "the sealer did not come to $point";
	return $session;
}

sub is_alive
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$commune->is_clean($what);
	is($commune->unsealed, '', "$what: every act is in a block");
}

# ---- an immediate stop

for my $point ('fold', 'seal', 'seal-end')
{
	my $first = submit_some();
	my $session = seal_until($point eq 'fold' ? 'fold:' . ($first + 2) : $point);
	$node->stop('immediate');
	$session->{run}->finish;
	$node->start;
	is($commune->sql("SELECT count(*) FROM commune.act WHERE seq >= $first"), '4', "stopped at $point: the acts are there");
	is((split /\n/, $commune->unsealed)[0], $first, "stopped at $point: they are in no block");
	$commune->is_clean("stopped at $point");
	isnt($commune->seal, '', "stopped at $point: sealed later");
	is_alive("stopped at $point, sealed");
}

# Sessions that do not wait for their commits: the block does, and its acts with it.
$commune->sql('SET synchronous_commit = off; ' . join ' ', map { "SELECT commune.submit('" . $commune->record($_, 'join') . "');" } 'eve', 'fay');
my $block = $commune->sql('SET synchronous_commit = off; SELECT commune.seal()');
$node->stop('immediate');
$node->start;
is($commune->sql('SELECT max(number) FROM commune.block'), $block, 'a block is durable whatever the session asked for');
is_alive('after unhurried commits');

# ---- an act that cannot be folded

sub is_isolated
{
	my ($what, $seq) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($commune->sql("SELECT commune.await($seq)"), 'QC208', "$what: the verdict");
	is($commune->sql("SELECT body FROM commune.entry WHERE kind = 'isolated' AND body LIKE '%:$seq}'"),
		"{\"entry\":\"isolated\",\"seq\":$seq}", "$what: the entry");
	is_alive($what);
}

my $seq = submit_some() + 1;
like(seal_at("error:fold:$seq"), qr/ERROR:  debug point/, "an error, attempt $_") for 1 .. 3;
like(seal_at("error:fold:$seq"), qr/WARNING:  act $seq could not be folded and is isolated/, 'the act is isolated, the block is made');
is_isolated('after errors', $seq);
like(($node->psql('postgres', 'SELECT * FROM commune.replay()'))[2], qr/WARNING:  act $seq was isolated when it was sealed/, 'replay() warns of it');
is($commune->sql("SELECT count(*) FROM commune.act JOIN commune.verdict USING (seq) WHERE seq > $seq"), '0', 'those after it count');
is($commune->sql("SELECT m.nonce < a.nonce FROM commune.act a JOIN commune.member m ON m.did::text = a.signer::text WHERE a.seq = $seq"),
	't', 'its nonce is not used up');
submit_some();
isnt($commune->seal, '', 'the register goes on');
is_alive('after that');

$seq = submit_some() + 2;
for (1 .. 3)
{
	like(seal_at("crash:fold:$seq"), qr/server closed the connection/, "a crash, attempt $_");
	$node->poll_query_until('postgres', 'SELECT true');
}
like(seal_at("crash:fold:$seq"), qr/WARNING:  act $seq could not be folded/, 'the act is isolated');
is_isolated('after crashes', $seq);

# Two of them in one block; each has its attempts.
$seq = submit_some();
seal_at("error:fold:$seq") for 1 .. 3;
seal_at('error:fold:' . ($seq + 3)) for 1 .. 2;
isnt($commune->seal, '', 'two acts are isolated');
is_isolated('two', $_) for $seq, $seq + 3;

# In the second block of a snapshot: it takes the first one back with it, which is then made alone.
$seq = submit_some() + 3;
my @said = map { seal_at("error:fold:$seq", 'SET commune.block_limit = 2; ') } 1 .. 6;
is(join(' ', map { /ERROR:  debug point/ ? 'fails' : /WARNING:  act $seq could not/ ? 'isolates' : 'seals' } @said),
	'fails seals fails fails fails isolates', 'attempts at the second block');
is_isolated('in the second block', $seq);

# The worker comes to that by itself.
$seq = submit_some();
$node->adjust_conf('postgresql.conf', 'commune.debug_point', "'error:fold:$seq'");
$node->adjust_conf('postgresql.conf', 'commune.databases', "'postgres'");
$node->restart;
is($commune->sql("SELECT commune.await($seq, '60 s')"), 'QC208', 'the worker isolates an act');
$node->adjust_conf('postgresql.conf', 'commune.debug_point', "''");
$node->adjust_conf('postgresql.conf', 'commune.databases', "''");
$node->restart;
is_isolated('by the worker', $seq);

# ---- accidents, which no act is to blame for

$seq = submit_some();
like(seal_at('error:seal'), qr/ERROR:  debug point/, 'an error that no act makes: from now on each act is noted');
for my $n (1 .. 3)
{
	my $session = seal_until("fold:$seq");
	$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT commune.seal();'");
	$session->query('SELECT 1');
	$session->quit;
	like(seal_at("sleep:fold:$seq", "SET statement_timeout = '10ms'; "), qr/statement timeout/, "cancelled and timed out, $n");
	$session = seal_until("fold:$seq");
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query = 'SELECT commune.seal();'");
	$session->{run}->finish;
}
like(seal_at('error:seal'), qr/ERROR:  debug point/, 'again an error that no act makes');
isnt($commune->seal, '', 'then the block is made');
is($commune->sql("SELECT commune.await($seq)"), '00000', 'and the act counts');
is_alive('after accidents');
is($commune->sql("SELECT count(*) FROM commune.entry WHERE kind = 'isolated'"), '6', 'no other act was isolated');

done_testing();
