//! Cases: what each dialect has, as people write it.

use crate::testing::{exits, patterns, script};

#[test]
fn psql_scripts_copy_files_and_take_variables() {
    let script = script(
        "sql/month_end.sql",
        r#"-- Month-end invoice load. Reads the billing export and writes the open items.
-- Usage: psql -v month=2026-10 -f sql/month_end.sql
\set ON_ERROR_STOP on
\set max_open 250   -- above this somebody looks
\set outfile '/srv/out/open_':month'.csv'
\i lib/calendar.sql
BEGIN;
CREATE TEMP TABLE staging (invoice_no text, amount numeric);
\copy staging (invoice_no, amount) FROM 'in/invoices_2026-10.csv' WITH (FORMAT csv, HEADER)
WITH recent AS (
  SELECT i.invoice_no FROM staging i JOIN billing.customers c ON c.id = i.customer_id
), old(n) AS (SELECT 1)
INSERT INTO billing.open_items SELECT * FROM recent, old;
DO $$
DECLARE
  n_bad integer;
  v_limit CONSTANT numeric := 0.05;
BEGIN
  SELECT count(*) INTO n_bad FROM billing.open_items WHERE amount IS NULL;
  IF n_bad > v_limit THEN
    RAISE EXCEPTION 'stop: % invoices without amount, limit %', n_bad, v_limit;
  END IF;
  RAISE NOTICE 'fine';
END
$$;
DELETE FROM billing.queue WHERE month = :'month';
\copy (SELECT * FROM billing.open_items WHERE m = :'month') TO 'out/open_items.csv' CSV HEADER
COPY billing.totals TO :'outfile' WITH CSV;
COMMIT;
\if :bad
  \echo 'Totals do not match the ledger, call Finance'
  \quit 3
\endif
"#,
    );
    assert_eq!(script.purpose.as_ref().unwrap().text, "Month-end invoice load.");
    assert_eq!(script.usage[0].command, "psql -v month=2026-10 -f sql/month_end.sql");
    assert_eq!(patterns(&script.reads), ["in/invoices_2026-10.csv", "table billing.customers", "table billing.open_items", "table billing.totals"]);
    assert_eq!(patterns(&script.writes), ["table billing.open_items", "table billing.queue", "out/open_items.csv", "/srv/out/open_{month}.csv"]);
    assert_eq!(patterns(&script.imports), ["lib/calendar.sql"]);
    assert_eq!(
        exits(&script),
        ["? | stop: {n_bad} invoices without amount, limit {v_limit} | n_bad > v_limit", "3 | Totals do not match the ledger, call Finance | {bad}"]
    );
    let constants: Vec<(&str, &str)> = script.constants.iter().map(|it| (it.name.as_str(), it.value.as_str())).collect();
    assert_eq!(constants, [("max_open", "250"), ("v_limit", "0.05")]);
    assert!(script.arguments.iter().any(|it| it.name == "month" && it.required));
    assert!(script.calls.iter().any(|it| it.command == "DELETE FROM billing.queue" && it.outward));
    assert!(!script.partial);
}

#[test]
fn t_sql_has_batches_variables_and_throw() {
    let script = script(
        "close.sql",
        r#"/* Closes the period in the warehouse. */
:setvar Period 2026-10
DECLARE @MaxDiff money = 5.00; -- agreed with audit
DECLARE @diff money
TRUNCATE TABLE stage.Ledger
BULK INSERT stage.Ledger FROM 'D:\import\ledger_$(Period).csv' WITH (FIRSTROW = 2);
SELECT * INTO #work FROM [stage].[Ledger] l INNER JOIN dbo.[Cost Centres] cc ON cc.Id = l.CentreId
UPDATE o SET o.Closed = 1 FROM dbo.Orders o JOIN #work w ON w.Id = o.Id
MERGE INTO dbo.Balances AS t USING stage.Ledger AS s ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET t.Amount = s.Amount;
SET @diff = (SELECT SUM(Amount) FROM dbo.Balances)
IF ABS(@diff) > @MaxDiff
BEGIN
    PRINT 'no';
    THROW 50001, 'Ledger and balances differ, do not close', 1;
END
IF @diff IS NULL RAISERROR('No balances for %s', 16, 1, @Period)
EXEC msdb.dbo.sp_send_dbmail @profile_name = 'ops', @recipients = 'finance@example.org', @subject = 'Closed';
GO
DROP TABLE dbo.OldBalances
GO
"#,
    );
    assert_eq!(
        patterns(&script.reads),
        ["D:/import/ledger_2026-10.csv", "table stage.Ledger", "table dbo.Cost Centres", "table dbo.Orders", "table dbo.Balances"]
    );
    assert_eq!(patterns(&script.writes), ["table stage.Ledger", "table dbo.Orders", "table dbo.Balances"]);
    assert_eq!(exits(&script), ["? | Ledger and balances differ, do not close | ABS(@diff) > @MaxDiff", "? | No balances for {Period} | @diff IS NULL"]);
    assert_eq!(script.constants.iter().find(|it| it.name == "MaxDiff").unwrap().comment.as_deref(), Some("agreed with audit"));
    let outward: Vec<&str> = script.calls.iter().filter(|it| it.outward).map(|it| it.command.as_str()).collect();
    assert_eq!(outward, ["TRUNCATE stage.Ledger", "EXEC msdb.dbo.sp_send_dbmail ops finance@example.org Closed", "DROP dbo.OldBalances"]);
}

#[test]
fn mysql_loads_and_signals() {
    let script = script(
        "load.sql",
        r#"# Weekly stock load
LOAD DATA LOCAL INFILE 'stock/week.csv' INTO TABLE stock_raw FIELDS TERMINATED BY ',';
SET @rows = (SELECT COUNT(*) FROM stock_raw);
REPLACE INTO stock SELECT * FROM `stock_raw`;
DELIMITER //
CREATE PROCEDURE check_stock() BEGIN
  IF (SELECT COUNT(*) FROM stock) < 100 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Too few articles in stock';
  END IF;
END //
DELIMITER ;
INSERT INTO prices (sku, price) VALUES ('a', 1) ON DUPLICATE KEY UPDATE price = 1;
SELECT sku, qty INTO OUTFILE '/tmp/export/short.csv' FROM stock WHERE qty < 5;
"#,
    );
    assert_eq!(patterns(&script.reads), ["stock/week.csv", "table stock_raw", "table stock"]);
    assert_eq!(patterns(&script.writes), ["table stock_raw", "table stock", "table prices", "/tmp/export/short.csv"]);
    assert_eq!(exits(&script), ["? | Too few articles in stock | (SELECT COUNT(*) FROM stock) < 100"]);
}

#[test]
fn sqlite_and_duckdb_read_files_by_name() {
    let script = script(
        "report.sql",
        r#"-- Delivery report
.mode csv
.import --skip 1 raw/deliveries.csv deliveries
.read lib/views.sql
SET VARIABLE late_days = 3;
CREATE OR REPLACE TABLE late AS
WITH params AS (SELECT 14 AS max_days, 0.02 AS max_share)
SELECT * FROM read_csv('raw/routes_*.csv', header = true) r, 'extra.parquet' e, deliveries CROSS JOIN params
WHERE d IS DISTINCT FROM e AND EXTRACT(day FROM x) > 2;
COPY late TO 'out/late.parquet' (FORMAT parquet);
COPY (SELECT * FROM late) TO 'out/late.csv' WITH (HEADER);
SELECT CASE WHEN count(*) = 0 THEN error('no late deliveries, check the import') END FROM late;
.output out/summary.txt
SELECT substring(a FROM 2) FROM late;
"#,
    );
    assert_eq!(patterns(&script.reads), ["raw/deliveries.csv", "extra.parquet", "table deliveries", "raw/routes_*.csv", "table late"]);
    assert_eq!(patterns(&script.writes), ["table deliveries", "table late", "out/late.parquet", "out/late.csv", "out/summary.txt"]);
    assert_eq!(exits(&script), ["? | no late deliveries, check the import | count(*) = 0"]);
    let constants: Vec<&str> = script.constants.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(constants, ["late_days", "max_days", "max_share"]);
}

#[test]
fn models_of_dbt_name_their_sources() {
    let script = script(
        "models/orders.sql",
        "{{ config(materialized='table') }}\nselect * from {{ ref('stg_orders') }} o\njoin {{ source('shop', 'customers') }} c on c.id = o.id\nwhere o.day > '{{ var('start') }}'\n",
    );
    assert_eq!(patterns(&script.reads), ["table stg_orders", "table shop.customers"]);
}

#[test]
fn hostile_sql_is_survived() {
    script("x.sql", &"(".repeat(60_000));
    script("x.sql", &"select * from a, ".repeat(9_000));
    script("x.sql", &"with a as (".repeat(9_000));
    script("x.sql", &"if begin when ".repeat(9_000));
    script("x.sql", "\\copy\n\\\n.\n\\copy (select from 'x\n:setvar\n'open");
}

#[test]
fn statements_inside_other_languages_name_their_tables() {
    let script = script(
        "a.py",
        "import pandas as pd\ndf = pd.read_sql('select a from sales.orders where b > 1', con)\ncur.execute('''\nINSERT INTO log (a)\nVALUES (1)\n''')\nprint('Select a file from the list')\n",
    );
    assert_eq!(patterns(&script.reads), ["table sales.orders"]);
    assert_eq!(patterns(&script.writes), ["table log"]);
    assert_eq!(script.writes[0].line, 4);
}
