# Laws on two servers: what the origin's rules did, a follower evaluates again before it folds; it says so where it comes
# to something else, and needs the role that laws run as.
use strict;
use warnings FATAL => 'all';
use Commune;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'sleep';

my ($origin, $mirror) = map { PostgreSQL::Test::Cluster->new($_) } 'origin', 'mirror';
for ($origin, $mirror)
{
	$_->init(allows_streaming => 'logical');
	$_->append_conf('postgresql.conf', "wal_retrieve_retry_interval = 100ms\n");
	$_->start;
}
my $from = Commune->new($origin);
my $to = $from->at($mirror);
$_->sql('CREATE EXTENSION commune') for $from, $to;
$from->sql('SELECT commune.create_roles()');
$from->sql(q{CREATE PUBLICATION register FOR TABLE commune.act, commune.row_leaf, commune.entry, commune.block WITH (publish = 'insert')});
$to->sql('SELECT commune.follow()');
$to->sql('CREATE SUBSCRIPTION register CONNECTION $$' . $origin->connstr('postgres') . '$$ PUBLICATION register WITH (copy_data = false)');
$from->found({ policies => { quick => { level => 3, approval => [ 1, 2 ], discussion => 0, verification => 0, voting => 3 } } }, 'ada', 'bob', 'cyd');

sub until_it_is
{
	my ($query, $want, $what) = @_;
	for (1 .. 150)
	{
		$from->seal;
		last if $from->sql($query) eq $want;
		sleep 0.2;
	}
	is($from->sql($query), $want, $what);
}

sub follow
{
	$origin->wait_for_catchup('register');
	return $to->error('SELECT commune.follow()');
}

my @tables = ('law', 'law_version', 'law_rule', 'law_run', 'proposal', 'resolution', 'poll');

sub is_same
{
	my ($what) = @_;
	my $query = join ' UNION ALL ', map {
		"SELECT '$_', count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")) FROM commune.$_ t" } @tables;
	is($to->sql($query), $from->sql($query), "$what: the tables are those of the origin");
	$to->is_clean($what);
}

# ---- a law is enacted, and does its work

my $text = <<'LAW';
# Notices
## Article 1
```law announce
on event topic
may publish
select law.publish('Topics', law.text(count(*))) from law.topics
```
LAW
$from->submit('ada', 'propose', { name => 'notices', title => 'Announce topics', policy => 'quick',
	plan => [ { do => 'law.enact', name => 'notices', text => $text } ] });
until_it_is("SELECT status FROM commune.poll WHERE name = 'notices/1'", 'open', 'the law is read, and its poll opens');
my $manifest = $from->sql("SELECT commune.base64url(manifest) FROM commune.poll WHERE name = 'notices/1'");
$from->submit($_, 'ballot', { poll => $manifest, choice => { option => 1 } }) for 'ada', 'bob';
until_it_is("SELECT status FROM commune.law", 'in force', 'it is enacted');
$from->submit('cyd', 'topic', { topic => 'water' });
until_it_is('SELECT string_agg(text, $$,$$) FROM commune.resolution', '1', 'its rule runs');

# ---- the follower

like(follow(), qr/^QC802/, 'without the role that laws run as, a follower does not go on');
is($to->sql('SELECT count(*) FROM commune.law'), 0, 'and has no law');
$to->sql('SELECT commune.create_roles()');
like(follow(), qr/^no error/, 'with it, it evaluates again what the origin did');
is_same('after it');

# ---- it comes to something else

my $view = $to->sql("SELECT pg_get_viewdef('law.topics'::regclass)");
$to->sql(q{CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS
	SELECT t.topic, t.parent FROM commune.topic t WHERE t.topic <> 'wells'});
$from->submit('cyd', 'topic', { topic => 'wells' });
until_it_is('SELECT string_agg(text, $$,$$ ORDER BY since) FROM commune.resolution', '1,2', 'the rule runs again');
like(follow(), qr/^QC204: the register is damaged/, 'a follower whose evaluation says something else stops');
like($to->sql(q{DO $$ BEGIN PERFORM commune.follow(); EXCEPTION WHEN OTHERS THEN
	DECLARE d text; BEGIN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; CREATE TABLE said AS SELECT d; END; END $$; SELECT d FROM said}),
	qr/The evaluation of rule 1 gives .*, the register has /, 'and says which rule, and where they differ');
is($to->sql('SELECT count(*) FROM commune.resolution'), 1, 'nothing of that block is folded');
$to->sql("CREATE OR REPLACE VIEW law.topics WITH (security_barrier = true) AS $view");
like(follow(), qr/^no error/, 'evaluated as the law is, it goes on');
is_same('at the end');

done_testing();
