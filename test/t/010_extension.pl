# The library with and without shared_preload_libraries: it loads, the extension comes and goes, the server stays quiet.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

for my $preload ('', 'commune')
{
	my $how = $preload ? 'preloaded' : 'not preloaded';

	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'");
	$node->restart;
	my $from = -s $node->logfile;

	is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), $preload, $how);
	for my $round (1, 2)
	{
		$node->safe_psql('postgres', 'CREATE EXTENSION commune');
		my $version = $node->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'commune'");
		like($version, qr/^\d+\.\d+\.\d+$/, "$how: extension made, round $round");
		$node->safe_psql('postgres', 'DROP EXTENSION commune CASCADE');
		is($node->safe_psql('postgres',
				"SELECT count(*) FROM pg_class WHERE relnamespace = 'commune'::regnamespace"),
			'0', "$how: nothing is left in its schema, round $round");
	}

	$node->restart;
	my $log = slurp_file($node->logfile, $from);
	unlike($log, qr/(WARNING|PANIC|FATAL|TRAP):/, "$how: nothing in the log");
}

done_testing();
