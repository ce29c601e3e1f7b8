-- Prints docs/reference.md from the catalog: every object of the extension with its comment.
\pset format unaligned
\pset tuples_only on
\pset footer off
LOAD 'commune';
SET search_path = commune, pg_catalog;

SELECT $$# SQL reference

Made from the objects' comments by `make docs`; a test compares. Everything is in schema `commune`, but for what laws use, which is in
schema `law` ([law.md](law.md)). Nobody but the owner of the extension
may use any of it until `SELECT commune.create_roles()` has made the group roles and you have granted them.

## Settings

| setting | default | |
|---|---|---|$$;
SELECT format('| `%s` | `%s` | %s%s |', name, CASE WHEN boot_val = '' THEN '''''' ELSE boot_val || coalesce(unit, '') END,
	short_desc, coalesce(' ' || extra_desc, ''))
FROM pg_settings WHERE name LIKE 'commune.%' ORDER BY name COLLATE "C";

SELECT $$
## Functions

$$;
WITH member AS (
	SELECT p.oid, CASE p.pronamespace WHEN 'law'::regnamespace THEN 'law.' ELSE '' END || p.proname AS proname, p.prokind, p.provolatile, p.proisstrict, p.proretset, pg_get_function_identity_arguments(p.oid) AS identity,
		pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result,
		obj_description(p.oid, 'pg_proc') AS comment,
		p.proname ~ '_(in|out|recv|send|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended|sort)$' OR p.prorettype = 'trigger'::regtype
			OR p.proname ~ '_(step|final|combine|add|transition)$' AS internal
	FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'commune'
)
SELECT format(E'- **`%s(%s)`** %s`%s`\n  %s', proname, arguments,
	CASE prokind WHEN 'a' THEN 'aggregate ' ELSE '' END || '→ ', result, comment)
FROM member WHERE NOT internal ORDER BY proname COLLATE "C", identity COLLATE "C";

SELECT $$
## Types

$$;
SELECT format('- **`%s`** %s', CASE t.typnamespace WHEN 'law'::regnamespace THEN 'law.' ELSE '' END || t.typname, obj_description(t.oid, 'pg_type'))
FROM pg_type t JOIN pg_depend d ON d.objid = t.oid AND d.classid = 'pg_type'::regclass AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'commune'
WHERE t.typtype = 'b' AND t.typelem = 0 ORDER BY t.typnamespace = 'law'::regnamespace, t.typname COLLATE "C";

SELECT $$
## Tables
$$;
SELECT format(E'### `%s`\n\n%s.\n\n| column | type | |\n|---|---|---|\n%s\n', CASE c.relnamespace WHEN 'law'::regnamespace THEN 'law.' ELSE '' END || c.relname, obj_description(c.oid, 'pg_class'),
	(SELECT string_agg(format('| `%s` | %s%s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
		CASE WHEN a.attnotnull THEN '' ELSE ', may be NULL' END, col_description(c.oid, a.attnum)), E'\n' ORDER BY a.attnum)
	 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'commune'
WHERE c.relkind IN ('r', 'v') ORDER BY c.relnamespace = 'law'::regnamespace, c.relname COLLATE "C";
