-- One row for each object of the extension that breaks a rule: what it is, which rule.

CREATE TEMPORARY VIEW member AS
	SELECT classid, objid, i.type || ' ' || i.identity AS object, i.schema,
		obj_description(objid, classid::regclass::name) AS comment
	FROM pg_depend d, pg_extension e, pg_identify_object(classid, objid, 0) i
	WHERE refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND extname = 'commune' AND deptype = 'e';

CREATE TEMPORARY VIEW granted AS
	SELECT object, a.* FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid,
		aclexplode(coalesce(proacl, acldefault('f', proowner))) a
	UNION ALL
	SELECT object, a.* FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid, aclexplode(relacl) a
	UNION ALL
	SELECT object || ', column ' || attname, a.*
	FROM member JOIN pg_attribute ON classid = 'pg_class'::regclass AND objid = attrelid, aclexplode(attacl) a
	UNION ALL
	SELECT object, a.* FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND objid = t.oid, aclexplode(typacl) a
	UNION ALL
	SELECT 'schema ' || nspname, a.* FROM pg_namespace, aclexplode(nspacl) a WHERE nspname IN ('commune', 'law');

SELECT object, 'has no comment' FROM member WHERE comment IS NULL
UNION ALL
SELECT object, 'lies in another schema than commune and law' FROM member WHERE schema NOT IN ('commune', 'law')
UNION ALL
SELECT object, 'PUBLIC may ' || privilege_type FROM granted WHERE grantee = 0
UNION ALL
SELECT object, 'does not SET search_path = pg_catalog, pg_temp'
FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid JOIN pg_language l ON l.oid = prolang
WHERE (lanname NOT IN ('c', 'internal') OR prosecdef)
	AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']
UNION ALL
SELECT object, 'is not registered with pg_extension_config_dump'
FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid, pg_extension
WHERE extname = 'commune' AND relkind IN ('r', 'p', 'S') AND c.oid <> ALL (coalesce(extconfig, '{}'))
UNION ALL
SELECT object || ', column ' || attname, 'stores ' || format_type(atttypid, NULL) || ', which a restore does not keep'
FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid JOIN pg_attribute ON attrelid = c.oid
WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND format_type(atttypid, NULL) ~ '^(oid|reg[a-z]+)(\[\])?$'
UNION ALL
SELECT object, 'is no security barrier: a function in a query could see rows that the view leaves out'
FROM member JOIN pg_class c ON classid = 'pg_class'::regclass AND objid = c.oid
WHERE relkind = 'v' AND schema = 'law' AND NOT coalesce(reloptions, '{}') @> ARRAY['security_barrier=true']
ORDER BY 1, 2;
