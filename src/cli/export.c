#include "cli/cli.h"
const Option export_options[] = {{0}};
ExitCode run_export(Cli *cli) { (void) cli; return EXIT_FINE; }
