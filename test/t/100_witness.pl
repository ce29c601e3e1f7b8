# Three witnesses with a quorum of two: publication, a witness that is killed, a mirror, a log that shows two histories,
# and the protocol over HTTP.
use strict;
use warnings FATAL => 'all';
use Commune;
use Cwd;
use Digest::SHA 'sha256_hex';
use IO::Socket::INET;
use IPC::Run;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Program;
use Test::More;
use Time::HiRes qw(sleep time);

my $origin = 'example.org/town';

# ---- keys, by the program

my %key;
ends_with(0, 'key new --log', 'key', 'new', '--log', $origin, '--file', "$dir/log.key");
$key{log} = value('key');
like($key{log}, qr/^example\.org\/town\+[0-9a-f]{8}\+[A-Za-z0-9+\/]{44}$/, 'prints the key to be published');
is((stat "$dir/log.key")[2] & 07777, 0600, 'in a file for its owner');
for my $name (qw(w1 w2 w3 m f))
{
	ends_with(0, "key new --witness for $name", 'key', 'new', '-q', '--witness', "$name.example", '--file', "$dir/$name.key");
	chomp($key{$name} = $out);
}

put('policy', <<POLICY);
log $key{log}
witness w1 $key{w1}
witness w2 $key{w2}
witness w3 $key{w3}
witness m $key{m}
# class m mirror
witness f $key{f}
# class f mirror
group most 2 w1 w2 w3
group both all most m
quorum most
POLICY

# ---- a register, signed

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', <<CONF);
commune.origin = '$origin'
commune.signing_key_file = '$dir/log.key'
commune.policy_file = '$dir/policy'
CONF
$node->start;
my $commune = Commune->new($node)->found('ada', 'bob');
$node->safe_psql('postgres', 'SELECT commune.create_roles();
	CREATE ROLE carrier LOGIN; GRANT commune_reader, commune_witness TO carrier;');
my $conninfo = $node->connstr('postgres') . ' user=carrier';

my $topics = 0;

# A new block, signed; its size.
sub grow
{
	my $at = shift // $commune;

	$at->submit('ada', 'topic', { topic => 't' . ++$topics });
	$at->seal;
	return $at->sql('SELECT commune.sign_checkpoint()');
}

sub published { return $node->safe_psql('postgres', 'SELECT coalesce(max(size), 0) FROM commune.checkpoint WHERE published_at IS NOT NULL') }
sub witnessed { return $node->safe_psql('postgres', "SELECT coalesce(max(size), 0) FROM commune.witness_seen WHERE witness = '$_[0]'") }

sub args
{
	my ($name, @more) = @_;
	return ('witness', '-d', $conninfo, '--log', $key{log}, '--key', "$dir/$name.key", '--state', "$dir/$name", @more);
}

# ---- once

ends_with(1, 'a witness without a key of the log', 'witness', '-d', $conninfo, '--key', "$dir/w1.key", '--state', "$dir/w1", '--once');
ends_with(1, 'a witness without a key', 'witness', '-d', $conninfo, '--log', $key{log}, '--state', "$dir/w1", '--once');
ends_with(1, 'a witness with the log\'s key', 'witness', '-d', $conninfo, '--log', $key{log}, '--key', "$dir/log.key", '--state', "$dir/w1", '--once');
ends_with(4, 'nothing is signed', args('w1', '--once'));
like($err, qr/Nothing is signed yet/, 'it says so');
my $size = grow();
ends_with(0, 'the first look', args('w1', '--once'));
is(value('size'), $size, 'cosigns the checkpoint');
is(value('new'), 1, 'and hands it in');
is(published(), 0, 'one of three is no quorum');
ends_with(0, 'a second look', args('w1', '--once'));
is(witnessed('w1'), $size, 'is remembered');
ends_with(1, 'a key that does not fit its name', args('w1', '--once', '--log', $key{log} =~ s/town/city/r));
ends_with(0, 'the key of another log', 'key', 'new', '-q', '--log', 'example.org/city', '--file', "$dir/city.key");
chomp($key{city} = $out);
ends_with(2, 'the checkpoint of another log', 'witness', '-d', $conninfo, '--log', $key{city}, '--key', "$dir/w1.key", '--state', "$dir/w1", '--once');
like($err, qr/QC213.*not signed by the log/s, 'is refused');
ok(!-e "$dir/w1/witness/" . sha256_hex('example.org/city'), 'and leaves no state');

# ---- three of them, and a listener

my $listener = $node->background_psql('postgres');
$listener->query('LISTEN commune');
my %pid;
%pid = map { $_ => start($_, args($_)) } qw(w1 w2 w3);
wait_until('the quorum publishes', sub { published() == $size });
for (1 .. 3)
{
	$size = grow();
	wait_until("size $size is published", sub { published() == $size });
}
wait_until('and has all cosignatures', sub { !grep { witnessed($_) != $size } qw(w1 w2 w3) });
like($node->safe_psql('postgres', 'SELECT commune.checkpoint()'), qr/\n\n(?:\x{2014}|\xe2\x80\x94) example\.org\/town \S+\n(?:\S+ w[123]\.example \S+\n){3}\z/,
	'the published checkpoint has them');
like($listener->query('SELECT 1'), qr/"commune" with payload "\{"published":$size\}"/, 'listeners are told of a publication');
$listener->quit;
is($node->safe_psql('postgres', "SELECT count(*) FROM commune.witness_status WHERE class = 'witness' AND behind = 0"), 3, 'the status says so');

# ---- a witness that is killed

kill 'KILL', $pid{w3};
is(stop($pid{w3}), 'signal 9', 'a witness is killed');
my $before = witnessed('w3');
$size = grow();
wait_until('the others publish', sub { published() == $size });
is(witnessed('w3'), $before, 'it did not come back by itself');
$pid{w3} = start('w3', args('w3'));
wait_until('it goes on where it was', sub { witnessed('w3') == $size });

# ---- a server that restarts

$node->restart;
$size = grow();
wait_until('the witnesses connect again', sub { published() == $size && witnessed('w1') == $size });
is(stop($pid{w2}, 'TERM'), 0, 'SIGTERM ends a witness');
$size = grow();
wait_until('two of three are a quorum', sub { published() == $size });

# ---- what is published, as files

ends_with(0, 'export', 'export', "$dir/tiles", '-d', $conninfo, '--log', $key{log});
sub unwitnessed { my ($note) = @_; return join "\n", (split /\n/, $note)[0 .. 4] }	# cosignatures are made anew
is(unwitnessed(slurp_file("$dir/tiles/checkpoint")), unwitnessed($node->safe_psql('postgres', 'SELECT commune.checkpoint()')), 'has the published checkpoint');
my $partial = "$dir/tiles/tile/0/000.p/$size";
is(length slurp_file($partial), 32 * $size, 'a partial tile');
is((stat $partial)[2] & 07777, 0644, 'for everybody');
is((stat "$dir/tiles/tile")[2] & 07777, 0755, 'in folders for everybody');
ends_with(0, 'export again', 'export', "$dir/tiles", '-d', $conninfo);
ends_with(2, 'export of another log', 'export', "$dir/tiles", '-d', $conninfo, '--log', $key{city});
is(value('size'), undef, 'writes nothing');

# ---- a mirror beside a standby: it reads there, and hands in at the primary

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = 60s\n");
$standby->start;
my @mirror = ('witness', '-d', $standby->connstr('postgres') . ' user=carrier', '--primary', $conninfo, '--log', $key{log},
	'--mirror', "$dir/m.key", '--state', "$dir/m");
ends_with(4, 'a mirror does not cosign what it met while catching up', @mirror, '--once');
like($err, qr/met while catching up/, 'and says so');
$pid{m} = start('m', @mirror);
wait_until('the mirror has caught up', sub { -s "$dir/m.err" && slurp_file("$dir/m.err") =~ /met while catching up/ });
$size = grow();
wait_until('it cosigns the next block', sub { witnessed('m') == $size });
is(stop($pid{m}, 'KILL'), 'signal 9', 'the mirror is killed');
my $cosigned = "SELECT count(*) FROM commune.cosignature WHERE witness = 'm'";
$before = $node->safe_psql('postgres', $cosigned);
sleep 1;						# a cosignature's time has seconds
$pid{m} = start('m', @mirror);
wait_until('it cosigns again what it had cosigned', sub { $node->safe_psql('postgres', $cosigned) > $before });
is(stop($pid{m}, 'INT'), 0, 'SIGINT ends it');

# A block that is shown late: sealed, and signed three seconds later.
unlink "$dir/m.err";
$before = $node->safe_psql('postgres', $cosigned);
sleep 1;
$pid{m} = start('m', @mirror, '--clock-tolerance', 1);
wait_until('the mirror is there', sub { $node->safe_psql('postgres', $cosigned) > $before });
$commune->submit('ada', 'topic', { topic => 't' . ++$topics });
$commune->seal;
sleep 3;
$size = $commune->sql('SELECT commune.sign_checkpoint()');
wait_until('a block off the clock is named', sub { -s "$dir/m.err" && slurp_file("$dir/m.err") =~ /untimed: block \d+ says/ });
cmp_ok(witnessed('m'), '<', $size, 'and not cosigned by the mirror');
wait_until('though by the witnesses', sub { published() == $size });
$size = grow();
wait_until('the next one is', sub { witnessed('m') == $size });

# Another mirror, beside a follower, which folds by itself.
my $follower = PostgreSQL::Test::Cluster->new('follower');
$follower->init(allows_streaming => 'logical');
$follower->start;
my $followed = $commune->at($follower);
$commune->sql("CREATE PUBLICATION register FOR TABLE commune.act, commune.row_leaf, commune.entry, commune.block WITH (publish = 'insert')");
$followed->sql('CREATE EXTENSION commune; SELECT commune.follow();
	GRANT USAGE ON SCHEMA commune TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA commune TO PUBLIC; CREATE ROLE carrier LOGIN');
$followed->sql('CREATE SUBSCRIPTION follower CONNECTION $$' . $node->connstr('postgres') . '$$ PUBLICATION register');
$follower->wait_for_subscription_sync($node, 'follower');
cmp_ok($followed->sql('SELECT commune.follow()'), '>', 0, 'a follower folds');
$pid{f} = start('f', 'witness', '-d', $follower->connstr('postgres') . ' user=carrier', '--primary', $conninfo, '--log', $key{log},
	'--mirror', "$dir/f.key", '--state', "$dir/f");
wait_until('a mirror has caught up beside it', sub { -s "$dir/f.err" && slurp_file("$dir/f.err") =~ /met while catching up/ });
$size = grow();
wait_until('it waits for the follower', sub { slurp_file("$dir/f.err") =~ /The replica has size \d+, the log has signed $size: waiting/ });
$node->wait_for_catchup('follower');
$followed->sql('SELECT commune.follow()');
wait_until('and cosigns once that has folded', sub { witnessed('f') == $size });
is(stop($pid{f}, 'TERM'), 0, 'it ends');
wait_until('the mirror beside the standby as well', sub { witnessed('m') == $size });

# An act that was committed and is hidden from the sealer.
my $hidden = $commune->submit('bob', 'topic', { topic => 'hidden' });
my $tamper = 'ALTER TABLE commune.act DISABLE TRIGGER USER; UPDATE commune.act SET xid = (xid::text::bigint %s)::text::xid8 WHERE seq = %d; SELECT commune.repair_triggers()';
$node->safe_psql('postgres', sprintf($tamper, '+ 1000', $hidden));
$commune->submit('ada', 'topic', { topic => 't' . ++$topics });
$commune->seal;
$node->safe_psql('postgres', sprintf($tamper, '- 1000', $hidden));
$node->wait_for_catchup($standby);
$commune->sql('SELECT commune.sign_checkpoint()');
is(stop($pid{m}), 2, 'an act that is left out ends the mirror');
like(slurp_file("$dir/m.err"), qr/What has seq $hidden was committed for the snapshot of block \d+ and is in no block/, 'which names it');
cmp_ok(witnessed('m'), '==', $size, 'and has not cosigned that');
$standby->stop;

# ---- two histories: a copy of the server goes another way, with the same key

wait_until('a quorum publishes', sub { published() > $size });
$commune->sql(q{CREATE TABLE minutes (id int PRIMARY KEY, what text); SELECT commune.chain('minutes'); INSERT INTO minutes VALUES (1, 'all agree')});
$size = grow();
wait_until('rows of a table are published', sub { published() == $size });
ends_with(0, 'an export by somebody who may not read them', 'export', "$dir/tiles", '-d', $conninfo);
is(value('left_out'), 1, 'leaves their bundle out');
my $bundle = "$dir/tiles/tile/entries/000.p/$size";
ok(!-e $bundle && -e "$dir/tiles/tile/0/000.p/$size", 'and has their hashes');
$node->safe_psql('postgres', 'GRANT SELECT ON minutes TO carrier');
ends_with(0, 'by somebody who may', 'export', "$dir/tiles", '-d', $conninfo);
is(value('left_out'), 0, 'it is whole');
like(slurp_file($bundle), qr/commune\/row\/1\n\0\0\0\x0epublic\.minutes.*all agree/s, 'with the row');
is(stop($pid{$_}, 'TERM'), 0, "$_ ends") for qw(w1 w3);
$node->stop;
my $evil = PostgreSQL::Test::Cluster->new('evil');
$evil->init_from_backup($node, 'base');
$evil->start;
my $copy = Commune->new($evil);
$copy->{shared} = { %{ $commune->{shared} }, nonce => { %{ $commune->{shared}{nonce} } } };
$copy->submit('ada', 'topic', { topic => 'rewritten' });
$copy->seal;
like($copy->error('SELECT commune.sign_checkpoint()'), qr/^QC216/, 'the state of the key refuses a copy that was set back');
unlink "$dir/log.key.state";
my $rewritten = $copy->sql('SELECT commune.sign_checkpoint()');
my @evil = ('witness', '-d', $evil->connstr('postgres') . ' user=carrier', '--log', $key{log}, '--state');
my $hash = sha256_hex($origin);
my $seen = slurp_file("$dir/w1/witness/$hash");

# an alarm: the exit status, both notes, the state as it was
sub alarmed
{
	my ($name, $witness, $what) = @_;
	my @before = glob "$dir/$witness/witness/evidence/*";

	ends_with(2, $name, @evil, "$dir/$witness", '--key', "$dir/$witness.key", '--once');
	like($err, $what, "$name: the alarm");
	my %known = map { $_ => 1 } @before;
	my @new = grep { !$known{$_} } glob "$dir/$witness/witness/evidence/*";
	is(@new, 2, "$name: two notes");
	@new = sort { $a =~ /-shown$/ <=> $b =~ /-shown$/ } @new;
	is(slurp_file($new[0]), slurp_file("$dir/$witness/witness/$hash"), "$name: what was cosigned");
	is(slurp_file($new[1]), $evil->safe_psql('postgres', 'SELECT commune.checkpoint(false)'), "$name: what is shown");
	return;
}
alarmed('a log that went back', 'w1', qr/QC216: the log has gone back/);
like($copy->error('SELECT commune.seal()'), qr/^QC216/, 'the log was told, and refuses to go on');

# Whoever rewrites history makes it forget.
sub forget { return $copy->sql('ALTER TABLE commune.witness_seen DISABLE TRIGGER USER; DELETE FROM commune.witness_seen; SELECT commune.repair_triggers()') }
forget();
while ((split /\n/, $seen)[1] > $rewritten) { $rewritten = grow($copy) }
alarmed('a log with another history', 'w1', qr/QC216: (?:at the size that was cosigned|no block ends any more at the size that was cosigned|the log has signed two roots of one size)/);
forget();
$rewritten = grow($copy);
alarmed('a log that grew past it', 'w3', qr/QC216: (?:at the size that was cosigned|no block ends any more at the size that was cosigned)/);
is(slurp_file("$dir/w1/witness/$hash"), $seen, 'the state is what it was');
cmp_ok($evil->safe_psql('postgres', 'SELECT count(*) FROM commune.fork_evidence'), '>', 0, 'the log was told: it keeps the evidence');

# What was exported does not go back, nor another way.
my $exported = slurp_file("$dir/tiles/checkpoint");
ends_with(2, 'an export of less', 'export', "$dir/tiles", '-d', $evil->connstr('postgres'));
like($err, qr/QC216: what is published is shorter than what was exported/, 'is refused');
$evil->safe_psql('postgres', "ALTER DATABASE postgres SET commune.policy_file = ''");
forget();
grow($copy);
ends_with(2, 'an export of another history', 'export', "$dir/tiles", '-d', $evil->connstr('postgres'));
like($err, qr/QC216: at the size that was exported the register has another root/, 'is refused');
is(slurp_file("$dir/tiles/checkpoint"), $exported, 'the checkpoint is what it was');
my $running = start('evil', @evil, "$dir/w1", '--key', "$dir/w1.key");
is(stop($running), 2, 'an alarm ends the program that runs as a service');
$evil->stop;

# ---- the protocol over HTTP: any log may ask

# Ask over a socket; returns status, headers and body.
my $port;
sub ask
{
	my ($method, $path, $body, $length) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 10) or die "no connection: $@";

	$length //= length $body;
	print $socket "$method $path HTTP/1.1\r\nHost: w\r\nConnection: close\r\n" . (defined $body ? "Content-Length: $length\r\n" : '') . "\r\n" . ($body // '');
	my $answer = do { local $/; <$socket> };
	my ($head, $text) = split /\r\n\r\n/, $answer // '', 2;
	return ((split / /, $head)[1], $head, $text);
}

sub run_note
{
	my ($text, $error) = ('', '');
	my $in = ref $_[-1] ? ${ pop @_ } : '';
	IPC::Run::run([ 'build/note', @_ ], '<', \$in, '>', \$text, '2>', \$error) or die "build/note: $error";
	return $text;
}

# A log that test/note.c signs for, besides the others.
chomp($key{test} = run_note('key', 'log', 'example.org/test'));
my @leaves = map { Digest::SHA::sha256("\0" . pack 'C', $_) } 0 .. 7;
sub tree { my @h = @_; return $h[0] if @h == 1; my $k = 1; $k *= 2 while 2 * $k < @h; return Digest::SHA::sha256("\1" . tree(@h[0 .. $k - 1]) . tree(@h[$k .. $#h])) }
sub test_note { my ($n, @l) = @_; return run_note('checkpoint', 'example.org/test', $n, unpack 'H*', tree(@l ? @l : @leaves[0 .. $n - 1])) }
sub lines { return join '', map { encode_base64($_, '') . "\n" } @_ }

my $server;
sub listening
{
	my @more = @_;
	unlink "$dir/http.out";
	$server = start('http', 'witness', '--listen', '127.0.0.1:0', '--key', "$dir/w2.key", '--log', $key{test}, '--state', "$dir/http", @more);
	wait_until('the witness listens', sub { -s "$dir/http.out" });
	($port) = slurp_file("$dir/http.out") =~ /:(\d+)$/m;
	return;
}
listening();

my $test_hash = sha256_hex('example.org/test');
my ($status, $head, $text);
sub asks { my ($expected, $name, @request) = @_; ($status, $head, $text) = ask(@request); is($status, $expected, $name) or diag($text); return }
sub adds { my ($expected, $name, $body) = @_; asks($expected, $name, 'POST', '/add-checkpoint', $body); return }

asks(404, 'nothing was cosigned yet', 'GET', "/$test_hash/checkpoint");
adds(400, 'an empty request', '');
adds(400, 'a request that is none', "new 0\n\n" . test_note(3));
adds(400, 'a note that is none', "old 0\n\nx\n");
adds(404, 'a log that is not known', "old 0\n\n" . run_note('checkpoint', 'example.org/none', 1, '00' x 32));
adds(403, 'a checkpoint without a signature of the log', "old 0\n\n" . (test_note(3) =~ s/ example\.org\/test (?=\S+\n\z)/ example.org\/else /r));
adds(422, 'a proof from nothing', "old 0\n" . lines($leaves[0]) . "\n" . test_note(3));
adds(409, 'an old size that the witness has not seen', "old 2\n\n" . test_note(3));
is($text, "0\n", 'it says where it stands');
like($head, qr/^Content-Type: text\/x\.tlog\.size\r?$/mi, 'with the type for it');
adds(200, 'the first checkpoint', "old 0\n\n" . test_note(3));
like($text, qr/\A\xe2\x80\x94 w2\.example \S+\n\z/, 'is cosigned');
adds(200, 'the same again', "old 3\n\n" . test_note(3));
adds(409, 'from nothing again', "old 0\n\n" . test_note(3));
is($text, "3\n", 'the size is 3');
adds(400, 'an old size beyond the checkpoint', "old 3\n\n" . test_note(2));
my $proof = lines($leaves[2], $leaves[3], tree(@leaves[0, 1]), tree(@leaves[4 .. 7]));
adds(422, 'a proof that does not hold', "old 3\n" . lines($leaves[2], $leaves[4], tree(@leaves[0, 1]), tree(@leaves[4 .. 7])) . "\n" . test_note(8));
adds(422, 'no proof', "old 3\n\n" . test_note(8));
adds(409, 'another root of the same size', "old 3\n\n" . test_note(3, @leaves[1 .. 3]));
unlike($head, qr/tlog\.size/, 'is no matter of sizes');
is(slurp_file($_->[0]), $_->[1], 'but a fork: both notes are kept')
	for [ (glob "$dir/http/witness/evidence/*-seen")[0], test_note(3) ], [ (glob "$dir/http/witness/evidence/*-shown")[0], test_note(3, @leaves[1 .. 3]) ];
adds(200, 'a proof that holds', "old 3\n$proof\n" . test_note(8));
adds(409, 'going back', "old 3\n\n" . test_note(3));
is($text, "8\n", 'is refused');
asks(200, 'a monitor', 'GET', "/$test_hash/checkpoint");
is($text =~ s/\xe2\x80\x94 w2\.example \S+\n\z//r, test_note(8), 'gets the last checkpoint');
like($text, qr/ w2\.example \S+\n\z/, 'cosigned');
asks(404, 'a monitor of another log', 'GET', '/' . sha256_hex('x') . '/checkpoint');
asks(404, 'another path', 'POST', '/add', 'x');
asks(404, 'getting what is to be posted', 'GET', '/add-checkpoint');
asks(405, 'another method', 'PUT', '/add-checkpoint', 'x');
asks(413, 'a body that is too large', 'POST', '/add-checkpoint', 'x' x 70000);
is(stop($server, 'KILL'), 'signal 9', 'the server is killed');
listening();
adds(409, 'and remembers', "old 0\n\n" . test_note(3));
is($text, "8\n", 'where it was');
is(stop($server, 'TERM'), 0, 'SIGTERM ends it');
ends_with(1, 'a mirror does not listen', 'witness', '--listen', '127.0.0.1:0', '--mirror', "$dir/m.key", '--log', $key{test}, '--state', "$dir/http");
ends_with(1, 'an address that is none', 'witness', '--listen', 'here', '--key', "$dir/w2.key", '--log', $key{test}, '--state', "$dir/http");

done_testing();
