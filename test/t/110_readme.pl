# The README's first day of a commune, command by command, as a new user would copy it.
use strict;
use warnings FATAL => 'all';
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($commands) = slurp_file('README.md') =~ /^```sh\n(export PGDATABASE.*?)^```$/ms;
ok($commands, 'the README has commands');

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'commune'\ncommune.databases = 'mydb'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE mydb');
$node->safe_psql('mydb', 'CREATE EXTENSION commune; SELECT commune.create_roles()');

delete @ENV{qw(COMMUNE_KEY COMMUNE_PASSPHRASE XDG_CONFIG_HOME XDG_STATE_HOME)};
local %ENV = (%ENV, HOME => PostgreSQL::Test::Utils::tempdir, PGHOST => $node->host, PGPORT => $node->port);
my ($in, $out, $err) = ("y\n", '', '');
ok(IPC::Run::run([ 'sh', '-eu', '-c', $commands ], '<', \$in, '>', \$out, '2>', \$err), 'all of them end well') or diag "$out$err";

my $ballot = $node->safe_psql('mydb', 'SELECT seq FROM commune.ballot');
my ($index) = $node->safe_psql('mydb', "SELECT commune.receipt($ballot)") =~ /^index (\d+)$/m;
like($out, qr/^index $index$/m, 'the receipt is that of the ballot');
like($out, qr/^verified yes$/m, 'the register is verified');
is($node->safe_psql('mydb', q{SELECT ballots FROM commune.poll WHERE name = 'trees'}), '1', 'a ballot was cast');
done_testing();
