# Three nodes under Patroni and etcd: the leader dies, another node leads, the dead one comes back by pg_rewind, and a
# planned switchover follows.  The register goes on unharmed, and every receipt verifies.  See docs/operations.md.
use strict;
use warnings FATAL => 'all';
use Commune;
use HTTP::Tiny;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Program;
use Test::More;
use Time::HiRes qw(sleep time);

my $soon = 90;					# seconds; a leader's lease ends after 20
my $origin = 'example.org/town';
my @names = qw(n1 n2 n3);
my (%sql_port, %rest_port, %patroni, %witness, %key);
my $etcd_port = PostgreSQL::Test::Cluster::get_free_port();
my $peer_port = PostgreSQL::Test::Cluster::get_free_port();
for my $name (@names)
{
	$sql_port{$name} = PostgreSQL::Test::Cluster::get_free_port();
	$rest_port{$name} = PostgreSQL::Test::Cluster::get_free_port();
}
my ($bin) = run_command([ 'pg_config', '--bindir' ]);
$ENV{PGPASSWORD} = 'secret';

# ---- a node of the cluster, or whichever leads, as Commune asks it

package Server
{
	sub new { my ($class, $conninfo) = @_; return bless { conninfo => $conninfo }, $class }
	sub connstr { my ($self, $db) = @_; return "$self->{conninfo} dbname=$db user=postgres" }

	sub psql
	{
		my ($self, $db, $query) = @_;
		my ($out, $err) = ('', '');
		IPC::Run::run([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', $self->connstr($db) ], '<', \$query, '>', \$out, '2>', \$err);
		my $rc = $? >> 8;
		chomp $out;
		return ($rc, $out, $err);
	}

	sub safe_psql
	{
		my ($self, $db, $query) = @_;
		my ($rc, $out, $err) = $self->psql($db, $query);
		die "psql: $err in: $query" if $rc != 0;
		return $out;
	}
}

# ---- Patroni

# What a node says of the cluster: its members by name.
sub members
{
	my ($name) = @_;
	my $answer = HTTP::Tiny->new(timeout => 5)->get("http://127.0.0.1:$rest_port{$name}/cluster");
	my $cluster = eval { decode_json($answer->{content}) } // {};
	return map { $_->{name} => $_ } @{ $cluster->{members} // [] };
}

# The name of the leader, as a node says, once the others stream from it; or an empty string.
sub leader
{
	my ($asked, $followers) = @_;
	my %members = members($asked);
	my ($leader) = grep { $members{$_}{role} eq 'leader' && $members{$_}{state} eq 'running' } keys %members;
	my @following = grep { $members{$_}{role} ne 'leader' && $members{$_}{state} =~ /^(?:running|streaming)$/ &&
		defined $leader && $members{$_}{timeline} == $members{$leader}{timeline} } keys %members;
	return defined $leader && @following >= $followers ? $leader : '';
}

sub run_patroni
{
	my ($name) = @_;
	my $pid = fork() // die;
	if ($pid == 0)
	{
		setpgrp;
		open STDOUT, '>>', "$dir/$name.log" or die;
		open STDERR, '>&', \*STDOUT or die;
		exec 'patroni', "$dir/$name.yml" or die;
	}
	$patroni{$name} = $pid;
	return;
}

END
{
	my $status = $?;
	for my $name (keys %patroni) { kill 'TERM', $patroni{$name}; waitpid $patroni{$name}, 0 }
	for my $pid (values %witness) { kill 'TERM', $pid; waitpid $pid, 0 }
	if (my $pid = delete $key{etcd}) { kill 'TERM', $pid; waitpid $pid, 0 }
	$? = $status;
}

$key{etcd} = fork() // die;
if ($key{etcd} == 0)
{
	open STDOUT, '>', "$dir/etcd.log" or die;
	open STDERR, '>&', \*STDOUT or die;
	exec 'etcd', '--data-dir', "$dir/etcd", '--listen-client-urls', "http://127.0.0.1:$etcd_port", '--advertise-client-urls',
		"http://127.0.0.1:$etcd_port", '--listen-peer-urls', "http://127.0.0.1:$peer_port", '--initial-advertise-peer-urls',
		"http://127.0.0.1:$peer_port", '--initial-cluster', "default=http://127.0.0.1:$peer_port" or die;
}

# ---- the log's key and its state on a volume that all nodes share; three witnesses

mkdir "$dir/shared", 0700 or die;
ends_with(0, 'key of the log', 'key', 'new', '-q', '--log', $origin, '--file', "$dir/shared/log.key");
chomp($key{log} = $out);
for my $name (qw(w1 w2 w3))
{
	ends_with(0, "key of $name", 'key', 'new', '-q', '--witness', "$name.example", '--file', "$dir/$name.key");
	chomp($key{$name} = $out);
}
put('policy', join '', "log $key{log}\n", (map { "witness $_ $key{$_}\n" } qw(w1 w2 w3)), "group most 2 w1 w2 w3\nquorum most\n");

for my $name (@names)
{
	put("$name.yml", <<YAML);
scope: town
name: $name
restapi:
  listen: 127.0.0.1:$rest_port{$name}
  connect_address: 127.0.0.1:$rest_port{$name}
etcd3:
  host: 127.0.0.1:$etcd_port
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      parameters:
        wal_keep_size: 128MB
        shared_preload_libraries: commune
        commune.databases: town
        commune.origin: $origin
        commune.signing_key_file: $dir/shared/log.key
        commune.policy_file: $dir/policy
  initdb:
  - encoding: UTF8
  - locale: C
  - data-checksums
  - no-sync
  pg_hba:
  - local all all trust
  - host all all 127.0.0.1/32 trust
  - host replication all 127.0.0.1/32 trust
postgresql:
  listen: 127.0.0.1:$sql_port{$name}
  connect_address: 127.0.0.1:$sql_port{$name}
  data_dir: $dir/$name
  bin_dir: $bin
  pgpass: $dir/$name.pgpass
  authentication:
    superuser: {username: postgres, password: secret}
    replication: {username: replicator, password: secret}
    rewind: {username: postgres, password: secret}
  parameters:
    unix_socket_directories: ''
    fsync: 'off'
YAML
	run_patroni($name);
}
wait_until('three nodes run', sub { leader('n1', 2) ne '' }, $soon) or diag(slurp_file("$dir/n1.log"));
my $dead = leader('n1', 2);
my ($asked) = grep { $_ ne $dead } @names;

# ---- a commune

my $all = join ' ', 'host=' . join(',', ('127.0.0.1') x 3), 'port=' . join(',', @sql_port{@names}), 'target_session_attrs=read-write connect_timeout=5';
Server->new($all)->safe_psql('postgres', 'CREATE DATABASE town');
wait_until('every node has the database', sub {
	!grep { !eval { Server->new("host=127.0.0.1 port=$sql_port{$_}")->safe_psql('town', 'SELECT 1') } } @names }, $soon);
my $commune = Commune->new(Server->new($all), 'town')->found('ada', 'bob');
$commune->sql('SELECT commune.create_roles(); CREATE ROLE carrier LOGIN; GRANT commune_reader, commune_witness TO carrier');
$witness{$_} = start($_, 'witness', '-d', "$all dbname=town user=carrier", '--log', $key{log}, '--key', "$dir/$_.key", '--state', "$dir/$_") for qw(w1 w2 w3);

sub published { return $commune->sql('SELECT coalesce(max(size), 0) FROM commune.checkpoint WHERE published_at IS NOT NULL') }
sub place { return $commune->sql("SELECT index FROM commune.block b, commune.members(b.number) m WHERE m.source = 'act' AND m.seq = $_[0]") }
sub is_published
{
	my ($seq, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_until($what, sub { my $at = eval { place($seq) } // ''; $at ne '' && $at < published() }, $soon);
	return;
}

put('acts.sql', join '', map { "SELECT 'seq ' || commune.submit('" . $commune->record("guest $_", 'join') . "') FROM pg_sleep(0.02);\n" } 1 .. 1000);
my ($acks, $ignored) = ('', '');
my $writer = IPC::Run::start([ 'psql', '-XqAt', '-f', "$dir/acts.sql", Server->new($all)->connstr('town') ], '<', \undef, '>', \$acks, '2>', \$ignored);
sub acks { $writer->pump_nb if $writer->pumpable; my @seqs = $acks =~ /^seq (\d+)$/gm; return @seqs }
wait_until('acts come in', sub { acks() > 50 }, $soon);
is_published((acks())[20], 'a quorum publishes');
my %receipt = map { $_ => $commune->receipt($_) } (acks())[0, 10, 20];
wait_until('more come in', sub { acks() > 80 }, $soon);

# ---- the leader's node dies

my ($postmaster) = split /\n/, slurp_file("$dir/$dead/postmaster.pid");
kill 'KILL', $patroni{$dead}, $postmaster;
waitpid $patroni{$dead}, 0;
delete $patroni{$dead};
my $fell = time;
$writer->finish;
my @confirmed = acks();
wait_until('another node leads', sub { my $leader = leader($asked, 1); $leader ne '' && $leader ne $dead }, $soon);
wait_until('and takes acts', sub { eval { $commune->sql('SELECT 1') } }, $soon);
note(sprintf 'after %.1f s', time - $fell);
my $after = $commune->submit('ada', 'topic', { topic => 'after' });
is_published($after, 'it seals, signs, and a quorum publishes');
note(sprintf 'after %.1f s', time - $fell);

sub is_unharmed
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($commune->sql('SELECT count(*) FROM commune.act WHERE seq = ANY ($${' . join(',', @confirmed) . '}$$)'), scalar @confirmed, "$what: every confirmed act is there");
	is($commune->unsealed, '', "$what: and in a block");
	is($commune->sql('SELECT count(*), max(era) FROM commune.era'), '1|1', "$what: in the same era");
	is($commune->sql('SELECT count(*) FROM commune.fork_evidence'), '0', "$what: there is one history");
	for my $seq (sort { $a <=> $b } keys %receipt)
	{
		my $now = $commune->receipt($seq);
		is($commune->sql("SELECT encode(commune.root($receipt{$seq}{size}), 'hex')"), $receipt{$seq}{root}, "$what: the receipt of act $seq holds");
		is("$now->{index} $now->{verdict}", "$receipt{$seq}{index} $receipt{$seq}{verdict}", "$what: its place and verdict");
	}
	$commune->is_clean($what);
	return;
}
is_unharmed('after the failover');

# ---- it comes back; then a planned switchover

run_patroni($dead);
wait_until('the dead node comes back and follows', sub { leader($asked, 2) ne '' }, $soon) or diag(slurp_file("$dir/$dead.log"));
my $back = $commune->at(Server->new("host=127.0.0.1 port=$sql_port{$dead}"));
my $size = $commune->sql('SELECT max(size) FROM commune.block');
wait_until('with the register', sub { (eval { $back->sql('SELECT max(size) FROM commune.block') } // 0) >= $size }, $soon);
is($back->sql('SELECT pg_is_in_recovery()'), 't', 'as a standby');
$back->is_clean('on the node that came back');
my $leads = leader($asked, 2);
my $next = '';
wait_until('the synchronous standby is asked to lead', sub {
	my %members = members($leads);
	($next) = grep { $members{$_}{role} eq 'sync_standby' } keys %members;
	defined $next && HTTP::Tiny->new(timeout => 60)->post("http://127.0.0.1:$rest_port{$leads}/switchover",
		{ content => encode_json({ leader => $leads, candidate => $next }), headers => { 'Content-Type' => 'application/json' } })->{success} }, $soon);
wait_until('it leads, and takes acts', sub { leader($next, 2) eq $next && eval { $commune->sql('SELECT 1') } }, $soon);
my $again = $commune->submit('bob', 'topic', { topic => 'again' });
is_published($again, 'it seals, signs, and a quorum publishes');
is_unharmed('after the switchover');
is(waitpid($witness{$_}, 1), 0, "$_ has not alarmed") for qw(w1 w2 w3);

done_testing();
