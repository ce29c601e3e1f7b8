-- worker: what there is of the workers where the library is not preloaded.  (worker_1.out: where it is.)
CREATE EXTENSION commune;
SELECT * FROM commune.workers() WHERE database = current_database();
SELECT commune.stop_worker();
SELECT commune.start_worker();

-- ---- settings

LOAD 'commune';
SELECT name, setting, unit, context, min_val, max_val FROM pg_settings WHERE name LIKE 'commune.%' AND name NOT LIKE '%debug%' ORDER BY name COLLATE "C";
SET commune.databases = 'postgres';
SET commune.seal_interval = '1 s';
SET commune.block_limit = 0;
SET commune.block_limit = 1048577;
ALTER SYSTEM SET commune.databases = 'a,,b';
ALTER SYSTEM SET commune.seal_interval = 5;

-- Neither does an ordinary user.
CREATE ROLE commune_test_user;
SET ROLE commune_test_user;
SET commune.block_limit = 1;
SET commune.origin = 'example.org';
SET commune.no_such = 1;
RESET ROLE;
DROP ROLE commune_test_user;

-- Without workers everything works by functions: test/sql/fold.sql.
DROP EXTENSION commune;
DROP SCHEMA commune;
