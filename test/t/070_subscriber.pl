# A logical subscriber: it receives inserts alone, folds the blocks itself, compares, and says what differs.  What a
# superuser does to the origin does not reach it.  It can become an origin.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($origin, $mirror) = map { PostgreSQL::Test::Cluster->new($_) } 'origin', 'mirror';
for ($origin, $mirror)
{
	$_->init(allows_streaming => 'logical');
	$_->append_conf('postgresql.conf', q{
shared_preload_libraries = 'commune'
commune.seal_interval = 20ms
commune.databases = ''
commune.debug_point = ''
wal_retrieve_retry_interval = 100ms
max_logical_replication_workers = 10
max_worker_processes = 30
});
	$_->start;
}

# Make a database on both, publish the register and subscribe to it.
sub pair
{
	my ($name, $copy) = @_;
	$_->safe_psql('postgres', "CREATE DATABASE $name") for $origin, $mirror;
	my $from = Commune->new($origin, $name);
	my $to = $from->at($mirror);
	if ($copy) { $copy->($from) } else { $from->sql('CREATE EXTENSION commune') }
	$from->sql(q{CREATE PUBLICATION register FOR TABLE commune.act, commune.row_leaf, commune.entry, commune.block WITH (publish = 'insert')});
	$to->sql('CREATE EXTENSION commune; SELECT commune.follow()');
	$to->sql("CREATE SUBSCRIPTION $name CONNECTION \$\$" . $origin->connstr($name) . '$$ PUBLICATION register WITH (copy_data = ' . ($copy ? 'true)' : 'false)'));
	$from->found('ada', 'bob', 'cyd') unless $copy;
	return ($from, $to);
}

sub catch_up
{
	my ($from) = @_;
	$origin->wait_for_catchup($from->{db});
}

# The contents of all tables but the follower's own, a line each.
sub contents
{
	my ($commune) = @_;
	my @tables = split /\n/, $commune->sql(q{
		SELECT relname FROM pg_class WHERE relnamespace = 'commune'::regnamespace AND relkind = 'r' AND relname <> 'follower' ORDER BY 1});
	return $commune->sql(join ' UNION ALL ', map {
		"SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")) FROM commune.$_ t" } @tables);
}

sub is_same
{
	my ($what, $from, $to) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(contents($to), contents($from), "$what: all tables are those of the origin");
	$to->is_clean($what);
}

sub joins
{
	my ($commune, @names) = @_;
	$commune->sql(join '', map { "SELECT commune.submit('" . $commune->record($_, 'join') . "');" } @names);
}

# Switch the protection of a table off, do something, and switch it on again, as a superuser can.
sub tamper
{
	my ($commune, $table, $statement) = @_;
	$commune->sql("ALTER TABLE commune.$table DISABLE TRIGGER ALL; $statement;
		ALTER TABLE commune.$table ENABLE TRIGGER ALL; SELECT commune.repair_triggers()");
}

# ---- it folds, and has what the origin has

my ($town, $copy) = pair('town', sub
{
	my ($town) = @_;
	$town->found('ada', 'bob', 'cyd');
	joins($town, map { "stranger $_" } 1 .. 300);
	$town->seal;
});

# Acts and blocks while the tables are still copied.
for my $n (1 .. 10)
{
	joins($town, map { "guest $n $_" } 1 .. 5);
	$town->seal;
	$copy->sql('SELECT commune.follow()');
}
$mirror->wait_for_subscription_sync($origin, 'town', 'town');
$town->submit('ada', 'topic', { topic => 'water' });
$town->submit($_, 'topic', { topic => 'air' }) for 'ada', 'bob';
$town->seal;
$town->submit('bob', 'poll', { name => 'pool', title => 'A pool?', topic => 'water', options => [ 'no', 'yes' ], method => 'approval',
	opens => time - 1, closes => time + 3600 });
$town->submit('cyd', 'delegate', { scope => {}, to => [ $town->did('ada') ] });
$town->sql(q{CREATE TABLE minutes (id int PRIMARY KEY); SELECT commune.chain('minutes'); INSERT INTO minutes VALUES (1)});
$town->seal;
my $ballot = { poll => $town->sql('SELECT commune.base64url(manifest) FROM commune.poll'), choice => { votes => [ 0, 1 ] } };
$town->submit('ada', 'ballot', $ballot);
$town->sql('SET commune.block_limit = 2; ' . join '; ', map { "SELECT commune.submit('" . $town->record($_, 'ballot', $ballot) . "')" } 'bob', 'cyd', 'ada');
$town->sql('SET commune.block_limit = 2; SELECT commune.seal()');
catch_up($town);
cmp_ok($copy->sql('SELECT commune.follow()'), '>', 0, 'blocks were folded');
is($copy->sql('SELECT commune.follow()'), '0', 'then there are no more');
is_same('followed', $town, $copy);
is($copy->sql('SELECT count(*) FROM commune.verdict'), '1', 'with a verdict');

# One that is told late that it follows: it seals nothing meanwhile.
$mirror->safe_psql('postgres', 'CREATE DATABASE late');
my $late = $town->at($mirror, 'late');
$town->submit('cyd', 'topic', { topic => 'wind' });
$late->sql('CREATE EXTENSION commune; CREATE SUBSCRIPTION late CONNECTION $$' . $origin->connstr('town') . '$$ PUBLICATION register');
$mirror->wait_for_subscription_sync($origin, 'late', 'late');
like($late->error('SELECT commune.seal()'), qr/^(no error: $|55000: the register has not arrived yet)/, 'a subscriber that does not follow seals nothing');
ok($mirror->poll_query_until('late', 'SELECT commune.follow() > 0'), 'it follows');
is_same('late', $town, $late);
$late->sql('DROP SUBSCRIPTION late');

# ---- it takes no acts of its own

like($copy->error("SELECT commune.submit('" . $town->record('ada', 'leave') . "')"), qr/^QC205: /, 'no submit()');
like($copy->error('SELECT commune.seal()'), qr/^QC205: /, 'no seal()');
like($town->error('SELECT commune.follow()'), qr/^55000: /, 'an origin does not follow');
like($town->error(q{SELECT commune.promote('why not')}), qr/^55000: /, 'and is not promoted');

# ---- the worker follows; a crash in the middle

$mirror->adjust_conf('postgresql.conf', 'commune.databases', "'town'");
$mirror->reload;
joins($town, map { "evening guest $_" } 1 .. 5);
my $last = $town->seal;
$copy->sql('SELECT 1');
ok($mirror->poll_query_until('town', "SELECT block >= $last FROM commune.follower"), 'the worker follows');
is_same('by the worker', $town, $copy);
$copy->sql('SELECT commune.stop_worker()');

$town->submit('ada', 'topic', { topic => 'fire' });
$town->seal;
catch_up($town);
my $session = $mirror->background_psql('town', on_error_stop => 0, on_error_die => 0);
$session->query("SET commune.debug_point = 'sleep:follow'");
$session->query_until(qr/follows/, "\\echo follows\nSELECT commune.follow();\n");
$mirror->poll_query_until('town', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT commune.follow();' AND wait_event_type = 'Extension')");
$mirror->stop('immediate');
$session->{run}->finish;
$mirror->adjust_conf('postgresql.conf', 'commune.databases', "''");
$mirror->start;
is($copy->sql('SELECT commune.follow()'), '1', 'after a crash the block is folded again');
is_same('after a crash', $town, $copy);

# ---- what is changed or deleted on the origin does not arrive

tamper($town, 'act', "UPDATE commune.act SET nonce = 77 WHERE kind = 'charter'; DELETE FROM commune.act WHERE kind = 'delegate'");
tamper($town, 'block', 'DELETE FROM commune.block WHERE number = 2');
tamper($town, 'row_leaf', 'TRUNCATE commune.row_leaf');
isnt($town->damages, '', 'the origin is damaged');
catch_up($town);
$copy->is_clean('the mirror is not');
is($copy->sql('SELECT count(*), max(nonce) FILTER (WHERE kind = $$charter$$) FROM commune.act WHERE kind IN ($$charter$$, $$delegate$$)'), '2|1',
	'it has what was first committed');

# ---- what is falsified before it is sealed is found

sub follow_error
{
	my ($to) = @_;
	return (split /\n/, ($mirror->psql($to->{db}, "\\set VERBOSITY verbose\nSELECT commune.follow()"))[2], 3)[0 .. 1];
}

sub finds
{
	my ($what, $detail, $falsify) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($from, $to) = pair($what);
	$falsify->($from);
	$from->seal;
	catch_up($from);
	my ($error, $where) = follow_error($to);
	like($error, qr/ERROR:  QC204: the register is damaged/, "$what is found");
	like($where, ref $detail eq 'CODE' ? $detail->() : $detail, "$what: where");
	my $block = $to->sql('SELECT block FROM commune.follower');
	is((follow_error($to))[1], $where, "$what: again");
	is($to->sql('SELECT block FROM commune.follower'), $block, "$what: nothing is folded any more");
	$to->sql("DROP SUBSCRIPTION $what");
}

# An act that was committed, and published, is deleted before it is sealed.
my $omitted;
finds('omission', sub { qr/What has seq $omitted was committed for the snapshot of block 3 and is in no block/ }, sub
{
	my ($from) = @_;
	$from->submit('ada', 'topic', { topic => 'water' });
	$omitted = $from->submit('bob', 'topic', { topic => 'air' });
	tamper($from, 'act', "DELETE FROM commune.act WHERE seq = $omitted");
});

# It is replaced by another one.
finds('exchange', qr/The leaves do not give the root of block 3/, sub
{
	my ($from) = @_;
	my $seq = $from->submit('ada', 'topic', { topic => 'water' });
	my $other = $from->record('ada', 'topic', { topic => 'wine' });
	tamper($from, 'act', "UPDATE commune.act SET record = '$other', leaf = commune.leaf('$other'::commune.jws) WHERE seq = $seq");
});

# The fold is made to refuse an act by a change of the state.
finds('verdict', qr/Block 3: the verdicts are not those of the header/, sub
{
	my ($from) = @_;
	$from->submit('bob', 'topic', { topic => 'water' });
	tamper($from, 'member', "UPDATE commune.member SET status = 'left', since = NULL WHERE did::text = '" . $from->did('bob') . "'");
});

# A ballot is changed before the count.
finds('result', qr/The fold writes the entry \.\.\..*"state":"(\S+), the register has \.\.\..*"state":"(?!\1)\S/, sub
{
	my ($from) = @_;
	$from->submit('ada', 'poll', { name => 'pool', title => 'A pool?', options => [ 'no', 'yes' ], method => 'majority', opens => time - 1, closes => time + 3 });
	$from->seal;
	$from->submit('bob', 'ballot', { poll => $from->sql('SELECT commune.base64url(manifest) FROM commune.poll'), choice => { option => 2 } });
	$from->seal;
	tamper($from, 'ballot', 'UPDATE commune.ballot SET option = 1');
	$from->sql('SELECT pg_sleep_until(closes) FROM commune.poll');
	$from->seal;
});

# A forged act does not get in: the subscription stops there, and says why.
my ($forger, $victim) = pair('forgery');
my $log = -s $mirror->logfile;
my $record = $forger->record('ada', 'leave');
substr($record, -20, 1) =~ tr/A-Za-z/B-ZAb-za/;
tamper($forger, 'act', "SET session_replication_role = replica;
	INSERT INTO commune.act SELECT nextval('commune.act_seq'), pg_current_xact_id(), now(), commune.nonce('$record'), 1, 'leave',
		commune.signer('$record'), commune.leaf('$record'), '$record', ''; RESET session_replication_role");
$forger->seal;
ok($mirror->wait_for_log(qr/ERROR:  the signature does not match the record/, $log), 'a forged act is refused');
is($victim->sql('SELECT count(*) FROM commune.act WHERE kind = $$leave$$'), '0', 'and does not arrive');

# ---- promotion

my ($from, $to) = pair('succession');
$from->submit('ada', 'topic', { topic => 'water' });
$from->seal;
my $waiting = $from->submit('ada', 'topic', { topic => 'air' });
catch_up($from);
$to->sql('DROP SUBSCRIPTION succession; CREATE ROLE guest LOGIN; SELECT commune.create_roles(); GRANT commune_operator TO guest');
like($to->error(q{SET ROLE guest; SELECT commune.promote('mine')}), qr/^42501: /, 'not everybody may promote');
like($to->error(q{SELECT commune.promote('')}), qr/^22023: /, 'a reason is needed');
$to->sql(q{SELECT commune.promote('the origin burned down')});
like($to->error('SELECT commune.seal()'), qr/^QC205: /, 'not before everything is folded');
is($to->sql('SELECT commune.follow()'), '3', 'a promoted follower folds what arrived');
isnt($to->seal, '', 'and seals');
is($to->sql('SELECT era, reason FROM commune.era ORDER BY era DESC LIMIT 1'), '2|the origin burned down', 'in a new era, with the reason');
is($to->sql("SELECT commune.await($waiting)"), '00000', 'what the origin had not sealed yet');
my $next = $to->submit('bob', 'topic', { topic => 'fire' });
cmp_ok($next, '>', $waiting, 'a new act has a new seq');
isnt($to->seal, '', 'and is sealed');
is($to->sql("SELECT commune.await($next)"), '00000', 'and counts');
is($to->sql('SELECT count(*) FROM commune.follower'), '0', 'it follows nobody');
is($to->unsealed, '', 'every act is in a block');
$to->is_clean('the new origin');

# The worker does all that by itself.
$copy->sql('DROP SUBSCRIPTION town');
$mirror->adjust_conf('postgresql.conf', 'commune.databases', "'town'");
$mirror->restart;
$copy->sql(q{SELECT commune.promote('the origin was damaged')});
ok($mirror->poll_query_until('town', 'SELECT NOT EXISTS (SELECT FROM commune.follower)'), 'a promoted follower with a worker becomes an origin, though nothing waits');
$next = $copy->submit('cyd', 'topic', { topic => 'earth' });
is($copy->sql("SELECT commune.await($next)"), '00000', 'and seals');
is($copy->sql('SELECT reason FROM commune.era WHERE era = 2'), 'the origin was damaged', 'in a new era');
is($copy->unsealed, '', 'every act is in a block');
$copy->is_clean('sealed by the worker');

done_testing();
